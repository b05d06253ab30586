import { type FaceTrack, landmarkCount, surfaceCount } from '../../frame/face-track.js';
import { rims } from '../../frame/face-rims.js';
import type { PropagateSettings } from './contract.js';

/** Crop pixels; the face is about 170 of them, so 1.5 is the landmark model's own jitter (under 1 %). */
const modelJitterPx = 1.5;
/** What a lid or lip is further off than this has moved: the part of a correction that is not the model's jitter is shown at once. */
const movedPx = 3;
/** Mean motion of the landmarks within their crop at which half of a correction is shown at once: in a fast turn nobody sees it, and fading it in is the lag. */
const turningPx = 2.5;

const isRim = new Uint8Array(landmarkCount);
for (const rim of rims) for (const i of rim) isRim[i] = 1;

/**
 * Flow is the prediction, the keyframe the measurement: a Kalman-like gain that grows with the innovation. `late`: the keyframe's
 * landmarks in this picture, crop px. What it moves is faded in over settings.crossfadeFrames, the less the more the face turns. `motionPx`: how far
 * its points moved within the crop from the last picture to this one, mean, crop px.
 */
export function correctFace(face: FaceTrack, late: Float32Array, settings: PropagateSettings, motionPx: number): void {
  const { carried, correction } = face;
  const fade = face.correctionLeft / face.correctionFrames;
  const restless = face.confidence01 < settings.minConfidence01;
  const floor = 1 - 0.75 * settings.smoothAmount01;
  const calm01 = 1 / (1 + (motionPx / turningPx) ** 4);
  for (let i = 0; i < landmarkCount; i++) {
    const shownX = carried[i * 3] + correction[i * 2] * fade;
    const shownY = carried[i * 3 + 1] + correction[i * 2 + 1] * fade;
    const ex = late[i * 3] - carried[i * 3];
    const ey = late[i * 3 + 1] - carried[i * 3 + 1];
    const surprise = Math.min(1, (ex * ex + ey * ey) / modelJitterPx ** 2);
    // Lids and lips are what expression is read from: they follow the measurement, half of it or more at once.
    const rim = isRim[i] === 1;
    const gain = restless || rim ? 1 : floor + (1 - floor) * surprise;
    carried[i * 3] += ex * gain;
    carried[i * 3 + 1] += ey * gain;
    carried[i * 3 + 2] += (late[i * 3 + 2] - carried[i * 3 + 2]) * Math.max(gain, 0.5);
    const fadeShare = rim ? 0.5 * Math.max(0, 1 - (ex * ex + ey * ey) / movedPx ** 2) : calm01;
    correction[i * 2] = (shownX - carried[i * 3]) * fadeShare;
    correction[i * 2 + 1] = (shownY - carried[i * 3 + 1]) * fadeShare;
  }
  face.correctionFrames = Math.max(1, settings.crossfadeFrames);
  face.correctionLeft = face.correctionFrames;
}

/** The box of the face surface, picture px. */
export function boxOf(landmarks: Float32Array, face: FaceTrack): void {
  let x0 = Infinity,
    y0 = Infinity,
    x1 = -Infinity,
    y1 = -Infinity;
  for (let i = 0; i < surfaceCount * 3; i += 3) {
    const x = landmarks[i],
      y = landmarks[i + 1];
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
  }
  face.box.x0 = x0;
  face.box.y0 = y0;
  face.box.x1 = x1;
  face.box.y1 = y1;
}

/** Confidence of the least sure of eyes and mouth. */
export function leastRim(confidence: Float32Array): number {
  let least = 1;
  for (const rim of rims) {
    let sum = 0;
    for (let k = 0; k < rim.length; k++) sum += confidence[rim[k]];
    least = Math.min(least, sum / rim.length);
  }
  return least;
}

/** Mean distance that the points of the face surface have moved, px of the triples. */
export function meanMotion(before: Float32Array, after: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < surfaceCount * 3; i += 3) {
    const x = after[i] - before[i],
      y = after[i + 1] - before[i + 1];
    sum += Math.sqrt(x * x + y * y);
  }
  return sum / surfaceCount;
}
