import { describe, expect, it } from 'vitest';
import { kernelFormats } from '../../server/kernels/formats.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import {
  occlusionCellCount,
  occlusionCells,
  type OcclusionGrids,
  OcclusionKernel,
  occlusionTexelFloats,
  occlusionTexels,
} from '../../server/kernels/occlusion.js';
import { compareTwin, disturbTwin, planeTwin } from '../../server/kernels/twin/occlusion.js';
import { builds, noise, noiseBytes } from './support.js';

const memory = new KernelMemory(32);
// A flat face over the middle of the crop: two triangles, as the mesh runs on the screen.
const mesh = {
  uvs: Float32Array.of(0.05, 0.05, 0.95, 0.05, 0.95, 0.95, 0.05, 0.95),
  triangles: Uint16Array.of(0, 3, 1, 1, 3, 2),
};
const points = Float32Array.of(48, 48, 0, 208, 48, 0, 208, 208, 0, 48, 208, 0);
const texels = occlusionTexels * occlusionTexels * occlusionTexelFloats;

interface Stand {
  readonly kernel: OcclusionKernel;
  readonly grids: OcclusionGrids;
  readonly lumaPtr: number;
  /** No motion, unless a test says so. */
  readonly backwardPtr: number;
}
function stand(build: 'release' | 'debug' = 'release'): Stand {
  const kernel = new OcclusionKernel(memory, mesh, build);
  const grids = kernel.newGrids();
  memory.f32.fill(0, grids.modelPtr >> 2, (grids.modelPtr >> 2) + texels);
  memory.f32.fill(-1, grids.keptPtr >> 2, (grids.keptPtr >> 2) + occlusionCellCount);
  memory.f32.set([1, 0, 0, 0, 0, 0, 0, 0], grids.lightPtr >> 2);
  memory.u8.fill(255, grids.maskPtr, grids.maskPtr + occlusionCellCount);
  const pointsPtr = memory.allocate(points.byteLength);
  memory.f32.set(points, pointsPtr >> 2);
  kernel.place(grids, pointsPtr);
  return { kernel, grids, lumaPtr: memory.allocate(256 * 256), backwardPtr: memory.allocate(occlusionCellCount * 8) };
}
/** A crop with structure: luma by place, warm skin; `gain` is the light, `hand` a box of cells with something else in it. */
function show(
  { kernel, grids, lumaPtr }: Stand,
  gain: number,
  hand: readonly [number, number, number, number] | null,
): void {
  const covered = (i: number, j: number): boolean =>
    hand !== null && i >= hand[0] && j >= hand[1] && i < hand[2] && j < hand[3];
  for (let j = 0; j < occlusionCells; j++) {
    for (let i = 0; i < occlusionCells; i++) {
      const own = 90 + 40 * Math.sin(i / 5) * Math.cos(j / 7);
      const luma = Math.round((covered(i, j) ? 180 - own * 0.3 : own) * gain);
      for (let k = 0; k < 16; k++) memory.u8[lumaPtr + (j * 4 + (k >> 2)) * 256 + i * 4 + (k & 3)] = luma;
      const rgb = kernel.rgbPtr + (j * occlusionCells + i) * 3;
      memory.u8.set(covered(i, j) ? [90, 95, 130] : [luma + 30 * gain, luma, luma - 20 * gain].map(Math.round), rgb);
    }
  }
  kernel.gather(grids, lumaPtr);
}
function learned(build: 'release' | 'debug' = 'release'): Stand {
  const own = stand(build);
  for (let n = 0; n < 8; n++) {
    show(own, 1, null);
    own.kernel.learn(own.grids, 8);
  }
  memory.f32.fill(0, own.backwardPtr >> 2, (own.backwardPtr >> 2) + occlusionCellCount * 2);
  memory.u8.fill(0, own.grids.alertPtr, own.grids.alertPtr + occlusionCellCount);
  own.kernel.turn(own.grids);
  return own;
}
function hiddenShare({ kernel, grids, backwardPtr }: Stand): number {
  kernel.disturb(grids, backwardPtr);
  kernel.compare(grids);
  for (let round = 0; round < 2; round++) kernel.relight(grids);
  const face = kernel.compare(grids);
  return kernel.segment(grids) / face;
}
const masked = ({ grids }: Stand, i: number, j: number): boolean =>
  memory.u8[grids.maskPtr + j * occlusionCells + i] === 0;

