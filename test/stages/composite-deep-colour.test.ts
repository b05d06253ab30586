import { describe, expect, it } from 'vitest';
import { BlendKernel } from '../../server/kernels/blend.js';
import { kernelFormats } from '../../server/kernels/formats.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { loadRasterKernel, rasterFull, rasterVertexFloats } from '../../server/kernels/raster.js';
import {
  copyPartOut,
  copyRegionIn,
  type FramePlanes,
  regionBytes,
  regionChromaOffset,
  regionStrideBytes,
} from '../../server/kernels/region-copy.js';

/** A 10-bit camera's picture as NDI carries it in P216: the code in the upper ten of sixteen bits. */
const [widthPx, heightPx] = [768, 64];
const box = { x0: 64, y0: 8, x1: 704, y1: 56 };
const part = { x0: 80, y0: 8, x1: 560, y1: 40 };

function rampFrame(): FramePlanes {
  const words = new Uint16Array(widthPx * heightPx * 2);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      words[y * widthPx + x] = (64 + x + y) << 6;
      words[(heightPx + y) * widthPx + x] = (x % 2 === 0 ? 300 + (x >> 2) : 700 - (x >> 2)) << 6;
    }
  }
  return { pixels: new Uint8Array(words.buffer), strideBytes: widthPx * 2, heightPx, format: 'P216' };
}

/** Two triangles over the whole patch; a texture of eight 8-bit greys a code apart, stretched over it. */
function drawSkin(memory: KernelMemory, patchPtr: number, alpha01: number): void {
  const [patchWidthPx, patchHeightPx] = [part.x1 - part.x0, part.y1 - part.y0];
  const texture = memory.allocate(8 * 2 * 8);
  for (let i = 0; i < 16; i++)
    memory.u16.set([(100 + (i % 8)) * 256, 128 * 256, 128 * 256, rasterFull], (texture >> 1) + i * 4);
  const vertices = memory.allocate(4 * rasterVertexFloats * 4);
  for (let i = 0; i < 4; i++) {
    const [x, y] = [i % 2, i >> 1];
    memory.f32.set(
      [x * patchWidthPx, y * patchHeightPx, 1, x * 8, y * 2, 1.2, 1.2, 1.2, alpha01, 0, 0, 0],
      (vertices >> 2) + i * rasterVertexFloats,
    );
  }
  const indices = memory.allocate(12);
  memory.u16.set([0, 1, 2, 1, 3, 2], indices >> 1);
  const offsets = memory.allocate(16);
  memory.f32.set([16, 128, 128, 0], offsets >> 2);
  const raster = loadRasterKernel(memory);
  const stride = patchWidthPx * 8;
  const noDepth = 2;
  raster.drawTriangles(
    vertices,
    indices,
    2,
    texture,
    offsets,
    patchPtr,
    0,
    8,
    2,
    patchWidthPx,
    patchHeightPx,
    stride,
    noDepth,
  );
}

/** Region in, patch over it, patch's part out: what the composite stage does with a face. */
function lay(alpha01: number): { before: Uint16Array; after: Uint16Array } {
  const memory = new KernelMemory(8);
  const frame = rampFrame();
  const before = new Uint16Array(frame.pixels.slice().buffer);
  const [regionWidthPx, regionHeightPx] = [box.x1 - box.x0, box.y1 - box.y0];
  const ptr = memory.allocate(regionBytes('P216', regionWidthPx, regionHeightPx));
  const strideBytes = regionStrideBytes('P216', regionWidthPx);
  const region = { ptr, chromaPtr: ptr + regionChromaOffset('P216', box), strideBytes, box };
  copyRegionIn(frame, region, memory);
  const [patchWidthPx, patchHeightPx] = [part.x1 - part.x0, part.y1 - part.y0];
  const patch = memory.allocate(patchWidthPx * patchHeightPx * 8);
  drawSkin(memory, patch, alpha01);
  const at = part.y0 * strideBytes + part.x0 * 2;
  new BlendKernel(memory).over(
    { format: kernelFormats.P216, ptr: ptr + at, chromaPtr: region.chromaPtr + at, strideBytes },
    { ptr: patch, strideBytes: patchWidthPx * 8, widthPx: patchWidthPx, heightPx: patchHeightPx },
    256,
  );
  copyPartOut(frame, region, part, memory);
  return { before, after: new Uint16Array(frame.pixels.buffer) };
}

const isInside = (index: number): boolean => {
  const x = index % widthPx,
    y = Math.floor(index / widthPx) % heightPx;
  return x >= box.x0 + part.x0 && x < box.x0 + part.x1 && y >= box.y0 + part.y0 && y < box.y0 + part.y1;
};

describe('a 10-bit picture in the composite', () => {
  it('keeps every 16-bit sample outside the patch, luma and chroma', () => {
    const { before, after } = lay(1);
    expect(after.filter((value, i) => !isInside(i) && value !== before[i])).toHaveLength(0);
    expect(after.filter((value, i) => isInside(i) && value !== before[i]).length).toBeGreaterThan(10_000);
  });

  it('keeps every sample where the patch is transparent', () => {
    const { before, after } = lay(0);
    expect(after.findIndex((value, i) => value !== before[i])).toBe(-1);
  });

  it('shows steps finer than eight bits inside: a ramp over seven codes has more than four levels to a code', () => {
    const { after } = lay(1);
    const y = box.y0 + part.y0 + 16;
    const row = after.subarray(y * widthPx + box.x0 + part.x0, y * widthPx + box.x0 + part.x1);
    // Seven codes of texture at a gain of 1.2.
    const levelsOf10Bits = new Set(Array.from(row, (value) => value >> 6));
    expect(levelsOf10Bits.size).toBeGreaterThan(7 * 1.2 * 4 - 3);
    for (let x = 1; x < row.length; x++) expect(row[x]! - row[x - 1]!).toBeGreaterThanOrEqual(-2);
  });

  it('leaves the camera’s ten bits readable through a half-transparent patch', () => {
    const { before, after } = lay(0.5);
    const y = box.y0 + part.y0 + 16;
    const from = y * widthPx + box.x0 + part.x0;
    // The camera's ramp of a 10-bit code per pixel comes through at half height: 32 of 65536 a pixel, and the patch's own slope.
    const rise = (after[from + 400]! - after[from + 40]!) / 360;
    const expected = ((before[from + 400]! - before[from + 40]!) / 360 + (7 * 1.2 * 256) / 480) / 2;
    expect(Math.abs(rise - expected)).toBeLessThan(1.5);
    const levels = new Set(Array.from(after.subarray(from, from + 480), (value) => value >> 6));
    expect(levels.size).toBeGreaterThan(230);
  });
});
