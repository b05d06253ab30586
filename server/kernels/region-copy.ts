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

/** What of libndi's frame is read or written; `heightPx` tells where a 16-bit picture's chroma plane begins. */
export interface FramePlanes {
  /** The whole picture, all planes. */
  readonly pixels: Uint8Array;
  readonly strideBytes: number;
  readonly heightPx: number;
  readonly format: PixelFormat;
}
/** Where its copy lies in kernel memory. */
export interface RegionPlanes {
  readonly ptr: number;
  /** 0 where the format has no chroma plane. */
  readonly chromaPtr: number;
  readonly strideBytes: number;
  readonly box: BoxPx;
}

/** Copies the region's box of the frame into kernel memory. */
export function copyRegionIn(frame: FramePlanes, region: RegionPlanes, memory: KernelMemory): void {
  const { pixels, strideBytes: frameStride } = frame;
  const { ptr, chromaPtr, strideBytes, box } = region;
  const bytesPerPixel = formats[frame.format].bytesPerPixel;
  const rowBytes = (box.x1 - box.x0) * bytesPerPixel;
  const rows = box.y1 - box.y0;
  const from = box.y0 * frameStride + box.x0 * bytesPerPixel;
  copyRows(pixels, from, frameStride, memory.u8, ptr, strideBytes, rowBytes, rows);
  if (chromaPtr === 0) return;
  copyRows(pixels, frameStride * frame.heightPx + from, frameStride, memory.u8, chromaPtr, strideBytes, rowBytes, rows);
}

/** The reverse of copyRegionIn: writes the box's bytes and no others. */
export function copyRegionOut(frame: FramePlanes, region: RegionPlanes, memory: KernelMemory): void {
  const { x0, y0, x1, y1 } = region.box;
  copyBoxOut(frame, region, 0, 0, x1 - x0, y1 - y0, memory);
}

/** Part of a region back into the frame: x0, y0, x1, y1 in region pixels, x even over 4:2:2. No other byte is written. */
export function copyPartOut(frame: FramePlanes, region: RegionPlanes, part: BoxPx, memory: KernelMemory): void {
  copyBoxOut(frame, region, part.x0, part.y0, part.x1, part.y1, memory);
}

function copyBoxOut(
  frame: FramePlanes,
  region: RegionPlanes,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  memory: KernelMemory,
): void {
  const { pixels, strideBytes: frameStride } = frame;
  const { ptr, chromaPtr, strideBytes, box } = region;
  const bytesPerPixel = formats[frame.format].bytesPerPixel;
  const rowBytes = (x1 - x0) * bytesPerPixel;
  const from = y0 * strideBytes + x0 * bytesPerPixel;
  const to = (box.y0 + y0) * frameStride + (box.x0 + x0) * bytesPerPixel;
  copyRows(memory.u8, ptr + from, strideBytes, pixels, to, frameStride, rowBytes, y1 - y0);
  if (chromaPtr === 0) return;
  const chroma = frameStride * frame.heightPx + to;
  copyRows(memory.u8, chromaPtr + from, strideBytes, pixels, chroma, frameStride, rowBytes, y1 - y0);
}

/**
 * Rows from one buffer to another. By words of eight bytes where both sides are aligned alike: `set` makes a view per row, and
 * into or out of shared memory it goes byte by byte where they are not (test/bench/kernels.ts, copyRegionIn).
 */
function copyRows(
  from: Uint8Array,
  fromAt: number,
  fromStride: number,
  to: Uint8Array,
  toAt: number,
  toStride: number,
  rowBytes: number,
  rows: number,
): void {
  const apart = (from.byteOffset + fromAt - to.byteOffset - toAt) | (fromStride - toStride);
  const misaligned = (from.byteOffset | to.byteOffset | fromStride | toStride | apart) & 7;
  if (misaligned !== 0 || rowBytes < 16)
    return copyRowViews(from, fromAt, fromStride, to, toAt, toStride, rowBytes, rows);
  const head = -fromAt & 7;
  const words = (rowBytes - head) >> 3;
  const tail = rowBytes - head - words * 8;
  const source = wordsOf(from);
  const target = wordsOf(to);
  for (let y = 0; y < rows; y++, fromAt += fromStride, toAt += toStride) {
    for (let i = 0; i < head; i++) to[toAt + i] = from[fromAt + i]!;
    copyWords(source, (fromAt + head) >> 3, target, (toAt + head) >> 3, words);
    for (let i = rowBytes - tail; i < rowBytes; i++) to[toAt + i] = from[fromAt + i]!;
  }
}

/** Float64 elements are moved as they are, whatever their bits: test/kernels/frame-access.test.ts tries all kinds of NaN. */
function copyWords(source: Float64Array, from: number, target: Float64Array, to: number, words: number): void {
  const fours = words & ~3;
  for (let i = 0; i < fours; i += 4) {
    target[to + i] = source[from + i]!;
    target[to + i + 1] = source[from + i + 1]!;
    target[to + i + 2] = source[from + i + 2]!;
    target[to + i + 3] = source[from + i + 3]!;
  }
  for (let i = fours; i < words; i++) target[to + i] = source[from + i]!;
}

const nothing = new Float64Array(0);
/** Copies single rows without a view per row: the views of the two pictures are made once and kept until one of them is another. */
export class RowCopier {
  #from: Uint8Array | null = null;
  #to: Uint8Array | null = null;
  #source: Float64Array = nothing;
  #target: Float64Array = nothing;

  copy(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number, rowBytes: number): void {
    if ((from.byteOffset | to.byteOffset | fromAt | toAt | rowBytes) & 7) {
      to.set(from.subarray(fromAt, fromAt + rowBytes), toAt);
      return;
    }
    if (from !== this.#from) {
      this.#from = from;
      this.#source = wordsOf(from);
    }
    if (to !== this.#to) {
      this.#to = to;
      this.#target = wordsOf(to);
    }
    copyWords(this.#source, fromAt >> 3, this.#target, toAt >> 3, rowBytes >> 3);
  }

  /** Lets go of the pictures: libndi's memory must not be kept past its frame. */
  forget(): void {
    this.#from = null;
    this.#source = nothing;
  }
}

const wordsOf = (bytes: Uint8Array): Float64Array =>
  new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 3);

function copyRowViews(
  from: Uint8Array,
  fromAt: number,
  fromStride: number,
  to: Uint8Array,
  toAt: number,
  toStride: number,
  rowBytes: number,
  rows: number,
): void {
  for (let y = 0; y < rows; y++, fromAt += fromStride, toAt += toStride) {
    to.set(from.subarray(fromAt, fromAt + rowBytes), toAt);
  }
}
