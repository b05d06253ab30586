import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { findLabel, labelToleranceCodes, meanDifferenceCodes, mirrored, worstBlockCodes } from './judge.js';
import { grab, seenBy, waitForMore, waitForPicture } from './seen.js';
import { outputAddress } from './server-under-test.js';
import type { StageLoop } from './stage-loop.js';
import { Take } from './take.js';
import type { PeerProcess } from '../support/peer-process.js';

/** output.mode and output.mirror: the picture is what its name says, and is marked as what it is. */
let take: Take;
let loop: StageLoop;
let probe: PeerProcess;
const mode = outputAddress('output/mode');
const mirror = outputAddress('output/mirror');
const codecCodes = 5;
/** Far from codec error: the likeness on a face. */
const otherFaceCodes = 12;

beforeAll(async () => {
  take = new Take('modes');
  loop = take.loop();
  await take.startCamera(loop);
  await take.startServer();
  probe = await take.startProbe();
  await take.onAir(probe);
});
afterAll(() => take.close());
afterEach(async () => {
  await take.server.set(mode, 'likeness');
  await take.server.set(mirror, false);
});

const { abs, round } = Math;
/** Half size by means of 2×2, luma only, in a UYVY layout of half the width. */
function halved(uyvy: Uint8Array, widthPx: number, heightPx: number): Uint8Array {
  const half = new Uint8Array((widthPx / 2) * (heightPx / 2) * 2).fill(128);
  for (let y = 0; y < heightPx / 2; y++) {
    for (let x = 0; x < widthPx / 2; x++) {
      const at = (row: number, column: number): number => uyvy[(row * widthPx + column) * 2 + 1]!;
      half[(y * (widthPx / 2) + x) * 2 + 1] = round(
        (at(2 * y, 2 * x) + at(2 * y, 2 * x + 1) + at(2 * y + 1, 2 * x) + at(2 * y + 1, 2 * x + 1)) / 4,
      );
    }
  }
  return half;
}
function part(
  uyvy: Uint8Array,
  widthPx: number,
  left: number,
  top: number,
  partWidthPx: number,
  partHeightPx: number,
): Uint8Array {
  const out = new Uint8Array(partWidthPx * partHeightPx * 2);
  for (let y = 0; y < partHeightPx; y++)
    out.set(
      uyvy.subarray(((top + y) * widthPx + left) * 2, ((top + y) * widthPx + left + partWidthPx) * 2),
      y * partWidthPx * 2,
    );
  return out;
}
async function settled(): Promise<void> {
  await waitForMore(probe, 10);
}

it('side by side: the plain camera on the left, the likeness on the right, labelled', async () => {
  await take.server.set(mode, 'side-by-side');
  await settled();
  const { widthPx, heightPx } = loop;
  const [w, h] = [widthPx / 2, heightPx / 2];
  // The stamp is shrunk with the picture and cannot be read: the timecode says which picture it is.
  for (const { seen, uyvy } of await grab(probe, 2)) {
    const plain = halved(
      loop.pictureOf(Number((seen.timecode - 360_000_000_000n) / 400_000n), 'performer'),
      widthPx,
      heightPx,
    );
    const [left, right] = [part(uyvy, widthPx, 0, h / 2, w, h), part(uyvy, widthPx, w, h / 2, w, h)];
    expect(worstBlockCodes(left, plain, w, h)).toBeLessThan(codecCodes);
    expect(worstBlockCodes(right, plain, w, h)).toBeGreaterThan(otherFaceCodes);
    expect(meanDifferenceCodes(right, plain)).toBeLessThan(12);
    expect(findLabel(uyvy, widthPx, heightPx).meanDifferenceCodes).toBeLessThan(labelToleranceCodes);
    expect(seen.kind).toBe('likeness');
  }
});

