import { describe, expect, it } from 'vitest';
import { coverOutline, overlapsOf } from '../../server/likeness/mesh/outline.js';

const pxPerCm = 20;
/** One vertex on the outline at the right, whose likeness lies so many px further out than the performer. */
function drawnOut(outPx: number, facing = 0, heightCm = 0): number {
  const normals = Float32Array.of(Math.sqrt(1 - facing * facing), 0, facing);
  const seen = Float32Array.of(500, -300, 0);
  const shaped = Float32Array.of(500 + outPx - 100, 300 - 50);
  coverOutline(normals, seen, shaped, { x0: 100, y0: 50 }, pxPerCm, overlapsOf(Float32Array.of(0, heightCm, 0)));
  expect(shaped[1]).toBeCloseTo(250, 5);
  return shaped[0]! + 100 - 500;
}

describe('the outline', () => {
  it('covers the performer’s, however much flatter the likeness is there', () => {
    for (const outPx of [0, -3, -30]) expect(drawnOut(outPx)).toBeCloseTo(0.22 * pxPerCm, 4);
  });

  it('is not pushed out where the likeness reaches further by itself', () => {
    expect(drawnOut(12)).toBe(12);
  });

  it('goes further out at the forehead, where the picture cuts it', () => {
    expect(drawnOut(0, 0, 9)).toBeGreaterThan(2 * drawnOut(0));
    expect(drawnOut(0, 0, 5)).toBe(drawnOut(0));
  });

  it('holds a brow to the forehead it stands on, and leaves nose and chin their profile', () => {
    expect(drawnOut(14, 0, 5)).toBeCloseTo(0.25 * pxPerCm, 4);
    expect(drawnOut(14, 0, -1)).toBe(14);
  });

  it('leaves alone what faces the camera', () => {
    expect(drawnOut(-8, 0.6)).toBe(-8);
  });
});
