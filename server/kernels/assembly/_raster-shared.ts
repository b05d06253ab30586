/** What every way of drawing a triangle shares: the vertex, its attributes over the picture, which pixels belong to a row. */

export const VERTEX_BYTES: usize = 48;
/** 2^23 and 1.5 · 2^23: added to a float they leave its rounded value, unsigned or signed, in the low bits of its mantissa. */
export const MAGIC: f32 = 8388608.0;
const SIGNED_MAGIC: f32 = 12582912.0;
const SIGNED_MAGIC_BITS = 0x4b400000;
export const FULL: f32 = 65280.0;

/** Rounds four floats, clamps them to 0…65280 and stores them as u16. */
// @ts-ignore: decorator
@inline
export function storePixel(target: usize, value: v128): void {
  const held = f32x4.add(f32x4.pmin(f32x4.splat(FULL), value), f32x4.splat(SIGNED_MAGIC));
  const whole = i32x4.sub(held, i32x4.splat(SIGNED_MAGIC_BITS));
  v128.store64_lane(target, i16x8.narrow_i32x4_u(whole, whole), 0);
}

/** First pixel whose centre is at or right of x, held to 0…limit (0 for NaN). */
// @ts-ignore: decorator
@inline
export function firstCentre(x: f32, limit: i32): i32 {
  const centre = Mathf.ceil(x - 0.5);
  return !(centre > 0) ? 0 : centre >= <f32>limit ? limit : <i32>centre;
}

// @ts-ignore: decorator
@inline
export function isBelow(upper: usize, lower: usize): bool {
  const a = load<f32>(upper, 4), b = load<f32>(lower, 4);
  return a > b || (a == b && load<f32>(upper) > load<f32>(lower));
}

/** z, then u and v in 1/128 texel from the first texel's centre; the last lane is of no use. */
// @ts-ignore: decorator
@inline
export function loadZuv(vertex: usize): v128 {
  return f32x4.add(f32x4.mul(v128.load(vertex, 8), f32x4(1, 128, 128, 0)), f32x4(0, -64, -64, 0));
}

/** The four gains, scaled to what the texture's sampler gives. */
// @ts-ignore: decorator
@inline
export function loadGain(vertex: usize, sampleScale: f32): v128 {
  return f32x4.mul(v128.load(vertex, 20), f32x4.splat(sampleScale));
}

/** What is added to texel · gain: offset · (1 − gain) + bias; nothing in the alpha lane. */
// @ts-ignore: decorator
@inline
export function loadBias(vertex: usize, offset: v128): v128 {
  // What follows the last bias is the next vertex (or the spare bytes behind the last): masked, never multiplied.
  const bias = v128.and(v128.load(vertex, 36), i32x4(-1, -1, -1, 0));
  return f32x4.add(f32x4.mul(bias, f32x4.splat(256)), f32x4.sub(offset, f32x4.mul(offset, v128.load(vertex, 20))));
}