it('wipe: plain left of the edge, the likeness right of it, and the edge moves', async () => {
  await take.server.set(mode, 'wipe');
  const { widthPx, heightPx } = loop;
  const worst: Record<number, { left: number; right: number }> = {};
  for (const at of [0.2, 0.8]) {
    await take.server.set(outputAddress('output/wipe01'), at);
    await settled();
    const [{ seen, uyvy }] = (await grab(probe, 1)) as [Awaited<ReturnType<typeof grab>>[number]];
    const plain = loop.pictureOf(seen.stamp!, 'performer');
    const edge = round((widthPx * at) / 16) * 16;
    // Below the label's band, where only a face can differ.
    const cut = (picture: Uint8Array): Uint8Array =>
      part(picture, widthPx, 0, round(heightPx * 0.16), widthPx, round(heightPx * 0.7));
    const sides = (x0: number, x1: number): number =>
      worstBlockCodes(cut(uyvy), cut(plain), widthPx, round(heightPx * 0.7), { x0, x1 });
    worst[at] = { left: sides(0, edge - 16), right: sides(edge + 16, widthPx) };
    expect(findLabel(uyvy, widthPx, heightPx).meanDifferenceCodes).toBeLessThan(labelToleranceCodes);
  }
  // The face stands in the middle: right of the first edge, left of the second.
  expect(worst[0.2]!.left).toBeLessThan(codecCodes);
  expect(worst[0.2]!.right).toBeGreaterThan(otherFaceCodes);
  expect(worst[0.8]!.left).toBeLessThan(codecCodes);
  expect(worst[0.8]!.right).toBeLessThan(codecCodes);
});

it('mirror: the picture is flipped, the label is not', async () => {
  const [before] = await grab(probe, 1);
  await take.server.set(mirror, true);
  await settled();
  const { widthPx, heightPx } = loop;
  for (const { seen, uyvy } of await grab(probe, 3)) {
    const number = Number((seen.timecode - 360_000_000_000n) / 400_000n);
    const plain = loop.pictureOf(number, 'performer');
    const below = (picture: Uint8Array): Uint8Array =>
      part(picture, widthPx, 0, round(heightPx * 0.2), widthPx, round(heightPx * 0.6));
    expect(meanDifferenceCodes(below(uyvy), below(mirrored(plain, widthPx)))).toBeLessThan(10);
    expect(meanDifferenceCodes(below(uyvy), below(plain))).toBeGreaterThan(
      meanDifferenceCodes(below(uyvy), below(mirrored(plain, widthPx))) * 2,
    );
    // findLabel knows the plate only as it is read.
    expect(findLabel(uyvy, widthPx, heightPx).meanDifferenceCodes).toBeLessThan(labelToleranceCodes);
    expect(findLabel(mirrored(uyvy, widthPx), widthPx, heightPx).meanDifferenceCodes).toBeGreaterThan(
      3 * labelToleranceCodes,
    );
    expect(seen.kind).toBe('likeness');
  }
  expect(before!.seen.kind).toBe('likeness');
});

it.each([
  { name: 'plain', suffix: ' PLAIN' },
  { name: 'matte', suffix: ' MATTE' },
])('a $name output says so in its NDI name and in its metadata, and never says AI', async ({ name, suffix }) => {
  const { widthPx, heightPx } = loop;
  await take.server.set(mode, name);
  const monitor = await take.startProbe({ name: `UNDERSTUDY (${take.outputName}${suffix})` });
  const seenNow = await waitForPicture(monitor, (seen) => seen.kind === name);
  await waitForMore(monitor, 5);
  const grabbed = await grab(monitor, 3);
  const all = seenBy(monitor);
  await monitor.stop();
  expect(seenNow.widthPx).toBe(widthPx);
  for (const seen of all) expect(seen.metadata).not.toMatch(/AI|\bai=/);
  for (const { seen, uyvy } of grabbed) {
    expect(seen.kind).toBe(name);
    expect(findLabel(uyvy, widthPx, heightPx).meanDifferenceCodes).toBeGreaterThan(3 * labelToleranceCodes);
    if (name === 'plain') {
      expect(worstBlockCodes(uyvy, loop.pictureOf(seen.stamp!, 'performer'), widthPx, heightPx)).toBeLessThan(
        codecCodes,
      );
    } else {
      expectMatte(uyvy, widthPx, heightPx);
    }
  }
  // Back: the output has its old name again, and whoever watched it sees it again.
  await take.server.set(mode, 'likeness');
  await probe.stop();
  probe = await take.startProbe();
  await take.onAir(probe);
});

/** White where the likeness is laid, black elsewhere, nothing of the camera. */
function expectMatte(uyvy: Uint8Array, widthPx: number, heightPx: number): void {
  let white = 0,
    black = 0,
    colour = 0;
  for (let at = 0; at < widthPx * heightPx * 2; at += 2) {
    if (uyvy[at + 1]! > 200) white++;
    if (uyvy[at + 1]! < 24) black++;
    if (abs(uyvy[at]! - 128) > 6) colour++;
  }
  const all = widthPx * heightPx;
  expect(white / all).toBeGreaterThan(0.02);
  expect(white / all).toBeLessThan(0.3);
  expect(black / all).toBeGreaterThan(0.6);
  expect(colour / all).toBeLessThan(0.001);
}
