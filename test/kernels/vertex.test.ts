import { describe, expect, it } from 'vitest';
import { neighboursOf } from '../../server/frame/mesh-neighbours.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { harmonicSumsTwin, smoothTrustedTwin } from '../../server/kernels/twin/vertex.js';
import { harmonicSumFloats, loadVertexKernel } from '../../server/kernels/vertex.js';
import { builds, noise } from './support.js';

const memory = new KernelMemory(2);

describe.each(builds)('the %s kernel that smooths over a mesh', (build) => {
  const kernel = loadVertexKernel(memory, build);

  it.each([
    [1, 2],
    [3, 6],
    [40, 2],
    [41, 6],
  ])('agrees with its twin over %i vertices in %i rounds', (count, rounds) => {
    const next = noise(count);
    const triangles = Array.from({ length: count * 5 }, () => Math.floor(next() * count));
    const mesh = neighboursOf(triangles.slice(0, triangles.length - (triangles.length % 3)), count);
    const values = Float32Array.from({ length: count * 4 }, (_, i) =>
      i % 4 === 3 ? Math.max(0, next() - 0.5) : (next() - 0.5) * 140,
    );
    const [valuesPtr, scratch] = [memory.allocate(count * 16), memory.allocate(count * 16)];
    const [starts, indices] = [memory.allocate((count + 1) * 4), memory.allocate(mesh.indices.length * 4)];
    memory.f32.set(values, valuesPtr >> 2);
    memory.i32.set(mesh.starts, starts >> 2);
    memory.i32.set(mesh.indices, indices >> 2);
    kernel.smoothTrusted(valuesPtr, scratch, starts, indices, count, rounds);
    const twin = smoothTrustedTwin(values, mesh, rounds);
    let worst = 0;
    for (let i = 0; i < twin.length; i++)
      worst = Math.max(worst, Math.abs(memory.f32[(valuesPtr >> 2) + i]! - twin[i]!));
    // Codes: single precision over a handful of neighbours.
    expect(worst).toBeLessThan(1e-3);
    expect(count === 1 || twin.some((value, i) => Math.abs(value - values[i]!) > 1)).toBe(true);
  });
});

describe.each(builds)('the %s kernel that sums up harmonics', (build) => {
  const kernel = loadVertexKernel(memory, build);

  it.each([
    [1, false],
    [7, true],
    [613, false],
    [613, true],
  ])('agrees with its twin over %i vertices, outliers %s', (count, outliers) => {
    const mark = memory.mark();
    const next = noise(count + 1);
    const normals = new Float32Array(count * 3);
    for (let i = 0; i < count; i++) {
      const v = [next() - 0.5, next() - 0.5, next()];
      normals.set(
        v.map((part) => part / Math.hypot(...v)),
        i * 3,
      );
    }
    const values = Float32Array.from({ length: count }, () => next() * 4);
    const [cb, cr] = [values.map(() => next() - 0.5), values.map(() => next() - 0.5)];
    const weights = Float32Array.from({ length: count }, () => Math.max(0, next() - 0.3));
    const fitted = outliers ? Float32Array.from({ length: 12 }, (_, k) => (k < 9 ? next() - 0.3 : 0)) : null;
    const put = (data: Float32Array): number => {
      const at = memory.allocate(data.byteLength);
      memory.f32.set(data, at >> 2);
      return at;
    };
    const sums = memory.allocate(harmonicSumFloats * 4);
    const pointers = [put(normals), put(values), put(cb), put(cr), put(weights), fitted ? put(fitted) : 0] as const;
    kernel.harmonicSums(...pointers, 0.15, sums, count);
    const twin = harmonicSumsTwin(normals, [values, cb, cr], weights, fitted, 0.15);
    const own = memory.f32.slice(sums >> 2, (sums >> 2) + harmonicSumFloats);
    // Single precision, relative to the sum of the weights.
    const scale = Math.max(1, twin[0]!) * 4;
    for (let i = 0; i < harmonicSumFloats; i++) expect(Math.abs(own[i]! - twin[i]!) / scale).toBeLessThan(2e-6);
    memory.rewind(mark);
  });
});
