import fc from 'fast-check';
import { kernelFormats, kernelPixelBytes, patchFull, type KernelFormat } from '../../server/kernels/formats.js';
import type { KernelMemory } from '../../server/kernels/memory.js';
import type { TwinPatch } from '../../server/kernels/twin/blend.js';
import type { TwinPicture } from '../../server/kernels/twin/picture-access.js';

/** Deterministic noise, so that a failing case is its seed. */
export function noise(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 14)) >>> 0) / 4294967296;
  };
}
export const noiseBytes = (length: number, seed: number): Uint8Array => {
  const next = noise(seed);
  return Uint8Array.from({ length }, () => Math.floor(next() * 256));
};

export const builds = ['release', 'debug'] as const;
export const allFormats: readonly KernelFormat[] = Object.values(kernelFormats);
export const evenFor = (format: KernelFormat, width: number): number =>
  format === kernelFormats.UYVY || format === kernelFormats.P216 ? (width + 1) & ~1 : width;

export const anyFormat = fc.constantFrom(...allFormats);
/** 1×1, odd, one short of a vector, one more than a vector, and larger. */
export const anySide = fc.oneof(fc.constantFrom(1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33), fc.integer({ min: 1, max: 70 }));
/** Bytes between rows. */
export const anyGap = fc.constantFrom(0, 4, 12, 64);

/** A picture of noise (or of a smooth ramp) with `gap` bytes between its rows. */
export function makePicture(
  format: KernelFormat,
  width: number,
  height: number,
  gap: number,
  seed: number,
  kind: 'noise' | 'smooth' = 'noise',
): TwinPicture {
  const widthPx = evenFor(format, width);
  const strideBytes = widthPx * kernelPixelBytes(format) + gap;
  const planes = format === kernelFormats.P216 ? 2 : 1;
  const bytes = noiseBytes(strideBytes * height * planes, seed);
  if (kind === 'smooth') {
    for (let i = 0; i < bytes.length; i++) {
      const x = i % strideBytes >> 2,
        y = Math.floor(i / strideBytes) % height;
      bytes[i] = 128 + Math.round(60 * Math.sin((x + seed) / 9) + 50 * Math.cos((y + 2 * seed) / 11) + (i % 4));
    }
  }
  return {
    bytes,
    format,
    widthPx,
    heightPx: height,
    strideBytes,
    chromaOffset: planes === 2 ? strideBytes * height : 0,
  };
}
export function makePatch(width: number, height: number, gapPx: number, seed: number): TwinPatch {
  const next = noise(seed);
  const strideValues = (width + gapPx) * 4;
  const data = new Uint16Array(strideValues * height);
  for (let i = 0; i < data.length; i += 4) {
    for (let c = 0; c < 3; c++) data[i + c] = Math.floor(next() * (patchFull + 1));
    // A third each transparent, opaque and between.
    const kind = Math.floor(next() * 3);
    data[i + 3] = kind === 0 ? 0 : kind === 1 ? patchFull : Math.floor(next() * (patchFull + 1));
  }
  return { data, widthPx: width, heightPx: height, strideValues };
}

/** Copies into fresh kernel memory; returns the pointer. */
export function put(memory: KernelMemory, data: Uint8Array | Uint16Array | Float32Array): number {
  const at = memory.allocate(data.byteLength);
  memory.u8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
  return at;
}
export const take = (memory: KernelMemory, ptr: number, bytes: number): Uint8Array => memory.u8.slice(ptr, ptr + bytes);
export const chromaPtr = (picture: TwinPicture, ptr: number): number =>
  picture.chromaOffset ? ptr + picture.chromaOffset : 0;

/** Largest difference between two arrays of numbers. */
export function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}
export const words = (bytes: Uint8Array): Uint16Array => new Uint16Array(bytes.slice().buffer);
export const isPairFormat = (format: KernelFormat): boolean => kernelPixelBytes(format) === 2;
