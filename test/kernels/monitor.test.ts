import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernelFormats, patchFull } from '../../server/kernels/formats.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { MonitorKernel } from '../../server/kernels/monitor.js';
import type { KernelPicture } from '../../server/kernels/picture.js';
import {
  differenceTwin,
  fillTwin,
  keyTwin,
  screenAlphaTwin,
  splatTwin,
  tintTwin,
} from '../../server/kernels/twin/monitor.js';
import type { TwinPicture } from '../../server/kernels/twin/picture-access.js';
import {
  anyFormat,
  anyGap,
  anySide,
  builds,
  chromaPtr,
  makePicture,
  noiseBytes,
  put,
  take,
  words,
  worst,
} from './support.js';

const memory = new KernelMemory(8);
const kernels = { release: new MonitorKernel(memory), debug: new MonitorKernel(memory, 'debug') };
const place = (p: TwinPicture): KernelPicture => {
  const luma = put(memory, p.bytes);
  return { luma, chroma: chromaPtr(p, luma), strideBytes: p.strideBytes };
};
/** A plane of noise, a third of it 0 and a third 255. */
const planeFor = (p: TwinPicture, gap: number, seed: number): { bytes: Uint8Array; strideBytes: number } => {
  const strideBytes = p.widthPx + gap;
  const bytes = noiseBytes(strideBytes * p.heightPx, seed).map((v) => (v % 3 === 0 ? 0 : v % 3 === 1 ? 255 : v));
  return { bytes, strideBytes };
};
/** Where the kernel may differ: pixels by the stated tolerance, the bytes between rows not at all. */
function expectNear(got: Uint8Array, wanted: TwinPicture, levels16: number): void {
  const deep = wanted.format === kernelFormats.P216;
  if (deep) expect(worst(words(got), words(wanted.bytes))).toBeLessThanOrEqual(levels16);
  else expect(worst(got, wanted.bytes)).toBeLessThanOrEqual(1);
  const rowBytes =
    wanted.widthPx * (wanted.format === kernelFormats.BGRA || wanted.format === kernelFormats.RGBA ? 4 : 2);
  for (let y = 0; y < wanted.heightPx; y++) {
    const from = y * wanted.strideBytes + rowBytes;
    const to = (y + 1) * wanted.strideBytes;
    expect(got.slice(from, to)).toEqual(wanted.bytes.slice(from, to));
  }
}
function agrees(
  sources: TwinPicture[],
  alpha: { bytes: Uint8Array; strideBytes: number } | null,
  dst: TwinPicture,
  levels16: number,
  work: (
    kernel: MonitorKernel,
    s: KernelPicture[],
    plane: { ptr: number; strideBytes: number },
    d: KernelPicture,
  ) => void,
  twin: (d: TwinPicture) => void,
): void {
  const wanted = { ...dst, bytes: dst.bytes.slice() };
  twin(wanted);
  for (const build of builds) {
    const mark = memory.mark();
    const placed = sources.map(place);
    const plane = { ptr: alpha ? put(memory, alpha.bytes) : 0, strideBytes: alpha?.strideBytes ?? 0 };
    const to = place(dst);
    work(kernels[build], placed, plane, to);
    expectNear(take(memory, to.luma, dst.bytes.length), wanted, levels16);
    memory.rewind(mark);
  }
}
const anyCase = [anyFormat, anySide, anySide, anyGap, fc.nat()] as const;

