/** A flat face that was learned, a hand that comes over it, and how they move: for tests of what hides a face. */
import { KernelMemory } from '../../server/kernels/memory.js';
import {
  occlusionCellCount,
  occlusionCells,
  OcclusionKernel,
  occlusionTexelFloats,
  occlusionModelTexels,
  ownMotionFloats,
} from '../../server/kernels/occlusion.js';
import type { OcclusionGrids } from '../../server/kernels/occlusion-grids.js';

export const memory = new KernelMemory(32);
// A flat face over the middle of the crop: two triangles, as the mesh runs on the screen.
const mesh = {
  uvs: Float32Array.of(0.05, 0.05, 0.95, 0.05, 0.95, 0.95, 0.05, 0.95),
  triangles: Uint16Array.of(0, 3, 1, 1, 3, 2),
};
const points = Float32Array.of(48, 48, 0, 208, 48, 0, 208, 208, 0, 48, 208, 0);
export const texels = occlusionModelTexels * occlusionTexelFloats;

export interface Stand {
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
  kernel.believeNothing(grids);
  memory.f32.set([1, 0, 0, 0, 0, 0, 0, 0], grids.lightPtr >> 2);
  memory.u8.fill(255, grids.maskPtr, grids.maskPtr + occlusionCellCount);
  const pointsPtr = memory.allocate(points.byteLength);
  memory.f32.set(points, pointsPtr >> 2);
  kernel.place(grids, pointsPtr);
  return { kernel, grids, lumaPtr: memory.allocate(256 * 256), backwardPtr: memory.allocate(occlusionCellCount * 8) };
}
/** A crop with structure: luma by place, warm skin; `gain` is the light, `hand` a box of cells with something else in it. */
export function show(
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
export function learned(build: 'release' | 'debug' = 'release'): Stand {
  const own = stand(build);
  for (let n = 0; n < 8; n++) {
    show(own, 1, null);
    own.kernel.learn(own.grids, 8);
  }
  memory.f32.fill(0, own.backwardPtr >> 2, (own.backwardPtr >> 2) + occlusionCellCount * 2);
  own.kernel.turn(own.grids);
  return own;
}
/** A face that stays where it is. */
export const still = new Float64Array(ownMotionFloats);
export function hiddenShare({ kernel, grids, backwardPtr }: Stand): number {
  kernel.compare(grids);
  for (let round = 0; round < 2; round++) kernel.relight(grids);
  const face = kernel.compare(grids);
  kernel.stray(grids, backwardPtr, still);
  return kernel.segment(grids, backwardPtr) / face;
}
/** Flow of a hand that moves 12 crop px to the right over these cells; 0 elsewhere. */
export function moving({ backwardPtr }: Stand, hand: readonly [number, number, number, number] | null): void {
  for (let i = 0; i < occlusionCellCount; i++) {
    const x = i % occlusionCells,
      y = Math.floor(i / occlusionCells);
    const covered = hand !== null && x >= hand[0] && y >= hand[1] && x < hand[2] && y < hand[3];
    memory.f32[(backwardPtr >> 2) + i * 2] = covered ? -12 : 0;
  }
}
/** A hand that comes in from the left, three cells a picture, until its edge is at column 28. */
export function handComesIn(own: Stand): number {
  let hidden = 0;
  for (const edge of [16, 19, 22, 25, 28]) {
    own.kernel.turn(own.grids);
    show(own, 1, [0, 20, edge, 44]);
    moving(own, [0, 20, edge, 44]);
    hidden = hiddenShare(own);
  }
  return hidden;
}
export const masked = ({ grids }: Stand, i: number, j: number): boolean =>
  memory.u8[grids.maskPtr + j * occlusionCells + i] === 0;
