import type { DetectedBox } from '../../frame/detected-box.js';
import { type FaceTrack, landmarkCount, surfaceCount } from '../../frame/face-track.js';

/** The canonical face (`p`, 468 × x, y, z) placed on the detector's eyes and mouth, until the mesh model has looked. */
export function guessLandmarks(p: Float32Array, face: FaceTrack, d: DetectedBox): void {
  const [rx, ry, lx, ly] = d.keyPoints as [number, number, number, number];
  const mouthX = d.keyPoints[6]!,
    mouthY = d.keyPoints[7]!;
  const eyeX = (rx + lx) / 2,
    eyeY = (ry + ly) / 2;
  const eyeDistance = Math.hypot(lx - rx, ly - ry);
  // A profile's eyes nearly coincide: the eye–mouth distance then gives the scale.
  const drop = Math.hypot(mouthX - eyeX, mouthY - eyeY);
  const eyeSpan = Math.abs((p[263 * 3] + p[362 * 3] - p[33 * 3] - p[133 * 3]) / 2);
  const eyeHeight = (p[33 * 3 + 1] + p[263 * 3 + 1]) / 2;
  const mouthHeight = p[13 * 3 + 1];
  const scale = Math.max(eyeDistance / eyeSpan, drop / Math.max(1e-3, eyeHeight - mouthHeight));
  const angle = Math.atan2(ly - ry, lx - rx);
  const cos = Math.cos(angle) * scale,
    sin = Math.sin(angle) * scale;
  for (let i = 0; i < surfaceCount; i++) {
    const x = p[i * 3],
      y = -(p[i * 3 + 1] - eyeHeight);
    face.landmarks[i * 3] = eyeX + cos * x - sin * y;
    face.landmarks[i * 3 + 1] = eyeY + sin * x + cos * y;
    face.landmarks[i * 3 + 2] = -p[i * 3 + 2] * scale;
  }
  for (let i = surfaceCount; i < landmarkCount; i++) {
    const eye = i < surfaceCount + 5 ? 33 : 263;
    for (let k = 0; k < 3; k++) face.landmarks[i * 3 + k] = face.landmarks[eye * 3 + k];
  }
  face.box.x0 = d.box[0];
  face.box.y0 = d.box[1];
  face.box.x1 = d.box[2];
  face.box.y1 = d.box[3];
}
