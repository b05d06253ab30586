/**
 * The veil: the performer's skin that stays in sight takes on another tone. Values are codes × 128 in 16 bits. Over Y Cb Cr each of luma
 * less 16 and chroma less 128 changes by its own share, and chroma by a share of luma; over RGB each channel by its own share.
 */
import { BGRA, P216, UYVY } from './_formats';

// Halves of shares in q15, in the order of a picture's lanes: of the value itself, and of luma.
let own = i16x8.splat(0), ofLuma = i16x8.splat(0);
let mixQ15: i16 = 0;

/** Three f32: over 4:2:2 gain of luma − 1, and what of luma less 16 is added to Cb and Cr; over RGB the three gains − 1. −1 … 2. */
function setTone(tone: usize, format: i32, mix: i32): void {
  const a = halfQ15(load<f32>(tone)), b = halfQ15(load<f32>(tone, 4)), c = halfQ15(load<f32>(tone, 8));
  if (format == UYVY || format == P216) {
    own = i16x8.splat(a);
    ofLuma = i16x8(b, 0, c, 0, b, 0, c, 0);
  } else own = format == BGRA ? i16x8(c, b, a, 0, c, b, a, 0) : i16x8(a, b, c, 0, a, b, c, 0);
  mixQ15 = <i16>(mix >= 256 ? 32767 : max(mix, 0) << 7);
}
// @ts-ignore: decorator
@inline function halfQ15(value: f32): i16 {
  return <i16>Mathf.round(Mathf.max(-32767, Mathf.min(32767, value * 16384)));
}
/** Bytes in the low halves of eight lanes to q15. */
// @ts-ignore: decorator
@inline function weights(bytes: v128): v128 {
  return i16x8.q15mulr_sat_s(i16x8.add(i16x8.shl(bytes, 7), i16x8.shr_u(bytes, 1)), i16x8.splat(mixQ15));
}
/** The change of [U Y V Y U Y V Y] (codes × 128); `luma` holds in the places of chroma the mean of its pair's. */
// @ts-ignore: decorator
@inline function changeOf(value: v128, luma: v128, weight: v128): v128 {
  const centred = i16x8.sub(value, i16x8(16384, 2048, 16384, 2048, 16384, 2048, 16384, 2048));
  const bright = i16x8.sub(luma, i16x8.splat(2048));
  const half = i16x8.add_sat_s(i16x8.q15mulr_sat_s(centred, own), i16x8.q15mulr_sat_s(bright, ofLuma));
  return i16x8.q15mulr_sat_s(i16x8.add_sat_s(half, half), weight);
}
/** Four weights (bytes) in the order of [U Y V Y U Y V Y], chroma by the mean of its pair. */
// @ts-ignore: decorator
@inline function pairWeights(four: v128): v128 {
  const a = i8x16.swizzle(four, i8x16(0, -1, 0, -1, 0, -1, 1, -1, 2, -1, 2, -1, 2, -1, 3, -1));
  const b = i8x16.swizzle(four, i8x16(1, -1, 0, -1, 1, -1, 1, -1, 3, -1, 2, -1, 3, -1, 3, -1));
  return weights(i8x16.avgr_u(a, b));
}

