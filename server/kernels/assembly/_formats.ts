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
