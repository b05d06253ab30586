import { component88, componentOffsets, isRgbPicture, storeComponent88, type TwinPicture } from './picture-access.js';

/** In real numbers: the kernel is within 1 code (8-bit) or 24 codes (16-bit) of it. Planes are as wide as the picture. */
export function veilOverTwin(
  veil: Uint8Array,
  occlusion: Uint8Array | null,
  dst: TwinPicture,
  tone: readonly [number, number, number],
  mix: number,
): void {
  const weight = (x: number, y: number): number => {
    const at = y * dst.widthPx + x;
    return ((veil[at]! / 255) * (occlusion ? occlusion[at]! / 255 : 1) * mix) / 256;
  };
  const before: TwinPicture = { ...dst, bytes: dst.bytes.slice() };
  const value = (x: number, y: number, c: number): number => component88(before, componentOffsets(dst, x, y)[c]!);
  const isRgb = isRgbPicture(dst);
  for (let y = 0; y < dst.heightPx; y++) {
    for (let x = 0; x < dst.widthPx; x++) {
      for (let c = 0; c < 3; c++) {
        const pair = x & ~1;
        const isChroma = !isRgb && c > 0;
        const share = isChroma ? (weight(pair, y) + weight(pair + 1, y)) / 2 : weight(x, y);
        if (share === 0) continue;
        const was = value(x, y, c);
        const luma = (value(pair, y, 0) + value(pair + 1, y, 0)) / 2 - 16 * 256;
        const change = isRgb
          ? was * tone[c]!
          : isChroma
            ? (was - 128 * 256) * tone[0] + luma * tone[c]!
            : (was - 16 * 256) * tone[0];
        storeComponent88(dst, componentOffsets(dst, x, y)[c]!, was + change * share);
      }
    }
  }
}
