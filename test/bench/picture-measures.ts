/** Measures on 8-bit luma of UYVY pictures inside a box. Slow and plain: for benches only. */
import type { BoxPx } from '../../server/frame/geometry.js';
import { type Part, softened as boxMean } from './part.js';

/** The luma of a box of a picture, rows tight. */
export interface LumaPatch {
  readonly box: BoxPx;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly luma: Uint8Array;
}

/** The luma of a cut-out. */
export function lumaOf({ box, widthPx, heightPx, uyvy }: Part): LumaPatch {
  const luma = new Uint8Array(widthPx * heightPx);
  for (let i = 0; i < luma.length; i++) luma[i] = uyvy[i * 2 + 1]!;
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
export const ssim = (a: LumaPatch, b: LumaPatch): number => similarity(a, b).whole;

/** Weights of the five scales, finest first (Wang, Simoncelli, Bovik 2003). */
const scaleWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333] as const;

/**
 * Multi-scale structural similarity: contrast and structure at up to five scales, brightness at the coarsest. A picture too small for
 * all five uses those that fit, their weights made to sum to 1.
 */
export function multiScaleSsim(a: LumaPatch, b: LumaPatch): number {
  let [p, q] = [a, b];
  const terms: { readonly structure: number; readonly whole: number; readonly weight: number }[] = [];
  for (const weight of scaleWeights) {
    if (Math.min(p.widthPx, p.heightPx) < 12) break;
    terms.push({ ...similarity(p, q), weight });
    [p, q] = [halved(p), halved(q)];
  }
  const sum = terms.reduce((total, { weight }) => total + weight, 0);
  return terms.reduce((product, { structure, whole, weight }, index) => {
    const term = index === terms.length - 1 ? whole : structure;
    return product * Math.max(0, term) ** (weight / sum);
  }, 1);
}

function halved({ box, widthPx, heightPx, luma }: LumaPatch): LumaPatch {
  const [w, h] = [widthPx >> 1, heightPx >> 1];
  const out = new Uint8Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const at = y * 2 * widthPx + x * 2;
      out[y * w + x] = (luma[at]! + luma[at + 1]! + luma[at + widthPx]! + luma[at + widthPx + 1]! + 2) >> 2;
    }
  }
  return { box, widthPx: w, heightPx: h, luma: out };
}

/** Means over 8×8 windows: contrast and structure alone, and with brightness. */
function similarity(a: LumaPatch, b: LumaPatch): { structure: number; whole: number } {
  const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
  let [whole, structure, count] = [0, 0, 0];
  for (let y = 0; y + 8 <= a.heightPx; y += 4) {
    for (let x = 0; x + 8 <= a.widthPx; x += 4) {
      const { ma, mb, va, vb, cov } = windowMoments(a, b, x, y);
      const term = (2 * cov + c2) / (va + vb + c2);
      structure += term;
      whole += (term * (2 * ma * mb + c1)) / (ma * ma + mb * mb + c1);
      count++;
    }
  }
  return { structure: structure / count, whole: whole / count };
}

function windowMoments(
  a: LumaPatch,
  b: LumaPatch,
  x: number,
  y: number,
): { ma: number; mb: number; va: number; vb: number; cov: number } {
  let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0];
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
  return { ma, mb, va: saa / 64 - ma * ma, vb: sbb / 64 - mb * mb, cov: sab / 64 - ma * mb };
}

/**
 * How much fine detail a picture holds: mean |luma − mean of its 5 × 5 neighbours|, codes. A blurred picture scores well on PSNR and
 * on steadiness; it cannot score here.
 */
export function detailCodes({ widthPx, heightPx, luma }: LumaPatch): number {
  const mean = boxMean(luma, { widthPx, heightPx }, 2);
  let sum = 0;
  for (let i = 0; i < luma.length; i++) sum += Math.abs(luma[i]! - mean[i]!);
  return sum / luma.length;
}

/** Mean absolute difference, codes. */
export function meanAbsDifference(a: LumaPatch, b: LumaPatch): number {
  let sum = 0;
  for (let i = 0; i < a.luma.length; i++) sum += Math.abs(a.luma[i]! - b.luma[i]!);
  return sum / a.luma.length;
}

