import { affine, invertAffine, type Affine } from '../../../frame/geometry.js';
import type { DetectedFace } from './face-detector.js';
import { cropSidePx, type RgbPicture } from './picture.js';
import { bytesAsTheyAre, warpPicture } from './warp.js';

/** MediaPipe's region: a square, this many times the larger side of the face's box, turned so that the eyes are level. */
const margin = 1.5;

/** Outer eye corners of the mesh: performer's right (image left) and left. */
const rightEyeOuter = 33;
const leftEyeOuter = 263;

/** Frame pixels → crop pixels for a square with this centre, side and roll. */
function squareToCrop(centreX: number, centreY: number, sidePx: number, rollRad: number): Affine {
  const scale = cropSidePx / sidePx;
  const cos = Math.cos(rollRad) * scale,
    sin = Math.sin(rollRad) * scale;
  const half = cropSidePx / 2;
  return affine(cos, sin, half - cos * centreX - sin * centreY, -sin, cos, half + sin * centreX - cos * centreY);
}

/** Region of a face just found: frame pixels → pixels of the 256 crop, a similarity. */
export function roiOfDetection({ box, keyPoints }: Pick<DetectedFace, 'box' | 'keyPoints'>): Affine {
  const rollRad = Math.atan2(keyPoints[3]! - keyPoints[1]!, keyPoints[2]! - keyPoints[0]!);
  const sidePx = Math.max(box.x1 - box.x0, box.y1 - box.y0) * margin;
  return squareToCrop((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, sidePx, rollRad);
}

/** Region of a face whose 478 landmarks (x, y, z in frame pixels) are known: steadier than the detector's. */
export function roiOfLandmarks(landmarks: Float32Array): Affine {
  const rollRad = Math.atan2(
    landmarks[leftEyeOuter * 3 + 1]! - landmarks[rightEyeOuter * 3 + 1]!,
    landmarks[leftEyeOuter * 3]! - landmarks[rightEyeOuter * 3]!,
  );
  const cos = Math.cos(rollRad),
    sin = Math.sin(rollRad);
  let minU = Infinity,
    maxU = -Infinity,
    minV = Infinity,
    maxV = -Infinity;
  for (let i = 0; i < landmarks.length; i += 3) {
    const u = cos * landmarks[i]! + sin * landmarks[i + 1]!,
      v = cos * landmarks[i + 1]! - sin * landmarks[i]!;
    minU = Math.min(minU, u);
    maxU = Math.max(maxU, u);
    minV = Math.min(minV, v);
    maxV = Math.max(maxV, v);
  }
  const u = (minU + maxU) / 2,
    v = (minV + maxV) / 2;
  return squareToCrop(cos * u - sin * v, sin * u + cos * v, Math.max(maxU - minU, maxV - minV) * margin, rollRad);
}

/** Cuts the region out of a frame: 256×256 packed RGB, edges repeated. `frameToCrop` is what the roi functions return. */
export function cropFace(
  frame: RgbPicture,
  frameToCrop: Affine,
  out = new Uint8ClampedArray(cropSidePx * cropSidePx * 3),
): Uint8ClampedArray {
  warpPicture(frame, invertAffine(frameToCrop), {
    out,
    widthPx: cropSidePx,
    heightPx: cropSidePx,
    scale: bytesAsTheyAre,
  });
  return out;
}

/** Moves landmarks through a similarity; z keeps the scale of x and y. `out` may be `landmarks`. */
export function mapLandmarks(
  landmarks: Float32Array,
  map: Affine,
  out = new Float32Array(landmarks.length),
): Float32Array {
  const scale = Math.hypot(map[0]!, map[3]!);
  for (let i = 0; i < landmarks.length; i += 3) {
    const x = landmarks[i]!,
      y = landmarks[i + 1]!;
    out[i] = map[0]! * x + map[1]! * y + map[2]!;
    out[i + 1] = map[3]! * x + map[4]! * y + map[5]!;
    out[i + 2] = landmarks[i + 2]! * scale;
  }
  return out;
}
