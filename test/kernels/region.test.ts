import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { YuvMatrix } from '../../server/frame/format.js';
import { kernelFormats, kernelMatrixOf } from '../../server/kernels/formats.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { RegionKernel, shrinkRowTaps } from '../../server/kernels/region.js';
import { isRgbPicture, type TwinPicture } from '../../server/kernels/twin/picture-access.js';
import { cropLumaTwin, cropRgbTwin, shrinkRgbTwin } from '../../server/kernels/twin/region.js';
import { anyFormat, anyGap, anySide, builds, chromaPtr, makePicture, put, take, worst } from './support.js';

const memory = new KernelMemory(16);
const limits = { maxRegionPx: 256 * 256, maxSidePx: 512, maxCropPx: 64 };
const kernels = {
  release: new RegionKernel(memory, 'release', limits),
  debug: new RegionKernel(memory, 'debug', limits),
};
const clamped = (values: Float64Array): Float64Array => values.map((v) => Math.max(0, Math.min(255, v)));
const matrices = fc.constantFrom<YuvMatrix>('bt601', 'bt709', 'bt2020');

type Build = (typeof builds)[number];
function cropped(
  build: Build,
  what: 'luma' | 'rgb',
  picture: TwinPicture,
  size: number,
  map: number[],
  matrix: YuvMatrix = 'bt709',
): Uint8Array {
  const mark = memory.mark();
  const src = put(memory, picture.bytes),
    params = put(memory, Float32Array.from(map));
  const bytes = size * size * (what === 'rgb' ? 3 : 1);
  const dst = memory.allocate(bytes);
  memory.u8.fill(0xa5, dst, dst + bytes + 16);
  const k = kernels[build];
  const { format, widthPx, heightPx, strideBytes } = picture;
  const chroma = chromaPtr(picture, src);
  const code =
    what === 'luma'
      ? k.cropLuma(src, format, widthPx, heightPx, strideBytes, chroma, dst, size, params)
      : k.cropRgb(src, format, widthPx, heightPx, strideBytes, chroma, dst, size, params, kernelMatrixOf(matrix));
  expect(code).toBe(0);
  const out = take(memory, dst, bytes);
  expect(
    [...take(memory, dst + bytes, 16)].every((b) => b === 0xa5),
    'writes no byte behind the crop',
  ).toBe(true);
  expect(take(memory, src, picture.bytes.length)).toEqual(picture.bytes);
  memory.rewind(mark);
  return out;
}
const similarity = (scale: number, angle: number, tx: number, ty: number): number[] => {
  const c = Math.fround(scale * Math.cos(angle)),
    s = Math.fround(scale * Math.sin(angle));
  return [c, -s, Math.fround(tx), s, c, Math.fround(ty)];
};
const anyMap = fc.record({
  scale: fc.constantFrom(0.3, 0.8, 1, 1.45, 1.7, 2.9, 3.4, 6.5),
  angle: fc.double({ min: -3.2, max: 3.2, noNaN: true }),
  tx: fc.double({ min: -40, max: 90, noNaN: true }),
  ty: fc.double({ min: -40, max: 90, noNaN: true }),
});

describe('region.cropLuma', () => {
  it('copies the luma codes of a 4:2:2 region exactly under the identity', () => {
    for (const build of builds) {
      const picture = makePicture(kernelFormats.UYVY, 24, 24, 4, 5);
      const out = cropped(build, 'luma', picture, 24, [1, 0, 0, 0, 1, 0]);
      for (let i = 0; i < out.length; i++)
        expect(out[i]).toBe(picture.bytes[Math.floor(i / 24) * picture.strideBytes + (i % 24) * 2 + 1]);
    }
  });
  it('stays within 2 codes of the same crop in real numbers on smooth pictures, and within 4 on noise, at any scale, turn and place', () => {
    fc.assert(
      fc.property(
        anyFormat,
        anySide,
        anySide,
        anyGap,
        fc.constantFrom(1, 5, 8, 16, 23),
        anyMap,
        fc.boolean(),
        fc.nat(999),
        (format, w, h, gap, size, m, smooth, seed) => {
          const picture = makePicture(format, w, h, gap, seed, smooth ? 'smooth' : 'noise');
          const map = similarity(m.scale, m.angle, m.tx, m.ty);
          const results = builds.map((build) => cropped(build, 'luma', picture, size, map));
          expect(results[0]).toEqual(results[1]);
          expect(worst(results[0]!, cropLumaTwin(picture, size, map))).toBeLessThanOrEqual(smooth ? 2 : 4);
        },
      ),
      { numRuns: 150 },
    );
  });
  it('gives the edge colour, not a fault, for a crop that lies wholly outside', () => {
    const picture = makePicture(kernelFormats.UYVY, 16, 16, 0, 5);
    const out = cropped('release', 'luma', picture, 8, [1, 0, -1e6, 0, 1, -1e6]);
    expect(new Set(out)).toEqual(new Set([picture.bytes[1]]));
  });
});

