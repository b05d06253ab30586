import { componentOffsets, component88, isRgbPicture, write16, type TwinPicture } from './picture-access.js';
import { kernelFormats } from '../formats.js';

/** All twins here are exact. They write the picture's pixels and leave the bytes between rows. */
type Components = [number, number, number];
const isDeep = (p: TwinPicture): boolean => p.format === kernelFormats.P216;
/** A component as it is stored: 8 or 16 bits. */
const stored = (p: TwinPicture, offset: number): number => (isDeep(p) ? component88(p, offset) : p.bytes[offset]!);
const store = (p: TwinPicture, offset: number, value: number): void => {
  if (isDeep(p)) write16(p.bytes, offset, value);
  else p.bytes[offset] = value;
};
const alphaOffset = (p: TwinPicture, x: number, y: number): number => y * p.strideBytes + x * 4 + 3;
const copyPixel = (src: TwinPicture, sx: number, sy: number, dst: TwinPicture, x: number, y: number): void => {
  const from = componentOffsets(src, sx, sy);
  componentOffsets(dst, x, y).forEach((offset, c) => store(dst, offset, stored(src, from[c]!)));
  if (isRgbPicture(dst)) dst.bytes[alphaOffset(dst, x, y)] = src.bytes[alphaOffset(src, sx, sy)]!;
};

export function mirrorTwin(src: TwinPicture, dst: TwinPicture): void {
  for (let y = 0; y < dst.heightPx; y++)
    for (let x = 0; x < dst.widthPx; x++) copyPixel(src, dst.widthPx - 1 - x, y, dst, x, y);
}
export function wipeTwin(a: TwinPicture, b: TwinPicture, dst: TwinPicture, splitXPx: number): void {
  for (let y = 0; y < dst.heightPx; y++)
    for (let x = 0; x < dst.widthPx; x++) copyPixel(x < splitXPx ? a : b, x, y, dst, x, y);
}
export function fillTwin(dst: TwinPicture, colour: Components): void {
  for (let y = 0; y < dst.heightPx; y++) {
    for (let x = 0; x < dst.widthPx; x++) {
      componentOffsets(dst, x, y).forEach((offset, c) =>
        store(dst, offset, isDeep(dst) ? colour[c]! * 256 : colour[c]!),
      );
      if (isRgbPicture(dst)) dst.bytes[alphaOffset(dst, x, y)] = 255;
    }
  }
}

/** Half-size picture of src at (left, top) of dst. */
export function halfTwin(src: TwinPicture, dst: TwinPicture, width: number, height: number, left = 0, top = 0): void {
  const mean = (offsets: number[]): number =>
    Math.floor((offsets.reduce((sum, at) => sum + stored(src, at), 0) + 2) / 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = componentOffsets(dst, left + x, top + y);
      for (let c = 0; c < 3; c++) {
        // Chroma of the output's pair: two source pairs on two rows.
        const isChroma = !isRgbPicture(src) && c > 0;
        const xs = isChroma ? [4 * (x >> 1), 4 * (x >> 1) + 2] : [2 * x, 2 * x + 1];
        store(
          dst,
          to[c]!,
          mean(xs.flatMap((sx) => [componentOffsets(src, sx, 2 * y)[c]!, componentOffsets(src, sx, 2 * y + 1)[c]!])),
        );
      }
      if (isRgbPicture(src)) {
        const alphas = [0, 1].flatMap((k) => [
          alphaOffset(src, 2 * x + k, 2 * y),
          alphaOffset(src, 2 * x + k, 2 * y + 1),
        ]);
        dst.bytes[alphaOffset(dst, left + x, top + y)] = mean(alphas);
      }
    }
  }
}

export const matteLuma = (alpha: number): number => 16 + Math.round((alpha * 219) / 255);
