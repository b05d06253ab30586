import { describe, expect, it } from 'vitest';
import { landmarkCount, surfaceCount } from '../../server/frame/face-track.js';
import { occlusionCells } from '../../server/kernels/occlusion.js';
import { OwnMotion } from '../../server/stages/propagate/own-motion.js';

/** Points over a face of 170 crop px, its middle nearer than its rim; those of the lowest third hang on the jaw. */
const face = Float32Array.from({ length: landmarkCount * 3 }, (_, k) => {
  const i = Math.floor(k / 3);
  const x = ((i * 37) % 97) / 97 - 0.5,
    y = ((i * 53) % 89) / 89 - 0.5;
  return [128 + 170 * x, 128 + 190 * y, 160 * (x * x + y * y)][k % 3]!;
});
const jaw01 = Float32Array.from({ length: landmarkCount }, (_, i) => (face[i * 3 + 1]! > 160 ? 1 : 0));
const terms = (i: number): number[] => [face[i * 3]! - 128, face[i * 3 + 1]! - 128, face[i * 3 + 2]!, jaw01[i]!, 1];
const motion = [0.02, -0.01, 0.12, 0, 5, 0.01, 0.03, -0.04, -6, -2];
const seen = new Float32Array(landmarkCount).fill(1);
/** Flow to the picture before, of a face that moves so; `other` moves as it says instead. A cell takes the motion of a point on it. */
const flowOf = (other: (i: number) => readonly [number, number] | null): Float32Array => {
  const flow = new Float32Array(occlusionCells ** 2 * 2);
  for (let i = 0; i < surfaceCount; i++) {
    const at = (Math.floor(face[i * 3 + 1]! / 4) * occlusionCells + Math.floor(face[i * 3]! / 4)) * 2;
    for (const axis of [0, 1])
      flow[at + axis] = other(i)?.[axis] ?? terms(i).reduce((sum, term, n) => sum + term * motion[axis * 5 + n]!, 0);
  }
  return flow;
};
/** The furthest that the fitted motion is from the true one, on any point, crop px. */
const worst = (fitted: ArrayLike<number>): number => {
  let most = 0;
  for (let i = 0; i < surfaceCount; i++) {
    const off = [0, 5].map((at) => terms(i).reduce((sum, t, n) => sum + t * (fitted[at + n]! - motion[at + n]!), 0));
    most = Math.max(most, Math.hypot(...off));
  }
  return most;
};

describe("a face's own motion", () => {
  it('is found of a head that turns, nods, comes nearer and opens its mouth, to half a crop pixel', () => {
    const own = new OwnMotion(jaw01);
    own.fit(
      face,
      seen,
      flowOf(() => null),
    );
    expect(worst(own.motion)).toBeLessThan(0.5);
  });

  it('is not that of a hand which takes a quarter of its points along', () => {
    const own = new OwnMotion(jaw01);
    own.fit(
      face,
      seen,
      flowOf((i) => (face[i * 3]! < 92 ? [-12, 3] : null)),
    );
    expect(worst(own.motion)).toBeLessThan(1);
  });

  it('is that of what is in sight, were it a quarter of the face', () => {
    const own = new OwnMotion(jaw01);
    own.fit(
      face,
      seen.map((_, i) => (face[i * 3]! < 92 ? 1 : 0)),
      flowOf((i) => (face[i * 3]! < 92 ? [4, -3] : [-12, 3])),
    );
    expect(own.motion[4]! - 55 * own.motion[0]!).toBeCloseTo(4, 0);
    expect(own.motion[9]! - 55 * own.motion[5]!).toBeCloseTo(-3, 0);
  });

  it('is none where nothing is in sight, whatever it was', () => {
    const own = new OwnMotion(jaw01);
    own.fit(
      face,
      seen,
      flowOf(() => null),
    );
    own.fit(
      face,
      seen.map(() => 0),
      flowOf(() => null),
    );
    for (let k = 0; k < 10; k++) expect(own.motion[k]).toBeCloseTo(0, 6);
  });
});
