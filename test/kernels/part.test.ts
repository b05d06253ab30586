import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KernelMemory } from '../../server/kernels/memory.js';
import { loadPartKernel } from '../../server/kernels/part.js';
import { compareLooksTwin, cutLookTwin, shutEyeTwin } from '../../server/kernels/twin/part.js';
import { anySide, builds, noise, noiseBytes, put, worst } from './support.js';

const memory = new KernelMemory(16);
const floats = (ptr: number, count: number): Float32Array => memory.f32.slice(ptr >> 2, (ptr >> 2) + count);
const number = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });

describe.each(builds)('the part kernel (%s build)', (build) => {
  const kernel = loadPartKernel(memory, build);

  it('cuts and levels a look as its twin does, to a hundredth of a code', () => {
    fc.assert(
      fc.property(
        anySide,
        anySide,
        anySide,
        fc.integer(),
        fc.array(number(-3, 3), { minLength: 4, maxLength: 4 }),
        number(-40, 90),
        number(-40, 90),
        (size, width, height, seed, [a, b, c, d], tx, ty) => {
          const mark = memory.mark();
          const luma = noiseBytes(size * size, seed);
          const map = Float32Array.of(a!, b!, tx, c!, d!, ty);
          const count = width * height;
          const [src, params, raw, levelled] = [
            put(memory, luma),
            put(memory, map),
            memory.allocate(count * 4),
            memory.allocate(count * 4),
          ] as const;
          kernel.cutLook(src, params, raw, levelled, size, width, height);
          const twin = cutLookTwin(luma, size, map, width, height);
          const got = { raw: floats(raw, count), levelled: floats(levelled, count) };
          memory.rewind(mark);
          expect(worst(got.raw, twin.raw)).toBeLessThan(0.02);
          // Nothing or next to nothing to level: whichever side of the bound a rounding falls.
          const mean = twin.raw.reduce((sum, value) => sum + value, 0) / count;
          const spread = twin.raw.reduce((sum, value) => sum + (value - mean) ** 2, 0);
          if (Math.abs(spread - 64) > 1) expect(worst(got.levelled, twin.levelled)).toBeLessThan(0.005);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('compares looks as its twin does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer(),
        (quads, count, seed) => {
          const mark = memory.mark();
          const next = noise(seed);
          const looks = Array.from({ length: count + 1 }, () =>
            Float32Array.from({ length: quads * 4 }, () => next() - 0.5),
          );
          const others = new Float32Array(count * quads * 4 + 4);
          looks.slice(1).forEach((one, k) => others.set(one, k * quads * 4));
          const [look, ptr, scores] = [
            put(memory, looks[0]!),
            put(memory, others),
            memory.allocate(count * 4 + 4),
          ] as const;
          kernel.compareLooks(look, ptr, scores, quads * 4, count);
          const got = floats(scores, count);
          memory.rewind(mark);
          expect(worst(got, compareLooksTwin(looks[0]!, looks.slice(1)))).toBeLessThan(1e-4);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('shuts an eye as its twin does, and leaves one alone that is as open as it was', () => {
    fc.assert(
      fc.property(anySide, anySide, fc.integer(), number(0, 1), (width, height, seed, open) => {
        const mark = memory.mark();
        const next = noise(seed);
        const raw = Float32Array.from({ length: width * height }, () => next() * 255);
        const upper = Float32Array.from({ length: width }, () => next() * height);
        const lower = upper.map((row) => row + (next() - 0.2) * height * 0.5);
        const [r, out, u, l] = [
          put(memory, raw),
          memory.allocate(raw.byteLength),
          put(memory, upper),
          put(memory, lower),
        ];
        kernel.shutEye(r!, out!, u!, l!, width, height, Math.fround(open));
        const got = floats(out!, raw.length);
        const twin = shutEyeTwin(raw, upper, lower, width, height, Math.fround(open));
        kernel.shutEye(r!, out!, u!, l!, width, height, 1);
        const same = floats(out!, raw.length);
        memory.rewind(mark);
        expect(worst(got, twin)).toBeLessThan(0.005);
        expect(worst(same, shutEyeTwin(raw, new Float32Array(width), lower, width, height, 1))).toBeLessThan(0.005);
      }),
      { numRuns: 100 },
    );
  });

  it('finds an eye that it shut by calculation in the look of a shut eye sooner than in the open one', () => {
    // A column of skin, a dark lid's edge, a bright eyeball, skin again.
    const width = 8,
      height = 24;
    const eye = (lid: number): Float32Array =>
      Float32Array.from({ length: width * height }, (_, i) => {
        const row = Math.floor(i / width);
        return row >= 18 || row < lid - 1 ? 120 : row < lid ? 60 : 200;
      });
    const mark = memory.mark();
    const bytes = width * height * 4;
    const raw = put(memory, eye(8)),
      upper = put(memory, new Float32Array(width).fill(8)),
      lower = put(memory, new Float32Array(width).fill(18));
    const looks = memory.allocate(bytes * 2),
      seen = memory.allocate(bytes),
      scores = memory.allocate(8);
    kernel.shutEye(raw, looks, upper, lower, width, height, 0);
    kernel.shutEye(raw, looks + bytes, upper, lower, width, height, 1);
    const shut = put(memory, eye(18));
    kernel.shutEye(shut, seen, lower, lower, width, height, 1);
    kernel.compareLooks(seen, looks, scores, width * height, 2);
    const [asShut, asOpen] = floats(scores, 2);
    memory.rewind(mark);
    expect(asShut).toBeGreaterThan(0.7);
    expect(asOpen).toBeLessThan(0.3);
  });
});
