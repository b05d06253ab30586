import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlendKernel, featherScratchBytes } from '../../server/kernels/blend.js';
import { kernelFormats, patchFull } from '../../server/kernels/formats.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { featherAlphaTwin, overTwin, selfCopyTwin } from '../../server/kernels/twin/blend.js';
import { componentOffsets, type TwinPicture } from '../../server/kernels/twin/picture-access.js';
import {
  allFormats,
  anyFormat,
  anyGap,
  anySide,
  builds,
  chromaPtr,
  makePatch,
  makePicture,
  noiseBytes,
  put,
  take,
  words,
  worst,
} from './support.js';

const memory = new KernelMemory(8);
const kernels = { release: new BlendKernel(memory), debug: new BlendKernel(memory, 'debug') };
const blended = (
  build: 'release' | 'debug',
  patch: ReturnType<typeof makePatch>,
  picture: TwinPicture,
  mix: number,
  occlusion: Uint8Array | null,
): Uint8Array => {
  const mark = memory.mark();
  const dst = put(memory, picture.bytes);
  const occlusionPtr = occlusion ? put(memory, occlusion) : 0;
  const { widthPx, heightPx } = patch;
  const code = kernels[build].over(
    { format: picture.format, ptr: dst, chromaPtr: chromaPtr(picture, dst), strideBytes: picture.strideBytes },
    { ptr: put(memory, patch.data), strideBytes: patch.strideValues * 2, widthPx, heightPx },
    mix,
    { ptr: occlusionPtr, strideBytes: widthPx },
  );
  expect(code).toBe(0);
  const out = take(memory, dst, picture.bytes.length);
  memory.rewind(mark);
  return out;
};

