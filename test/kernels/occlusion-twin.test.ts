import { describe, expect, it } from 'vitest';
import { KernelMemory } from '../../server/kernels/memory.js';
import {
  occlusionCellCount,
  occlusionCells,
  occlusionEvidence,
  OcclusionKernel,
  occlusionTexels,
  company,
  scrapCells,
} from '../../server/kernels/occlusion.js';
import { gatherTwin, learnTwin, placeTwin } from '../../server/kernels/twin/occlusion-learn.js';
import { guideTwin, segmentTwin } from '../../server/kernels/twin/occlusion-mask.js';
import { moveWithTwin } from '../../server/kernels/twin/occlusion-motion.js';
import { builds, noise, noiseBytes } from './support.js';

/** A folded sheet of 9 × 9 points that turns its outer columns away, with a second sheet before a part of it. */
function sheet(seed: number): { points: Float32Array; uvs: Float32Array; triangles: Uint16Array } {
  const next = noise(seed);
  const side = 9,
    points: number[] = [],
    uvs: number[] = [],
    triangles: number[] = [];
  for (const [fromX, width, z] of [
    [30, 200, 0],
    [90, 60, -30],
  ] as const) {
    const first = points.length / 3;
    for (let j = 0; j < side; j++)
      for (let i = 0; i < side; i++) {
        points.push(
          fromX + (width * i) / (side - 1) + 4 * next(),
          20 + (210 * j) / (side - 1) + 4 * next(),
          z + 90 * Math.abs(i / 4 - 1) ** 4,
        );
        uvs.push(i / (side - 1), j / (side - 1));
      }
    for (let j = 0; j < side - 1; j++)
      for (let i = 0; i < side - 1; i++) {
        const at = first + j * side + i;
        triangles.push(at, at + side, at + 1, at + 1, at + side, at + side + 1);
      }
  }
  return { points: Float32Array.from(points), uvs: Float32Array.from(uvs), triangles: Uint16Array.from(triangles) };
}

const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
};

