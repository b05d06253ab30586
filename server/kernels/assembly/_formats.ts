/**
 * Pixel format ids shared by all kernels (host side: server/kernels/formats.ts).
 * A patch (also called texture) is u16×4 interleaved, 8.8 fixed point (8-bit value × 256): [Y U V A] over a 4:2:2 picture,
 * [R G B A] over an RGB one; alpha is straight, 0 … 65280 (255 × 256).
 */
export const UYVY: i32 = 0;
export const BGRA: i32 = 1;
export const RGBA: i32 = 2;
export const P216: i32 = 3;

// @ts-ignore: decorator
@inline export function isRgb(format: i32): bool {
  return format == BGRA || format == RGBA;
}
/** Four pixels of an RGB picture (BGRA or RGBA, as loaded) as one weighted sum of their channels each, codes. */
// @ts-ignore: decorator
@inline export function weightedRgbOfFour(four: v128, format: i32, ofRed: f32, ofGreen: f32, ofBlue: f32): v128 {
  const byte = i32x4.splat(255);
  const first = f32x4.convert_i32x4_u(v128.and(four, byte));
  const green = f32x4.convert_i32x4_u(v128.and(i32x4.shr_u(four, 8), byte));
  const last = f32x4.convert_i32x4_u(v128.and(i32x4.shr_u(four, 16), byte));
  const red = format == BGRA ? last : first, blue = format == BGRA ? first : last;
  return f32x4.add(
    f32x4.add(f32x4.mul(red, f32x4.splat(ofRed)), f32x4.mul(green, f32x4.splat(ofGreen))),
    f32x4.mul(blue, f32x4.splat(ofBlue)),
  );
}