/** dst takes on the tone by veil · occlusion · mix; bytes whose weight is 0 are exactly unchanged. Parameters: blend.ts's `over`. */
export function veilOver(
  veil: usize, occlusion: usize, dst: usize, chroma: usize, tone: usize, width: i32, height: i32,
  veilStride: i32, occlusionStride: i32, dstStride: i32, format: i32, mix: i32,
): i32 {
  setTone(tone, format, mix);
  for (let y = 0; y < height; y++) {
    let x = 0;
    for (; x + 4 <= width; x += 4) {
      while (x + 16 <= width && !v128.any_true(v128.load(veil + <usize>x))) x += 16;
      if (x + 4 > width) break;
      let four = v128.load32_zero(veil + <usize>x);
      if (!v128.any_true(four)) continue;
      if (occlusion != 0) four = masked(four, v128.load32_zero(occlusion + <usize>x));
      if (format == UYVY) uyvyFour(dst + <usize>(x << 1), four);
      else if (format == P216) p216Four(dst + <usize>(x << 1), chroma + <usize>(x << 1), four);
      else rgbFour(dst + <usize>(x << 2), four);
    }
    veil += veilStride;
    if (occlusion != 0) occlusion += occlusionStride;
    dst += dstStride;
    chroma += dstStride;
  }
  return 0;
}
/** Product of bytes by 255, rounded. */
// @ts-ignore: decorator
@inline function masked(a: v128, b: v128): v128 {
  const product = i16x8.add(i16x8.extmul_low_i8x16_u(a, b), i16x8.splat(128));
  const whole = i16x8.shr_u(i16x8.add(product, i16x8.shr_u(product, 8)), 8);
  return i8x16.narrow_i16x8_u(whole, whole);
}
// @ts-ignore: decorator
@inline function uyvyFour(at: usize, four: v128): void {
  const bytes = v128.load64_zero(at);
  const value = i16x8.shl(i16x8.extend_low_i8x16_u(bytes), 7);
  const luma = i8x16.avgr_u(
    i8x16.swizzle(bytes, i8x16(1, -1, 1, -1, 1, -1, 1, -1, 5, -1, 5, -1, 5, -1, 5, -1)),
    i8x16.swizzle(bytes, i8x16(3, -1, 3, -1, 3, -1, 3, -1, 7, -1, 7, -1, 7, -1, 7, -1)),
  );
  const out = i16x8.add_sat_s(value, changeOf(value, i16x8.shl(luma, 7), pairWeights(four)));
  const whole = i16x8.shr_s(i16x8.add_sat_s(out, i16x8.splat(64)), 7);
  v128.store64_lane(at, i8x16.narrow_i16x8_u(whole, whole), 0);
}
// @ts-ignore: decorator
@inline function p216Four(luma: usize, chroma: usize, four: v128): void {
  const y = v128.load64_zero(luma), c = v128.load64_zero(chroma);
  const both = i16x8.shuffle(c, y, 0, 8, 1, 9, 2, 10, 3, 11);
  const value = i16x8.shr_u(both, 1);
  const even = i16x8.shuffle(value, value, 1, 1, 1, 1, 5, 5, 5, 5), odd = i16x8.shuffle(value, value, 3, 3, 3, 3, 7, 7, 7, 7);
  const change = changeOf(value, i16x8.avgr_u(even, odd), pairWeights(four));
  // Twice the change stays inside 16 bits.
  const held = i16x8.max_s(i16x8.neg(value), i16x8.min_s(change, i16x8.sub(i16x8.splat(32767), value)));
  const out = i16x8.add(both, i16x8.add(held, held));
  v128.store64_lane(chroma, i16x8.shuffle(out, out, 0, 2, 4, 6, 0, 0, 0, 0), 0);
  v128.store64_lane(luma, i16x8.shuffle(out, out, 1, 3, 5, 7, 0, 0, 0, 0), 0);
}
// @ts-ignore: decorator
@inline function rgbFour(at: usize, four: v128): void {
  const bytes = v128.load(at);
  const low = rgbPair(i16x8.shl(i16x8.extend_low_i8x16_u(bytes), 7), i8x16.swizzle(four, i8x16(0, -1, 0, -1, 0, -1, 0, -1, 1, -1, 1, -1, 1, -1, 1, -1)));
  const high = rgbPair(i16x8.shl(i16x8.extend_high_i8x16_u(bytes), 7), i8x16.swizzle(four, i8x16(2, -1, 2, -1, 2, -1, 2, -1, 3, -1, 3, -1, 3, -1, 3, -1)));
  v128.store(at, i8x16.narrow_i16x8_u(low, high));
}
// @ts-ignore: decorator
@inline function rgbPair(value: v128, bytes: v128): v128 {
  const half = i16x8.q15mulr_sat_s(value, own);
  const out = i16x8.add_sat_s(value, i16x8.q15mulr_sat_s(i16x8.add_sat_s(half, half), weights(bytes)));
  return i16x8.shr_s(i16x8.add_sat_s(out, i16x8.splat(64)), 7);
}
