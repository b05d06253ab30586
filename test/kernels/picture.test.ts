import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernelFormats, patchFull } from '../../server/kernels/formats.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { PictureKernel, type KernelPicture } from '../../server/kernels/picture.js';
import type { TwinPicture } from '../../server/kernels/twin/picture-access.js';
import { fillTwin, halfTwin, matteLuma, mirrorTwin, wipeTwin } from '../../server/kernels/twin/picture.js';
import {
  anyFormat,
  anyGap,
  anySide,
  builds,
  chromaPtr,
  isPairFormat,
  makePatch,
  makePicture,
  noiseBytes,
  put,
  take,
} from './support.js';

const memory = new KernelMemory(8);
const kernels = { release: new PictureKernel(memory), debug: new PictureKernel(memory, 'debug') };
const place = (p: TwinPicture): KernelPicture => {
  const luma = put(memory, p.bytes);
  return { luma, chroma: chromaPtr(p, luma), strideBytes: p.strideBytes };
};
/** Runs `work` with both builds; expects dst to become what `twin` makes of it, bytes between rows included. */
function agrees(
  sources: TwinPicture[],
  dst: TwinPicture,
  work: (kernel: PictureKernel, sources: KernelPicture[], dst: KernelPicture) => void,
  twin: (dst: TwinPicture) => void,
): void {
  const expected = { ...dst, bytes: dst.bytes.slice() };
  twin(expected);
  for (const build of builds) {
    const mark = memory.mark();
    const placed = sources.map(place),
      to = place(dst);
    work(kernels[build], placed, to);
    expect(take(memory, to.luma, dst.bytes.length)).toEqual(expected.bytes);
    memory.rewind(mark);
  }
}

describe('picture kernels', () => {
  it('mirror, wipe, copy and fill are exact in every format, at any size and stride, and write nothing between rows', () => {
    fc.assert(
      fc.property(
        anyFormat,
        anySide,
        anySide,
        anyGap,
        anyGap,
        fc.integer({ min: -3, max: 80 }),
        fc.nat(),
        (format, w, h, gapA, gapB, split, seed) => {
          const a = makePicture(format, w, h, gapA, seed),
            b = makePicture(format, w, h, gapB, seed + 1),
            dst = makePicture(format, w, h, gapB, seed + 2);
          const width = a.widthPx;
          agrees(
            [a],
            dst,
            (k, [s], d) => k.mirror(format, s!, d, width, h),
            (d) => mirrorTwin(a, d),
          );
          const at = isPairFormat(format) ? Math.max(0, split) & ~1 : split;
          agrees(
            [a, b],
            dst,
            (k, [s, t], d) => k.wipe(format, s!, t!, d, width, h, split),
            (d) => wipeTwin(a, b, d, at),
          );
          agrees(
            [a],
            dst,
            (k, [s], d) => k.copy(format, s!, d, width, h),
            (d) => wipeTwin(a, a, d, 0),
          );
          agrees(
            [],
            dst,
            (k, _, d) => k.fill(format, d, width, h, 17, 99, 203),
            (d) => fillTwin(d, [17, 99, 203]),
          );
        },
      ),
      { numRuns: 80 },
    );
  });
  it('mirrored twice is the picture itself', () => {
    fc.assert(
      fc.property(anyFormat, anySide, anySide, fc.nat(), (format, w, h, seed) => {
        const a = makePicture(format, w, h, 0, seed);
        const mark = memory.mark();
        const src = place(a),
          middle = place(a),
          back = place(makePicture(format, w, h, 0, seed + 1));
        kernels.release.mirror(format, src, middle, a.widthPx, h);
        kernels.release.mirror(format, middle, back, a.widthPx, h);
        expect(take(memory, back.luma, a.bytes.length)).toEqual(a.bytes);
        memory.rewind(mark);
      }),
      { numRuns: 40 },
    );
  });
  it('half is the 2×2 mean rounded to nearest, and side by side puts two of them on black', () => {
    fc.assert(
      fc.property(anyFormat, anySide, anySide, anyGap, fc.nat(), (format, w, h, gap, seed) => {
        const halfWidth = isPairFormat(format) ? (w + 1) & ~1 : w;
        const a = makePicture(format, 2 * halfWidth, 2 * h, gap, seed),
          b = makePicture(format, 2 * halfWidth, 2 * h, 0, seed + 1);
        const small = makePicture(format, halfWidth, h, gap, seed + 2),
          wide = makePicture(format, 2 * halfWidth, 2 * h, 4, seed + 3);
        agrees(
          [a],
          small,
          (k, [s], d) => k.half(format, s!, d, halfWidth, h),
          (d) => halfTwin(a, d, halfWidth, h),
        );
        const top = h >> 1;
        agrees(
          [a, b],
          wide,
          (k, [s, t], d) => k.sideBySide(format, s!, t!, d, 2 * halfWidth, 2 * h),
          (d) => {
            fillTwin(d, isPairFormat(format) ? [16, 128, 128] : [0, 0, 0]);
            halfTwin(a, d, halfWidth, h, 0, top);
            halfTwin(b, d, halfWidth, h, halfWidth, top);
          },
        );
      }),
      { numRuns: 60 },
    );
  });
  it('a matte is legal-range luma of alpha on grey chroma, for all 256 alphas', () => {
    for (const build of builds) {
      for (const width of [2, 8, 10, 250, 256]) {
        const mark = memory.mark();
        const alpha = width === 256 ? Uint8Array.from({ length: 256 }, (_, i) => i) : noiseBytes(width, width);
        const dst = memory.allocate(width * 2);
        kernels[build].matteUyvy(put(memory, alpha), width, { luma: dst, chroma: 0, strideBytes: width * 2 }, width, 1);
        const out = take(memory, dst, width * 2);
        alpha.forEach((a, x) => expect([out[2 * x], out[2 * x + 1]]).toEqual([128, matteLuma(a)]));
        memory.rewind(mark);
      }
    }
  });
  it('the alpha of a patch becomes a plane of codes, scaled by mix', () => {
    const patch = makePatch(37, 5, 2, 8);
    for (const build of builds) {
      for (const mix of [0, 100, 256]) {
        const mark = memory.mark();
        const dst = memory.allocate(37 * 5);
        kernels[build].patchAlpha(put(memory, patch.data), patch.strideValues * 2, dst, 37, 37, 5, mix);
        take(memory, dst, 37 * 5).forEach((code, i) => {
          const alpha = patch.data[Math.floor(i / 37) * patch.strideValues + (i % 37) * 4 + 3]!;
          expect(Math.abs(code - (alpha / patchFull) * 255 * (mix / 256))).toBeLessThan(1);
        });
        memory.rewind(mark);
      }
    }
  });
  it('blackout is legal black in 4:2:2, as NDI defines it', () => {
    const p = makePicture(kernelFormats.UYVY, 6, 2, 0, 0);
    agrees(
      [],
      p,
      (k, _, d) => k.blackout(kernelFormats.UYVY, d, 6, 2),
      (d) => d.bytes.forEach((_, i) => (d.bytes[i] = i % 2 ? 16 : 128)),
    );
  });
});
