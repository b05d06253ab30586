import { expect, it } from 'vitest';
import { FaceTrack, landmarkCount } from '../../server/frame/face-track.js';
import { PoseChange } from '../../server/stages/track/pose-change.js';

/** A head as an ellipsoid with a nose, turned, nodded, tilted and scaled, seen from the front. */
function head(yawDeg: number, pitchDeg: number, rollDeg: number, scale: number): FaceTrack {
  const face = new FaceTrack(0);
  const rad = (deg: number): number => (deg * Math.PI) / 180;
  const put = (i: number, x: number, y: number, z: number): void => {
    const [x1, z1] = [
      x * Math.cos(rad(yawDeg)) + z * Math.sin(rad(yawDeg)),
      z * Math.cos(rad(yawDeg)) - x * Math.sin(rad(yawDeg)),
    ];
    const y1 = y * Math.cos(rad(pitchDeg)) + z1 * Math.sin(rad(pitchDeg));
    const [c, s] = [Math.cos(rad(rollDeg)), Math.sin(rad(rollDeg))];
    face.landmarks[i * 3] = 500 + scale * (c * x1 - s * y1);
    face.landmarks[i * 3 + 1] = 400 + scale * (s * x1 + c * y1);
  };
  for (let i = 0; i < landmarkCount; i++) put(i, 0, 0, 0);
  put(1, 0, 10, 95);
  put(234, -75, 0, 0);
  put(454, 75, 0, 0);
  put(10, 0, -90, 40);
  put(152, 0, 90, 40);
  return face;
}

it.each([
  ['a turn of 8 degrees', true, head(8, 0, 0, 1)],
  ['a nod of 8 degrees', true, head(0, 8, 0, 1)],
  ['a face a tenth larger', true, head(0, 0, 0, 1.1)],
  ['a turn of 2 degrees', false, head(2, 0, 0, 1)],
  ['a tilt of 20 degrees in the picture', false, head(0, 0, 20, 1)],
  ['a face 3 % larger', false, head(0, 0, 0, 1.03)],
])('%s asks for a keyframe before its turn: %s', (_, expected, now) => {
  const poses = new PoseChange(4);
  poses.asked(head(0, 0, 0, 1));
  expect(poses.has(now)).toBe(expected);
});

it('a pose is compared with that of the last question', () => {
  const poses = new PoseChange(4);
  poses.asked(head(0, 0, 0, 1));
  poses.asked(head(20, 0, 0, 1));
  expect(poses.has(head(21, 0, 0, 1))).toBe(false);
  expect(poses.has(head(0, 0, 0, 1))).toBe(true);
});
