/**
 * A colour table over a picture: three components → a place on the lattice (one affine map), tetrahedral interpolation, three
 * components. The table's vertices are already in the picture's own components (Y Cb Cr or R G B), signed 8-bit code × 64, so that
 * what lies outside the picture's range is cut after interpolation, as it should be. Interpolation weights sum to one, so an
 * affine step after the table may be done to its vertices instead.
 *
 * params (f32): 0–3 x = a·p0 + b·p1 + c·p2 + p3, 4–7 y, 8–11 z, lattice places × 16384 or cells of the
 * shaper; 12 cells − 1 of the shaper (0: no shaper).
 * Rounding: lattice place in f32, then 14 bits of fraction; weights whose sum is exact, result to nearest.
 */
import { BGRA, isRgb, P216, UYVY } from './_formats';

/** Pixels that are planned, looked up and packed at a time: their plan stays in the first-level cache. */
const BLOCK: i32 = 32;
/** The plan in scratch, one i32 per pixel each: vertex, two steps from it, two pairs of weights; then the results, 16 bytes each. */
const FIRST: i32 = BLOCK * 4;
const SECOND: i32 = BLOCK * 8;
const WEIGHTS: i32 = BLOCK * 12;
const RESULTS: i32 = BLOCK * 20;

/** Tetrahedra of a block: four vertices by four weights each. Results [c0 c1 c2 ·], 15 bits. */
function lookUp(table: usize, all: i32, scratch: usize, count: i32): void {
  const half = i32x4.splat(4096), zero = i32x4.splat(0);
  const end = scratch + (<usize>count << 2);
  for (let out = scratch + RESULTS; scratch < end; scratch += 4, out += 16) {
    const t = table + load<u32>(scratch);
    const v0 = v128.load64_zero(t), v1 = v128.load64_zero(t + load<u32>(scratch, FIRST));
    const v2 = v128.load64_zero(t + load<u32>(scratch, SECOND)), v3 = v128.load64_zero(t + <usize>all);
    const a = i32x4.dot_i16x8_s(i16x8.shuffle(v0, v1, 0, 8, 1, 9, 2, 10, 3, 11), v128.load32_splat(scratch, WEIGHTS));
    const b = i32x4.dot_i16x8_s(i16x8.shuffle(v2, v3, 0, 8, 1, 9, 2, 10, 3, 11), v128.load32_splat(scratch, WEIGHTS + BLOCK * 4));
    v128.store(out, i32x4.max_s(i32x4.shr_s(i32x4.add(i32x4.add(a, b), half), 13), zero));
  }
}
// @ts-ignore: decorator
@inline function affine(params: usize, a: v128, b: v128, c: v128): v128 {
  const ab = f32x4.add(f32x4.mul(a, v128.load32_splat(params)), f32x4.mul(b, v128.load32_splat(params, 4)));
  return f32x4.add(f32x4.add(ab, f32x4.mul(c, v128.load32_splat(params, 8))), v128.load32_splat(params, 12));
}
/** A lattice place × 16384, held on the lattice, as an integer: adding 2²³ leaves it in the mantissa, rounded. */
// @ts-ignore: decorator
@inline function fixed(place: v128, top: v128): v128 {
  const held = f32x4.max(f32x4.min(place, top), f32x4.splat(0));
  return v128.and(f32x4.add(held, f32x4.splat(8388608)), i32x4.splat(0x7fffff));
}
/** Nearest entry of a channel's shaper: f32 lattice places × 16384 over 0 … 1. */
// @ts-ignore: decorator
@inline function shaped(v: v128, shaper: usize, last: v128): v128 {
  const at = i32x4.shl(i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.max(f32x4.min(v, last), f32x4.splat(0)), f32x4.splat(0.5))), 2);
  const low = v128.load32_lane(shaper + <usize>i32x4.extract_lane(at, 1), v128.load32_zero(shaper + <usize>i32x4.extract_lane(at, 0)), 1);
  return v128.load32_lane(shaper + <usize>i32x4.extract_lane(at, 3), v128.load32_lane(shaper + <usize>i32x4.extract_lane(at, 2), low, 2), 3);
}

