import { formats, type PixelFormat } from '../frame/format.js';
import type { BoxPx } from '../frame/geometry.js';
import type { KernelMemory } from './memory.js';

/**
 * A box of libndi's frame in kernel memory and back. In kernel memory rows are packed to regionStrideBytes; a 16-bit
 * picture's chroma plane follows its luma plane at regionChromaOffset. Alpha planes (UYVA, PA16) are neither read nor
 * written: they stay as they came. x0 and x1 of a 4:2:2 box are even; the box lies inside the picture.
 */
export const regionStrideBytes = (format: PixelFormat, widthPx: number): number =>
  (widthPx * formats[format].bytesPerPixel + 15) & ~15;

const hasChromaPlane = (format: PixelFormat): boolean => formats[format].bitDepth === 16;

/** Bytes from the region's start to its P216 chroma plane; 0 where there is none. */
export const regionChromaOffset = (format: PixelFormat, box: BoxPx): number =>
  hasChromaPlane(format) ? regionStrideBytes(format, box.x1 - box.x0) * (box.y1 - box.y0) : 0;

/** Bytes that a region takes in kernel memory. */
export const regionBytes = (format: PixelFormat, widthPx: number, heightPx: number): number =>
  regionStrideBytes(format, widthPx) * heightPx * (hasChromaPlane(format) ? 2 : 1);

/** A box whose 4:2:2 pairs are whole and which lies inside the picture; may be empty. Writes into `out`. */
export function alignBox(format: PixelFormat, box: BoxPx, widthPx: number, heightPx: number, out: BoxPx): BoxPx {
  const even = formats[format].model === 'yuv422' ? ~1 : ~0;
  out.x0 = Math.max(0, Math.min(widthPx, Math.floor(box.x0))) & even;
  out.x1 = Math.max(out.x0, Math.min(widthPx, (Math.ceil(box.x1) + (~even & 1)) & even));
  out.y0 = Math.max(0, Math.min(heightPx, Math.floor(box.y0)));
  out.y1 = Math.max(out.y0, Math.min(heightPx, Math.ceil(box.y1)));
  return out;
}

/**
 * Copies a box of the frame to `ptr`. `pixels` is the whole picture (all planes), `frameHeightPx` its height: a 16-bit
 * picture's chroma plane begins at frameStrideBytes · frameHeightPx.
 */
export function copyRegionIn(
  pixels: Uint8Array,
  frameStrideBytes: number,
  frameHeightPx: number,
  format: PixelFormat,
  box: BoxPx,
  memory: KernelMemory,
  ptr: number,
): void {
  copyPlaneIn(pixels, 0, frameStrideBytes, format, box, memory, ptr);
  if (hasChromaPlane(format)) {
    const chroma = ptr + regionChromaOffset(format, box);
    copyPlaneIn(pixels, frameStrideBytes * frameHeightPx, frameStrideBytes, format, box, memory, chroma);
  }
}

/** The reverse of copyRegionIn: writes the box's bytes and no others. */
export function copyRegionOut(
  pixels: Uint8Array,
  frameStrideBytes: number,
  frameHeightPx: number,
  format: PixelFormat,
  box: BoxPx,
  memory: KernelMemory,
  ptr: number,
): void {
  copyPlaneOut(pixels, 0, frameStrideBytes, format, box, memory, ptr);
  if (hasChromaPlane(format)) {
    const chroma = ptr + regionChromaOffset(format, box);
    copyPlaneOut(pixels, frameStrideBytes * frameHeightPx, frameStrideBytes, format, box, memory, chroma);
  }
}

// One short-lived view per row: measured cheaper than a word loop, and it dies young (test/bench/kernels.ts, region.copyIn).
function copyPlaneIn(
  pixels: Uint8Array,
  planeOffset: number,
  frameStride: number,
  format: PixelFormat,
  box: BoxPx,
  memory: KernelMemory,
  ptr: number,
): void {
  const bytesPerPixel = formats[format].bytesPerPixel;
  const rowBytes = (box.x1 - box.x0) * bytesPerPixel;
  const stride = regionStrideBytes(format, box.x1 - box.x0);
  let from = planeOffset + box.y0 * frameStride + box.x0 * bytesPerPixel;
  let to = ptr;
  for (let y = box.y0; y < box.y1; y++, from += frameStride, to += stride) {
    memory.u8.set(pixels.subarray(from, from + rowBytes), to);
  }
}

function copyPlaneOut(
  pixels: Uint8Array,
  planeOffset: number,
  frameStride: number,
  format: PixelFormat,
  box: BoxPx,
  memory: KernelMemory,
  ptr: number,
): void {
  const bytesPerPixel = formats[format].bytesPerPixel;
  const rowBytes = (box.x1 - box.x0) * bytesPerPixel;
  const stride = regionStrideBytes(format, box.x1 - box.x0);
  let to = planeOffset + box.y0 * frameStride + box.x0 * bytesPerPixel;
  let from = ptr;
  for (let y = box.y0; y < box.y1; y++, to += frameStride, from += stride) {
    pixels.set(memory.u8.subarray(from, from + rowBytes), to);
  }
}

/** Part of a region back into the frame: x0, y0, x1, y1 in region pixels, x even over 4:2:2. No other byte is written. */
export function copyPartOut(
  frame: {
    readonly pixels: Uint8Array;
    readonly strideBytes: number;
    readonly heightPx: number;
    readonly format: PixelFormat;
  },
  region: { readonly ptr: number; readonly chromaPtr: number; readonly strideBytes: number; readonly box: BoxPx },
  part: BoxPx,
  memory: KernelMemory,
): void {
  const bytesPerPixel = formats[frame.format].bytesPerPixel;
  const rowBytes = (part.x1 - part.x0) * bytesPerPixel;
  const { pixels } = frame;
  let from = part.y0 * region.strideBytes + part.x0 * bytesPerPixel;
  let to = (region.box.y0 + part.y0) * frame.strideBytes + (region.box.x0 + part.x0) * bytesPerPixel;
  const chroma = frame.strideBytes * frame.heightPx;
  for (let y = part.y0; y < part.y1; y++, from += region.strideBytes, to += frame.strideBytes) {
    pixels.set(memory.u8.subarray(region.ptr + from, region.ptr + from + rowBytes), to);
    if (region.chromaPtr)
      pixels.set(memory.u8.subarray(region.chromaPtr + from, region.chromaPtr + from + rowBytes), chroma + to);
  }
}
