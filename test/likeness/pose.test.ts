import { describe, expect, it } from 'vitest';
import { alignFace, mapPoints } from '../../server/frame/similarity.js';
import { affine, composeAffine } from '../../server/frame/geometry.js';
import { loadCanonicalFace } from '../../server/likeness/mesh/canonical.js';
import { fitSimilarity, newPose } from '../../server/likeness/mesh/pose.js';

const { positions } = loadCanonicalFace();
const count = 468;
const radians = (deg: number): number => (deg * Math.PI) / 180;

/** Rotation about y (yaw), then x (pitch), then z (roll); row-major. */
function rotationOf(yawDeg: number, pitchDeg: number, rollDeg: number): number[] {
  const [cy, sy, cx, sx, cz, sz] = [yawDeg, pitchDeg, rollDeg].flatMap((deg) => [
    Math.cos(radians(deg)),
    Math.sin(radians(deg)),
  ]) as [number, number, number, number, number, number];
  const times = (a: number[], b: number[]): number[] =>
    a.map((_, k) => [0, 1, 2].reduce((sum, j) => sum + a[Math.floor(k / 3) * 3 + j]! * b[j * 3 + (k % 3)]!, 0));
  const yaw = [cy, 0, sy, 0, 1, 0, -sy, 0, cy];
  const pitch = [1, 0, 0, 0, cx, -sx, 0, sx, cx];
  const roll = [cz, -sz, 0, sz, cz, 0, 0, 0, 1];
  return times(roll, times(pitch, yaw));
}
function posed(rotation: readonly number[], scale: number, shift: readonly number[]): Float32Array {
  return Float32Array.from({ length: count * 3 }, (_, k) => {
    const i = Math.floor(k / 3) * 3,
      row = (k % 3) * 3;
    return (
      scale *
        (rotation[row]! * positions[i]! +
          rotation[row + 1]! * positions[i + 1]! +
          rotation[row + 2]! * positions[i + 2]!) +
      shift[k % 3]!
    );
  });
}

describe('the pose of a face', () => {
  it.each([
    [0, 0, 0],
    [35, 0, 0],
    [-60, 10, 0],
    [20, -25, 15],
    [0, 0, 90],
    [10, 5, 179],
    [85, 30, -40],
  ])('is found exactly from landmarks turned by yaw %s°, pitch %s°, roll %s°', (yaw, pitch, roll) => {
    const rotation = rotationOf(yaw, pitch, roll);
    const pose = newPose();
    fitSimilarity(positions, posed(rotation, 17.5, [960, 540, -30]), count, null, pose);
    expect(pose.scale).toBeCloseTo(17.5, 3);
    rotation.forEach((value, k) => expect(pose.rotation[k]).toBeCloseTo(value, 3));
    expect(
      pose.rotation[0]! * (pose.rotation[4]! * pose.rotation[8]! - pose.rotation[5]! * pose.rotation[7]!) -
        pose.rotation[1]! * (pose.rotation[3]! * pose.rotation[8]! - pose.rotation[5]! * pose.rotation[6]!) +
        pose.rotation[2]! * (pose.rotation[3]! * pose.rotation[7]! - pose.rotation[4]! * pose.rotation[6]!),
    ).toBeCloseTo(1, 6);
  });

  it('follows the points it is told to trust', () => {
    const rotation = rotationOf(20, 0, 0);
    const target = posed(rotation, 10, [0, 0, 0]);
    const weight = new Float32Array(count).fill(1);
    for (let i = 0; i < count; i += 3) {
      target[i * 3]! += 50;
      weight[i] = 0;
    }
    const pose = newPose();
    fitSimilarity(positions, target, count, weight, pose);
    expect(pose.scale).toBeCloseTo(10, 3);
    rotation.forEach((value, k) => expect(pose.rotation[k]).toBeCloseTo(value, 3));
  });
});

describe('the face-aligned crop', () => {
  const landmarks = posed(rotationOf(0, 180, 0), 20, [700, 400, 0]);
  it('has level eyes, the face in its middle and inside it, and both directions agree', () => {
    const [toCrop, fromCrop] = [affine(1, 0, 0, 0, 1, 0), affine(1, 0, 0, 0, 1, 0)];
    for (const rollDeg of [0, 30, 90, -140]) {
      const turned = landmarks.slice();
      const turn = affine(
        Math.cos(radians(rollDeg)),
        -Math.sin(radians(rollDeg)),
        50,
        Math.sin(radians(rollDeg)),
        Math.cos(radians(rollDeg)),
        80,
      );
      mapPoints(turn, landmarks, turned, count);
      alignFace(turned, count, 256, 1.5, 0, 0, toCrop, fromCrop);
      const inCrop = new Float32Array(count * 3);
      mapPoints(toCrop, turned, inCrop, count);
      expect(inCrop[33 * 3 + 1]).toBeCloseTo(inCrop[263 * 3 + 1]!, 2);
      expect(inCrop[33 * 3]).toBeLessThan(inCrop[263 * 3]!);
      for (let i = 0; i < count; i++) {
        expect(inCrop[i * 3]).toBeGreaterThan(256 / 6 - 0.1);
        expect(inCrop[i * 3]).toBeLessThan(256 - 256 / 6 + 0.1);
      }
      const round = composeAffine(fromCrop, toCrop);
      [1, 0, 0, 0, 1, 0].forEach((value, k) => expect(round[k]).toBeCloseTo(value, 6));
    }
  });
  it('moves by the predicted shift', () => {
    const [a, b, unused] = [affine(1, 0, 0, 0, 1, 0), affine(1, 0, 0, 0, 1, 0), affine(1, 0, 0, 0, 1, 0)];
    alignFace(landmarks, count, 256, 1.5, 0, 0, a, unused);
    alignFace(landmarks, count, 256, 1.5, 13, -5, b, unused);
    const centre = (map: Float64Array): [number, number] => [
      map[0]! * 713 + map[1]! * 395 + map[2]!,
      map[3]! * 713 + map[4]! * 395 + map[5]!,
    ];
    expect(b[0]).toBeCloseTo(a[0]!, 9);
    expect(centre(a)[0] - centre(b)[0]).toBeCloseTo(13 * a[0]!, 6);
    expect(centre(b)[1] - centre(a)[1]).toBeCloseTo(5 * a[0]!, 6);
  });
});