describe('what hides a face', () => {
  it('is nothing in the picture that was learned', () => {
    const own = learned();
    show(own, 1, null);
    expect(hiddenShare(own)).toBe(0);
  });

  it.each([0.5, 1.7])('is not the light: %s times as much hides nothing', (gain) => {
    const own = learned();
    show(own, gain, null);
    expect(hiddenShare(own)).toBe(0);
  });

  it('is a hand that comes from the side, and the face beside it stays in sight', () => {
    const own = learned();
    show(own, 1, [0, 20, 28, 44]);
    const hidden = hiddenShare(own);
    expect(hidden).toBeGreaterThan(0.15);
    expect(hidden).toBeLessThan(0.45);
    expect(masked(own, 20, 30)).toBe(true);
    expect(masked(own, 40, 30)).toBe(false);
  });

  it('is nothing that did not come: what changed over many pictures, each like the one before, is the face', () => {
    const own = learned();
    show(own, 1, [0, 20, 28, 44]);
    own.kernel.turn(own.grids);
    show(own, 1, [0, 20, 28, 44]);
    expect(hiddenShare(own)).toBe(0);
  });

  it('stays hidden while what came stands still', () => {
    const own = learned();
    show(own, 1, [0, 20, 28, 44]);
    const first = hiddenShare(own);
    for (let n = 0; n < 20; n++) {
      own.kernel.turn(own.grids);
      show(own, 1, [0, 20, 28, 44]);
      expect(hiddenShare(own)).toBeGreaterThan(first * 0.9);
    }
  });

  it('covers what lies beside the face as the nearest cell of the face is covered', () => {
    const own = learned();
    show(own, 1, [0, 20, 28, 44]);
    hiddenShare(own);
    expect(masked(own, 6, 30)).toBe(true);
    expect(masked(own, 60, 30)).toBe(false);
  });

  it('is not a change within the face: an eye that closes reaches no edge', () => {
    const own = learned();
    show(own, 1, [28, 28, 36, 36]);
    expect(hiddenShare(own)).toBe(0);
  });

  it('is also what looks like the face and moves with the hand, but not what comes out from behind it', () => {
    const own = learned();
    const confidencePtr = memory.allocate(occlusionCellCount * 4);
    memory.f32.fill(1, confidencePtr >> 2, (confidencePtr >> 2) + occlusionCellCount);
    const still = Float64Array.of(1, 0, 0, 0, 1, 0);
    const share = (moves: boolean): number => {
      show(own, 1, [0, 20, 28, 44]);
      own.kernel.turn(own.grids);
      show(own, 1, [0, 20, 28, 44]);
      memory.u8.fill(7, own.grids.alertPtr, own.grids.alertPtr + occlusionCellCount);
      // Two columns behind the hand have just come into sight.
      for (let j = 20; j < 44; j++)
        memory.u8.fill(8, own.grids.alertPtr + j * 64 + 28, own.grids.alertPtr + j * 64 + 30);
      const face = own.kernel.compare(own.grids);
      for (let i = 0; i < occlusionCellCount; i++)
        memory.f32[(own.backwardPtr >> 2) + i * 2] = moves && i % 64 < 36 ? -12 : 0;
      own.kernel.moveWith(own.grids, own.backwardPtr, confidencePtr, still);
      return own.kernel.segment(own.grids) / face;
    };
    const stands = share(false);
    expect(share(true)).toBeGreaterThan(stands * 1.2);
    expect(masked(own, 33, 30)).toBe(true);
    expect(memory.f32[(own.grids.evidencePtr >> 2) + 30 * 64 + 29]).toBeLessThan(5);
    expect(memory.f32[(own.grids.evidencePtr >> 2) + 30 * 64 + 33]).toBe(20);
  });

  it('a scrap in sight amid a hand is hidden with it', () => {
    const own = learned();
    show(own, 1, [0, 0, 40, 64]);
    memory.u8.fill(8, own.grids.alertPtr, own.grids.alertPtr + occlusionCellCount);
    own.kernel.compare(own.grids);
    for (let j = 28; j < 33; j++)
      memory.f32.fill(0, (own.grids.evidencePtr >> 2) + j * 64 + 22, (own.grids.evidencePtr >> 2) + j * 64 + 27);
    own.kernel.segment(own.grids);
    expect(masked(own, 24, 30)).toBe(true);
    expect(masked(own, 46, 30)).toBe(false);
  });

  it('a face that has moved by whole cells is found there', () => {
    const own = learned();
    show(own, 1, null);
    own.kernel.compare(own.grids);
    const seen = memory.f32.slice(own.grids.seenPtr >> 2, (own.grids.seenPtr >> 2) + occlusionCellCount * 4);
    for (let j = 0; j < occlusionCells - 3; j++) {
      for (let i = 2; i < occlusionCells; i++) {
        const from = ((j + 3) * occlusionCells + i - 2) * 4;
        memory.f32.set(seen.subarray(from, from + 4), (own.grids.seenPtr >> 2) + (j * occlusionCells + i) * 4);
      }
    }
    const scores = own.kernel.shiftScores(own.grids, 4, 1).slice(0, 81);
    expect(scores.indexOf(Math.max(...scores))).toBe((4 - 3) * 9 + 4 + 2);
  });
});

