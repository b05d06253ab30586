/** The room as drawn: metres, y up, the performer's mark at the origin. Walls and cameras are the show's (stage-model.ts). */
export const room = {
  floorM: 14,
  monitor: { positionM: [-2.15, 1.3, 0.75], widthM: 1.7, turnDeg: 38 },
} as const;

/** Width of a face between the outermost landmarks, metres: an adult's, to within a tenth. */
const faceWidthM = 0.148;
const nearestM = 0.4;
const farthestM = 8;

/** Picture width at one metre from the lens, metres. */
export function pictureWidthAtOneM(horizontalFovDeg: number): number {
  return 2 * Math.tan((horizontalFovDeg * Math.PI) / 360);
}

/**
 * Distance of a face from the lens, metres, from how wide it is in the picture. A turned face is narrower, so its height counts
 * as well (a face is about 1.32 times as high as wide between the outermost landmarks).
 * @param points x, y, z per landmark as in a mesh message
 */
export function faceDistanceM(points: Float32Array, aspect: number, horizontalFovDeg: number): number {
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < points.length; i += 3) {
    left = Math.min(left, points[i]!);
    right = Math.max(right, points[i]!);
    top = Math.min(top, points[i + 1]!);
    bottom = Math.max(bottom, points[i + 1]!);
  }
  const width01 = Math.max(right - left, (bottom - top) / aspect / 1.32);
  if (!(width01 > 0)) return farthestM;
  const distanceM = faceWidthM / (width01 * pictureWidthAtOneM(horizontalFovDeg));
  return Math.min(farthestM, Math.max(nearestM, distanceM));
}

/**
 * Puts landmarks into the room: along the rays of the camera, at `distanceM`, in metres relative to the camera (x right, y up,
 * −z ahead). Writes into `out` (same length as `points`) and returns the centre.
 */
export function placeFace(
  points: Float32Array,
  aspect: number,
  horizontalFovDeg: number,
  distanceM: number,
  out: Float32Array,
): [number, number, number] {
  const widthM = pictureWidthAtOneM(horizontalFovDeg) * distanceM;
  const centre: [number, number, number] = [0, 0, 0];
  const count = points.length / 3;
  for (let i = 0; i < points.length; i += 3) {
    out[i] = (points[i]! - 0.5) * widthM;
    out[i + 1] = ((0.5 - points[i + 1]!) * widthM) / aspect;
    out[i + 2] = -distanceM - points[i + 2]! * widthM;
    centre[0] += out[i]! / count;
    centre[1] += out[i + 1]! / count;
    centre[2] += out[i + 2]! / count;
  }
  return centre;
}

/** Red at 0, amber at one half, green at 1. r, g, b 0…1. */
export function confidenceColor(confidence01: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, confidence01));
  const red = [0.95, 0.26, 0.21] as const;
  const amber = [1, 0.75, 0.15] as const;
  const green = [0.25, 0.87, 0.5] as const;
  const [from, to, t] = at < 0.5 ? [red, amber, at * 2] : [amber, green, at * 2 - 1];
  return [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t, from[2] + (to[2] - from[2]) * t];
}
