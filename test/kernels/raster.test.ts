import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rasterFull, rasterMode, rasterVertexFloats } from '../../server/kernels/raster.js';
import { drawTrianglesTwin } from '../../server/kernels/twin/raster.js';
import { flatJob, jobs, noise, picture, runKernel, steepness } from './raster-jobs.js';

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
