/**
 * One row of a picture against one row of a patch. The unit is a pixel pair (4:2:2) or a pixel (RGB), which is one vector
 * or half of one, so the tails need no second formula.
 *
 * Arithmetic of a blend: values are halved to 15 bits, delta = q15(patch − dst, alpha), and the doubled delta is added to the
 * 16-bit dst. delta is exactly 0 where alpha is 0, and its size never exceeds the difference: no overshoot, no saturation.
 */
import { BGRA, P216, UYVY } from './_formats';

/** Full alpha, 65280, as a signed lane. */
const FULL: i16 = -256;

/** [U Y0 V Y1] of the left pixel's view, then of the right pixel's, out of a patch pair [Y U V A Y U V A]. */
// @ts-ignore: decorator
@inline function pairOrder(p: v128): v128 {
  return i8x16.swizzle(p, i8x16(2, 3, 0, 1, 4, 5, 8, 9, 10, 11, 0, 1, 12, 13, 8, 9));
}
/** u16 alpha (0 … 65280, more counts as full) to q15 (0 … 32767). */
// @ts-ignore: decorator
@inline function toQ15(a: v128): v128 {
  const half = i16x8.shr_u(a, 1);
  return i16x8.min_u(i16x8.add(half, i16x8.shr_u(half, 8)), i16x8.splat(32767));
}
// @ts-ignore: decorator
@inline function pairAlpha(p: v128, mix: v128): v128 {
  const a = i8x16.swizzle(p, i8x16(6, 7, 6, 7, 6, 7, 14, 15, 14, 15, 6, 7, 14, 15, 14, 15));
  return i16x8.q15mulr_sat_s(toQ15(a), mix);
}
/** Two occlusion bytes at lanes 0 and 1 of `o`, in the order of pairAlpha. */
// @ts-ignore: decorator
@inline function pairOcclusion(o: v128): v128 {
  return toQ15(i8x16.swizzle(o, i8x16(-128, 0, -128, 0, -128, 0, -128, 1, -128, 1, -128, 0, -128, 1, -128, 1)));
}
/** Delta (15 bits) of one pair; d15 is dst >> 1 as [U Y0 V Y1 U Y0 V Y1]. */
// @ts-ignore: decorator
@inline function pairDelta(d15: v128, p: v128, alpha: v128): v128 {
  return i16x8.q15mulr_sat_s(i16x8.sub(i16x8.shr_u(pairOrder(p), 1), d15), alpha);
}
/** Two pairs of 16-bit UYVY blended with two patch pairs. Chroma is dst + mean of the two pixels' own deltas. */
// @ts-ignore: decorator
@inline function overPairs(base: v128, p0: v128, p1: v128, a0: v128, a1: v128): v128 {
  const d15 = i16x8.shr_u(base, 1);
  const delta0 = pairDelta(i64x2.shuffle(d15, d15, 0, 0), p0, a0);
  const delta1 = pairDelta(i64x2.shuffle(d15, d15, 1, 1), p1, a1);
  // Luma appears in both halves, so the sum is twice its delta; for chroma it is twice the mean. Wraps, by design.
  const twice = i16x8.add(i64x2.shuffle(delta0, delta1, 0, 2), i64x2.shuffle(delta0, delta1, 1, 3));
  return i16x8.add(base, twice);
}
// @ts-ignore: decorator
@inline function roundToByte(v: v128): v128 {
  return i16x8.shr_u(i16x8.add(v, i16x8.splat(128)), 8);
}
// @ts-ignore: decorator
@inline function alphaMask(): v128 {
  return i16x8(0, 0, 0, -1, 0, 0, 0, -1);
}

/** Two patch pairs in the order of two picture pairs, chroma by the mean: what a blend at full alpha comes to. */
// @ts-ignore: decorator
@inline function opaquePairs(p0: v128, p1: v128): v128 {
  const a = pairOrder(p0), b = pairOrder(p1);
  return i16x8.avgr_u(i64x2.shuffle(a, b, 0, 2), i64x2.shuffle(a, b, 1, 3));
}

