/** Measures on 8-bit luma of UYVY pictures inside a box. Slow and plain: for benches only. */
import type { BoxPx } from '../../server/frame/geometry.js';

/** The luma of a box, rows tight; the box is held to the picture and to whole pixels. */
export interface LumaPatch {
  readonly box: BoxPx;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly luma: Uint8Array;
}

/** `grow01` of the box's own size is added on each side. */
export function wholeBox(box: BoxPx, grow01: number, pictureWidthPx: number, pictureHeightPx: number): BoxPx {
  const [growX, growY] = [(box.x1 - box.x0) * grow01, (box.y1 - box.y0) * grow01];
  const hold = (value: number, most: number): number => Math.min(most, Math.max(0, Math.round(value)));
  return {
    x0: hold(box.x0 - growX, pictureWidthPx),
    y0: hold(box.y0 - growY, pictureHeightPx),
    x1: hold(box.x1 + growX, pictureWidthPx),
    y1: hold(box.y1 + growY, pictureHeightPx),
  };
}

export function lumaIn(uyvy: Uint8Array, pictureWidthPx: number, box: BoxPx): LumaPatch {
  const [widthPx, heightPx] = [box.x1 - box.x0, box.y1 - box.y0];
  const luma = new Uint8Array(Math.max(0, widthPx * heightPx));
  for (let y = 0, to = 0; y < heightPx; y++) {
    let at = ((box.y0 + y) * pictureWidthPx + box.x0) * 2 + 1;
    for (let x = 0; x < widthPx; x++, at += 2) luma[to++] = uyvy[at]!;
  }
  return { box, widthPx, heightPx, luma };
}

/** Peak signal to noise over 219 legal codes, dB; equal pictures give 60. */
export function psnrDb(a: LumaPatch, b: LumaPatch): number {
  let sum = 0;
  for (let i = 0; i < a.luma.length; i++) sum += (a.luma[i]! - b.luma[i]!) ** 2;
  const meanSquare = sum / a.luma.length;
  return meanSquare === 0 ? 60 : Math.min(60, 10 * Math.log10((219 * 219) / meanSquare));
}

/** Mean structural similarity (Wang et al. 2004) over 8×8 windows, 4 px apart. */
export function ssim(a: LumaPatch, b: LumaPatch): number {
  const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
  let sum = 0;
  let count = 0;
  for (let y = 0; y + 8 <= a.heightPx; y += 4) {
    for (let x = 0; x + 8 <= a.widthPx; x += 4) {
      let sa = 0,
        sb = 0,
        saa = 0,
        sbb = 0,
        sab = 0;
      for (let j = 0; j < 8; j++) {
        for (let i = 0, at = (y + j) * a.widthPx + x; i < 8; i++, at++) {
          const p = a.luma[at]!,
            q = b.luma[at]!;
          sa += p;
          sb += q;
          saa += p * p;
          sbb += q * q;
          sab += p * q;
        }
      }
      const ma = sa / 64,
        mb = sb / 64;
      const va = saa / 64 - ma * ma,
        vb = sbb / 64 - mb * mb,
        cov = sab / 64 - ma * mb;
      sum += ((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
      count++;
    }
  }
  return sum / count;
}

/** Mean absolute difference, codes. */
export function meanAbsDifference(a: LumaPatch, b: LumaPatch): number {
  let sum = 0;
  for (let i = 0; i < a.luma.length; i++) sum += Math.abs(a.luma[i]! - b.luma[i]!);
  return sum / a.luma.length;
}

/**
 * Mean |after(x + flow(x)) − before(x)| in codes over the pixels of `mask` (picture size, counted from 128 up) inside the box:
 * how far a picture is from moving as the scene truly moves.
 */
export function warpErrorCodes(
  before: Uint8Array,
  after: Uint8Array,
  picture: { readonly widthPx: number; readonly heightPx: number },
  where: { readonly box: BoxPx; readonly mask: Uint8Array; readonly dx: Float32Array; readonly dy: Float32Array },
): number {
  const { widthPx, heightPx } = picture;
  const { box, mask, dx, dy } = where;
  let sum = 0;
  let count = 0;
  for (let y = box.y0; y < box.y1; y++) {
    for (let x = box.x0; x < box.x1; x++) {
      const at = y * widthPx + x;
      if (mask[at]! < 128) continue;
      const u = x + dx[at]!,
        v = y + dy[at]!;
      if (!(u >= 0 && v >= 0 && u < widthPx - 1 && v < heightPx - 1)) continue;
      const i = Math.floor(u),
        j = Math.floor(v),
        p = (j * widthPx + i) * 2 + 1,
        row = widthPx * 2;
      const top = after[p]! + (after[p + 2]! - after[p]!) * (u - i);
      const bottom = after[p + row]! + (after[p + row + 2]! - after[p + row]!) * (u - i);
      sum += Math.abs(top + (bottom - top) * (v - j) - before[at * 2 + 1]!);
      count++;
    }
  }
  return count === 0 ? Number.NaN : sum / count;
}

/** Intersection over union, inside the box, of "the output differs from the plain feed by more than 5 codes" and the mask. */
export function changedIou(
  plain: Uint8Array,
  output: Uint8Array,
  widthPx: number,
  box: BoxPx,
  mask: Uint8Array,
): number {
  let both = 0;
  let either = 0;
  for (let y = box.y0; y < box.y1; y++) {
    for (let x = box.x0; x < box.x1; x++) {
      const at = y * widthPx + x;
      const changed = Math.abs(output[at * 2 + 1]! - plain[at * 2 + 1]!) > 5;
      const inMask = mask[at]! >= 128;
      if (changed && inMask) both++;
      if (changed || inMask) either++;
    }
  }
  return either === 0 ? Number.NaN : both / either;
}

/** Normalised mean error of the 468 surface points, % of the true distance between the outer eye corners. */
export function landmarkErrorPercent(found: Float32Array, truth: Float32Array): number {
  const eyes = Math.hypot(truth[33 * 3]! - truth[263 * 3]!, truth[33 * 3 + 1]! - truth[263 * 3 + 1]!);
  let sum = 0;
  for (let i = 0; i < 468; i++) sum += Math.hypot(found[i * 3]! - truth[i * 3]!, found[i * 3 + 1]! - truth[i * 3 + 1]!);
  return (100 * sum) / 468 / eyes;
}
