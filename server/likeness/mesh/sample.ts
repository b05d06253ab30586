import { lumaWeights, type YuvMatrix } from '../../frame/format.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { RegionView } from '../../frame/region-view.js';

/** RGB 0…255 → legal-range Y, Cb, Cr in 8-bit codes (not rounded). */
export function rgbToYuv(r: number, g: number, b: number, matrix: YuvMatrix, out: Float32Array, at: number): void {
  const { kr, kb } = lumaWeights[matrix];
  const y = kr * r + (1 - kr - kb) * g + kb * b;
  out[at] = 16 + (y * 219) / 255;
  out[at + 1] = 128 + (((b - y) / (2 * (1 - kb))) * 224) / 255;
  out[at + 2] = 128 + (((r - y) / (2 * (1 - kr))) * 224) / 255;
}

const scratch = new Float32Array(3);

/**
 * Mean legal-range Y Cb Cr (8-bit codes) of five taps round a point of the region: the light probe of a vertex. Writes three
 * floats. Points outside the region take its edge.
 */
export function probe(
  memory: KernelMemory,
  region: RegionView,
  x: number,
  y: number,
  radius: number,
  matrix: YuvMatrix,
  out: Float32Array,
  at: number,
): void {
  let sy = 0,
    su = 0,
    sv = 0;
  for (let k = 0; k < 5; k++) {
    const px = Math.min(region.widthPx - 1, Math.max(0, Math.floor(x + (k === 1 ? -radius : k === 2 ? radius : 0))));
    const py = Math.min(region.heightPx - 1, Math.max(0, Math.floor(y + (k === 3 ? -radius : k === 4 ? radius : 0))));
    tap(memory, region, px, py, matrix);
    sy += scratch[0];
    su += scratch[1];
    sv += scratch[2];
  }
  out[at] = sy / 5;
  out[at + 1] = su / 5;
  out[at + 2] = sv / 5;
}

function tap(memory: KernelMemory, region: RegionView, px: number, py: number, matrix: YuvMatrix): void {
  if (region.format === 0) {
    const row = region.ptr + py * region.strideBytes;
    const pair = row + (px >> 1) * 4;
    scratch[0] = memory.u8[row + px * 2 + 1];
    scratch[1] = memory.u8[pair];
    scratch[2] = memory.u8[pair + 2];
  } else if (region.format === 3) {
    const row = (region.ptr + py * region.strideBytes) >> 1;
    const pair = ((region.chromaPtr + py * region.strideBytes) >> 1) + (px & ~1);
    scratch[0] = memory.u16[row + px] / 256;
    scratch[1] = memory.u16[pair] / 256;
    scratch[2] = memory.u16[pair + 1] / 256;
  } else {
    const at = region.ptr + py * region.strideBytes + px * 4;
    const first = memory.u8[at],
      third = memory.u8[at + 2];
    const r = region.format === 1 ? third : first;
    const b = region.format === 1 ? first : third;
    rgbToYuv(r, memory.u8[at + 1], b, matrix, scratch, 0);
  }
}
