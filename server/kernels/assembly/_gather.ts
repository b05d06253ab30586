/**
 * Bilinear gathers along one row of a crop, out of planes that have one readable row and 64 readable bytes behind their last.
 * Coordinates are sample indices (pixel centre = index), clamped to the plane, then rounded to 1/128; results are × 128.
 */

/** Adding 1.5 · 2^23 rounds a small float to a whole number in the low mantissa bits. */
const MAGIC: f32 = 12582912.0;
const MAGIC_BITS: i32 = 0x4b400000;

/** Coordinate × 128 of four neighbours: clamp(start + i · step), rounded. */
// @ts-ignore: decorator
@inline function coordinates(i: v128, start: v128, step: v128, limit: v128): v128 {
  const at = f32x4.pmin(limit, f32x4.pmax(f32x4.splat(0), f32x4.add(start, f32x4.mul(i, step))));
  return i32x4.sub(f32x4.add(at, f32x4.splat(MAGIC)), i32x4.splat(MAGIC_BITS));
}
// @ts-ignore: decorator
@inline function addresses(x: v128, y: v128, stride: v128, shift: i32): v128 {
  return i32x4.add(i32x4.mul(i32x4.shr_s(y, 7), stride), i32x4.shl(i32x4.shr_s(x, 7), shift));
}
// @ts-ignore: decorator
@inline function vertical(top: v128, bottom: v128, fraction7: v128): v128 {
  return i16x8.add(top, i16x8.q15mulr_sat_s(i16x8.sub(bottom, top), i16x8.shl(fraction7, 8)));
}
/** Byte pairs [s0 s1] × 8, weight of s1 in 1/128 → i16 × 128. */
// @ts-ignore: decorator
@inline function mixBytes(pairs: v128, weight: v128): v128 {
  const left = v128.and(pairs, i16x8.splat(255));
  return i16x8.add(i16x8.shl(left, 7), i16x8.mul(i16x8.sub(i16x8.shr_u(pairs, 8), left), weight));
}

/** Row position and step of a crop, in samples × 128. Globals: AssemblyScript has no structures without its runtime. */
let startX: f32 = 0, startY: f32 = 0, stepX: f32 = 0, stepY: f32 = 0, limitX: f32 = 0, limitY: f32 = 0;
export function setRow(x: f64, y: f64, dx: f64, dy: f64, width: i32, height: i32): void {
  startX = <f32>(x * 128);
  startY = <f32>(y * 128);
  stepX = <f32>(dx * 128);
  stepY = <f32>(dy * 128);
  limitX = <f32>((width - 1) << 7);
  limitY = <f32>((height - 1) << 7);
}

