import { afterAll, beforeAll, expect, it } from 'vitest';
import { isCastBuilt } from '../../../server/stage-sim/stage-scene.js';
import { goldenSwapper } from '../../golden/neural-models.js';
import { findLabel, labelToleranceCodes } from '../product/judge.js';
import { grab, seenBy } from '../product/seen.js';
import type { StageLoop } from '../product/stage-loop.js';
import { Take } from '../product/take.js';
import type { PeerProcess } from '../support/peer-process.js';
import { cellsOf, differences, GoldenState, tinted, tintedEngine, tintedOf } from './golden-show.js';

/** The product as an operator starts it, with weights as a production adds them, between a camera and a monitor over NDI. */
const [widthPx, heightPx] = [1280, 720];
const skip = !isCastBuilt();
let state: GoldenState;
let take: Take;
let loop: StageLoop;
let probe: PeerProcess;
beforeAll(async () => {
  if (skip) return;
  state = new GoldenState();
  await state.add('tinted', 'hyperswap', goldenSwapper('hyperswap', tinted));
  take = new Take('neural', { UNDERSTUDY_STATE: state.root });
  loop = take.loop({ widthPx, heightPx, pictures: 24 });
  await take.startCamera(loop);
  await take.startServer({ show: { engines: { sasha: tintedEngine } } });
  probe = await take.startProbe();
  await take.onAir(probe);
});
afterAll(async () => {
  await take?.close();
  state?.close();
});

it.skipIf(skip)(
  'the network’s arithmetic leaves over NDI, on the right picture, labelled (skipped: no cast)',
  { retry: 2 },
  async () => {
    let best = { cells: 0, middle: 0, shownAt: -1 };
    for (let attempt = 0; attempt < 20 && best.cells < 150; attempt++) {
      const [{ seen, uyvy }] = (await grab(probe, 1)) as [Awaited<ReturnType<typeof grab>>[0]];
      if (seen.stamp === null || seen.step !== 'likeness') continue;
      const camera = cellsOf(loop.pictureOf(seen.stamp, 'performer'), widthPx, heightPx),
        shown = cellsOf(uyvy, widthPx, heightPx);
      const error = differences(shown, camera.map(tintedOf)),
        change = differences(shown, camera);
      const columns = widthPx / 8;
      const fits = error.map((value, i) => value < 7 && change[i]! > 14);
      const cells = fits.filter(Boolean).length;
      if (cells <= best.cells) continue;
      // The middle half of what fits, which a wrong place or an old picture would tear.
      const at = fits.flatMap((is, i) => (is ? [[i % columns, Math.floor(i / columns)] as const] : []));
      const [x, y] = [at.reduce((sum, [u]) => sum + u, 0) / cells, at.reduce((sum, [, v]) => sum + v, 0) / cells];
      const near = fits.filter((_, i) => Math.abs((i % columns) - x) < 5 && Math.abs(Math.floor(i / columns) - y) < 5);
      best = { cells, middle: near.filter(Boolean).length / near.length, shownAt: seen.stamp };
      expect(findLabel(uyvy, widthPx, heightPx).meanDifferenceCodes).toBeLessThan(labelToleranceCodes);
    }
    console.log('neural over NDI', best);
    expect(best.cells).toBeGreaterThan(150);
    expect(best.middle).toBeGreaterThan(0.85);
  },
);

it.skipIf(skip)('the engine loaded beside a running show and cost it no step of the ladder (skipped: no cast)', () => {
  const seen = seenBy(probe);
  const first = seen.findIndex(({ step }) => step === 'likeness');
  expect(seen.slice(first).filter(({ step }) => step !== 'likeness' && step !== 'hold').length).toBeLessThanOrEqual(2);
});
