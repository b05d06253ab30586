import type { Affine } from '../../frame/geometry.js';

/** The similarity that brings points `from` nearest to `to` (x, y, z triples of which x and y count), least squares. */
export function fitMotion(from: Float32Array, to: Float32Array, count: number, out: Affine): void {
  let fx = 0,
    fy = 0,
    tx = 0,
    ty = 0;
  for (let i = 0; i < count * 3; i += 3) {
    fx += from[i]!;
    fy += from[i + 1]!;
    tx += to[i]!;
    ty += to[i + 1]!;
  }
  fx /= count;
  fy /= count;
  tx /= count;
  ty /= count;
  let along = 0,
    across = 0,
    spread = 0;
  for (let i = 0; i < count * 3; i += 3) {
    const x = from[i]! - fx,
      y = from[i + 1]! - fy,
      u = to[i]! - tx,
      v = to[i + 1]! - ty;
    along += x * u + y * v;
    across += x * v - y * u;
    spread += x * x + y * y;
  }
  const cos = spread > 0 ? along / spread : 1,
    sin = spread > 0 ? across / spread : 0;
  out[0] = cos;
  out[1] = -sin;
  out[2] = tx - cos * fx + sin * fy;
  out[3] = sin;
  out[4] = cos;
  out[5] = ty - sin * fx - cos * fy;
}
