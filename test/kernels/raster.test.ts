import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KernelMemory } from '../../server/kernels/memory.js';
import { loadRasterKernel, rasterFull, rasterMode, rasterVertexFloats } from '../../server/kernels/raster.js';
import { drawTrianglesTwin, type RasterPicture } from '../../server/kernels/twin/raster.js';

interface Job {
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
function runKernel(
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

const picture = (widthPx: number, heightPx: number, spare: number, value: (index: number) => number): RasterPicture => {
  const strideValues = (widthPx + spare) * 4;
  return {
    widthPx,
    heightPx,
    strideValues,
    data: Uint16Array.from({ length: strideValues * heightPx }, (_, i) => value(i)),
  };
};
const noise =
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

const jobs = fc
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
function flatJob(
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

describe('the triangle rasteriser', () => {
  it.each(['release', 'debug'] as const)('agrees with its twin over awkward sizes, clips and modes (%s)', (build) => {
    fc.assert(
      fc.property(jobs, (job) => {
        const kernel = runKernel(job, build);
        const twin = { ...job.target, data: job.target.data.slice() };
        const twinDepth = job.depth?.slice() ?? null;
        drawTrianglesTwin(job.vertices, job.indices, job.texture, job.offsets, twin, twinDepth, job.mode);
        // Where z runs into the plane of the depth buffer, or an attribute is steep, single precision decides: few pixels.
        let apart = 0;
        kernel.pixels.forEach((value, i) => (apart += Math.abs(value - twin.data[i]!) > 48 ? 1 : 0));
        const steep = Math.ceil(job.target.data.length * 0.02) + 8;
        expect(apart).toBeLessThanOrEqual(steepness(job) ? job.target.data.length : steep);
        if (job.target.strideValues > job.target.widthPx * 4) {
          expect(kernel.pixels[job.target.widthPx * 4]).toBe(job.target.data[job.target.widthPx * 4]);
        }
      }),
      { numRuns: build === 'release' ? 400 : 100 },
    );
  });

  it('covers every pixel of a triangulated rectangle exactly once, whatever the inner points', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })), {
          minLength: 1,
          maxLength: 6,
        }),
        (inner) => {
          const widthPx = 31,
            heightPx = 17;
          const points: number[][] = [
            [0, 0],
            [widthPx, 0],
            [widthPx, heightPx],
            [0, heightPx],
          ];
          let faces = [
            [0, 1, 2],
            [0, 2, 3],
          ];
          for (const [s, t] of inner) {
            // Any point inside any face splits it in three: the faces still tile the rectangle.
            const index = Math.min(faces.length - 1, Math.floor(s * faces.length));
            const [a, b, c] = faces[index] as [number, number, number];
            const wa = 0.1 + 0.4 * s,
              wb = 0.1 + 0.3 * t,
              wc = 1 - wa - wb;
            points.push(
              [0, 1].map((k) => Math.fround(points[a]![k]! * wa + points[b]![k]! * wb + points[c]![k]! * wc)),
            );
            const p = points.length - 1;
            faces = faces
              .filter((_, i) => i !== index)
              .concat([
                [a, b, p],
                [b, c, p],
                [c, a, p],
              ]);
          }
          const job = flatJob(points, faces.flat(), widthPx, heightPx, 0.5, rasterMode.blend | rasterMode.noDepth);
          const { pixels } = runKernel(job);
          for (let y = 0; y < heightPx; y++) {
            for (let x = 0; x < widthPx; x++)
              expect(pixels[y * job.target.strideValues + x * 4 + 3]).toBe(rasterFull / 2);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('draws nothing for degenerate, far-away, infinite and NaN triangles, and writes nothing outside the picture', () => {
    const wild = [
      [5, 5],
      [5, 5],
      [5, 5],
      [1, 1],
      [9, 9],
      [5, 5],
      [NaN, 1],
      [3, NaN],
      [1, 2],
      [-900, -900],
      [-800, -900],
      [-900, -800],
    ];
    const job = flatJob(wild, [...wild.keys()], 11, 7, 1, rasterMode.noDepth);
    expect(runKernel(job).pixels.every((value) => value === 0)).toBe(true);
    const endless = flatJob(
      [
        [Infinity, 0],
        [-Infinity, 4],
        [3, Infinity],
        [1e30, -1e30],
        [-1e30, 1e30],
        [1e30, 1e30],
      ],
      [0, 1, 2, 3, 4, 5],
      11,
      7,
      1,
      2,
    );
    const { pixels, code } = runKernel(endless);
    expect(code).toBe(0);
    for (let y = 0; y < 7; y++) expect(pixels[y * 48 + 44]).toBe(0);
  });

  it('keeps the nearer surface whichever is drawn first', () => {
    for (const order of [
      [0, 1, 2, 3, 4, 5],
      [3, 4, 5, 0, 1, 2],
    ]) {
      const job = flatJob(
        [
          [-5, -5],
          [30, -5],
          [-5, 30],
          [-5, -5],
          [30, -5],
          [-5, 30],
        ],
        order,
        8,
        8,
        1,
        0,
      );
      for (let i = 3; i < 6; i++) {
        job.vertices[i * rasterVertexFloats + 2] = 2;
        job.vertices.fill(0.5, i * rasterVertexFloats + 5, i * rasterVertexFloats + 8);
      }
      job.depth = new Float32Array(64).fill(Infinity);
      const { pixels, depth } = runKernel(job);
      expect(pixels[0]).toBe(rasterFull);
      expect(depth![27]).toBe(1);
    }
  });

  it('returns an opaque texel untouched at its own centre, and leaves the offset alone under any gain', () => {
    const job = flatJob(
      [
        [0, 0],
        [32, 0],
        [0, 32],
      ],
      [0, 1, 2],
      8,
      8,
      1,
      2,
    );
    job.texture = picture(16, 16, 0, noise(3));
    [
      [0, 0],
      [32, 0],
      [0, 32],
    ].forEach(([u, v], i) => job.vertices.set([u!, v!], i * rasterVertexFloats + 3));
    const { pixels } = runKernel(job);
    for (let k = 0; k < 4; k++)
      expect(Math.abs(pixels[5 * 36 + 3 * 4 + k]! - job.texture.data[5 * 64 + 3 * 4 + k]!)).toBeLessThanOrEqual(2);
    const grey = flatJob(
      [
        [0, 0],
        [32, 0],
        [0, 32],
      ],
      [0, 1, 2],
      8,
      8,
      1,
      2,
    );
    grey.texture = picture(2, 2, 0, (i) => [16, 128, 128, 255][i & 3]! * 256);
    grey.offsets = [16, 128, 128];
    for (let i = 0; i < 3; i++) grey.vertices.fill(1.7, i * rasterVertexFloats + 5, i * rasterVertexFloats + 8);
    expect([...runKernel(grey).pixels.slice(0, 3)]).toEqual([16 * 256, 128 * 256, 128 * 256]);
  });

  it('refuses a texture too small to interpolate', () => {
    const job = flatJob(
      [
        [0, 0],
        [8, 0],
        [0, 8],
      ],
      [0, 1, 2],
      4,
      4,
      1,
      2,
    );
    job.texture = picture(1, 2, 0, () => rasterFull);
    expect(runKernel(job).code).toBe(1);
  });
});

/** A triangle so thin that its gradients leave single precision: values there are not compared, coverage still is above. */
function steepness(job: Job): boolean {
  for (let t = 0; t < job.indices.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => job.indices[t + k]! * rasterVertexFloats) as [number, number, number];
    const v = job.vertices;
    const area = (v[b]! - v[a]!) * (v[c + 1]! - v[a + 1]!) - (v[b + 1]! - v[a + 1]!) * (v[c]! - v[a]!);
    if (Math.abs(area) < 20) return true;
  }
  return false;
}
