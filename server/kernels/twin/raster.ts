import { rasterFull, rasterMode, rasterVertexFloats } from '../raster.js';

/** A 16-bit picture of four interleaved channels; strideValues counts u16 from row to row. */
export interface RasterPicture {
  readonly data: Uint16Array;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly strideValues: number;
}

/** From here on, blending is overwriting. */
const nearlyFull = rasterFull - 128;
const f = Math.fround;
/** First pixel whose centre is at or beyond the value, in single precision as the kernel has it. */
const firstCentre = (x: number, limit: number): number => Math.min(limit, Math.max(0, Math.ceil(f(x - 0.5)) || 0));

/** Where an edge crosses a row's centre; ends sorted by height so that both neighbours agree to the bit. */
function crossing(x0: number, y0: number, x1: number, y1: number, centreY: number): number {
  return f(x0 + f(f(centreY - y0) * f(f(x1 - x0) / f(y1 - y0))));
}

function bilinear(texture: RasterPicture, u: number, v: number): number[] {
  const hold = (value: number, size: number): number =>
    Math.round(Math.min(Math.max(value, 0), size - 1 - 1 / 128) * 128) / 128;
  const x = hold(u - 0.5, texture.widthPx),
    y = hold(v - 0.5, texture.heightPx);
  const ix = Math.floor(x),
    iy = Math.floor(y),
    fx = x - ix,
    fy = y - iy;
  return [0, 1, 2, 3].map((channel) => {
    const at = (px: number, py: number): number => texture.data[py * texture.strideValues + px * 4 + channel]!;
    const upper = at(ix, iy) * (1 - fx) + at(ix + 1, iy) * fx;
    const lower = at(ix, iy + 1) * (1 - fx) + at(ix + 1, iy + 1) * fx;
    return upper * (1 - fy) + lower * fy;
  });
}

/** What drawTriangles of assembly/raster.ts does, in plain arithmetic. Coverage is exact, values agree within 48/65280. */
export function drawTrianglesTwin(
  vertices: Float32Array,
  indices: Uint16Array,
  texture: RasterPicture,
  offsets: readonly number[],
  target: RasterPicture,
  depth: Float32Array | null,
  mode: number,
): void {
  const tests = depth !== null && !(mode & rasterMode.noDepth);
  for (let t = 0; t + 2 < indices.length; t += 3) {
    const corners = [0, 1, 2].map((k) => {
      const at = indices[t + k]! * rasterVertexFloats;
      return vertices.subarray(at, at + rasterVertexFloats);
    });
    const [a, b, c] = corners as [Float32Array, Float32Array, Float32Array];
    const abx = f(b[0]! - a[0]!),
      aby = f(b[1]! - a[1]!),
      acx = f(c[0]! - a[0]!),
      acy = f(c[1]! - a[1]!);
    const area = f(f(abx * acy) - f(aby * acx));
    if (!(Math.abs(area) > f(1e-3)) || (mode & rasterMode.cullAnticlockwise && area < 0)) continue;
    const [top, mid, low] = [...corners].sort((p, q) => p[1]! - q[1]! || p[0]! - q[0]!) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    for (let y = firstCentre(top[1]!, target.heightPx); y < firstCentre(low[1]!, target.heightPx); y++) {
      const long = crossing(top[0]!, top[1]!, low[0]!, low[1]!, y + 0.5);
      const [from, to] = y < firstCentre(mid[1]!, target.heightPx) ? [top, mid] : [mid, low];
      const short = crossing(from[0]!, from[1]!, to[0]!, to[1]!, y + 0.5);
      const edges = [firstCentre(long, target.widthPx), firstCentre(short, target.widthPx)];
      const midIsRight =
        f(f(mid[0]! - top[0]!) * f(low[1]! - top[1]!)) > f(f(low[0]! - top[0]!) * f(mid[1]! - top[1]!));
      const [x0, x1] = midIsRight ? edges : edges.reverse();
      for (let x = x0!; x < x1!; x++) {
        const px = x + 0.5 - a[0]!,
          py = y + 0.5 - a[1]!;
        const shareB = (px * acy - py * acx) / area,
          shareC = (py * abx - px * aby) / area;
        const at = (k: number): number => a[k]! + shareB * (b[k]! - a[k]!) + shareC * (c[k]! - a[k]!);
        const z = at(2),
          depthAt = y * target.widthPx + x;
        if (tests && !(z < depth[depthAt]!)) continue;
        const texel = bilinear(texture, at(3), at(4));
        const colour = [0, 1, 2].map((k) => {
          const offset = offsets[k]! * 256;
          return offset + (texel[k]! - offset) * at(5 + k) + at(9 + k) * 256;
        });
        const alpha = texel[3]! * at(8);
        const pixel = y * target.strideValues + x * 4;
        const share = mode & rasterMode.blend && alpha <= nearlyFull ? alpha / rasterFull : 1;
        if (mode & rasterMode.blend && alpha <= 0.5) continue;
        [...colour, mode & rasterMode.blend ? rasterFull : alpha].forEach((value, k) => {
          const under = target.data[pixel + k]!;
          target.data[pixel + k] = Math.round(Math.min(rasterFull, Math.max(0, under + (value - under) * share)));
        });
        const writes =
          !(mode & rasterMode.blend) || (mode & rasterMode.writeDepthWhereSolid && alpha >= rasterFull * 0.9);
        if (tests && writes) depth[depthAt] = z;
      }
    }
  }
}