/** Plans four pixels. */
// @ts-ignore: decorator
@inline function plan(a: v128, b: v128, c: v128, params: usize, shaper: usize, shaperBytes: i32, size: i32, scratch: usize): void {
  let x = affine(params, a, b, c);
  let y = affine(params + 16, a, b, c);
  let z = affine(params + 32, a, b, c);
  if (shaper != 0) {
    const last = v128.load32_splat(params, 48);
    x = shaped(x, shaper, last);
    y = shaped(y, shaper + <usize>shaperBytes, last);
    z = shaped(z, shaper + <usize>(shaperBytes << 1), last);
  }
  const top = f32x4.splat(<f32>((size - 1) << 14));
  const qx = fixed(x, top), qy = fixed(y, top), qz = fixed(z, top);
  const most = i32x4.splat(size - 2);
  const ix = i32x4.min_s(i32x4.shr_u(qx, 14), most);
  const iy = i32x4.min_s(i32x4.shr_u(qy, 14), most);
  const iz = i32x4.min_s(i32x4.shr_u(qz, 14), most);
  const fx = i32x4.sub(qx, i32x4.shl(ix, 14)), fy = i32x4.sub(qy, i32x4.shl(iy, 14)), fz = i32x4.sub(qz, i32x4.shl(iz, 14));
  const dx = 8, dy = size << 3, dz = (size * size) << 3, all = dx + dy + dz;
  const inPlane = i32x4.dot_i16x8_s(v128.or(ix, i32x4.shl(iy, 16)), i32x4.splat(1 | (size << 16)));
  const base = i32x4.add(i32x4.shl(inPlane, 3), i32x4.mul(iz, i32x4.splat(dz)));
  const high = i32x4.max_s(i32x4.max_s(fx, fy), fz);
  const low = i32x4.min_s(i32x4.min_s(fx, fy), fz);
  const middle = i32x4.sub(i32x4.add(i32x4.add(fx, fy), fz), i32x4.add(high, low));
  // Along the axis of the largest fraction first; all but the axis of the smallest next. A tie picks two different axes.
  const first = v128.bitselect(
    i32x4.splat(dx),
    v128.bitselect(i32x4.splat(dy), i32x4.splat(dz), i32x4.eq(fy, high)),
    i32x4.eq(fx, high),
  );
  const last = v128.bitselect(
    i32x4.splat(dz),
    v128.bitselect(i32x4.splat(dy), i32x4.splat(dx), i32x4.eq(fy, low)),
    i32x4.eq(fz, low),
  );
  const second = i32x4.sub(i32x4.splat(all), last);
  const w01 = v128.or(i32x4.sub(i32x4.splat(16384), high), i32x4.shl(i32x4.sub(high, middle), 16));
  const w23 = v128.or(i32x4.sub(middle, low), i32x4.shl(low, 16));
  v128.store(scratch, base);
  v128.store(scratch, first, FIRST);
  v128.store(scratch, second, SECOND);
  v128.store(scratch, w01, WEIGHTS);
  v128.store(scratch, w23, WEIGHTS + BLOCK * 4);
}

/** [U Y V Y U Y V Y], 15 bits, of four pixels; chroma is the mean of a pair. */
// @ts-ignore: decorator
@inline function pairs(out: usize): v128 {
  const low = i16x8.narrow_i32x4_s(v128.load(out), v128.load(out, 16));
  const high = i16x8.narrow_i32x4_s(v128.load(out, 32), v128.load(out, 48));
  const meanLow = i16x8.avgr_u(low, i64x2.shuffle(low, low, 1, 0));
  const meanHigh = i16x8.avgr_u(high, i64x2.shuffle(high, high, 1, 0));
  const a = i16x8.shuffle(meanLow, low, 1, 8, 2, 12, 1, 8, 2, 12);
  const b = i16x8.shuffle(meanHigh, high, 1, 8, 2, 12, 1, 8, 2, 12);
  return i64x2.shuffle(a, b, 0, 2);
}
// @ts-ignore: decorator
@inline function toBytes(v: v128): v128 {
  return i16x8.shr_u(i16x8.add(v, i16x8.splat(64)), 7);
}
// @ts-ignore: decorator
@inline function f32Of(words: v128): v128 {
  return f32x4.convert_i32x4_u(words);
}

