import { isRgbKernelFormat, kernelFormats, type KernelFormat } from '../formats.js';

/** A picture for the twins: bytes as the kernels see them, P216 chroma `chromaOffset` bytes behind the first luma byte. */
export interface TwinPicture {
  readonly bytes: Uint8Array;
  readonly format: KernelFormat;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly strideBytes: number;
  readonly chromaOffset: number;
}

const read16 = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);
export const write16 = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value & 255;
  bytes[at + 1] = value >> 8;
};

/** Byte offsets of a pixel's three components: Y U V or R G B (16-bit samples for P216). */
export function componentOffsets(p: TwinPicture, x: number, y: number): [number, number, number] {
  const row = y * p.strideBytes;
  switch (p.format) {
    case kernelFormats.UYVY: {
      const pair = row + (x >> 1) * 4;
      return [pair + 1 + (x & 1) * 2, pair, pair + 2];
    }
    case kernelFormats.P216: {
      const pair = p.chromaOffset + row + (x >> 1) * 4;
      return [row + x * 2, pair, pair + 2];
    }
    case kernelFormats.BGRA:
      return [row + x * 4 + 2, row + x * 4 + 1, row + x * 4];
    case kernelFormats.RGBA:
      return [row + x * 4, row + x * 4 + 1, row + x * 4 + 2];
  }
}
/** A component in 8.8 fixed point (8-bit codes × 256, P216 as it is). */
export const component88 = (p: TwinPicture, offset: number): number =>
  p.format === kernelFormats.P216 ? read16(p.bytes, offset) : p.bytes[offset]! * 256;
/** Writes an 8.8 value, rounded to the picture's depth. */
export function storeComponent88(p: TwinPicture, offset: number, value88: number): void {
  if (p.format === kernelFormats.P216) write16(p.bytes, offset, Math.round(Math.max(0, Math.min(65535, value88))));
  else p.bytes[offset] = Math.max(0, Math.min(255, Math.floor((value88 + 128) / 256)));
}
/** Y U V or R G B of a pixel as 8-bit-scaled numbers, chroma of the pixel's pair. */
export function pixel8(p: TwinPicture, x: number, y: number): [number, number, number] {
  const [a, b, c] = componentOffsets(p, x, y);
  return [component88(p, a) / 256, component88(p, b) / 256, component88(p, c) / 256];
}
export const isRgbPicture = (p: TwinPicture): boolean => isRgbKernelFormat(p.format);
