import { type Affine, invertAffine } from './geometry.js';

/**
 * Similarity picture → square crop of `cropSize` px for a face given by landmarks (x, y, z triples in picture px):
 * MediaPipe's region of interest, a square of `margin` × the larger side of the landmarks' box, eyes level. `shiftX/Y`
 * moves the face's centre (prediction). Writes both directions.
 */
export function alignFace(
  landmarks: Float32Array,
  count: number,
  cropSize: number,
  margin: number,
  shiftX: number,
  shiftY: number,
  toCrop: Affine,
  fromCrop: Affine,
): void {
  const dx = landmarks[263 * 3] - landmarks[33 * 3];
  const dy = landmarks[263 * 3 + 1] - landmarks[33 * 3 + 1];
  const length = Math.hypot(dx, dy) || 1;
  const cos = dx / length;
  const sin = dy / length;
  // The box in the rotated frame, so that a tilted head keeps its crop.
  let u0 = Infinity,
    u1 = -Infinity,
    v0 = Infinity,
    v1 = -Infinity;
  for (let i = 0; i < count; i++) {
    const x = landmarks[i * 3];
    const y = landmarks[i * 3 + 1];
    const u = cos * x + sin * y;
    const v = cos * y - sin * x;
    if (u < u0) u0 = u;
    if (u > u1) u1 = u;
    if (v < v0) v0 = v;
    if (v > v1) v1 = v;
  }
  const side = Math.max(u1 - u0, v1 - v0, 8) * margin;
  const scale = cropSize / side;
  const uc = (u0 + u1) / 2;
  const vc = (v0 + v1) / 2;
  const cx = cos * uc - sin * vc + shiftX;
  const cy = sin * uc + cos * vc + shiftY;
  toCrop[0] = scale * cos;
  toCrop[1] = scale * sin;
  toCrop[2] = cropSize / 2 - scale * (cos * cx + sin * cy);
  toCrop[3] = -scale * sin;
  toCrop[4] = scale * cos;
  toCrop[5] = cropSize / 2 - scale * (cos * cy - sin * cx);
  invertAffine(toCrop, fromCrop);
}

/** Moves x, y of count triples by an affine map and scales z by its mean scale; out may be source. */
export function mapPoints(map: Affine, source: Float32Array, out: Float32Array, count: number): void {
  const a = map[0],
    b = map[1],
    tx = map[2],
    c = map[3],
    d = map[4],
    ty = map[5];
  const scale = Math.sqrt(Math.abs(a * d - b * c));
  for (let i = 0; i < count * 3; i += 3) {
    const x = source[i];
    const y = source[i + 1];
    out[i] = a * x + b * y + tx;
    out[i + 1] = c * x + d * y + ty;
    out[i + 2] = source[i + 2] * scale;
  }
}

/** The similarity that moves the first `count` points (x, y, z triples) nearest to others, by least squares; x and y only. */
export function fitSimilarity(from: Float32Array, to: Float32Array, count: number, out: Affine): void {
  let mx = 0,
    my = 0,
    mu = 0,
    mv = 0;
  for (let i = 0; i < count * 3; i += 3) {
    mx += from[i] / count;
    my += from[i + 1] / count;
    mu += to[i] / count;
    mv += to[i + 1] / count;
  }
  let norm = 1e-6,
    dot = 1e-6,
    cross = 0;
  for (let i = 0; i < count * 3; i += 3) {
    const x = from[i] - mx,
      y = from[i + 1] - my,
      u = to[i] - mu,
      v = to[i + 1] - mv;
    norm += x * x + y * y;
    dot += x * u + y * v;
    cross += x * v - y * u;
  }
  turnAbout(dot / norm, cross / norm, mx, my, mu, mv, out);
}

/** The similarity of matrix (cos, −sin; sin, cos), scale within, that takes the point (x, y) to (u, v). */
export function turnAbout(cos: number, sin: number, x: number, y: number, u: number, v: number, out: Affine): void {
  out[0] = cos;
  out[1] = -sin;
  out[2] = u - cos * x + sin * y;
  out[3] = sin;
  out[4] = cos;
  out[5] = v - sin * x - cos * y;
}