// @ts-ignore: decorator
@inline function planUyvy(row: usize, count: i32, params: usize, shaper: usize, shaperBytes: i32, size: i32, scratch: usize): void {
  for (let x = 0; x < count; x += 4, row += 8, scratch += 16) {
    const v = v128.load64_zero(row);
    const luma = f32Of(i8x16.swizzle(v, i8x16(1, -128, -128, -128, 3, -128, -128, -128, 5, -128, -128, -128, 7, -128, -128, -128)));
    const cb = f32Of(i8x16.swizzle(v, i8x16(0, -128, -128, -128, 0, -128, -128, -128, 4, -128, -128, -128, 4, -128, -128, -128)));
    const cr = f32Of(i8x16.swizzle(v, i8x16(2, -128, -128, -128, 2, -128, -128, -128, 6, -128, -128, -128, 6, -128, -128, -128)));
    plan(luma, cb, cr, params, shaper, shaperBytes, size, scratch);
  }
}
// @ts-ignore: decorator
@inline function planP216(row: usize, chroma: usize, count: i32, params: usize, shaper: usize, shaperBytes: i32, size: i32, scratch: usize): void {
  for (let x = 0; x < count; x += 4, row += 8, chroma += 8, scratch += 16) {
    const c = v128.load64_zero(chroma);
    const luma = f32Of(i32x4.extend_low_i16x8_u(v128.load64_zero(row)));
    const cb = f32Of(i8x16.swizzle(c, i8x16(0, 1, -128, -128, 0, 1, -128, -128, 4, 5, -128, -128, 4, 5, -128, -128)));
    const cr = f32Of(i8x16.swizzle(c, i8x16(2, 3, -128, -128, 2, 3, -128, -128, 6, 7, -128, -128, 6, 7, -128, -128)));
    plan(luma, cb, cr, params, shaper, shaperBytes, size, scratch);
  }
}
/** Bytes [R G B ·] out of the picture's order, or back: the swap is its own inverse. */
// @ts-ignore: decorator
@inline function rgbOrder(bgr: bool): v128 {
  return bgr
    ? i8x16(2, 1, 0, -128, 6, 5, 4, -128, 10, 9, 8, -128, 14, 13, 12, -128)
    : i8x16(0, 1, 2, -128, 4, 5, 6, -128, 8, 9, 10, -128, 12, 13, 14, -128);
}
// @ts-ignore: decorator
@inline function planRgb(row: usize, bgr: bool, count: i32, params: usize, shaper: usize, shaperBytes: i32, size: i32, scratch: usize): void {
  const order = rgbOrder(bgr), byte = i32x4.splat(255);
  for (let x = 0; x < count; x += 4, row += 16, scratch += 16) {
    const rgb = i8x16.swizzle(v128.load(row), order);
    const r = f32Of(v128.and(rgb, byte)), g = f32Of(v128.and(i32x4.shr_u(rgb, 8), byte)), b = f32Of(v128.and(i32x4.shr_u(rgb, 16), byte));
    plan(r, g, b, params, shaper, shaperBytes, size, scratch);
  }
}
function packUyvy(results: usize, row: usize, count: i32): void {
  for (let x = 0; x < count; x += 4, row += 8, results += 64) {
    const bytes = toBytes(pairs(results));
    const packed = i8x16.narrow_i16x8_u(bytes, bytes);
    if (x + 4 <= count) v128.store64_lane(row, packed, 0);
    else v128.store32_lane(row, packed, 0);
  }
}
function packP216(results: usize, row: usize, chroma: usize, count: i32): void {
  for (let x = 0; x < count; x += 4, row += 8, chroma += 8, results += 64) {
    const v = i16x8.shl(pairs(results), 1);
    const lumas = i16x8.shuffle(v, v, 1, 3, 5, 7, 1, 3, 5, 7), chromas = i16x8.shuffle(v, v, 0, 2, 4, 6, 0, 2, 4, 6);
    if (x + 4 <= count) {
      v128.store64_lane(row, lumas, 0);
      v128.store64_lane(chroma, chromas, 0);
    } else {
      v128.store32_lane(row, lumas, 0);
      v128.store32_lane(chroma, chromas, 0);
    }
  }
}
function packRgb(results: usize, row: usize, bgr: bool, count: i32): void {
  const order = rgbOrder(bgr), alpha = i32x4.splat(0xff000000);
  for (let x = 0; x < count; x += 4, row += 16, results += 64) {
    const low = toBytes(i16x8.narrow_i32x4_s(v128.load(results), v128.load(results, 16)));
    const high = toBytes(i16x8.narrow_i32x4_s(v128.load(results, 32), v128.load(results, 48)));
    const done = v128.bitselect(v128.load(row), i8x16.swizzle(i8x16.narrow_i16x8_u(low, high), order), alpha);
    if (x + 4 <= count) v128.store(row, done);
    else {
      v128.store32_lane(row, done, 0);
      if (count - x > 1) v128.store32_lane(row + 4, done, 1);
      if (count - x > 2) v128.store32_lane(row + 8, done, 2);
    }
  }
}
function lutRow(luma: usize, chroma: usize, width: i32, format: i32, table: usize, size: i32, shaper: usize, shaperBytes: i32, params: usize, scratch: usize): void {
  const all = ((size + 1) * size + 1) << 3, bytes = isRgb(format) ? BLOCK << 2 : BLOCK << 1;
  for (let x = 0; x < width; x += BLOCK, luma += bytes, chroma += bytes) {
    const count = min(BLOCK, width - x);
    if (format == UYVY) planUyvy(luma, count, params, shaper, shaperBytes, size, scratch);
    else if (format == P216) planP216(luma, chroma, count, params, shaper, shaperBytes, size, scratch);
    else planRgb(luma, format == BGRA, count, params, shaper, shaperBytes, size, scratch);
    lookUp(table, all, scratch, count);
    if (format == UYVY) packUyvy(scratch + RESULTS, luma, count);
    else if (format == P216) packP216(scratch + RESULTS, luma, chroma, count);
    else packRgb(scratch + RESULTS, luma, format == BGRA, count);
  }
}

/**
 * In place. `table`: size³ vertices of 8 bytes, first component fastest; `shaper`: 0, or three tables of `shaperBytes`. `scratch`:
 * 36 bytes per pixel of a block (1152). Width even for UYVY and P216; RGB's fourth byte stays. Nothing is written between rows.
 */
export function applyLut(
  luma: usize, chroma: usize, width: i32, height: i32, stride: i32, format: i32,
  table: usize, size: i32, shaper: usize, shaperBytes: i32, params: usize, scratch: usize,
): i32 {
  for (let y = 0; y < height; y++, luma += stride, chroma += stride) {
    lutRow(luma, chroma, width, format, table, size, shaper, shaperBytes, params, scratch);
  }
  return 0;
}
