import fc from 'fast-check';
import { KernelMemory } from '../../server/kernels/memory.js';
import { loadRasterKernel, rasterFull, rasterMode, rasterVertexFloats } from '../../server/kernels/raster.js';
import type { RasterPicture } from '../../server/kernels/twin/raster.js';

export interface Job {
  vertices: Float32Array;
  indices: Uint16Array;
  texture: RasterPicture;
  offsets: readonly number[];
  target: RasterPicture;
  depth: Float32Array | null;
  mode: number;
}

const memory = new KernelMemory(32);
const kernels = { release: loadRasterKernel(memory), debug: loadRasterKernel(memory, 'debug') };

/** Runs the kernel on copies of the job's data; returns the picture with the bytes between and behind its rows. */
export function runKernel(
  job: Job,
  build: 'release' | 'debug' = 'release',
): { code: number; pixels: Uint16Array; depth: Float32Array | null } {
  const mark = memory.mark();
  const put = (data: Float32Array | Uint16Array): number => {
    const at = memory.allocate(data.byteLength);
    memory.u8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    return at;
  };
  const target = put(job.target.data);
  const depth = job.depth ? put(job.depth) : 0;
  const code = kernels[build].drawTriangles(
    put(job.vertices),
    put(job.indices),
    job.indices.length / 3,
    put(job.texture.data),
    put(Float32Array.from(job.offsets)),
    target,
    depth,
    job.texture.widthPx,
    job.texture.heightPx,
    job.target.widthPx,
    job.target.heightPx,
    job.target.strideValues * 2,
    job.mode,
  );
  const pixels = memory.u16.slice(target / 2, target / 2 + job.target.data.length);
  const depthOut = job.depth ? memory.f32.slice(depth / 4, depth / 4 + job.depth.length) : null;
  memory.rewind(mark);
  return { code, pixels, depth: depthOut };
}

export const picture = (
  widthPx: number,
  heightPx: number,
  spare: number,
  value: (index: number) => number,
): RasterPicture => {
  const strideValues = (widthPx + spare) * 4;
  return {
    widthPx,
    heightPx,
    strideValues,
    data: Uint16Array.from({ length: strideValues * heightPx }, (_, i) => value(i)),
  };
};
export const noise =
  (seed: number) =>
  (i: number): number =>
    (Math.imul(i + 1 + seed * 977, 2654435761) >>> 16) & 0xff00;

const vertexOf = (widthPx: number, heightPx: number) =>
  fc.tuple(
    fc.float({ min: -20, max: Math.fround(widthPx + 20), noNaN: true }),
    fc.float({ min: -20, max: Math.fround(heightPx + 20), noNaN: true }),
    fc.float({ min: 0, max: 10, noNaN: true }),
    fc.float({ min: -4, max: 40, noNaN: true }),
    fc.float({ min: -4, max: 40, noNaN: true }),
    fc.float({ min: 0, max: 2, noNaN: true }),
    fc.float({ min: 0, max: 2, noNaN: true }),
    fc.float({ min: 0, max: 2, noNaN: true }),
    fc.float({ min: 0, max: 1, noNaN: true }),
    fc.float({ min: -40, max: 40, noNaN: true }),
    fc.float({ min: -40, max: 40, noNaN: true }),
    fc.float({ min: -40, max: 40, noNaN: true }),
  );

export const jobs = fc
  .record({
    widthPx: fc.integer({ min: 1, max: 37 }),
    heightPx: fc.integer({ min: 1, max: 23 }),
    spare: fc.integer({ min: 0, max: 3 }),
    seed: fc.nat(50),
  })
  .chain((shape) =>
    fc
      .record({
        corners: fc.array(vertexOf(shape.widthPx, shape.heightPx), { minLength: 3, maxLength: 12 }),
        mode: fc.integer({ min: 0, max: 15 }),
        offsets: fc.constantFrom([0, 0, 0], [16, 128, 128]),
        textureSide: fc.integer({ min: 2, max: 33 }),
      })
      .map(
        ({ corners, mode, offsets, textureSide }): Job => ({
          vertices: Float32Array.from(corners.flat()),
          indices: Uint16Array.from({ length: (corners.length - 2) * 3 }, (_, i) => Math.floor(i / 3) + (i % 3)),
          texture: picture(textureSide, textureSide + 1, 0, noise(shape.seed)),
          offsets,
          target: picture(shape.widthPx, shape.heightPx, shape.spare, noise(shape.seed + 1)),
          depth: mode & rasterMode.noDepth ? null : new Float32Array(shape.widthPx * shape.heightPx).fill(5),
          mode,
        }),
      ),
  );

/** A flat opaque job whose alpha is `alpha01` everywhere. */
export function flatJob(
  points: number[][],
  indices: number[],
  widthPx: number,
  heightPx: number,
  alpha01: number,
  mode: number,
): Job {
  return {
    vertices: Float32Array.from(points.flatMap(([x, y]) => [x!, y!, 1, 1, 1, 1, 1, 1, alpha01, 0, 0, 0])),
    indices: Uint16Array.from(indices),
    texture: picture(2, 2, 0, () => rasterFull),
    offsets: [0, 0, 0],
    target: picture(widthPx, heightPx, 1, () => 0),
    depth: null,
    mode,
  };
}

/** A triangle so thin that its gradients leave single precision: values there are not compared, coverage still is above. */
export function steepness(job: Job): boolean {
  for (let t = 0; t < job.indices.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => job.indices[t + k]! * rasterVertexFloats) as [number, number, number];
    const v = job.vertices;
    const area = (v[b]! - v[a]!) * (v[c + 1]! - v[a + 1]!) - (v[b + 1]! - v[a + 1]!) * (v[c]! - v[a]!);
    if (Math.abs(area) < 20) return true;
  }
  return false;
}