describe('blend.over', () => {
  it('replaces 8-bit 4:2:2 where eight pixels in a row are opaque and in sight, chroma by the mean of its pair', () => {
    const picture = makePicture(kernelFormats.UYVY, 16, 2, 0, 7);
    const patch = makePatch(16, 2, 0, 8);
    for (let i = 3; i < patch.data.length; i += 4) patch.data[i] = patchFull;
    const at = (x: number, c: number): number => patch.data[x * 4 + c]!;
    const code = (value: number): number => Math.floor((value + 128) / 256);
    const mean = (x: number, c: number): number => Math.floor((at(x, c) + at(x + 1, c) + 1) / 2);
    for (const build of builds) {
      const bytes = blended(build, patch, picture, 256, new Uint8Array(32).fill(255));
      for (let x = 0; x < 16; x += 2)
        expect([...bytes.subarray(x * 2, x * 2 + 4)]).toEqual(
          [mean(x, 1), at(x, 0), mean(x, 2), at(x + 1, 0)].map(code),
        );
    }
  });

  it('lies within one 8-bit code (eight of 65535) of the blend in real numbers, at any size, stride, mix and occlusion', () => {
    fc.assert(
      fc.property(
        anyFormat,
        anySide,
        anySide,
        anyGap,
        fc.constantFrom(0, 1, 77, 128, 255, 256),
        fc.boolean(),
        fc.nat(),
        (format, w, h, gap, mix, occluded, seed) => {
          const picture = makePicture(format, w, h, gap, seed);
          const patch = makePatch(picture.widthPx, h, gap >> 2, seed + 1);
          const occlusion = occluded ? noiseBytes(picture.widthPx * h, seed + 2) : null;
          const results = builds.map((build) => blended(build, patch, picture, mix, occlusion));
          expect(results[0]).toEqual(results[1]);
          const expected = { ...picture, bytes: picture.bytes.slice() };
          overTwin(patch, expected, mix, occlusion, picture.widthPx);
          const deep = format === kernelFormats.P216;
          expect(
            worst(deep ? words(results[0]!) : results[0]!, deep ? words(expected.bytes) : expected.bytes),
          ).toBeLessThanOrEqual(deep ? 8 : 1);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('leaves every byte exactly as it was where alpha, mix or occlusion is 0, and all bytes between rows', () => {
    fc.assert(
      fc.property(
        anyFormat,
        anySide,
        anySide,
        anyGap,
        fc.constantFrom('alpha', 'mix', 'occlusion'),
        fc.nat(),
        (format, w, h, gap, zero, seed) => {
          const picture = makePicture(format, w, h, gap, seed);
          const patch = makePatch(picture.widthPx, h, 1, seed + 1);
          if (zero === 'alpha') for (let i = 3; i < patch.data.length; i += 4) patch.data[i] = 0;
          const occlusion = zero === 'occlusion' ? new Uint8Array(picture.widthPx * h) : null;
          for (const build of builds)
            expect(blended(build, patch, picture, zero === 'mix' ? 0 : 256, occlusion)).toEqual(picture.bytes);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("never changes the luma or colour of a transparent pixel, even beside an opaque one, nor a picture's alpha byte", () => {
    for (const format of allFormats) {
      const picture = makePicture(format, 21, 5, 4, 9);
      const patch = makePatch(picture.widthPx, 5, 0, 10);
      const out = { ...picture, bytes: blended('release', patch, picture, 256, null) };
      for (let y = 0; y < 5; y++) {
        for (let x = 0; x < picture.widthPx; x++) {
          const first = componentOffsets(picture, x, y)[0];
          if (patch.data[(y * picture.widthPx + x) * 4 + 3] === 0) expect(out.bytes[first]).toBe(picture.bytes[first]);
          if (format === kernelFormats.BGRA || format === kernelFormats.RGBA) {
            const alpha = y * picture.strideBytes + x * 4 + 3;
            expect(out.bytes[alpha]).toBe(picture.bytes[alpha]);
          }
        }
      }
    }
  });

  it('moves a 16-bit picture in steps finer than ten bits', () => {
    const picture = makePicture(kernelFormats.P216, 64, 1, 0, 3);
    for (let i = 0; i < picture.bytes.length; i += 2) picture.bytes.set([0, 64], i);
    const patch = makePatch(64, 1, 0, 4);
    // A ramp of one 15-bit step per pixel: it must come out strictly rising.
    for (let x = 0; x < 64; x++) patch.data.set([20000 + 2 * x, 32768, 32768, patchFull], x * 4);
    const luma = words(blended('release', patch, picture, 256, null)).subarray(0, 64);
    for (let x = 1; x < 64; x++) expect(luma[x]! - luma[x - 1]!).toBe(2);
  });
});

describe('blend.selfCopy', () => {
  it("gives the picture's own components exactly, and laying it back changes no byte", () => {
    fc.assert(
      fc.property(anyFormat, anySide, anySide, anyGap, fc.nat(), (format, w, h, gap, seed) => {
        const picture = makePicture(format, w, h, gap, seed);
        const expected = makePatch(picture.widthPx, h, 2, seed);
        const before = expected.data.slice();
        selfCopyTwin(picture, expected);
        for (const build of builds) {
          const mark = memory.mark();
          const src = put(memory, picture.bytes),
            patch = put(memory, before);
          kernels[build].selfCopy(
            format,
            src,
            chromaPtr(picture, src),
            picture.strideBytes,
            patch,
            expected.strideValues * 2,
            picture.widthPx,
            h,
          );
          expect(words(take(memory, patch, before.byteLength))).toEqual(expected.data);
          memory.rewind(mark);
          // 16-bit samples keep 15 bits through a blend, so the lowest bit may move there.
          const back = blended(build, expected, picture, 256, null);
          if (format === kernelFormats.P216) expect(worst(words(back), words(picture.bytes))).toBeLessThanOrEqual(2);
          else expect(back).toEqual(picture.bytes);
        }
      }),
      { numRuns: 80 },
    );
  });
});

describe('blend.featherAlpha', () => {
  const feather = (
    build: 'release' | 'debug',
    patch: ReturnType<typeof makePatch>,
    radius: number,
    mode: 'plain' | 'inward',
  ): Uint16Array => {
    const mark = memory.mark();
    const at = put(memory, patch.data);
    const scratch = memory.allocate(featherScratchBytes(patch.widthPx, patch.heightPx));
    kernels[build].featherAlpha(at, patch.widthPx, patch.heightPx, patch.strideValues * 2, radius, scratch, mode);
    const out = words(take(memory, at, patch.data.byteLength));
    memory.rewind(mark);
    return out;
  };
  it('blurs alpha as two boxes each way do, to one unit in 65280, and touches no colour and no byte between rows', () => {
    fc.assert(
      fc.property(
        anySide,
        anySide,
        fc.integer({ min: 0, max: 20 }),
        fc.constantFrom('plain' as const, 'inward' as const),
        fc.nat(),
        (w, h, radius, mode, seed) => {
          const patch = makePatch(w, h, 1, seed);
          const results = builds.map((build) => feather(build, patch, radius, mode));
          expect(results[0]).toEqual(results[1]);
          const expected = { ...patch, data: patch.data.slice() };
          featherAlphaTwin(expected, radius, mode);
          expect(worst(results[0]!, expected.data)).toBeLessThanOrEqual(mode === 'inward' ? 2 : 1);
          for (let i = 0; i < patch.data.length; i++) if (i % 4 !== 3) expect(results[0]![i]).toBe(patch.data[i]);
        },
      ),
      { numRuns: 60 },
    );
  });
  it('keeps the inside opaque and the outside transparent when it feathers inward', () => {
    const patch = makePatch(64, 64, 0, 1);
    for (let y = 0; y < 64; y++)
      for (let x = 0; x < 64; x++)
        patch.data[(y * 64 + x) * 4 + 3] = x >= 20 && x < 44 && y >= 16 && y < 48 ? patchFull : 0;
    const out = feather('release', patch, 3, 'inward');
    const at = (x: number, y: number): number => out[(y * 64 + x) * 4 + 3]!;
    expect(at(32, 32)).toBe(patchFull);
    expect(at(19, 32)).toBe(0);
    expect(at(20, 32)).toBeLessThan(patchFull / 3);
    for (let x = 20; x < 30; x++) expect(at(x + 1, 32)).toBeGreaterThanOrEqual(at(x, 32));
  });
});
