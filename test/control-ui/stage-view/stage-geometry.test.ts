import { describe, expect, it } from 'vitest';
import {
  confidenceColor,
  faceDistanceM,
  pictureWidthAtOneM,
  placeFace,
} from '../../../control-ui/stage-view/stage-geometry.js';
import { readTriangles } from '../../../control-ui/stage-view/triangles.js';

const fovDeg = 34;
const aspect = 16 / 9;

/** A face-sized cross of five points projected by the camera: the way back must find where it stood. */
function project(distanceM: number, offXM: number): Float32Array {
  const corners = [
    [-0.074, 0],
    [0.074, 0],
    [0, 0.09],
    [0, -0.09],
    [0, 0],
  ] as const;
  const widthM = pictureWidthAtOneM(fovDeg) * distanceM;
  return Float32Array.from(corners.flatMap(([x, y]) => [0.5 + (x + offXM) / widthM, 0.5 - (y * aspect) / widthM, 0]));
}

describe('placing a face in the room', () => {
  it.each([0.8, 1.5, 3])('finds a face %f m from the lens from its size in the picture', (distanceM) => {
    expect(faceDistanceM(project(distanceM, 0.2), aspect, fovDeg)).toBeCloseTo(distanceM, 3);
  });

  it('puts the landmarks back on their rays, right of the axis on the right, up above', () => {
    const points = project(2, 0.3);
    const placed = new Float32Array(points.length);
    const [x, y, z] = placeFace(points, aspect, fovDeg, 2, placed);
    expect(x).toBeCloseTo(0.3, 4);
    expect(y).toBeCloseTo(0, 4);
    expect(z).toBeCloseTo(-2, 4);
    expect(placed[7]).toBeCloseTo(0.09, 4);
  });

  it('does not take a turned, narrow face for a distant one', () => {
    const points = project(2, 0);
    for (let i = 0; i < points.length; i += 3) points[i] = 0.5 + (points[i]! - 0.5) * 0.4;
    expect(faceDistanceM(points, aspect, fovDeg)).toBeLessThan(2.4);
  });

  it('survives a mesh without extent', () => {
    expect(Number.isFinite(faceDistanceM(new Float32Array(9), aspect, fovDeg))).toBe(true);
  });

  it('colours low confidence red and high confidence green', () => {
    const [lowRed, lowGreen] = confidenceColor(0);
    const [highRed, highGreen] = confidenceColor(1);
    expect(lowRed).toBeGreaterThan(lowGreen);
    expect(highGreen).toBeGreaterThan(highRed);
    expect(confidenceColor(-3)).toEqual(confidenceColor(0));
    expect(confidenceColor(9)).toEqual(confidenceColor(1));
  });
});

describe('triangles', () => {
  it('are taken nested or flat', () => {
    expect(
      readTriangles({
        triangles: [
          [0, 1, 2],
          [2, 1, 3],
        ],
      }),
    ).toEqual(Uint16Array.of(0, 1, 2, 2, 1, 3));
    expect(readTriangles({ triangles: [0, 1, 2] })).toEqual(Uint16Array.of(0, 1, 2));
  });
  it('are refused when they are no triangles', () => {
    for (const bad of [
      null,
      {},
      { triangles: [] },
      { triangles: [0, 1] },
      { triangles: [0, 1, -2] },
      { triangles: ['a', 1, 2] },
    ])
      expect(readTriangles(bad)).toBeNull();
  });
});
