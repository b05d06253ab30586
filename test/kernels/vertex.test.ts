import { describe, expect, it } from 'vitest';
import { neighboursOf } from '../../server/frame/mesh-neighbours.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { smoothTrustedTwin } from '../../server/kernels/twin/vertex.js';
import { loadVertexKernel } from '../../server/kernels/vertex.js';
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
