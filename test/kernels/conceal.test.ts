import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConcealKernel } from '../../server/kernels/conceal.js';
import { kernelFormats } from '../../server/kernels/formats.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { ellipseDistance, softenTwin, type TwinEllipse } from '../../server/kernels/twin/conceal.js';
import { componentOffsets, pixel8, type TwinPicture } from '../../server/kernels/twin/picture-access.js';
import { anyFormat, anyGap, anySide, builds, chromaPtr, makePicture, put, take, words, worst } from './support.js';

const memory = new KernelMemory(8);
const kernels = { release: new ConcealKernel(memory, 'release', 512), debug: new ConcealKernel(memory, 'debug', 512) };
function softened(build: (typeof builds)[number], p: TwinPicture, e: TwinEllipse | null, cells: number): Uint8Array {
  const mark = memory.mark();
  const dst = put(memory, p.bytes);
  const ellipse = e ? put(memory, Float32Array.of(e.cx, e.cy, e.rx, e.ry, e.cos, e.sin)) : 0;
  kernels[build].soften(p.format, dst, chromaPtr(p, dst), p.strideBytes, p.widthPx, p.heightPx, ellipse, cells);
  const out = take(memory, dst, p.bytes.length);
  memory.rewind(mark);
  return out;
}
const anyEllipse = fc
  .record({
    cx: fc.double({ min: -20, max: 90, noNaN: true }),
    cy: fc.double({ min: -20, max: 90, noNaN: true }),
    rx: fc.double({ min: 0.1, max: 60, noNaN: true }),
    ry: fc.double({ min: 0.1, max: 60, noNaN: true }),
    turn: fc.double({ min: -3.2, max: 3.2, noNaN: true }),
  })
  .map(({ turn, ...e }): TwinEllipse => ({ ...e, cos: Math.cos(turn), sin: Math.sin(turn) }));

describe('conceal.soften', () => {
  it('changes no byte of a pixel outside the ellipse nor between rows, for any ellipse, format and size', () => {
    fc.assert(
      fc.property(
        anyFormat,
        anySide,
        anySide,
        anyGap,
        anyEllipse,
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        (format, w, h, gap, e, cells, seed) => {
          const p = makePicture(format, w, h, gap, seed);
          const results = builds.map((build) => softened(build, p, e, cells));
          expect(results[0]).toEqual(results[1]);
          const out = { ...p, bytes: results[0]! };
          const mayChange = new Set<number>();
          for (let y = 0; y < p.heightPx; y++) {
            for (let x = 0; x < p.widthPx; x++) {
              // 1 + a hair: the kernel decides in single precision.
              if (ellipseDistance(e, x, y) >= 1.0001) continue;
              componentOffsets(p, x, y).forEach((at) =>
                [at, at + (format === kernelFormats.P216 ? 1 : 0)].forEach((i) => mayChange.add(i)),
              );
            }
          }
          for (let i = 0; i < p.bytes.length; i++) if (!mayChange.has(i)) expect(out.bytes[i]).toBe(p.bytes[i]);
        },
      ),
      { numRuns: 80 },
    );
  });
  it('is the interpolated mean of its cells under a soft edge, to 4 codes, on smooth pictures', () => {
    fc.assert(
      fc.property(
        anyFormat,
        fc.integer({ min: 130, max: 170 }),
        fc.integer({ min: 130, max: 170 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        fc.nat(99),
        (format, w, h, cells, whole, seed) => {
          const p = makePicture(format, w, h, 4, seed, 'smooth');
          const e = whole
            ? null
            : { cx: w * 0.5, cy: h * 0.45, rx: 61.3, ry: 52.2, cos: Math.cos(0.4), sin: Math.sin(0.4) };
          const expected = { ...p, bytes: p.bytes.slice() };
          softenTwin(expected, e, cells);
          const out = softened('release', p, e, cells);
          const deep = format === kernelFormats.P216;
          // The kernel's row spans take in up to one pixel more at either end than the ellipse's centre test does. Of a cell 20 px
          // wide (a face of 100 px and six cells) that is 4 codes at most; of one of 6 px it was 10 in 4 000 pictures.
          expect(worst(deep ? words(out) : out, deep ? words(expected.bytes) : expected.bytes)).toBeLessThanOrEqual(
            deep ? 1024 : 4,
          );
        },
      ),
      { numRuns: 40 },
    );
  });
  it('leaves nothing finer than a cell: a checkerboard becomes flat inside', () => {
    const p = makePicture(kernelFormats.UYVY, 96, 96, 0, 0);
    for (let y = 0; y < 96; y++)
      for (let x = 0; x < 96; x++) p.bytes[componentOffsets(p, x, y)[0]] = ((x >> 2) + (y >> 2)) & 1 ? 220 : 30;
    const out = { ...p, bytes: softened('release', p, { cx: 48, cy: 48, rx: 44, ry: 44, cos: 1, sin: 0 }, 4) };
    for (let y = 34; y < 62; y++)
      for (let x = 34; x < 62; x++) expect(Math.abs(pixel8(out, x, y)[0] - 125)).toBeLessThan(12);
  });
});
