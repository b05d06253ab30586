import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRoot } from '../../../server/paths.js';
import { findLabel, labelToleranceCodes, meanDifferenceCodes, worstBlockCodes } from '../product/judge.js';
import { grab, orderOf, seenBy, waitForMore, waitForPicture } from '../product/seen.js';
import { laneId } from '../product/server-under-test.js';
import type { StageLoop } from '../product/stage-loop.js';
import { firstTimecode100ns, step100ns, Take } from '../product/take.js';
import type { PeerProcess } from '../support/peer-process.js';

/** Further outputs of a lane, seen from outside: over NDI, by a program that shares nothing with the server. */
let take: Take;
let loop: StageLoop;
let programme: PeerProcess;
const codecCodes = 5;
const monitorAddress = (id: string, name: string): string => `/understudy/output/${id}/monitor/${name}`;
const watch = (name: string): Promise<PeerProcess> => take.startProbe({ name: `UNDERSTUDY (${name})` });

/** Everything white becomes black and the other way round: seen at once, and not to be mistaken for anything else. */
const negative = [
  'LUT_3D_SIZE 2',
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((i) => `${1 - (i & 1)} ${1 - ((i >> 1) & 1)} ${1 - (i >> 2)}`),
];

beforeAll(async () => {
  take = new Take('monitors');
  loop = take.loop();
  writeFileSync(join(take.folder, 'negative.cube'), negative.join('\n'));
  await take.startCamera(loop);
  await take.startServer({
    show: {
      outputs: [
        { id: 'split', laneId, kind: 'difference', outputName: `${take.outputName} Split` },
        { id: 'clean', laneId, kind: 'plain', outputName: `${take.outputName} Clean`, burnIn: { timecode: true } },
        { id: 'graded', laneId, kind: 'pair', outputName: `${take.outputName} Graded`, lut: 'negative.cube' },
      ],
      multiviews: [{ id: 'wall', outputName: `${take.outputName} Wall`, shows: 'both', burnIn: { delay: true } }],
    },
  });
  await take.server.watch();
  programme = await take.startProbe();
  await take.onAir(programme);
});
afterAll(() => take.close());

it('three monitors beside the programme: every one marked as what it is, the programme complete and in order', async () => {
  const difference = await watch(`${take.outputName} Split`);
  const clean = await watch(`${take.outputName} Clean PLAIN`);
  const graded = await watch(`${take.outputName} Graded`);
  await waitForPicture(difference, ({ kind }) => kind === 'likeness');
  await waitForPicture(clean, ({ kind }) => kind === 'plain');
  await waitForPicture(graded, ({ kind }) => kind === 'likeness');
  const seen = await waitForMore(programme, 50);
  expect(orderOf(seen, firstTimecode100ns, step100ns)).toEqual({ missing: [], outOfOrder: [], offGrid: [] });

  const { widthPx, heightPx } = loop;
  for (const { uyvy } of await grab(difference, 2)) {
    expect(findLabel(uyvy, widthPx, heightPx).meanDifferenceCodes).toBeLessThan(labelToleranceCodes);
    // Below the label, beside the face: nothing was changed there, so nothing is shown.
    const left = uyvy.filter((_, i) => i % (widthPx * 2) < widthPx / 4 && i >= widthPx * heightPx);
    expect(Math.max(...left.filter((_, i) => i % 2 === 1))).toBeLessThan(24);
    expect(worstBlockCodes(uyvy, new Uint8Array(uyvy.length).fill(16), widthPx, heightPx)).toBeGreaterThan(40);
  }
  for (const { seen: picture, uyvy } of await grab(clean, 2)) {
    const camera = loop.pictureOf(Number((picture.timecode - firstTimecode100ns) / step100ns), 'performer');
    // The burnt-in timecode and the camera's stamp lie in the lowest tenth, which this leaves out.
    expect(worstBlockCodes(uyvy, camera, widthPx, heightPx)).toBeLessThan(codecCodes);
    const burnt = (rows: Uint8Array): Uint8Array => rows.subarray(Math.round(heightPx * 0.945) * widthPx * 2);
    expect(meanDifferenceCodes(burnt(uyvy), burnt(camera))).toBeGreaterThan(3);
    expect(picture.metadata).not.toMatch(/AI|\bai=/);
  }
  for (const { uyvy } of await grab(graded, 1)) {
    // A negative all over, but for the label, which no table changes.
    expect(findLabel(uyvy, widthPx, heightPx).meanDifferenceCodes).toBeLessThan(labelToleranceCodes);
    const [first] = await grab(programme, 1);
    const inverse = first!.uyvy.map((value, i) => (i % 2 ? 251 - value : value));
    const middle = (picture: Uint8Array): Uint8Array =>
      picture.subarray(Math.round(heightPx * 0.2) * widthPx * 2, Math.round(heightPx * 0.9) * widthPx * 2);
    expect(meanDifferenceCodes(middle(uyvy), middle(inverse))).toBeLessThan(12);
    expect(meanDifferenceCodes(middle(uyvy), middle(first!.uyvy))).toBeGreaterThan(30);
  }
  const { monitors } = take.server.status!;
  expect(monitors!.map(({ id, receivers }) => [id, receivers > 0])).toEqual([
    ['split', true],
    ['clean', true],
    ['graded', true],
  ]);
  for (const { costMs } of monitors!) expect(costMs).toBeGreaterThan(0);
  // A lane that is short of time leaves monitors out before pictures of the programme.
  const fewestSent = (): number => Math.min(...take.server.status!.monitors!.map(({ framesSent }) => framesSent));
  await expect.poll(fewestSent, { timeout: 20_000 }).toBeGreaterThan(10);
  await Promise.all([clean.stop(), graded.stop(), difference.stop()]);
}, 90_000);

