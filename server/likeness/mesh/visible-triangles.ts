import { rasterVertexFloats } from '../../kernels/raster.js';

/** Place of alpha among a vertex's floats. */
const alphaAt = 8;

/**
 * Writes those triangles of which at least one corner has alpha into `indices` from `at` on; returns how many. What is cut off by
 * the mask or faces away costs the raster kernel as much as what is seen.
 *
 * @param vertices rasteriser vertices, the first at `vertexAt`
 */
export function visibleTriangles(
  triangles: Uint16Array,
  vertices: Float32Array,
  vertexAt: number,
  indices: Uint16Array,
  at: number,
): number {
  const alpha = vertexAt + alphaAt;
  let to = at;
  for (let t = 0; t < triangles.length; t += 3) {
    const a = triangles[t]!,
      b = triangles[t + 1]!,
      c = triangles[t + 2]!;
    const sum =
      vertices[alpha + a * rasterVertexFloats]! +
      vertices[alpha + b * rasterVertexFloats]! +
      vertices[alpha + c * rasterVertexFloats]!;
    if (sum <= 0) continue;
    indices[to++] = a;
    indices[to++] = b;
    indices[to++] = c;
  }
  return (to - at) / 3;
}