/** One-byte samples → i16 row; `count` is rounded up to 8. */
export function gatherRow1(plane: usize, stride: i32, out: usize, count: i32): void {
  const sx = f32x4.splat(startX), sy = f32x4.splat(startY), dx = f32x4.splat(stepX), dy = f32x4.splat(stepY);
  const lx = f32x4.splat(limitX), ly = f32x4.splat(limitY);
  const strides = i32x4.splat(stride), seven = i32x4.splat(127);
  const base0 = i32x4.splat(<i32>plane);
  let i = f32x4(0, 1, 2, 3);
  for (let n = 0; n < count; n += 8) {
    const xa = coordinates(i, sx, dx, lx), ya = coordinates(i, sy, dy, ly);
    i = f32x4.add(i, f32x4.splat(4));
    const xb = coordinates(i, sx, dx, lx), yb = coordinates(i, sy, dy, ly);
    i = f32x4.add(i, f32x4.splat(4));
    const a = i32x4.add(base0, addresses(xa, ya, strides, 0)), b = i32x4.add(base0, addresses(xb, yb, strides, 0));
    const p0 = <usize>i32x4.extract_lane(a, 0), p1 = <usize>i32x4.extract_lane(a, 1);
    const p2 = <usize>i32x4.extract_lane(a, 2), p3 = <usize>i32x4.extract_lane(a, 3);
    const p4 = <usize>i32x4.extract_lane(b, 0), p5 = <usize>i32x4.extract_lane(b, 1);
    const p6 = <usize>i32x4.extract_lane(b, 2), p7 = <usize>i32x4.extract_lane(b, 3);
    let top = v128.load16_lane(p0, i32x4.splat(0), 0);
    top = v128.load16_lane(p1, top, 1);
    top = v128.load16_lane(p2, top, 2);
    top = v128.load16_lane(p3, top, 3);
    top = v128.load16_lane(p4, top, 4);
    top = v128.load16_lane(p5, top, 5);
    top = v128.load16_lane(p6, top, 6);
    top = v128.load16_lane(p7, top, 7);
    const s = <usize>stride;
    let bottom = v128.load16_lane(p0 + s, i32x4.splat(0), 0);
    bottom = v128.load16_lane(p1 + s, bottom, 1);
    bottom = v128.load16_lane(p2 + s, bottom, 2);
    bottom = v128.load16_lane(p3 + s, bottom, 3);
    bottom = v128.load16_lane(p4 + s, bottom, 4);
    bottom = v128.load16_lane(p5 + s, bottom, 5);
    bottom = v128.load16_lane(p6 + s, bottom, 6);
    bottom = v128.load16_lane(p7 + s, bottom, 7);
    const wx = i16x8.narrow_i32x4_s(v128.and(xa, seven), v128.and(xb, seven));
    const wy = i16x8.narrow_i32x4_s(v128.and(ya, seven), v128.and(yb, seven));
    v128.store(out + (<usize>n << 1), vertical(mixBytes(top, wx), mixBytes(bottom, wx), wy));
  }
}

/** Two rows of four [U0 V0 U1 V1] → i16 U in the low half, V in the high half. */
// @ts-ignore: decorator
@inline function mixChroma(quads: v128, weights: v128): v128 {
  const u = i32x4.dot_i16x8_s(v128.and(quads, i16x8.splat(255)), weights);
  const v = i32x4.dot_i16x8_s(i16x8.shr_u(quads, 8), weights);
  return i16x8.narrow_i32x4_s(u, v);
}
/** Two-byte samples U V → two i16 rows; `count` is rounded up to 4. */
export function gatherRow2(plane: usize, stride: i32, outU: usize, outV: usize, count: i32): void {
  const sx = f32x4.splat(startX), sy = f32x4.splat(startY), dx = f32x4.splat(stepX), dy = f32x4.splat(stepY);
  const lx = f32x4.splat(limitX), ly = f32x4.splat(limitY);
  const strides = i32x4.splat(stride), seven = i32x4.splat(127);
  const base0 = i32x4.splat(<i32>plane);
  const s = <usize>stride;
  let i = f32x4(0, 1, 2, 3);
  for (let n = 0; n < count; n += 4) {
    const x = coordinates(i, sx, dx, lx), y = coordinates(i, sy, dy, ly);
    i = f32x4.add(i, f32x4.splat(4));
    const a = i32x4.add(base0, addresses(x, y, strides, 1));
    const p0 = <usize>i32x4.extract_lane(a, 0), p1 = <usize>i32x4.extract_lane(a, 1);
    const p2 = <usize>i32x4.extract_lane(a, 2), p3 = <usize>i32x4.extract_lane(a, 3);
    let top = v128.load32_zero(p0);
    top = v128.load32_lane(p1, top, 1);
    top = v128.load32_lane(p2, top, 2);
    top = v128.load32_lane(p3, top, 3);
    let bottom = v128.load32_zero(p0 + s);
    bottom = v128.load32_lane(p1 + s, bottom, 1);
    bottom = v128.load32_lane(p2 + s, bottom, 2);
    bottom = v128.load32_lane(p3 + s, bottom, 3);
    const wx = v128.and(x, seven), wy = v128.and(y, seven);
    // Each 32-bit lane holds (128 − w, w).
    const weights = i32x4.add(i32x4.sub(i32x4.splat(128), wx), i32x4.shl(wx, 16));
    const uv = vertical(mixChroma(top, weights), mixChroma(bottom, weights), i16x8.narrow_i32x4_s(wy, wy));
    v128.store64_lane(outU + (<usize>n << 1), uv, 0);
    v128.store64_lane(outV + (<usize>n << 1), uv, 1);
  }
}

