import { describe, expect, it } from 'vitest';
import { landmarkCount } from '../../server/frame/face-track.js';
import { placeSurround, surroundPoints, withSurround } from '../../server/frame/face-surround.js';
import { foreheadPoints } from '../../server/frame/forehead.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { occlusionCellCount, occlusionCells, OcclusionKernel } from '../../server/kernels/occlusion.js';
import { loadCanonicalFace } from '../../server/likeness/mesh/canonical.js';

const canonical = loadCanonicalFace();
const mesh = withSurround(canonical);

/** The canonical face, y down, 100 crop px wide about the crop's middle, turned about the vertical. */
function facePoints(turnRad: number): Float32Array {
  const points = new Float32Array(surroundPoints * 3);
  for (let i = 0; i < landmarkCount && i * 3 < canonical.positions.length; i++) {
    const [x, y, z] = [0, 1, 2].map((axis) => canonical.positions[i * 3 + axis]! * 7) as [number, number, number];
    const [cos, sin] = [Math.cos(turnRad), Math.sin(turnRad)];
    points.set([128 + x * cos + z * sin, 128 - y, -(z * cos - x * sin)], i * 3);
  }
  placeSurround(points);
  return points;
}
function laid(turnRad: number): { onFace: boolean[]; round: boolean[]; v: number[] } {
  const memory = new KernelMemory(16);
  const kernel = new OcclusionKernel(memory, mesh);
  const grids = kernel.newGrids();
  const points = facePoints(turnRad);
  const pointsPtr = memory.allocate(points.byteLength);
  memory.f32.set(points, pointsPtr >> 2);
  kernel.place(grids, pointsPtr);
  const u = Array.from({ length: occlusionCellCount }, (_, i) => memory.f32[(grids.mapPtr >> 2) + i * 2]!);
  const v = Array.from({ length: occlusionCellCount }, (_, i) => memory.f32[(grids.mapPtr >> 2) + i * 2 + 1]!);
  return { onFace: u.map((value) => value >= 0), round: u.map((value) => value <= -2), v };
}

describe('what lies round a face', () => {
  it('is a closed band about it: from the face nobody gets out without crossing it', () => {
    const { onFace, round } = laid(0);
    const reached = new Set([...onFace.keys()].filter((i) => onFace[i]));
    expect(reached.size).toBeGreaterThan(300);
    for (const at of reached) {
      const x = at % occlusionCells,
        y = Math.floor(at / occlusionCells);
      expect(x > 0 && y > 0 && x < occlusionCells - 1 && y < occlusionCells - 1).toBe(true);
      for (const next of [at - 1, at + 1, at - occlusionCells, at + occlusionCells])
        if (!round[next]) reached.add(next);
    }
    const cells = round.filter(Boolean).length;
    expect(cells / reached.size).toBeGreaterThan(0.5);
    expect(cells / reached.size).toBeLessThan(1.5);
  });

  it('has its own rows of the texture, each half in its own, with an empty row before it', () => {
    for (const turnRad of [0, 0.6]) {
      const { onFace, round, v } = laid(turnRad);
      const rows = new Set(v.filter((_, i) => round[i]).map(Math.floor));
      expect([...rows].every((row) => (row >= 33 && row < 40) || (row >= 41 && row < 48))).toBe(true);
      expect([...rows].some((row) => row < 40) && [...rows].some((row) => row >= 41)).toBe(true);
      expect(Math.max(...v.filter((_, i) => onFace[i]))).toBeLessThanOrEqual(32);
    }
  });

  it('follows the landmarks, and leaves them and the forehead as they are', () => {
    const points = facePoints(0.3);
    const moved = points.map((value, k) => value + (k % 3 === 0 ? 7 : 0));
    placeSurround(moved);
    for (let i = 0; i < surroundPoints; i++) expect(moved[i * 3]).toBeCloseTo(points[i * 3]! + 7, 2);
    expect(mesh.faceTriangles * 3).toBeLessThan(mesh.triangles.length);
    expect(Math.max(...mesh.triangles.subarray(0, mesh.faceTriangles * 3))).toBeLessThan(foreheadPoints);
  });
});
