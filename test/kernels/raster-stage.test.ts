import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KernelMemory } from '../../server/kernels/memory.js';
import { layOverCoefficients, loadStageKernel } from '../../server/kernels/stage.js';
import { blurLine, layPairOver } from '../../server/kernels/twin/stage.js';

const memory = new KernelMemory(8);
const kernels = [loadStageKernel(memory), loadStageKernel(memory, 'debug')];
const pixel = fc
  .tuple(fc.nat(65280), fc.nat(65280), fc.nat(65280), fc.nat(65280))
  .map(([r, g, b, a]) => [r, g, b].map((v) => Math.round((v * a) / 65280)).concat(a));

describe('the simulated stage’s kernels', () => {
  it('lays premultiplied pixels over UYVY as the twin does, to one code, and leaves empty ones alone', () => {
    for (const kernel of kernels) {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(pixel, pixel, fc.uint8Array({ minLength: 4, maxLength: 4 })), {
            minLength: 1,
            maxLength: 9,
          }),
          fc.constantFrom('bt709' as const, 'bt601' as const),
          (pairs, matrix) => {
            const mark = memory.mark();
            const source = memory.allocate(pairs.length * 16),
              target = memory.allocate(pairs.length * 4),
              weights = memory.allocate(24);
            const coefficients = layOverCoefficients(matrix);
            memory.i16.set(coefficients, weights / 2);
            pairs.forEach(([a, b, under], i) => {
              memory.u16.set([...a, ...b], source / 2 + i * 8);
              memory.u8.set(under, target + i * 4);
            });
            kernel.layOver(source, weights, target, pairs.length * 2, 1, pairs.length * 16, pairs.length * 4);
            pairs.forEach(([a, b, under], i) => {
              const expected = layPairOver([...a, ...b], coefficients, under);
              const got = [...memory.u8.subarray(target + i * 4, target + i * 4 + 4)];
              got.forEach((value, k) => expect(Math.abs(value - expected[k]!)).toBeLessThanOrEqual(1));
              if ([...a, ...b].every((v) => v === 0)) expect(got).toEqual([...under]);
            });
            memory.rewind(mark);
          },
        ),
        { numRuns: 60 },
      );
    }
  });

  it('turns white, black and grey into the legal codes of BT.709', () => {
    const source = memory.allocate(48),
      target = memory.allocate(12),
      weights = memory.allocate(24);
    memory.i16.set(layOverCoefficients('bt709'), weights / 2);
    [65280, 0, 128 * 256].forEach((level, i) =>
      memory.u16.set([level, level, level, 65280, level, level, level, 65280], source / 2 + i * 8),
    );
    kernels[0]!.layOver(source, weights, target, 6, 1, 48, 12);
    expect([...memory.u8.subarray(target, target + 12)]).toEqual([
      128, 235, 128, 235, 128, 16, 128, 16, 128, 126, 128, 126,
    ]);
  });

  it('packs opaque pixels as laying them over anything does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (rgba) => {
        const source = memory.allocate(8),
          target = memory.allocate(4),
          weights = memory.allocate(24);
        const coefficients = layOverCoefficients('bt709');
        memory.i16.set(coefficients, weights / 2);
        memory.u8.set(rgba, source);
        kernels[0]!.packRgba(source, weights, target, 2, 1, 8, 4);
        const expected = layPairOver(
          [...rgba].map((value, i) => (i % 4 === 3 ? 65280 : value * 256)),
          coefficients,
          [0, 0, 0, 0],
        );
        expected.forEach((value, k) => expect(Math.abs(memory.u8[target + k]! - value)).toBeLessThanOrEqual(1));
        memory.rewind(source);
      }),
    );
  });

  it('blurs rows and columns alike, as the twin does', () => {
    fc.assert(
      fc.property(fc.array(pixel, { minLength: 1, maxLength: 20 }), fc.integer({ min: 0, max: 12 }), (line, radius) => {
        const mark = memory.mark();
        const picture = memory.allocate(line.length * 24),
          scratch = memory.allocate(line.length * 8);
        const expected = blurLine(line, radius);
        for (const step of [8, 24]) {
          line.forEach((p, i) => memory.u16.set(p, (picture + i * step) / 2));
          kernels[0]!.blurLines(picture, scratch, line.length, 1, step, 8, radius);
          expected.forEach((p, i) =>
            p.forEach((v, c) => expect(Math.abs(memory.u16[(picture + i * step) / 2 + c]! - v)).toBeLessThanOrEqual(1)),
          );
        }
        memory.rewind(mark);
      }),
      { numRuns: 100 },
    );
  });

  it('adds the same grain for the same seed, none to chroma, and about none on average', () => {
    const picture = memory.allocate(64 * 64 * 2);
    const grained = (seed: number): Uint8Array => {
      memory.u8.fill(128, picture, picture + 8192);
      kernels[0]!.addGrain(picture, 64, 64, 128, seed, 12);
      return memory.u8.slice(picture, picture + 8192);
    };
    const a = grained(5);
    expect(grained(5)).toEqual(a);
    expect(grained(6)).not.toEqual(a);
    expect(a.every((value, i) => i % 2 === 1 || value === 128)).toBe(true);
    const lumas = a.filter((_, i) => i % 2 === 1);
    expect(Math.abs(lumas.reduce((sum, v) => sum + v, 0) / lumas.length - 128)).toBeLessThan(1);
    expect(Math.max(...lumas)).toBeLessThanOrEqual(140);
    expect(new Set(lumas).size).toBeGreaterThan(12);
  });
});