describe('region.cropRgb', () => {
  it('stays within 5.5 codes of the same crop in real numbers on smooth pictures, and within 10.5 on noise (chroma errors count 2.1-fold)', () => {
    fc.assert(
      fc.property(
        anyFormat,
        anySide,
        anySide,
        anyGap,
        fc.constantFrom(1, 3, 8, 11, 16),
        anyMap,
        matrices,
        fc.boolean(),
        fc.nat(999),
        (format, w, h, gap, size, m, matrix, smooth, seed) => {
          const picture = makePicture(format, w, h, gap, seed, smooth ? 'smooth' : 'noise');
          const map = similarity(m.scale, m.angle, m.tx, m.ty);
          const results = builds.map((build) => cropped(build, 'rgb', picture, size, map, matrix));
          expect(results[0]).toEqual(results[1]);
          expect(worst(results[0]!, clamped(cropRgbTwin(picture, size, map, matrix)))).toBeLessThanOrEqual(
            smooth ? 5.5 : 10.5,
          );
        },
      ),
      { numRuns: 150 },
    );
  });
  it('turns the colour bars of Rec.601 75 % into their RGB', () => {
    // Y Cb Cr and RGB from the table in reference/control-and-calibration.md (ITU-R BT.801 bars).
    const bars: [number, number, number, number, number, number][] = [
      [180, 128, 128, 191, 191, 191],
      [162, 44, 142, 191, 191, 0],
      [131, 156, 44, 0, 191, 191],
      [112, 72, 58, 0, 191, 0],
      [84, 184, 198, 191, 0, 191],
      [65, 100, 212, 191, 0, 0],
      [35, 212, 114, 0, 0, 191],
    ];
    for (const [y, cb, cr, r, g, b] of bars) {
      const picture = makePicture(kernelFormats.UYVY, 16, 8, 0, 0);
      for (let i = 0; i < picture.bytes.length; i += 4) picture.bytes.set([cb, y, cr, y], i);
      const out = cropped('release', 'rgb', picture, 8, [1, 0, 0, 0, 1, 0], 'bt601');
      expect(worst(out.subarray(0, 3), [r, g, b])).toBeLessThanOrEqual(2);
    }
  });
});

describe('region.shrinkRgb', () => {
  const shrunk = (
    build: Build,
    picture: TwinPicture,
    dstWidth: number,
    dstHeight: number,
    matrix: YuvMatrix,
    bytesPerPixel: 3 | 4,
  ): Uint8Array => {
    const mark = memory.mark();
    const src = put(memory, picture.bytes);
    const bytes = dstWidth * dstHeight * bytesPerPixel;
    const dst = memory.allocate(bytes);
    memory.u8.fill(0xa5, dst, dst + bytes + 16);
    const name = bytesPerPixel === 3 ? 'shrinkRgb' : 'shrinkRgbx';
    kernels[build][name](
      src,
      picture.format,
      picture.widthPx,
      picture.heightPx,
      picture.strideBytes,
      dst,
      dstWidth,
      dstHeight,
      kernelMatrixOf(matrix),
    );
    expect(
      [...take(memory, dst + bytes, 16)].every((b) => b === 0xa5),
      'writes no byte behind the picture',
    ).toBe(true);
    const out = take(memory, dst, bytes);
    memory.rewind(mark);
    return out;
  };
  /**
   * How far whole weights may lead away from real ones, in codes: rows weigh whole 1/128 (three rows 43 43 42), which between black
   * and white rows is up to `uneven`; P216 is rounded to bytes first; Cb reaches blue 2.14-fold (bt2020), luma 1.17-fold; then the conversion rounds.
   */
  const toleranceCodes = (picture: TwinPicture, dstHeight: number): number => {
    const taps = shrinkRowTaps(picture.heightPx, dstHeight);
    const heavier = 128 % taps;
    const uneven = (heavier * (Math.floor(128 / taps) + 1 - 128 / taps) * 255) / 128;
    const bytes = picture.format === kernelFormats.P216 ? 0.5 : 0;
    return (uneven + bytes) * (isRgbPicture(picture) ? 1 : 1.17 + 2.14) + 1.5;
  };
  it('is the area average in real numbers to the rounding of its weights, at whole and broken ratios, and the same in RGB and RGBX', () => {
    fc.assert(
      fc.property(
        anyFormat,
        anySide,
        anySide,
        anyGap,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        matrices,
        fc.nat(999),
        (format, w, h, gap, dw, dh, matrix, seed) => {
          const picture = makePicture(format, w, h, gap, seed);
          const results = builds.map((build) => shrunk(build, picture, dw, dh, matrix, 3));
          expect(results[0]).toEqual(results[1]);
          const difference = worst(results[0]!, clamped(shrinkRgbTwin(picture, dw, dh, matrix)));
          expect(difference).toBeLessThanOrEqual(toleranceCodes(picture, dh));
          const rgbx = shrunk('release', picture, dw, dh, matrix, 4);
          expect(rgbx.filter((_, i) => i % 4 !== 3)).toEqual(results[0]);
          expect(rgbx.filter((_, i) => i % 4 === 3).every((x) => x === 255)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });
  it('keeps a flat picture flat at every ratio', () => {
    for (const width of [2, 10, 38, 64]) {
      for (const dstWidth of [1, 3, 7, 16]) {
        const picture = makePicture(kernelFormats.BGRA, width, 9, 0, 0);
        for (let i = 0; i < picture.bytes.length; i += 4) picture.bytes.set([33, 99, 250, 1], i);
        const out = shrunk('release', picture, dstWidth, 2, 'bt709', 3);
        for (let i = 0; i < out.length; i += 3) expect([...out.subarray(i, i + 3)]).toEqual([250, 99, 33]);
      }
    }
  });
});