describe.each(builds)('the %s kernel and its twin', (build) => {
  it('agree on the evidence of noise, cell by cell', () => {
    const own = learned(build);
    show(own, 1.2, [10, 5, 40, 33]);
    const next = noise(7);
    for (let i = 0; i < texels; i += 8) memory.f32[(own.grids.modelPtr >> 2) + i + 5] = Math.floor(next() * 6);
    memory.f32.set([1.1, 3, -4, 6, 2, -1, 0, 0], own.grids.lightPtr >> 2);
    own.kernel.compare(own.grids);
    const floats = (ptr: number, count: number): Float32Array => memory.f32.slice(ptr >> 2, (ptr >> 2) + count);
    const { seenPtr, mapPtr, modelPtr, lightPtr, evidencePtr } = own.grids;
    const twin = compareTwin(
      floats(seenPtr, occlusionCellCount * 4),
      floats(mapPtr, occlusionCellCount * 2),
      floats(modelPtr, texels),
      floats(lightPtr, 8),
    );
    const kernel = floats(evidencePtr, occlusionCellCount);
    expect(twin.some((e) => e > 1)).toBe(true);
    for (let i = 0; i < occlusionCellCount; i++) expect(Math.abs(kernel[i]! - twin[i]!)).toBeLessThan(0.01);
  });

  it('agree on where something came in, with motion and a change of light', () => {
    const own = learned(build);
    const next = noise(11);
    for (let i = 0; i < occlusionCellCount * 2; i++) memory.f32[(own.backwardPtr >> 2) + i] = (next() - 0.5) * 30;
    show(own, 1.3, [10, 5, 40, 33]);
    const { seenPtr, beforePtr, mapPtr, alertPtr } = own.grids;
    for (let i = 0; i < occlusionCellCount; i++) memory.u8[alertPtr + i] = i % 4;
    const floats = (ptr: number, count: number): Float32Array => memory.f32.slice(ptr >> 2, (ptr >> 2) + count);
    const alert = memory.u8.slice(alertPtr, alertPtr + occlusionCellCount);
    const grids = [seenPtr, beforePtr].map((ptr) => floats(ptr, occlusionCellCount * 4)) as [
      Float32Array,
      Float32Array,
    ];
    const twin = disturbTwin(
      ...grids,
      floats(own.backwardPtr, occlusionCellCount * 2),
      floats(mapPtr, occlusionCellCount * 2),
      alert,
      8,
      12,
      12,
    );
    const alerts = own.kernel.disturb(own.grids, own.backwardPtr);
    expect(alerts).toBeGreaterThan(50);
    let unlike = 0;
    for (let i = 0; i < occlusionCellCount; i++) if (memory.u8[alertPtr + i] !== twin[i]) unlike++;
    // A change of exactly the tolerance falls to either side.
    expect(unlike).toBeLessThanOrEqual(2);
  });

  // Where cells are wider than nodes, the mask is led linearly from node to node: luma noise times what that loses of the slope.
  it.each([
    ['every pixel', 1.7, 1, 1, 1],
    ['every pixel', 1.7, 7, 3, 1],
    ['every pixel', 1.7, 33, 17, 1],
    ['nodes', 0.7, 1, 1, 1],
    ['nodes', 0.7, 6, 5, 6],
    ['nodes', 0.7, 62, 41, 12],
    ['nodes', 0.35, 150, 121, 10],
  ])(
    'agree on the mask by %s at a scale of %s over %s × %s pixels, within a stated step of 255',
    (_, scale, widthPx, heightPx, most) => {
      const own = learned(build);
      show(own, 1, [0, 20, 28, 44]);
      hiddenShare(own);
      own.kernel.guide(own.grids);
      const formats = { uyvy: kernelFormats.UYVY, bgra: kernelFormats.BGRA } as const;
      const toCrop = [scale, 0.2 * scale, 20, -0.2 * scale, scale, 60];
      const [a, b, c, d, e, f] = toCrop as [number, number, number, number, number, number];
      const params = [a, b, c + a * 12 + b * 9, d, e, f + d * 12 + e * 9];
      const guided = memory.f32.slice(own.grids.guidedPtr >> 2, (own.grids.guidedPtr >> 2) + occlusionCellCount * 2);
      for (const format of Object.values(formats)) {
        const pixelBytes = format === kernelFormats.UYVY ? 2 : 4;
        const bytes = noiseBytes(widthPx * pixelBytes * heightPx, 3);
        const srcPtr = memory.allocate(bytes.length);
        memory.u8.set(bytes, srcPtr);
        const where = { x0: 12, y0: 9, widthPx, heightPx };
        const at = own.kernel.plane(format, own.grids.guidedPtr, srcPtr, widthPx * pixelBytes, where, toCrop);
        const luma = (x: number, y: number): number => {
          const pixel = (y * widthPx + x) * pixelBytes;
          if (format === kernelFormats.UYVY) return bytes[pixel + 1]!;
          return bytes[pixel]! * 0.0722 + bytes[pixel + 1]! * 0.7152 + bytes[pixel + 2]! * 0.2126;
        };
        const twin = planeTwin(luma, guided, params, widthPx, heightPx);
        expect(twin.length < 100 || new Set(twin).size > 20).toBe(true);
        for (let i = 0; i < twin.length; i++) expect(Math.abs(memory.u8[at + i]! - twin[i]!)).toBeLessThanOrEqual(most);
      }
    },
  );
});