describe('monitor kernels', () => {
  it('difference, key, fill and tint agree with their twins in every format, at any size and stride', () => {
    fc.assert(
      fc.property(...anyCase, fc.integer({ min: 1, max: 16 }), (format, w, h, gap, seed, gain) => {
        const a = makePicture(format, w, h, gap, seed);
        const b = makePicture(format, w, h, gap, seed + 1, 'smooth');
        const dst = makePicture(format, w, h, gap, seed + 2);
        const { widthPx } = a;
        const alpha = planeFor(a, gap, seed + 3);
        agrees(
          [a, b],
          null,
          dst,
          2 + 3 * gain,
          (k, [p, s], _, d) => k.difference(format, p!, s!, d, widthPx, h, gain),
          (d) => differenceTwin(a, b, d, gain),
        );
        agrees(
          [],
          alpha,
          dst,
          6,
          (k, _, plane, d) => k.key(format, plane, d, widthPx, h),
          (d) => keyTwin(alpha, d),
        );
        agrees(
          [a, b],
          alpha,
          dst,
          6,
          (k, [p, s], plane, d) => k.fill(format, p!, s!, plane, d, widthPx, h),
          (d) => fillTwin(a, b, alpha, d),
        );
        agrees(
          [],
          alpha,
          dst,
          6,
          (k, _, plane, d) => k.tint(format, plane, d, widthPx, h, 0.6),
          (d) => tintTwin(alpha, d, 0.6),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('shows no difference, and fills nothing, where plain and shown are equal', () => {
    fc.assert(
      fc.property(...anyCase, (format, w, h, gap, seed) => {
        const a = makePicture(format, w, h, gap, seed);
        const clear = { bytes: new Uint8Array((a.widthPx + gap) * h), strideBytes: a.widthPx + gap };
        const blank = { ...a, bytes: a.bytes.slice() };
        keyTwin(clear, blank);
        for (const work of [
          (k: MonitorKernel, p: KernelPicture, _: { ptr: number; strideBytes: number }, d: KernelPicture) =>
            k.difference(format, p, p, d, a.widthPx, h, 16),
          (k: MonitorKernel, p: KernelPicture, plane: { ptr: number; strideBytes: number }, d: KernelPicture) =>
            k.fill(format, p, p, plane, d, a.widthPx, h),
        ]) {
          const mark = memory.mark();
          const p = place(a);
          const d = place(a);
          work(kernels.release, p, { ptr: put(memory, clear.bytes), strideBytes: clear.strideBytes }, d);
          const got = take(memory, d.luma, a.bytes.length);
          if (format === kernelFormats.P216) expect(worst(words(got), words(blank.bytes))).toBe(0);
          else expect(got).toEqual(blank.bytes);
          memory.rewind(mark);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('the alpha of several patches adds up as light through panes does, at any mix and occlusion', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 65535 }),
        fc.nat(255),
        fc.nat(256),
        fc.nat(255),
        (alpha, seen, mix, under) => {
          const mark = memory.mark();
          const patch = put(memory, Uint16Array.from([1, 2, 3, alpha]));
          const plane = { ptr: put(memory, Uint8Array.of(under, 77)), strideBytes: 2 };
          const occlusion = put(memory, Uint8Array.of(seen));
          const one = { x: 0, y: 0, widthPx: 1, heightPx: 1 };
          kernels.debug.screenAlpha({ ptr: patch, strideBytes: 8 }, occlusion, plane, one, mix);
          const [got, beside] = take(memory, plane.ptr, 2);
          expect(Math.abs(got! - screenAlphaTwin(Math.min(alpha, patchFull), seen, mix, under))).toBeLessThanOrEqual(1);
          expect(beside).toBe(77);
          memory.rewind(mark);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('a grid lands where its map says, and cells of 0 leave the plane alone', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: 0.1, max: 2, noNaN: true }),
        (seed, turn, scale) => {
          const side = 9;
          const grid = noiseBytes(side * side, seed).map((v) => (v < 90 ? 0 : v));
          const map = [
            scale * Math.cos(turn),
            -scale * Math.sin(turn),
            4.2,
            scale * Math.sin(turn),
            scale * Math.cos(turn),
            3.1,
          ];
          const wanted = { bytes: noiseBytes(23 * 17, seed + 1), strideBytes: 23 };
          const mark = memory.mark();
          const plane = { ptr: put(memory, wanted.bytes), strideBytes: 23 };
          kernels.debug.splat(put(memory, grid), side, map, plane, { x0: 0, y0: 0, x1: 23, y1: 17 });
          const got = take(memory, plane.ptr, wanted.bytes.length);
          splatTwin(grid, side, map, wanted, 17);
          // A pixel on the very edge of a cell may fall either way: the kernel steps in f32.
          const apart = got.filter((value, i) => value !== wanted.bytes[i]).length;
          expect(apart).toBeLessThanOrEqual(got.length * 0.02);
          memory.rewind(mark);
        },
      ),
      { numRuns: 60 },
    );
  });
});
