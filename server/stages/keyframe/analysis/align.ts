import { affine, type Affine } from '../../../frame/geometry.js';

/** Five points (x, y): image-left eye, image-right eye, nose tip, image-left and image-right mouth corner. */
export type FivePoints = Float64Array;

/** The ArcFace alignment template in parts of the crop's side (the 112-pixel version that InsightFace publishes). */
export const arcFaceTemplate01: FivePoints = Float64Array.of(
  0.34191607,
  0.46157411,
  0.65653393,
  0.45983393,
  0.500225,
  0.64050536,
  0.37097589,
  0.82469196,
  0.63151696,
  0.82325089,
);

/** Mesh points of the five: the eye corners are averaged, because irises move with the gaze. */
const eyeCorners = [
  [33, 133],
  [362, 263],
] as const;
const noseTip = 1;
const mouthCorners = [61, 291] as const;

export function fivePointsOfMesh(landmarks: Float32Array): FivePoints {
  const out = new Float64Array(10);
  eyeCorners.forEach(([a, b], eye) => {
    out[eye * 2] = (landmarks[a * 3]! + landmarks[b * 3]!) / 2;
    out[eye * 2 + 1] = (landmarks[a * 3 + 1]! + landmarks[b * 3 + 1]!) / 2;
  });
  [noseTip, ...mouthCorners].forEach((point, i) => {
    out[4 + i * 2] = landmarks[point * 3]!;
    out[5 + i * 2] = landmarks[point * 3 + 1]!;
  });
  return out;
}

/** The similarity that brings `from` nearest to `to` in the least squares sense (Umeyama without reflection, in closed form). */
export function fitSimilarity(from: Float64Array, to: Float64Array): Affine {
  const count = from.length / 2;
  let fromX = 0,
    fromY = 0,
    toX = 0,
    toY = 0;
  for (let i = 0; i < count; i++) {
    fromX += from[i * 2]! / count;
    fromY += from[i * 2 + 1]! / count;
    toX += to[i * 2]! / count;
    toY += to[i * 2 + 1]! / count;
  }
  let along = 0,
    across = 0,
    spread = 0;
  for (let i = 0; i < count; i++) {
    const x = from[i * 2]! - fromX,
      y = from[i * 2 + 1]! - fromY;
    const u = to[i * 2]! - toX,
      v = to[i * 2 + 1]! - toY;
    along += x * u + y * v;
    across += x * v - y * u;
    spread += x * x + y * y;
  }
  const cos = along / spread,
    sin = across / spread;
  return affine(cos, -sin, toX - cos * fromX + sin * fromY, sin, cos, toY - sin * fromX - cos * fromY);
}
