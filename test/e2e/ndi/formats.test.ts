import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PixelFormat } from '../../../server/frame/format.js';
import type { ReceiverOptions } from '../../../server/ndi/port.js';
import { knownRgb, paintKnown } from '../support/ndi-peer/picture.js';
import { Peers, uniqueName } from '../support/peer-process.js';
import { next, openDoor, receiverOf, type Door } from './door.js';
import { differences, type Differences } from './known-picture.js';

/**
 * In steps of 8 bits, on a smooth picture. NDI's codec is lossy: YUV differs by 1 at most here, and P216 by 1.25 (libndi
 * 5.5.2 codes 8 bits of it). Asking libndi for RGB is worse than lossy: its decoder adds the Cb part of green with the wrong
 * sign (seen on linux_x64 5.5.2: YCbCr 120 90 180 gives RGB 213 85 44, where Rec.709 says 214 101 41), up to 23 steps on this
 * picture. The product therefore receives 'fastest' and converts by itself; the RGB rows here prove layout and channel order.
 */
const tolerance = { yuv: { max: 2, mean: 0.6 }, rgb: { max: 26, mean: 6 }, alpha: { max: 2, mean: 0.6 } };

interface Row {
  readonly sent: PixelFormat;
  readonly color: ReceiverOptions['color'];
  readonly received: PixelFormat;
}
const rows: readonly Row[] = [
  { sent: 'UYVY', color: 'fastest', received: 'UYVY' },
  { sent: 'UYVA', color: 'fastest', received: 'UYVA' },
  { sent: 'BGRA', color: 'bgrx-bgra', received: 'BGRA' },
  { sent: 'BGRX', color: 'bgrx-bgra', received: 'BGRX' },
  { sent: 'RGBA', color: 'rgbx-rgba', received: 'RGBA' },
  { sent: 'RGBX', color: 'rgbx-rgba', received: 'RGBX' },
  { sent: 'P216', color: 'best', received: 'P216' },
  { sent: 'PA16', color: 'best', received: 'PA16' },
];
const size = { widthPx: 640, heightPx: 360 };

let door: Door;
let peers: Peers;
beforeAll(() => {
  door = openDoor();
  peers = new Peers();
});
afterAll(async () => {
  await peers.close();
  door.close();
});

function expectKnown(seen: Differences, format: PixelFormat): void {
  const limit = /RGB|BGR/.test(format) ? tolerance.rgb : tolerance.yuv;
  expect(seen.luma.max, 'luma max').toBeLessThanOrEqual(limit.max);
  expect(seen.luma.mean, 'luma mean').toBeLessThanOrEqual(limit.mean);
  expect(seen.chroma.max, 'chroma max').toBeLessThanOrEqual(limit.max);
  expect(seen.alpha.max, 'alpha max').toBeLessThanOrEqual(tolerance.alpha.max);
  expect(seen.alpha.mean, 'alpha mean').toBeLessThanOrEqual(tolerance.alpha.mean);
}

describe('a picture keeps its layout and its pixels', () => {
  it.each(rows)('$sent of a camera is received as $received ($color)', async ({ sent, color, received }) => {
    const name = uniqueName(`in ${sent}`);
    const camera = await peers.sender({ name, format: sent, ...size });
    const receiver = await receiverOf(door.ndi, name, { color });
    const { video } = await next(receiver, 'video');
    expect(video.format).toBe(received);
    expect([video.widthPx, video.heightPx]).toEqual([size.widthPx, size.heightPx]);
    const seen = differences(video.pixels, video.format, video.widthPx, video.heightPx, video.strideBytes);
    expectKnown(seen, received);
    video.release();
    receiver.close();
    await camera.stop('stopped');
  });

  it.each(rows)('$sent of ours reaches a foreign monitor', async ({ sent, color, received }) => {
    const name = uniqueName(`out ${sent}`);
    const sender = door.ndi.createSender({ name, clockVideo: true, clockAudio: false });
    const frame = door.ndi.createVideoFrame({ format: sent, ...size, frameRateNum: 25, frameRateDen: 1 });
    paintKnown(frame.pixels, sent, size.widthPx, size.heightPx);
    const timer = setInterval(() => sender.sendVideo(frame), 40);
    try {
      const colorFormat = { fastest: 100, best: 101, 'bgrx-bgra': 0, 'rgbx-rgba': 2, 'uyvy-bgra': 1 }[color];
      const probe = await peers.probe({
        name,
        colorFormat,
        saveFolder: join(peers.folder, sent),
        saveFrames: [2],
        frames: 4,
      });
      const saved = await probe.waitFor('saved');
      expect(saved['format']).toBe(received);
      const pixels = readFileSync(String(saved['file']));
      expectKnown(differences(pixels, received, size.widthPx, size.heightPx, Number(saved['strideBytes'])), received);
    } finally {
      clearInterval(timer);
      sender.close();
      frame.free();
    }
  });

  it.each(['BGRA', 'RGBX'] as const)(
    '%s of ours is coded by libndi with the Rec.709 matrix, at SD too',
    async (sent) => {
      const name = uniqueName(`matrix ${sent}`);
      const camera = await peers.sender({ name, format: sent, ...size });
      const receiver = await receiverOf(door.ndi, name, { color: 'fastest' });
      const { video } = await next(receiver, 'video');
      const { pixels, strideBytes } = video;
      for (const [x, y] of [
        [100, 50],
        [320, 180],
        [500, 300],
      ] as const) {
        const { r, g, b } = knownRgb(x, y, size.widthPx, size.heightPx);
        const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        const at = y * strideBytes + x * 2;
        expect(Math.abs(pixels[at + 1]! - (16 + (219 / 255) * luma))).toBeLessThanOrEqual(2.5);
        expect(Math.abs(pixels[at]! - (128 + ((224 / 255) * (b - luma)) / 1.8556))).toBeLessThanOrEqual(2.5);
        expect(Math.abs(pixels[at + 2]! - (128 + ((224 / 255) * (r - luma)) / 1.5748))).toBeLessThanOrEqual(2.5);
      }
      video.release();
      receiver.close();
      await camera.stop('stopped');
    },
  );

  it('an odd size and a stride of ours survive', async () => {
    const name = uniqueName('odd');
    const camera = await peers.sender({ name, format: 'UYVY', widthPx: 322, heightPx: 182 });
    const receiver = await receiverOf(door.ndi, name);
    const { video } = await next(receiver, 'video');
    expect([video.widthPx, video.heightPx]).toEqual([322, 182]);
    expect(video.strideBytes).toBeGreaterThanOrEqual(644);
    expectKnown(differences(video.pixels, 'UYVY', 322, 182, video.strideBytes), 'UYVY');
    video.release();
    receiver.close();
    await camera.stop('stopped');
  });
});
