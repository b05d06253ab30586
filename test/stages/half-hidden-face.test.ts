import { describe, expect, it } from 'vitest';
import { FaceTrack, landmarkCount, surfaceCount } from '../../server/frame/face-track.js';
import { fitSimilarity } from '../../server/frame/similarity.js';
import { neighboursOf } from '../../server/frame/mesh-neighbours.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { PointMover } from '../../server/stages/propagate/face-flow.js';
import { MeasuredMotion } from '../../server/stages/propagate/measured-motion.js';
import { Regulariser } from '../../server/stages/propagate/regularise.js';

/** Points spread over a crop, or a picture, `side` px wide. */
const spread = (side: number): Float32Array =>
  Float32Array.from({ length: landmarkCount * 3 }, (_, k) => {
    const i = Math.floor(k / 3);
    return k % 3 === 0 ? ((i * 37) % 97) * (side / 97) : k % 3 === 1 ? ((i * 53) % 89) * (side / 89) : 0;
  });
const moved = (points: Float32Array, dx: number, dy = 0): Float32Array =>
  points.map((value, k) => value + (k % 3 === 0 ? dx : k % 3 === 1 ? dy : 0));
const meanX = (points: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < surfaceCount; i++) sum += points[i * 3]! / surfaceCount;
  return sum;
};

describe('a keyframe of a half-hidden face', () => {
  const mover = new PointMover(
    new KernelMemory(16),
    new Regulariser(neighboursOf([0, 1, 2], surfaceCount), surfaceCount),
  );
  const half = (visible01: number): FaceTrack => {
    const face = new FaceTrack(0);
    face.carried.set(spread(256));
    face.visible01 = visible01;
    for (let i = 0; i < landmarkCount; i++) face.landmarkVisible01[i] = face.carried[i * 3]! < 256 * visible01 ? 1 : 0;
    return face;
  };

  it('does not say where the face is: flow and its looks do', () => {
    const face = half(0.5);
    const late = moved(face.carried, 9, -4);
    mover.keepHidden(face, late);
    expect(meanX(late) - meanX(face.carried)).toBeCloseTo(0, 1);
  });

  it('says so where nearly all of it is in sight', () => {
    const face = half(0.96);
    const late = moved(face.carried, 9, -4);
    mover.keepHidden(face, late);
    expect(meanX(late) - meanX(face.carried)).toBeCloseTo(9, 0);
  });

  it('says what the part in sight does', () => {
    const face = half(0.5);
    const lip = Array.from(face.landmarkVisible01).indexOf(1);
    const late = face.carried.slice();
    late[lip * 3 + 1]! += 2;
    mover.keepHidden(face, late);
    expect(late[lip * 3 + 1]! - face.carried[lip * 3 + 1]!).toBeGreaterThan(0.3);
  });
});

describe('a face that runs', () => {
  const face = new FaceTrack(0);
  face.box.x1 = 400;
  const at = spread(400);

  it('is measured from one keyframe to the next, and goes on so from the newer one', () => {
    const motion = new MeasuredMotion();
    expect(motion.measure(at, 10, face)).toBe(false);
    const seen = moved(at, -240, 20);
    expect(motion.measure(seen, 12, face)).toBe(true);
    expect([motion.velocityX, motion.velocityY].map(Math.round)).toEqual([-120, 10]);
    const late = new Float32Array(landmarkCount * 3);
    motion.runAlong(face, { frameNumber: 12, landmarks: seen, proven: false }, 14, late);
    expect(meanX(late) - meanX(seen)).toBeCloseTo(-240, 1);
    expect(face.velocityX).toBeCloseTo(-120, 3);
  });

  it('is not one that flow can follow, nor one that was not seen lately', () => {
    const motion = new MeasuredMotion();
    motion.measure(at, 10, face);
    expect(motion.measure(moved(at, 12), 11, face)).toBe(false);
    expect(motion.measure(moved(at, 200), 30, face)).toBe(false);
    motion.forget();
    expect(motion.measure(moved(at, 500), 31, face)).toBe(false);
  });
});

describe('the similarity of two sets of points', () => {
  it('is found again from turned, grown and shifted points', () => {
    const from = spread(256);
    const to = from.slice();
    for (let i = 0; i < landmarkCount * 3; i += 3) {
      to[i] = 1.1 * from[i]! - 0.2 * from[i + 1]! + 5;
      to[i + 1] = 0.2 * from[i]! + 1.1 * from[i + 1]! - 3;
    }
    const out = new Float64Array(6);
    fitSimilarity(from, to, surfaceCount, out);
    [1.1, -0.2, 5, 0.2, 1.1, -3].forEach((value, k) => expect(out[k]).toBeCloseTo(value, 3));
  });
});