/** UYVY row; width even. Where eight pixels are opaque the picture is not read: nine tenths of a face. */
export function overUyvyRow(patch: usize, occlusion: usize, dst: usize, width: i32, mixQ15: i16): void {
  const mix = i16x8.splat(mixQ15);
  const mask = alphaMask();
  let x = 0;
  for (; x + 8 <= width; x += 8, patch += 64, dst += 16) {
    const p0 = v128.load(patch), p1 = v128.load(patch, 16), p2 = v128.load(patch, 32), p3 = v128.load(patch, 48);
    if (!v128.any_true(v128.and(v128.or(v128.or(p0, p1), v128.or(p2, p3)), mask))) continue;
    const least = i16x8.min_u(i16x8.min_u(p0, p1), i16x8.min_u(p2, p3));
    const isInSight = occlusion == 0 || load<u64>(occlusion + <usize>x) == u64.MAX_VALUE;
    if (mixQ15 == 32767 && isInSight && i16x8.all_true(i16x8.ge_u(least, i16x8(0, 0, 0, FULL, 0, 0, 0, FULL)))) {
      v128.store(dst, i8x16.narrow_i16x8_u(roundToByte(opaquePairs(p0, p1)), roundToByte(opaquePairs(p2, p3))));
      continue;
    }
    let a0 = pairAlpha(p0, mix), a1 = pairAlpha(p1, mix), a2 = pairAlpha(p2, mix), a3 = pairAlpha(p3, mix);
    if (occlusion != 0) {
      const o = v128.load64_zero(occlusion + <usize>x);
      a0 = i16x8.q15mulr_sat_s(a0, pairOcclusion(o));
      a1 = i16x8.q15mulr_sat_s(a1, pairOcclusion(i64x2.shr_u(o, 16)));
      a2 = i16x8.q15mulr_sat_s(a2, pairOcclusion(i64x2.shr_u(o, 32)));
      a3 = i16x8.q15mulr_sat_s(a3, pairOcclusion(i64x2.shr_u(o, 48)));
    }
    const d = v128.load(dst);
    const low = overPairs(i16x8.shl(i16x8.extend_low_i8x16_u(d), 8), p0, p1, a0, a1);
    const high = overPairs(i16x8.shl(i16x8.extend_high_i8x16_u(d), 8), p2, p3, a2, a3);
    v128.store(dst, i8x16.narrow_i16x8_u(roundToByte(low), roundToByte(high)));
  }
  for (; x < width; x += 2, patch += 16, dst += 4) {
    const p = v128.load(patch);
    let a = pairAlpha(p, mix);
    if (occlusion != 0) a = i16x8.q15mulr_sat_s(a, pairOcclusion(v128.load16_splat(occlusion + <usize>x)));
    const base = i16x8.shl(i16x8.extend_low_i8x16_u(v128.load32_zero(dst)), 8);
    const out = roundToByte(overPairs(base, p, p, a, a));
    v128.store32_lane(dst, i8x16.narrow_i16x8_u(out, out), 0);
  }
}

/** P216 row: 16-bit luma and interleaved 16-bit chroma; width even. Result keeps 15 bits of the patch. */
export function overP216Row(patch: usize, occlusion: usize, luma: usize, chroma: usize, width: i32, mixQ15: i16): void {
  const mix = i16x8.splat(mixQ15);
  const mask = alphaMask();
  for (let x = 0; x < width; x += 2, patch += 16, luma += 4, chroma += 4) {
    const p = v128.load(patch);
    if (!v128.any_true(v128.and(p, mask))) continue;
    let a = pairAlpha(p, mix);
    if (occlusion != 0) a = i16x8.q15mulr_sat_s(a, pairOcclusion(v128.load16_splat(occlusion + <usize>x)));
    const base = i16x8.shuffle(v128.load32_zero(chroma), v128.load32_zero(luma), 0, 8, 1, 9, 0, 8, 1, 9);
    const out = overPairs(base, p, p, a, a);
    v128.store32_lane(luma, i16x8.shuffle(out, out, 1, 3, 1, 3, 1, 3, 1, 3), 0);
    v128.store32_lane(chroma, i16x8.shuffle(out, out, 0, 2, 0, 2, 0, 2, 0, 2), 0);
  }
}