/** Where the scene truly moved, and where that may be judged: planes over `box`, one value a pixel. */
export interface TrueMotion {
  readonly box: BoxPx;
  readonly dx: Float32Array;
  readonly dy: Float32Array;
  /** From 128 up: the face, seen in this frame. */
  readonly seenBefore: Uint8Array;
  /** The same of the next frame, over its own box. */
  readonly after: { readonly box: BoxPx; readonly seen: Uint8Array };
}

/**
 * Temporal warping error (Lai et al., ECCV 2018): mean squared difference between a frame and the next one moved back by the flow, over
 * pixels that both show; here with the true flow and the true masks. Luma of 0…1, ×10⁴.
 */
export function warpError(before: Part, after: Part, motion: TrueMotion): number {
  const { box, dx, dy, seenBefore } = motion;
  const [widthPx, b] = [box.x1 - box.x0, before.box];
  let sum = 0;
  let count = 0;
  for (let i = 0; i < dx.length; i++) {
    if (seenBefore[i]! < 128) continue;
    const x = box.x0 + (i % widthPx),
      y = box.y0 + Math.floor(i / widthPx);
    if (x < b.x0 || y < b.y0 || x >= b.x1 || y >= b.y1) continue;
    const luma = lumaAt(after, motion.after, x + dx[i]!, y + dy[i]!);
    if (luma === null) continue;
    sum += ((luma - before.uyvy[((y - b.y0) * before.widthPx + x - b.x0) * 2 + 1]!) / 219) ** 2;
    count++;
  }
  return count === 0 ? Number.NaN : (1e4 * sum) / count;
}

/** Bilinear; null outside, or where the face is not seen. */
function lumaAt(
  { box, widthPx, heightPx, uyvy }: Part,
  { box: at, seen }: TrueMotion['after'],
  u: number,
  v: number,
): number | null {
  const x = Math.floor(u) - box.x0,
    y = Math.floor(v) - box.y0;
  if (!(x >= 0 && y >= 0 && x < widthPx - 1 && y < heightPx - 1)) return null;
  const [mx, my] = [Math.round(u) - at.x0, Math.round(v) - at.y0];
  if (mx < 0 || my < 0 || mx >= at.x1 - at.x0 || my >= at.y1 - at.y0) return null;
  if (seen[my * (at.x1 - at.x0) + mx]! < 128) return null;
  const p = (y * widthPx + x) * 2 + 1,
    below = p + widthPx * 2,
    fx = u - Math.floor(u);
  const top = uyvy[p]! + (uyvy[p + 2]! - uyvy[p]!) * fx;
  const bottom = uyvy[below]! + (uyvy[below + 2]! - uyvy[below]!) * fx;
  return top + (bottom - top) * (v - Math.floor(v));
}

/**
 * Intersection over union of "the output differs from the plain feed by more than 5 codes" and a mask, over the pixels where
 * `where` is 128 and more.
 */
export function changedIou(plain: LumaPatch, output: LumaPatch, mask: Uint8Array, where: Uint8Array): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (where[i]! < 128) continue;
    const changed = Math.abs(output.luma[i]! - plain.luma[i]!) > changedCodes;
    const inMask = mask[i]! >= 128;
    if (changed && inMask) both++;
    if (changed || inMask) either++;
  }
  return either === 0 ? Number.NaN : both / either;
}
const changedCodes = 5;

/** Share of a mask's pixels that the output left as the camera saw them; NaN under `leastPixels`. */
export function keptShare(plain: LumaPatch, output: LumaPatch, mask: Uint8Array, leastPixels = 200): number {
  let [kept, count] = [0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i]! < 250) continue;
    count++;
    if (Math.abs(output.luma[i]! - plain.luma[i]!) <= changedCodes) kept++;
  }
  return count < leastPixels ? Number.NaN : kept / count;
}

/** Normalised mean error of the 468 surface points, % of the true distance between the outer eye corners. */
export function landmarkErrorPercent(found: Float32Array, truth: Float32Array): number {
  const eyes = Math.hypot(truth[33 * 3]! - truth[263 * 3]!, truth[33 * 3 + 1]! - truth[263 * 3 + 1]!);
  let sum = 0;
  for (let i = 0; i < 468; i++) sum += Math.hypot(found[i * 3]! - truth[i * 3]!, found[i * 3 + 1]! - truth[i * 3 + 1]!);
  return (100 * sum) / 468 / eyes;
}
