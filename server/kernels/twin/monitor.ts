import { kernelFormats } from '../formats.js';
import { component88, componentOffsets, isRgbPicture, storeComponent88, type TwinPicture } from './picture-access.js';

/** The kernel works in 15 bits and differs by at most one 8-bit code, or 6 of P216's 65 536 levels (times the gain). */
const black88 = (p: TwinPicture, c: number): number => (isRgbPicture(p) ? 0 : c === 0 ? 16 * 256 : 128 * 256);
const white88 = (p: TwinPicture, c: number): number => (isRgbPicture(p) ? 255 * 256 : c === 0 ? 219 * 256 : 0);
const isChroma = (p: TwinPicture, c: number): boolean => !isRgbPicture(p) && c > 0;

type Work = (x: number, y: number, c: number, offset: number) => number;
/** Every component once; a pair's chroma at its left pixel. */
function each(dst: TwinPicture, work: Work): void {
  for (let y = 0; y < dst.heightPx; y++) {
    for (let x = 0; x < dst.widthPx; x++) {
      componentOffsets(dst, x, y).forEach((offset, c) => {
        if (isChroma(dst, c) && x % 2 === 1) return;
        storeComponent88(dst, offset, Math.max(0, Math.min(most(dst), work(x, y, c, offset))));
      });
      if (isRgbPicture(dst)) dst.bytes[y * dst.strideBytes + x * 4 + 3] = 255;
    }
  }
}
const most = (p: TwinPicture): number => (p.format === kernelFormats.P216 ? 65535 : 65280);

export function differenceTwin(plain: TwinPicture, shown: TwinPicture, dst: TwinPicture, gain: number): void {
  each(dst, (x, y, c) => {
    const apart =
      component88(shown, componentOffsets(shown, x, y)[c]!) - component88(plain, componentOffsets(plain, x, y)[c]!);
    return black88(dst, c) + gain * (isChroma(dst, c) ? apart : Math.abs(apart));
  });
}

export interface TwinPlane {
  readonly bytes: Uint8Array;
  readonly strideBytes: number;
}
/** Alpha of a component: of the pixel, or the mean of chroma's pair, rounded up. */
function alphaAt(plane: TwinPlane, p: TwinPicture, x: number, y: number, c: number): number {
  const at = y * plane.strideBytes + x;
  return isChroma(p, c) ? (plane.bytes[at]! + plane.bytes[at + 1]! + 1) >> 1 : plane.bytes[at]!;
}
export function keyTwin(alpha: TwinPlane, dst: TwinPicture): void {
  each(dst, (x, y, c) => black88(dst, c) + (white88(dst, c) * alphaAt(alpha, dst, x, y, c)) / 255);
}
export function fillTwin(plain: TwinPicture, shown: TwinPicture, alpha: TwinPlane, dst: TwinPicture): void {
  each(dst, (x, y, c) => {
    const under = component88(plain, componentOffsets(plain, x, y)[c]!) - black88(dst, c);
    const over = component88(shown, componentOffsets(shown, x, y)[c]!);
    return over - (1 - alphaAt(alpha, dst, x, y, c) / 255) * under;
  });
}

/** Cb Cr and R G B of nothing sure and of all sure, in 8-bit codes. */
const colours = { yuv: { red: [0, 96, 228], green: [0, 60, 48] }, rgb: { red: [240, 32, 32], green: [32, 224, 48] } };
export function tintTwin(sureness: TwinPlane, dst: TwinPicture, strength01: number): void {
  const { red, green } = isRgbPicture(dst) ? colours.rgb : colours.yuv;
  for (let y = 0; y < dst.heightPx; y++)
    for (let x = 0; x < dst.widthPx; x++)
      componentOffsets(dst, x, y).forEach((offset, c) => {
        if (!isRgbPicture(dst) && (c === 0 || x % 2 === 1)) return;
        const sure = alphaAt(sureness, dst, x, y, c);
        if (sure === 0) return;
        const colour = (red[c]! + ((green[c]! - red[c]!) * sure) / 255) * 256;
        const old = component88(dst, offset);
        storeComponent88(dst, offset, old + (colour - old) * strength01);
      });
}

export function screenAlphaTwin(alpha: number, occlusion: number, mix: number, under: number): number {
  const laid = (Math.min(1, alpha / 65280) * mix * occlusion) / (256 * 255);
  return 255 * (1 - (1 - under / 255) * (1 - laid));
}

export function splatTwin(
  grid: Uint8Array,
  side: number,
  toCell: readonly number[],
  plane: TwinPlane,
  height: number,
): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < plane.strideBytes; x++) {
      const [px, py] = [x + 0.5, y + 0.5];
      const u = Math.floor(toCell[0]! * px + toCell[1]! * py + toCell[2]!);
      const v = Math.floor(toCell[3]! * px + toCell[4]! * py + toCell[5]!);
      if (u < 0 || v < 0 || u >= side || v >= side) continue;
      const cell = grid[v * side + u]!;
      if (cell !== 0) plane.bytes[y * plane.strideBytes + x] = cell;
    }
}