// --- RGB: two pixels in a vector; the picture's own alpha byte is never written.
// @ts-ignore: decorator
@inline function pixelAlpha(p: v128, mix: v128): v128 {
  const a = i8x16.swizzle(p, i8x16(6, 7, 6, 7, 6, 7, -128, -128, 14, 15, 14, 15, 14, 15, -128, -128));
  return i16x8.q15mulr_sat_s(toQ15(a), mix);
}
// @ts-ignore: decorator
@inline function pixelOcclusion(o: v128): v128 {
  return toQ15(i8x16.swizzle(o, i8x16(-128, 0, -128, 0, -128, 0, -128, 0, -128, 1, -128, 1, -128, 1, -128, 1)));
}
// @ts-ignore: decorator
@inline function overPixels(base: v128, p: v128, a: v128): v128 {
  const delta = i16x8.q15mulr_sat_s(i16x8.sub(i16x8.shr_u(p, 1), i16x8.shr_u(base, 1)), a);
  return roundToByte(i16x8.add(base, i16x8.add(delta, delta)));
}
/** Patch lanes [R G B A] in the byte order of the picture. */
// @ts-ignore: decorator
@inline function patchOrder(bgr: bool): v128 {
  return bgr
    ? i8x16(4, 5, 2, 3, 0, 1, 6, 7, 12, 13, 10, 11, 8, 9, 14, 15)
    : i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** BGRA (bgr) or RGBA row; any width. */
export function overRgbRow(patch: usize, occlusion: usize, dst: usize, width: i32, mixQ15: i16, bgr: bool): void {
  const mix = i16x8.splat(mixQ15);
  const order = patchOrder(bgr);
  const mask = alphaMask();
  let x = 0;
  for (; x + 4 <= width; x += 4, patch += 32, dst += 16) {
    const p0 = v128.load(patch), p1 = v128.load(patch, 16);
    if (!v128.any_true(v128.and(v128.or(p0, p1), mask))) continue;
    let a0 = pixelAlpha(p0, mix), a1 = pixelAlpha(p1, mix);
    if (occlusion != 0) {
      const o = v128.load32_zero(occlusion + <usize>x);
      a0 = i16x8.q15mulr_sat_s(a0, pixelOcclusion(o));
      a1 = i16x8.q15mulr_sat_s(a1, pixelOcclusion(i64x2.shr_u(o, 16)));
    }
    const d = v128.load(dst);
    const low = overPixels(i16x8.shl(i16x8.extend_low_i8x16_u(d), 8), i8x16.swizzle(p0, order), a0);
    const high = overPixels(i16x8.shl(i16x8.extend_high_i8x16_u(d), 8), i8x16.swizzle(p1, order), a1);
    v128.store(dst, i8x16.narrow_i16x8_u(low, high));
  }
  for (; x < width; x++, patch += 8, dst += 4) {
    const p = v128.load64_zero(patch);
    let a = pixelAlpha(p, mix);
    if (occlusion != 0) a = i16x8.q15mulr_sat_s(a, pixelOcclusion(v128.load8_splat(occlusion + <usize>x)));
    const base = i16x8.shl(i16x8.extend_low_i8x16_u(v128.load32_zero(dst)), 8);
    const out = overPixels(base, i8x16.swizzle(p, order), a);
    v128.store32_lane(dst, i8x16.narrow_i16x8_u(out, out), 0);
  }
}

/** A row of any format. `mix` 0 … 256. */
// @ts-ignore: decorator
@inline export function overRow(format: i32, patch: usize, occlusion: usize, dst: usize, chroma: usize, width: i32, mix: i32): void {
  const mixQ15 = <i16>(mix >= 256 ? 32767 : max(mix, 0) << 7);
  if (format == UYVY) overUyvyRow(patch, occlusion, dst, width, mixQ15);
  else if (format == P216) overP216Row(patch, occlusion, dst, chroma, width, mixQ15);
  else overRgbRow(patch, occlusion, dst, width, mixQ15, format == BGRA);
}

// --- The other way: a row of the picture as an opaque patch row. Chroma is repeated, so pasting it back is the identity.
// @ts-ignore: decorator
@inline function opaque(v: v128): v128 {
  return v128.or(v, i16x8(0, 0, 0, -256, 0, 0, 0, -256));
}
function uyvyRowToPatch(src: usize, patch: usize, width: i32): void {
  // Bytes [U Y0 V Y1] into the high bytes of [Y0 U V . Y1 U V .].
  const order = i8x16(-128, 1, -128, 0, -128, 2, -128, -128, -128, 3, -128, 0, -128, 2, -128, -128);
  for (let x = 0; x < width; x += 2, src += 4, patch += 16) {
    v128.store(patch, opaque(i8x16.swizzle(v128.load32_zero(src), order)));
  }
}
function p216RowToPatch(luma: usize, chroma: usize, patch: usize, width: i32): void {
  const order = i8x16(0, 1, 4, 5, 6, 7, -128, -128, 2, 3, 4, 5, 6, 7, -128, -128);
  for (let x = 0; x < width; x += 2, luma += 4, chroma += 4, patch += 16) {
    const both = v128.load32_lane(chroma, v128.load32_zero(luma), 1);
    v128.store(patch, opaque(i8x16.swizzle(both, order)));
  }
}
function rgbRowToPatch(src: usize, patch: usize, width: i32, bgr: bool): void {
  const order = bgr
    ? i8x16(-128, 2, -128, 1, -128, 0, -128, -128, -128, 6, -128, 5, -128, 4, -128, -128)
    : i8x16(-128, 0, -128, 1, -128, 2, -128, -128, -128, 4, -128, 5, -128, 6, -128, -128);
  let x = 0;
  for (; x + 2 <= width; x += 2, src += 8, patch += 16) {
    v128.store(patch, opaque(i8x16.swizzle(v128.load64_zero(src), order)));
  }
  if (x < width) v128.store64_lane(patch, opaque(i8x16.swizzle(v128.load32_zero(src), order)), 0);
}
/** width even for UYVY and P216. */
export function rowToPatch(format: i32, src: usize, chroma: usize, patch: usize, width: i32): void {
  if (format == UYVY) uyvyRowToPatch(src, patch, width);
  else if (format == P216) p216RowToPatch(src, chroma, patch, width);
  else rgbRowToPatch(src, patch, width, format == BGRA);
}
