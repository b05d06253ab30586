/**
 * Mean colour of a cell of the picture, and what skin is told by from pixel to pixel: luma, by which it differs from hair, and twice how much redder
 * than blue it is, by which it differs from what stands behind an ear.
 */
import { BGRA, P216, UYVY, weightedRgbOfFour } from './_formats';

/** Y Cb Cr (legal-range 8-bit codes) and the guide, codes, of eight pixels in the middle of a cell: two rows of four, held inside the region. */
export function cellColour(
  src: usize, chroma: usize, px: i32, py: i32, width: i32, height: i32, srcStride: i32, format: i32, shift: i32,
): v128 {
  const side = 1 << shift;
  const x = max(0, min(px + (side >> 1) - 2, width - 4)) & ~1;
  const upper = max(0, min(py + (side >> 2), height - 1)), lower = max(0, min(py + side - (side >> 2) - 1, height - 1));
  const first = <usize>(upper * srcStride), second = <usize>(lower * srcStride);
  if (format == UYVY) return ofUyvy(src + first + <usize>(x << 1), src + second + <usize>(x << 1));
  if (format == P216) {
    const at = <usize>(x << 1);
    return f32x4.mul(f32x4.add(ofP216(src + first + at, chroma + first + at), ofP216(src + second + at, chroma + second + at)), f32x4.splat(0.5));
  }
  const at = <usize>(x << 2);
  return ofRgb(f32x4.add(sumOfFour(src + first + at), sumOfFour(src + second + at)), format == BGRA);
}
function ofUyvy(upper: usize, lower: usize): v128 {
  const sum = i16x8.add(
    i16x8.extend_low_i8x16_u(v128.load64_zero(upper)), i16x8.extend_low_i8x16_u(v128.load64_zero(lower)),
  );
  // [U Y V Y U Y V Y]
  const both = i16x8.add(sum, i16x8.shuffle(sum, sum, 4, 5, 6, 7, 0, 1, 2, 3));
  const luma = <f32>(i16x8.extract_lane_s(both, 1) + i16x8.extract_lane_s(both, 3)) * 0.125;
  const u = <f32>i16x8.extract_lane_s(both, 0) * 0.25, v = <f32>i16x8.extract_lane_s(both, 2) * 0.25;
  return f32x4(luma, u, v, luma + <f32>2 * (v - u));
}
function ofP216(luma: usize, chroma: usize): v128 {
  const y = <f32>(<u32>load<u16>(luma) + <u32>load<u16>(luma, 2) + <u32>load<u16>(luma, 4) + <u32>load<u16>(luma, 6)) / 1024;
  const u = <f32>(<u32>load<u16>(chroma) + <u32>load<u16>(chroma, 4)) / 512;
  const v = <f32>(<u32>load<u16>(chroma, 2) + <u32>load<u16>(chroma, 6)) / 512;
  return f32x4(y, u, v, y + <f32>2 * (v - u));
}
function sumOfFour(row: usize): v128 {
  const four = v128.load(row);
  const halves = i16x8.add(i16x8.extend_low_i8x16_u(four), i16x8.extend_high_i8x16_u(four));
  return f32x4.convert_i32x4_s(i32x4.add(i32x4.extend_low_i16x8_u(halves), i32x4.extend_high_i16x8_u(halves)));
}
/** BT.709, as pictures of RGB are. */
function ofRgb(sum: v128, bgr: bool): v128 {
  const first = f32x4.extract_lane(sum, 0) * 0.125, third = f32x4.extract_lane(sum, 2) * 0.125;
  const r = bgr ? third : first, g = f32x4.extract_lane(sum, 1) * 0.125, b = bgr ? first : third;
  const y: f32 = <f32>0.2126 * r + <f32>0.7152 * g + <f32>0.0722 * b;
  return f32x4(
    <f32>16 + y * <f32>(219.0 / 255.0), <f32>128 + (b - y) * <f32>(224.0 / 255.0 / 1.8556),
    <f32>128 + (r - y) * <f32>(224.0 / 255.0 / 1.5748), y + r - b,
  );
}

/** The guide of four pixels; `chroma`: P216's. */
// @ts-ignore: decorator
@inline
export function guideOfFour(row: usize, chroma: usize, format: i32): v128 {
  if (format == UYVY) {
    const four = v128.load64_zero(row);
    const luma = i8x16.swizzle(four, i8x16(1, -1, -1, -1, 3, -1, -1, -1, 5, -1, -1, -1, 7, -1, -1, -1));
    const u = i8x16.swizzle(four, i8x16(0, -1, -1, -1, 0, -1, -1, -1, 4, -1, -1, -1, 4, -1, -1, -1));
    const v = i8x16.swizzle(four, i8x16(2, -1, -1, -1, 2, -1, -1, -1, 6, -1, -1, -1, 6, -1, -1, -1));
    return f32x4.convert_i32x4_s(i32x4.add(luma, i32x4.shl(i32x4.sub(v, u), 1)));
  }
  if (format == P216) {
    const luma = i32x4.extend_low_i16x8_u(v128.load64_zero(row));
    const pairs = i32x4.extend_low_i16x8_u(v128.load64_zero(chroma));
    const redder = i32x4.sub(i32x4.shuffle(pairs, pairs, 1, 1, 3, 3), i32x4.shuffle(pairs, pairs, 0, 0, 2, 2));
    return f32x4.mul(f32x4.convert_i32x4_s(i32x4.add(luma, i32x4.shl(redder, 1))), f32x4.splat(1.0 / 256.0));
  }
  return weightedRgbOfFour(v128.load(row), format, 1.2126, 0.7152, -0.9278);
}
