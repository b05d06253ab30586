import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadIrisKernel } from '../../server/kernels/iris.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { tintIrisTwin } from '../../server/kernels/twin/iris.js';
import { anySide, builds, noise } from './support.js';

const memory = new KernelMemory(16);

describe.each(builds)('the iris kernel (%s build)', (build) => {
  const kernel = loadIrisKernel(memory, build);

  it('recolours a disc of any patch as its twin does, to one step of 1/256 code', () => {
    const number = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(
        anySide,
        anySide,
        fc.boolean(),
        fc.integer(),
        fc.record({
          x: number(-20, 90),
          y: number(-20, 90),
          radiusPx: number(-2, 40),
          irisLuma: number(0, 200),
          lumaGain: number(0, 4),
          cbPerLuma: number(-1, 1),
          crPerLuma: number(-1, 1),
        }),
        (width, height, rgb, seed, iris) => {
          const mark = memory.mark();
          const next = noise(seed);
          const patch = Uint16Array.from({ length: width * height * 4 }, () => Math.floor(next() * 65281));
          const ptr = memory.allocate(patch.byteLength);
          memory.u16.set(patch, ptr >> 1);
          const f = Math.fround;
          const held = Object.fromEntries(Object.entries(iris).map(([k, v]) => [k, f(v)])) as typeof iris;
          kernel.tintIris(
            ptr,
            width * 8,
            width,
            height,
            rgb ? 1 : 0,
            held.x,
            held.y,
            held.radiusPx,
            held.irisLuma,
            held.lumaGain,
            held.cbPerLuma,
            held.crPerLuma,
          );
          tintIrisTwin(patch, width, rgb, held);
          const got = memory.u16.slice(ptr >> 1, (ptr >> 1) + patch.length);
          memory.rewind(mark);
          const worst = got.reduce((most, value, i) => Math.max(most, Math.abs(value - patch[i]!)), 0);
          expect(worst).toBeLessThanOrEqual(2);
        },
      ),
      { numRuns: 120 },
    );
  });

  it('turns a green iris to the wanted hue and leaves a highlight and the pupil alone', () => {
    const side = 20;
    const patch = new Uint16Array(side * side * 4);
    for (let i = 0; i < patch.length; i += 4) patch.set([66 * 256, 120 * 256, 110 * 256, 65280], i);
    const at = (x: number, y: number): number => (y * side + x) * 4;
    patch.set([230 * 256, 128 * 256, 128 * 256, 65280], at(8, 8));
    patch.set([16 * 256, 128 * 256, 128 * 256, 65280], at(10, 10));
    const mark = memory.mark();
    const ptr = memory.allocate(patch.byteLength);
    memory.u16.set(patch, ptr >> 1);
    kernel.tintIris(ptr, side * 8, side, side, 0, 10, 10, 8, 50, 1.2, 0.3, -0.1);
    const got = memory.u16.slice(ptr >> 1, (ptr >> 1) + patch.length);
    memory.rewind(mark);
    const codes = (x: number, y: number): number[] => Array.from(got.slice(at(x, y), at(x, y) + 3), (v) => v / 256);
    expect(codes(13, 13).map((v) => Math.round(v))).toEqual([76, 146, 122]);
    expect(codes(8, 8)).toEqual([230, 128, 128]);
    expect(codes(10, 10)).toEqual([16, 128, 128]);
    expect(codes(0, 0)).toEqual([66, 120, 110]);
  });
});
