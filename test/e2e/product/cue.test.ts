import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildLikeness } from '../../../server/likeness/package/build.js';
import { writeLikeness } from '../../../server/likeness/package/package-file.js';
import { photoFaces } from '../../../server/likeness/package/photo-faces.js';
import { createSession } from '../../../server/onnx/ort.js';
import { buildRoot } from '../../../server/paths.js';
import type { ShowFile } from '../../../server/show/schema.js';
import { renderPortrait } from '../../../server/stage-sim/portrait.js';
import { FaceDetector } from '../../../server/stages/keyframe/analysis/face-detector.js';
import { FaceMesher } from '../../../server/stages/keyframe/analysis/face-mesher.js';
import { machineClock } from '../../../server/time/clock.js';
import { findLabel, IdentityJudge, labelToleranceCodes } from './judge.js';
import { grab, orderOf, seenBy, waitForMore, waitForPicture, type SeenFrame } from './seen.js';
import { laneAddress } from './server-under-test.js';
import type { StageLoop } from './stage-loop.js';
import { firstTimecode100ns, step100ns, Take } from './take.js';
import type { PeerProcess } from '../support/peer-process.js';

/** Issue "cues": go, fade, follow and back on the running product, seen by a monitor that knows nothing of cues. */
let take: Take;
let loop: StageLoop;
let probe: PeerProcess;
const light = laneAddress('look/light01');
const whole = { missing: [], outOfOrder: [], offGrid: [] };

beforeAll(async () => {
  take = new Take('cue');
  loop = take.loop();
  const likenessFolder = join(take.folder, 'likenesses');
  mkdirSync(likenessFolder);
  cpSync(join(buildRoot, 'demo', 'likenesses', 'sasha'), join(likenessFolder, 'sasha'), { recursive: true });
  await makeKim(join(likenessFolder, 'kim'));
  await take.startCamera(loop);
  await take.startServer({
    show: {
      likenessFolder,
      looks: [
        { id: 'sasha', values: { [light]: 1 }, cast: { robin: 'sasha' } },
        { id: 'kim', name: 'Kim at dusk', values: { [light]: 0.4 }, cast: { robin: 'kim' } },
      ],
      cues: [
        { number: '1', lookId: 'sasha' },
        { number: '2', lookId: 'kim', fadeMs: 600, follow: { after: 'end', waitMs: 200 } },
        { number: '2.5', lookId: 'sasha', fadeMs: 200 },
      ],
    },
  });
  probe = await take.startProbe();
  await take.onAir(probe);
});
afterAll(() => take.close());

/** Another synthetic person, from one portrait, as the command line would build it. */
async function makeKim(folder: string): Promise<void> {
  const { rgb, widthPx, heightPx } = renderPortrait('kim', { sidePx: 800 });
  const canvas = createCanvas(widthPx, heightPx);
  const image = canvas.getContext('2d').createImageData(widthPx, heightPx);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4)
    image.data.set([...rgb.subarray(from, from + 3), 255], to);
  canvas.getContext('2d').putImageData(image, 0, 0);
  const faces = [await FaceDetector.create(createSession), await FaceMesher.create(createSession)] as const;
  const consent = {
    schemaVersion: 1,
    id: 'synthetic-kim',
    synthetic: true,
    provenance: 'Rendered by this test; depicts nobody.',
  };
  const photos = [{ name: 'kim-1.png', bytes: new Uint8Array(canvas.toBuffer('image/png')) }];
  writeLikeness(
    folder,
    await buildLikeness({ id: 'kim', name: 'Kim', photos, consent }, photoFaces(...faces), machineClock),
  );
  await Promise.all(faces.map((one) => one.close()));
}
const likenessOf = (seen: SeenFrame): string => /\blikeness="([^"]*)"/.exec(seen.metadata)?.[1] ?? '';
const go = (what: string, argument: string | boolean = true): Promise<void> =>
  take.server.set(`/understudy/show/cue/${what}`, argument);

it(
  'a cue switches the likeness, the next follows by itself and switches back, and no picture is missed',
  { retry: 1 },
  async () => {
    const judge = await IdentityJudge.open();
    await go('jump', '1');
    // The package of the cue's likeness was prepared at the start of the show; the first picture with it is a few frames away.
    const before = await grab(probe, 2);
    // With the picture before: the next one may already be the cue's.
    const from = probe.of('video').length - 1;
    const eventsFrom = probe.events.length;
    await go('go');
    await waitForPicture(probe, (seen) => likenessOf(seen) === 'kim', 5000, eventsFrom);
    const during = await grab(probe, 2);
    await waitForPicture(probe, (seen) => likenessOf(seen) === 'sasha', 5000, probe.events.length);
    await waitForMore(probe, 10);
    const seen = seenBy(probe).slice(from);
    expect(orderOf(seen, firstTimecode100ns, step100ns)).toEqual(whole);
    expect(new Set(seen.map(({ kind, step }) => `${kind} ${step}`))).toEqual(new Set(['likeness likeness']));
    expect(seen.map(likenessOf).filter((id, i, all) => id !== all[i - 1])).toEqual(['sasha', 'kim', 'sasha']);
    const kim = await judge.judge(during.at(-1)!.uyvy, loop.widthPx, loop.heightPx);
    const sasha = await judge.judge(before.at(-1)!.uyvy, loop.widthPx, loop.heightPx);
    await judge.close();
    // The picture changed with the metadata: another face, and the label still on it.
    expect(sasha.toLikeness).toBeGreaterThan(kim.toLikeness + 0.15);
    expect(findLabel(during.at(-1)!.uyvy, loop.widthPx, loop.heightPx).meanDifferenceCodes).toBeLessThan(
      labelToleranceCodes,
    );
  },
);

it(
  'a killed control process in the middle of a fade costs no picture and comes back with the fade at its end',
  { retry: 1 },
  async () => {
    await go('jump', '2');
    const from = probe.of('video').length;
    const pid = await take.server.kill('control');
    await take.server.alive('control', pid);
    await expect
      .poll(
        () =>
          take.server.values().then(
            (values) => values[light],
            () => null,
          ),
        { timeout: 30_000 },
      )
      .toBe(0.4);
    await waitForMore(probe, 10);
    const seen = seenBy(probe).slice(from);
    expect(orderOf(seen, firstTimecode100ns, step100ns)).toEqual(whole);
    expect(likenessOf(seen.at(-1)!)).toBe('kim');
  },
);

it(
  'a camera that is added to the show file is there on the running control process, and takes no picture from the first',
  { retry: 1 },
  async () => {
    const pid = take.server.pidOf('control');
    const from = probe.of('video').length;
    const file = join(take.folder, 'show.json');
    const show = JSON.parse(readFileSync(file, 'utf8')) as ShowFile;
    const second = { ...show.sources[0]!, id: 'cam-b', source: 'STAGE (nobody)', outputName: `${take.outputName} B` };
    writeFileSync(file, JSON.stringify({ ...show, sources: [...show.sources, second] }));
    await expect
      .poll(
        () => take.server.values().then((values) => Object.keys(values).some((address) => address.includes('cam-b'))),
        {
          timeout: 30_000,
        },
      )
      .toBe(true);
    await expect.poll(() => take.server.run().lanes.length, { timeout: 30_000 }).toBe(2);
    expect(take.server.pidOf('control')).toBe(pid);
    await waitForMore(probe, 10);
    expect(orderOf(seenBy(probe).slice(from), firstTimecode100ns, step100ns)).toEqual(whole);
  },
);
