import { describe, expect, it } from 'vitest';
import { kernelFormats } from '../../server/kernels/formats.js';
import { occlusionCellCount } from '../../server/kernels/occlusion.js';
import { compareTwin, planeTwin } from '../../server/kernels/twin/occlusion.js';
import { handComesIn, learned, memory, show, texels } from './occlusion-stand.js';
import { builds, noise, noiseBytes } from './support.js';

describe.each(builds)('the %s kernel and its twin', (build) => {
  it('agree on the evidence of noise, cell by cell', () => {
    const own = learned(build);
    show(own, 1.2, [10, 5, 40, 33]);
    const next = noise(7);
    for (let i = 0; i < texels; i += 8) memory.f32[(own.grids.modelPtr >> 2) + i + 5] = Math.floor(next() * 6);
    memory.f32.set([1.1, 3, -4, 6, 2, -1, 0, 0], own.grids.lightPtr >> 2);
    own.kernel.compare(own.grids);
    const floats = (ptr: number, count: number): Float32Array => memory.f32.slice(ptr >> 2, (ptr >> 2) + count);
    const { seenPtr, mapPtr, modelPtr, lightPtr, evidencePtr } = own.grids;
    const twin = compareTwin(
      floats(seenPtr, occlusionCellCount * 4),
      floats(mapPtr, occlusionCellCount * 2),
      floats(modelPtr, texels),
      floats(lightPtr, 8),
    );
    const kernel = floats(evidencePtr, occlusionCellCount);
    expect(twin.some((e) => e > 1)).toBe(true);
    for (let i = 0; i < occlusionCellCount; i++) expect(Math.abs(kernel[i]! - twin[i]!)).toBeLessThan(0.01);
  });

  // Where cells are wider than nodes, the mask is led linearly from node to node: luma noise times what that loses of the slope.
  it.each([
    ['every pixel', 1.7, 1, 1, 1],
    ['every pixel', 1.7, 7, 3, 1],
    ['every pixel', 1.7, 33, 17, 1],
    ['close nodes', 0.7, 1, 1, 1],
    ['close nodes', 0.7, 6, 5, 3],
    ['close nodes', 0.7, 62, 41, 8],
    ['close nodes', 0.95, 62, 41, 12],
    ['nodes', 0.48, 1, 1, 1],
    ['nodes', 0.48, 6, 5, 6],
    ['nodes', 0.48, 62, 41, 12],
    ['nodes', 0.35, 150, 121, 10],
  ])(
    'agree on the mask by %s at a scale of %s over %s × %s pixels, within a stated step of 255',
    (_, scale, widthPx, heightPx, most) => {
      const own = learned(build);
      handComesIn(own);
      own.kernel.guide(own.grids);
      const formats = { uyvy: kernelFormats.UYVY, bgra: kernelFormats.BGRA } as const;
      const toCrop = [scale, 0.2 * scale, 20, -0.2 * scale, scale, 60];
      const [a, b, c, d, e, f] = toCrop as [number, number, number, number, number, number];
      const params = [a, b, c + a * 12 + b * 9, d, e, f + d * 12 + e * 9];
      const guided = memory.f32.slice(own.grids.guidedPtr >> 2, (own.grids.guidedPtr >> 2) + occlusionCellCount * 2);
      for (const format of Object.values(formats)) {
        const pixelBytes = format === kernelFormats.UYVY ? 2 : 4;
        const bytes = noiseBytes(widthPx * pixelBytes * heightPx, 3);
        const srcPtr = memory.allocate(bytes.length);
        memory.u8.set(bytes, srcPtr);
        const where = { x0: 12, y0: 9, widthPx, heightPx };
        const at = own.kernel.plane(format, own.grids.guidedPtr, srcPtr, widthPx * pixelBytes, where, toCrop);
        const luma = (x: number, y: number): number => {
          const pixel = (y * widthPx + x) * pixelBytes;
          if (format === kernelFormats.UYVY) return bytes[pixel + 1]!;
          return bytes[pixel]! * 0.0722 + bytes[pixel + 1]! * 0.7152 + bytes[pixel + 2]! * 0.2126;
        };
        const twin = planeTwin(luma, guided, params, widthPx, heightPx);
        expect(twin.length < 100 || new Set(twin).size > 20).toBe(true);
        for (let i = 0; i < twin.length; i++) expect(Math.abs(memory.u8[at + i]! - twin[i]!)).toBeLessThanOrEqual(most);
      }
    },
  );
});
