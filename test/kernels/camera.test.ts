import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grainTileSidePx, loadCameraKernel } from '../../server/kernels/camera.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { addGrainTwin, blurPatchTwin, boxEnergyTwin } from '../../server/kernels/twin/camera.js';
import { anyFormat, anyGap, anySide, builds, makePicture, noise } from './support.js';

const memory = new KernelMemory(16);
const noisePatch = (width: number, height: number, seed: number): Uint16Array => {
  const next = noise(seed);
  return Uint16Array.from({ length: width * height * 4 }, () => Math.floor(next() * 65281));
};
const farthest = (a: Uint16Array, b: Uint16Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe.each(builds)('the camera kernel (%s build)', (build) => {
  const kernel = loadCameraKernel(memory, build);

  it('reads focus and grain of a box as its twin does, in every format', () => {
    fc.assert(
      fc.property(
        anyFormat,
        anyGap,
        fc.integer({ min: 8, max: 40 }),
        fc.integer({ min: 4, max: 30 }),
        fc.integer(),
        (format, gap, width, height, seed) => {
          const p = makePicture(format, width, height, gap, seed);
          const mark = memory.mark();
          const ptr = memory.allocate(p.bytes.length);
          const out = memory.allocate(16);
          memory.u8.set(p.bytes, ptr);
          kernel.boxEnergy(ptr, p.strideBytes, format, 1, 1, p.widthPx - 4, height - 1, out);
          const got = Array.from(memory.f32.slice(out >> 2, (out >> 2) + 4));
          memory.rewind(mark);
          const { near, far, noise: grain, count } = boxEnergyTwin(p, 1, 1, p.widthPx - 4, height - 1);
          [near, far, grain, count].forEach((value, k) =>
            expect(got[k]! / Math.max(1, value)).toBeCloseTo(value / Math.max(1, value), 3),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('adds grain as its twin does, whatever the phase', () => {
    fc.assert(
      fc.property(
        anySide,
        anySide,
        fc.integer({ min: -150, max: 150 }).map((half) => 2 * half),
        fc.integer({ min: -300, max: 300 }),
        fc.integer(),
        (width, height, phaseX, phaseY, seed) => {
          const patch = noisePatch(width, height, seed);
          for (let i = 3; i < patch.length; i += 4) if (patch[i]! % 3 > 0) patch[i] = patch[i]! % 3 === 1 ? 0 : 65280;
          const next = noise(seed + 1);
          const tile = Int16Array.from({ length: grainTileSidePx ** 2 * 4 }, (_, i) =>
            i % 4 === 3 ? 0 : Math.round((next() - 0.5) * 2046),
          );
          const amplitude = [2.5, 0.5, 0.25, 0];
          const mark = memory.mark();
          const ptr = memory.allocate(patch.byteLength);
          const tilePtr = memory.allocate(tile.byteLength);
          const amplitudePtr = memory.allocate(16);
          memory.u16.set(patch, ptr >> 1);
          memory.u8.set(new Uint8Array(tile.buffer), tilePtr);
          memory.f32.set(amplitude, amplitudePtr >> 2);
          kernel.addGrain(ptr, width * 8, width, height, tilePtr, phaseX, phaseY, amplitudePtr);
          const got = memory.u16.slice(ptr >> 1, (ptr >> 1) + patch.length);
          memory.rewind(mark);
          addGrainTwin(patch, width, tile, phaseX, phaseY, amplitude);
          expect(farthest(got, patch)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('blurs as its twin does, and lets nothing in that alpha hides', () => {
    fc.assert(
      fc.property(anySide, anySide, fc.integer({ min: 0, max: 6 }), fc.integer(), (width, height, radius, seed) => {
        const patch = noisePatch(width, height, seed);
        for (let i = 0; i < patch.length; i += 4) patch[i + 3] = patch[i]! % 3 === 0 ? 0 : 65280;
        const mark = memory.mark();
        const ptr = memory.allocate(patch.byteLength);
        const scratch = memory.allocate((2 * radius + 4) * width * 16);
        memory.u16.set(patch, ptr >> 1);
        kernel.blurPatch(ptr, scratch, width * 8, width, height, radius);
        const got = memory.u16.slice(ptr >> 1, (ptr >> 1) + patch.length);
        memory.rewind(mark);
        blurPatchTwin(patch, width, height, radius);
        // Colour under no alpha is nobody's; the rest may differ by what running sums of f32 lose.
        const visible = (values: Uint16Array): Uint16Array =>
          values.map((v, i) => (patch[i | 3]! < 600 && i % 4 !== 3 ? 0 : v));
        expect(farthest(visible(got), visible(patch))).toBeLessThanOrEqual(40);
      }),
      { numRuns: 40 },
    );
  });
});