describe.each(builds)('the %s kernel of what hides a face and its twins', (build) => {
  const memory = new KernelMemory(16);
  const mesh = sheet(5);
  const kernel = new OcclusionKernel(memory, mesh, build);
  const grids = kernel.newGrids();
  const floats = (ptr: number, length: number): Float32Array => memory.f32.slice(ptr >> 2, (ptr >> 2) + length);
  const bytes = (ptr: number): Uint8Array => memory.u8.slice(ptr, ptr + occlusionCellCount);
  const lumaPtr = memory.allocate(256 * 256);
  const pointsPtr = memory.allocate(mesh.points.byteLength);

  it('take in the same cells of noise, exactly', () => {
    const luma = noiseBytes(256 * 256, 7),
      rgb = noiseBytes(occlusionCellCount * 3, 8);
    memory.u8.set(luma, lumaPtr);
    memory.u8.set(rgb, kernel.rgbPtr);
    kernel.gather(grids, lumaPtr);
    expect(floats(grids.seenPtr, occlusionCellCount * 4)).toEqual(gatherTwin(luma, rgb));
  });

  it('lay the same mesh over the cells: what is nearer wins, what is turned away is left out', () => {
    memory.f32.set(mesh.points, pointsPtr >> 2);
    kernel.place(grids, pointsPtr);
    const own = floats(grids.mapPtr, occlusionCellCount * 2);
    const twin = placeTwin(mesh.points, mesh.uvs, mesh.triangles);
    const covered = twin.filter((value, i) => i % 2 === 0 && value >= 0).length;
    expect(covered).toBeGreaterThan(occlusionCellCount / 4);
    expect(covered).toBeLessThan(occlusionCellCount);
    let unlike = 0;
    for (let i = 0; i < own.length; i++) if (Math.abs(own[i]! - twin[i]!) > 1e-3) unlike++;
    // A cell whose middle lies on an edge falls to either side.
    expect(unlike).toBeLessThanOrEqual(6);
  });

  it('learn the same of three pictures under a slanted light, within 0.02', () => {
    const texels = occlusionTexels * occlusionTexels * 8;
    memory.f32.fill(0, grids.modelPtr >> 2, (grids.modelPtr >> 2) + texels);
    memory.f32.set([1.2, 4, -6, 3, 2, -1, 0, 0], grids.lightPtr >> 2);
    const next = noise(3);
    for (let i = 0; i < occlusionCellCount; i++) memory.u8[grids.maskPtr + i] = next() < 0.7 ? 255 : 0;
    let model = floats(grids.modelPtr, texels);
    for (let n = 0; n < 3; n++) {
      memory.u8.set(noiseBytes(256 * 256, 20 + n), lumaPtr);
      kernel.gather(grids, lumaPtr);
      const { seenPtr, mapPtr, lightPtr, maskPtr } = grids;
      const cells = [floats(seenPtr, occlusionCellCount * 4), floats(mapPtr, occlusionCellCount * 2)] as const;
      model = learnTwin(...cells, model, floats(lightPtr, 8), bytes(maskPtr), 8);
      kernel.learn(grids, 8);
    }
    expect(Math.max(...model)).toBeGreaterThan(50);
    expect(apart(floats(grids.modelPtr, texels), model)).toBeLessThan(0.02);
  });

  it.each([1, 2, 3, 4])('cut the same mask out of blotches of evidence, exactly (%s)', (seed) => {
    const next = noise(seed * 31);
    const blots = Array.from({ length: 7 }, () => [next() * 64, next() * 64, 3 + next() * 9, 6 + next() * 20] as const);
    for (let i = 0; i < occlusionCellCount; i++) {
      const x = i % occlusionCells,
        y = Math.floor(i / occlusionCells);
      const blot = blots.find(([bx, by, r]) => Math.hypot(x - bx, y - by) < r);
      memory.f32[(grids.evidencePtr >> 2) + i] =
        memory.f32[(grids.mapPtr >> 2) + i * 2]! < 0 ? -1 : blot ? blot[3] : next();
      memory.f32[(grids.keptPtr >> 2) + i] = next() < 0.5 ? -1 : next() * 12;
      memory.u8[grids.wasPtr + i] = blot && x < 32 ? 0 : 255;
      memory.u8[grids.alertPtr + i] = blot && y < 20 ? 3 : 0;
    }
    const { evidencePtr, mapPtr, keptPtr, wasPtr, alertPtr } = grids;
    const kept = floats(keptPtr, occlusionCellCount);
    const twin = segmentTwin(
      floats(evidencePtr, occlusionCellCount),
      floats(mapPtr, occlusionCellCount * 2),
      kept,
      bytes(wasPtr),
      bytes(alertPtr),
      { ...occlusionEvidence, arrived01: 0.2, scrapCells },
    );
    expect(kernel.segment(grids)).toBe(twin.hidden);
    expect(bytes(grids.maskPtr)).toEqual(twin.mask);
    expect(apart(floats(keptPtr, occlusionCellCount), kept)).toBeLessThan(1e-4);
  });

  it.each([1, 2, 3])('hide the same scraps amid what is hidden (%s)', (seed) => {
    const next = noise(seed * 77);
    for (let i = 0; i < occlusionCellCount; i++) {
      const onFace = memory.f32[(grids.mapPtr >> 2) + i * 2]! >= 0;
      const scrap = Math.hypot((i % 64) - 32, Math.floor(i / 64) - 30) < 2 + seed || next() < 0.01;
      memory.f32[(grids.evidencePtr >> 2) + i] = !onFace ? -1 : scrap ? 0 : 30;
    }
    memory.f32.fill(-1, grids.keptPtr >> 2, (grids.keptPtr >> 2) + occlusionCellCount);
    memory.u8.fill(3, grids.alertPtr, grids.alertPtr + occlusionCellCount);
    const kept = floats(grids.keptPtr, occlusionCellCount);
    const twin = segmentTwin(
      floats(grids.evidencePtr, occlusionCellCount),
      floats(grids.mapPtr, occlusionCellCount * 2),
      kept,
      bytes(grids.wasPtr),
      bytes(grids.alertPtr),
      { ...occlusionEvidence, arrived01: 0.2, scrapCells },
    );
    expect(kernel.segment(grids)).toBe(twin.hidden);
    expect(bytes(grids.maskPtr)).toEqual(twin.mask);
  });

  it.each([1, 2, 3])('mark the same cells that move as what is in front (%s)', (seed) => {
    const next = noise(seed * 13);
    const backwardPtr = memory.allocate(occlusionCellCount * 8),
      confidencePtr = memory.allocate(occlusionCellCount * 4);
    for (let i = 0; i < occlusionCellCount; i++) {
      const inFront = i % 64 < 30 + 4 * next();
      memory.f32[(backwardPtr >> 2) + i * 2] = (inFront ? -11 : 0) + 3 * next();
      memory.f32[(backwardPtr >> 2) + i * 2 + 1] = (inFront ? 5 : 0) - 3 * next();
      memory.f32[(confidencePtr >> 2) + i] = next();
      memory.f32[(grids.evidencePtr >> 2) + i] =
        memory.f32[(grids.mapPtr >> 2) + i * 2]! < 0 ? -1 : i % 64 < 16 ? 30 : 10 * next();
      memory.u8[grids.alertPtr + i] = Math.floor(next() * 9);
    }
    const motion = [1.01, -0.02, 2, 0.02, 1.01, -1];
    const before = floats(grids.evidencePtr, occlusionCellCount);
    const twin = moveWithTwin(
      floats(backwardPtr, occlusionCellCount * 2),
      floats(confidencePtr, occlusionCellCount),
      floats(grids.mapPtr, occlusionCellCount * 2),
      motion,
      before,
      bytes(grids.alertPtr),
      { ...company, hold: 8, strong: occlusionEvidence.strong },
    );
    const marked = kernel.moveWith(grids, backwardPtr, confidencePtr, Float64Array.from(motion));
    const own = floats(grids.evidencePtr, occlusionCellCount);
    expect(marked).toBeGreaterThan(100);
    let unlike = 0;
    for (let i = 0; i < own.length; i++) if (own[i] !== twin[i]) unlike++;
    // Single precision may put a cell on the other side of a limit.
    expect(unlike).toBeLessThanOrEqual(3);
  });

  it('draw the same lines of luma through a mask, within 0.002 of the range of visibility', () => {
    memory.u8.set(noiseBytes(256 * 256, 40), lumaPtr);
    kernel.gather(grids, lumaPtr);
    for (let i = 0; i < occlusionCellCount; i++) memory.u8[grids.maskPtr + i] = i % occlusionCells < 30 ? 0 : 255;
    kernel.guide(grids);
    const own = floats(grids.guidedPtr, occlusionCellCount * 2);
    const seen = floats(grids.seenPtr, occlusionCellCount * 4);
    const twin = guideTwin(seen, bytes(grids.maskPtr), 64);
    for (let i = 0; i < occlusionCellCount; i++) {
      const visible = (grid: Float32Array): number => grid[i]! * seen[i * 4]! + grid[occlusionCellCount + i]!;
      expect(Math.abs(visible(own) - visible(twin))).toBeLessThan(0.002);
    }
  });
});