/** One pixel's two neighbours on two rows, mixed vertically: [left RGBX | right RGBX] × 128. */
// @ts-ignore: decorator
@inline function columns4(at: usize, below: usize, fractionY: i32): v128 {
  const top = v128.load8x8_u(at), bottom = v128.load8x8_u(below);
  return i16x8.add(i16x8.shl(top, 7), i16x8.mul(i16x8.sub(bottom, top), i16x8.splat(<i16>fractionY)));
}
/** Four-byte pixels → bytes in the same order, 4 per pixel; `count` is rounded up to 4. */
export function gatherRow4(plane: usize, stride: i32, out: usize, count: i32): void {
  const sx = f32x4.splat(startX), sy = f32x4.splat(startY), dx = f32x4.splat(stepX), dy = f32x4.splat(stepY);
  const lx = f32x4.splat(limitX), ly = f32x4.splat(limitY);
  const strides = i32x4.splat(stride), seven = i32x4.splat(127);
  const base0 = i32x4.splat(<i32>plane);
  const half = i16x8.splat(64);
  let i = f32x4(0, 1, 2, 3);
  for (let n = 0; n < count; n += 4) {
    const x = coordinates(i, sx, dx, lx), y = coordinates(i, sy, dy, ly);
    i = f32x4.add(i, f32x4.splat(4));
    const a = i32x4.add(base0, addresses(x, y, strides, 2));
    const wx = i32x4.shl(v128.and(x, seven), 8), wy = v128.and(y, seven);
    // A weight of 0 (always so on the last row) must not read the row below: the picture may end there.
    const below = i32x4.add(a, v128.and(strides, i32x4.ne(wy, i32x4.splat(0))));
    const c0 = columns4(<usize>i32x4.extract_lane(a, 0), <usize>i32x4.extract_lane(below, 0), i32x4.extract_lane(wy, 0));
    const c1 = columns4(<usize>i32x4.extract_lane(a, 1), <usize>i32x4.extract_lane(below, 1), i32x4.extract_lane(wy, 1));
    const c2 = columns4(<usize>i32x4.extract_lane(a, 2), <usize>i32x4.extract_lane(below, 2), i32x4.extract_lane(wy, 2));
    const c3 = columns4(<usize>i32x4.extract_lane(a, 3), <usize>i32x4.extract_lane(below, 3), i32x4.extract_lane(wy, 3));
    const l0 = i64x2.shuffle(c0, c1, 0, 2), r0 = i64x2.shuffle(c0, c1, 1, 3);
    const l1 = i64x2.shuffle(c2, c3, 0, 2), r1 = i64x2.shuffle(c2, c3, 1, 3);
    const w0 = i8x16.swizzle(wx, i8x16(0, 1, 0, 1, 0, 1, 0, 1, 4, 5, 4, 5, 4, 5, 4, 5));
    const w1 = i8x16.swizzle(wx, i8x16(8, 9, 8, 9, 8, 9, 8, 9, 12, 13, 12, 13, 12, 13, 12, 13));
    const m0 = i16x8.add(l0, i16x8.q15mulr_sat_s(i16x8.sub(r0, l0), w0));
    const m1 = i16x8.add(l1, i16x8.q15mulr_sat_s(i16x8.sub(r1, l1), w1));
    v128.store(out + (<usize>n << 2), i8x16.narrow_i16x8_u(
      i16x8.shr_u(i16x8.add(m0, half), 7), i16x8.shr_u(i16x8.add(m1, half), 7)));
  }
}