it('a monitor changes what it shows on air, and bypass reaches it', async () => {
  await take.server.set(monitorAddress('split', 'mode'), 'programme');
  const monitor = await watch(`${take.outputName} Split`);
  await waitForPicture(monitor, ({ kind, step }) => kind === 'likeness' && step === 'likeness');
  await take.server.set(`/understudy/output/${laneId}/output/bypass`, true);
  await waitForPicture(monitor, ({ kind }) => kind === 'bypass');
  const { widthPx, heightPx } = loop;
  for (const { seen, uyvy } of await grab(monitor, 2)) {
    const camera = loop.pictureOf(Number((seen.timecode - firstTimecode100ns) / step100ns), 'performer');
    expect(worstBlockCodes(uyvy, camera, widthPx, heightPx)).toBeLessThan(codecCodes);
  }
  await take.server.set(`/understudy/output/${laneId}/output/bypass`, false);
  await waitForPicture(monitor, ({ kind }) => kind === 'likeness', 20_000, monitor.events.length);
  expect(seenBy(monitor).every(({ kind }) => kind === 'likeness' || kind === 'bypass')).toBe(true);
  await monitor.stop();
}, 60_000);

it('a multiview shows camera and output of every lane, marked, and costs the lanes pictures only while it is watched', async () => {
  const wall = await watch(`${take.outputName} Wall`);
  await waitForPicture(wall, ({ kind }) => kind === 'likeness');
  const [widthPx, heightPx] = [1280, 720];
  /** Mean luma of a fraction of the picture, x0 y0 x1 y1. */
  const luma = (uyvy: Uint8Array, x0: number, y0: number, x1: number, y1: number): number => {
    let [sum, count] = [0, 0];
    for (let y = Math.round(y0 * heightPx); y < y1 * heightPx; y++)
      for (let x = Math.round(x0 * widthPx); x < x1 * widthPx; x++, count++) sum += uyvy[(y * widthPx + x) * 2 + 1]!;
    return sum / count;
  };
  const shown = async (): Promise<Uint8Array> => (await grab(wall, 1))[0]!.uyvy;
  // Pictures come into both tiles: first the camera's, beside it the output's.
  const tiles = (uyvy: Uint8Array): number[] => [luma(uyvy, 0.1, 0.4, 0.4, 0.6), luma(uyvy, 0.6, 0.4, 0.9, 0.6)];
  await expect.poll(async () => Math.min(...tiles(await shown())), { timeout: 30_000 }).toBeGreaterThan(40);
  const uyvy = await shown();
  expect(findLabel(uyvy, widthPx, heightPx).meanDifferenceCodes).toBeLessThan(labelToleranceCodes);
  const shots = join(projectRoot, 'build', 'test-shots');
  mkdirSync(shots, { recursive: true });
  writeFileSync(join(shots, 'multiview.uyvy'), uyvy);
  await expect.poll(() => take.server.multiviews[0]?.encodeMs ?? 0, { timeout: 30_000 }).toBeGreaterThan(0);
  expect(take.server.multiviews[0]).toMatchObject({ id: 'wall', receivers: 1 });
  await wall.stop();
  await expect.poll(() => take.server.multiviews[0]?.receivers, { timeout: 10_000 }).toBe(0);
}, 90_000);
