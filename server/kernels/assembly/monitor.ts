/**
 * Pictures for monitors out of the plain and the shown one. A plane is one of four kinds: 0 UYVY, 1 four bytes of RGB, 2 16-bit
 * luma, 3 16-bit Cb Cr pairs; rows are worked on eight components at a time, in 15 bits (8-bit code × 128). `comps` counts the
 * components of a row. Alpha planes are one byte a pixel. Nothing is written between rows. Each operation is compiled once per
 * kind of plane: with the kind as a variable it took four times as long.
 */
const UYVY_PLANE: i32 = 0;
const RGB_PLANE: i32 = 1;
const LUMA_PLANE: i32 = 2;
const CHROMA_PLANE: i32 = 3;

// @ts-ignore: decorator
@inline function is16(kind: i32): bool {
  return kind >= LUMA_PLANE;
}
// @ts-ignore: decorator
@inline function bytesOf(kind: i32): i32 {
  return is16(kind) ? 16 : 8;
}
/** Pixels in eight components. */
// @ts-ignore: decorator
@inline function pixelsOf(kind: i32): i32 {
  return kind == UYVY_PLANE ? 4 : kind == RGB_PLANE ? 2 : 8;
}
// @ts-ignore: decorator
@inline function read(kind: i32, at: usize): v128 {
  return is16(kind) ? i16x8.shr_u(v128.load(at), 1) : i16x8.shl(i16x8.extend_low_i8x16_u(v128.load64_zero(at)), 7);
}
/** v is 0 … 32767. `left` components, even (16-bit) or a multiple of four, are written. */
// @ts-ignore: decorator
@inline function write(kind: i32, at: usize, v: v128, left: i32): void {
  if (is16(kind)) {
    const words = i16x8.shl(v, 1);
    if (left >= 8) v128.store(at, words);
    else {
      v128.store32_lane(at, words, 0);
      if (left > 2) v128.store32_lane(at + 4, words, 1);
      if (left > 4) v128.store32_lane(at + 8, words, 2);
    }
  } else {
    const rounded = i16x8.shr_u(i16x8.add(v, i16x8.splat(64)), 7);
    const bytes = i8x16.narrow_i16x8_u(rounded, rounded);
    if (left >= 8) v128.store64_lane(at, bytes, 0);
    else v128.store32_lane(at, bytes, 0);
  }
}
/** Black of a plane: 16 and 128, or 0. */
// @ts-ignore: decorator
@inline function blackOf(kind: i32): v128 {
  if (kind == UYVY_PLANE) return i16x8(16384, 2048, 16384, 2048, 16384, 2048, 16384, 2048);
  if (kind == RGB_PLANE) return i16x8.splat(0);
  return kind == LUMA_PLANE ? i16x8.splat(2048) : i16x8.splat(16384);
}
/** What white adds to black: 219 codes of luma, 255 of RGB, no chroma. */
// @ts-ignore: decorator
@inline function whiteOf(kind: i32): v128 {
  if (kind == UYVY_PLANE) return i16x8(0, 28032, 0, 28032, 0, 28032, 0, 28032);
  if (kind == RGB_PLANE) return i16x8.splat(32640);
  return kind == LUMA_PLANE ? i16x8.splat(28032) : i16x8.splat(0);
}
/** All bits where a component has a sign: chroma. */
// @ts-ignore: decorator
@inline function chromaOf(kind: i32): v128 {
  if (kind == UYVY_PLANE) return i16x8(-1, 0, -1, 0, -1, 0, -1, 0);
  return kind > LUMA_PLANE ? i16x8.splat(-1) : i16x8.splat(0);
}
/** RGB's fourth byte. */
// @ts-ignore: decorator
@inline function opaqueOf(kind: i32): v128 {
  return kind == RGB_PLANE ? i16x8(0, 0, 0, 32640, 0, 0, 0, 32640) : i16x8.splat(0);
}
/** Bytes of an alpha plane for eight components: one of the pixel, chroma the mean of its pair. 0 … 255 in 16 bits. */
// @ts-ignore: decorator
@inline function perComponent(kind: i32, at: usize): v128 {
  if (kind == LUMA_PLANE) return i16x8.extend_low_i8x16_u(v128.load64_zero(at));
  if (kind == RGB_PLANE) {
    return i8x16.swizzle(v128.load16_splat(at), i8x16(0, -128, 0, -128, 0, -128, 0, -128, 1, -128, 1, -128, 1, -128, 1, -128));
  }
  if (kind == UYVY_PLANE) {
    const v = v128.load32_zero(at);
    const a = i8x16.swizzle(v, i8x16(0, -128, 0, -128, 0, -128, 1, -128, 2, -128, 2, -128, 2, -128, 3, -128));
    const b = i8x16.swizzle(v, i8x16(1, -128, 0, -128, 1, -128, 1, -128, 3, -128, 2, -128, 3, -128, 3, -128));
    return i16x8.avgr_u(a, b);
  }
  const v = v128.load64_zero(at);
  const a = i8x16.swizzle(v, i8x16(0, -128, 0, -128, 2, -128, 2, -128, 4, -128, 4, -128, 6, -128, 6, -128));
  const b = i8x16.swizzle(v, i8x16(1, -128, 1, -128, 3, -128, 3, -128, 5, -128, 5, -128, 7, -128, 7, -128));
  return i16x8.avgr_u(a, b);
}
/** 0 … 255 → 0 … 32767. */
// @ts-ignore: decorator
@inline function toQ15(a: v128): v128 {
  return i16x8.add(i16x8.shl(a, 7), i16x8.shr_u(a, 1));
}
// @ts-ignore: decorator
@inline function differenceOf(plain: usize, shown: usize, dst: usize, kind: i32, comps: i32, height: i32, plainStride: i32, shownStride: i32, dstStride: i32, gain: i32): i32 {
  const step = bytesOf(kind), black = blackOf(kind), signed = chromaOf(kind), opaque = opaqueOf(kind), times = i16x8.splat(<i16>gain);
  for (let y = 0; y < height; y++, plain += plainStride, shown += shownStride, dst += dstStride) {
    for (let i = 0, at: usize = 0; i < comps; i += 8, at += step) {
      const apart = i16x8.sub(read(kind, shown + at), read(kind, plain + at));
      const kept = v128.bitselect(apart, i16x8.abs(apart), signed);
      const low = i32x4.extmul_low_i16x8_s(kept, times), high = i32x4.extmul_high_i16x8_s(kept, times);
      const sum = i16x8.add_sat_s(black, i16x8.narrow_i32x4_s(low, high));
      write(kind, dst + at, v128.or(i16x8.max_s(sum, i16x8.splat(0)), opaque), comps - i);
    }
  }
  return 0;
}
/** |shown − plain| · gain on black; chroma keeps its sign about neutral. Saturates. dst may be either source. gain 1 … 16. */
export function difference(plain: usize, shown: usize, dst: usize, kind: i32, comps: i32, height: i32, plainStride: i32, shownStride: i32, dstStride: i32, gain: i32): i32 {
  if (kind == UYVY_PLANE) return differenceOf(plain, shown, dst, UYVY_PLANE, comps, height, plainStride, shownStride, dstStride, gain);
  if (kind == RGB_PLANE) return differenceOf(plain, shown, dst, RGB_PLANE, comps, height, plainStride, shownStride, dstStride, gain);
  if (kind == LUMA_PLANE) return differenceOf(plain, shown, dst, LUMA_PLANE, comps, height, plainStride, shownStride, dstStride, gain);
  return differenceOf(plain, shown, dst, CHROMA_PLANE, comps, height, plainStride, shownStride, dstStride, gain);
}
// @ts-ignore: decorator
@inline function keyOf(alpha: usize, dst: usize, kind: i32, comps: i32, height: i32, alphaStride: i32, dstStride: i32): i32 {
  const step = bytesOf(kind), pixels = pixelsOf(kind), black = blackOf(kind), white = whiteOf(kind), opaque = opaqueOf(kind);
  for (let y = 0; y < height; y++, alpha += alphaStride, dst += dstStride) {
    for (let i = 0, at: usize = 0, px: usize = 0; i < comps; i += 8, at += step, px += pixels) {
      const a = toQ15(perComponent(kind, alpha + px));
      write(kind, dst + at, v128.or(i16x8.add(black, i16x8.q15mulr_sat_s(white, a)), opaque), comps - i);
    }
  }
  return 0;
}
/** A key: black where alpha is 0, white where it is 255. */
export function key(alpha: usize, dst: usize, kind: i32, comps: i32, height: i32, alphaStride: i32, dstStride: i32): i32 {
  if (kind == UYVY_PLANE) return keyOf(alpha, dst, UYVY_PLANE, comps, height, alphaStride, dstStride);
  if (kind == RGB_PLANE) return keyOf(alpha, dst, RGB_PLANE, comps, height, alphaStride, dstStride);
  if (kind == LUMA_PLANE) return keyOf(alpha, dst, LUMA_PLANE, comps, height, alphaStride, dstStride);
  return keyOf(alpha, dst, CHROMA_PLANE, comps, height, alphaStride, dstStride);
}
// @ts-ignore: decorator
@inline function fillOf(plain: usize, shown: usize, alpha: usize, dst: usize, kind: i32, comps: i32, height: i32, plainStride: i32, shownStride: i32, alphaStride: i32, dstStride: i32): i32 {
  const step = bytesOf(kind), pixels = pixelsOf(kind), black = blackOf(kind), opaque = opaqueOf(kind), full = i16x8.splat(32767);
  for (let y = 0; y < height; y++, plain += plainStride, shown += shownStride, alpha += alphaStride, dst += dstStride) {
    for (let i = 0, at: usize = 0, px: usize = 0; i < comps; i += 8, at += step, px += pixels) {
      const rest = i16x8.sub(full, toQ15(perComponent(kind, alpha + px)));
      const under = i16x8.sub(read(kind, plain + at), black);
      // All of the plain picture where alpha is 0: 32767/32768 of it would leave a trace.
      const taken = v128.bitselect(under, i16x8.q15mulr_sat_s(under, rest), i16x8.eq(rest, full));
      const v = i16x8.sub_sat_s(read(kind, shown + at), taken);
      write(kind, dst + at, v128.or(i16x8.max_s(v, i16x8.splat(0)), opaque), comps - i);
    }
  }
  return 0;
}
/** The fill of a key, premultiplied: shown − (1 − alpha) · plain, on black. dst may be either source. */
export function fill(plain: usize, shown: usize, alpha: usize, dst: usize, kind: i32, comps: i32, height: i32, plainStride: i32, shownStride: i32, alphaStride: i32, dstStride: i32): i32 {
  if (kind == UYVY_PLANE) return fillOf(plain, shown, alpha, dst, UYVY_PLANE, comps, height, plainStride, shownStride, alphaStride, dstStride);
  if (kind == RGB_PLANE) return fillOf(plain, shown, alpha, dst, RGB_PLANE, comps, height, plainStride, shownStride, alphaStride, dstStride);
  if (kind == LUMA_PLANE) return fillOf(plain, shown, alpha, dst, LUMA_PLANE, comps, height, plainStride, shownStride, alphaStride, dstStride);
  return fillOf(plain, shown, alpha, dst, CHROMA_PLANE, comps, height, plainStride, shownStride, alphaStride, dstStride);
}
/** Colours of the least and the most sure, per component; luma of 4:2:2 is left alone by `tinted`. */
// @ts-ignore: decorator
@inline function unsureOf(kind: i32, bgr: bool): v128 {
  if (kind == RGB_PLANE) return bgr ? i16x8(4096, 4096, 30720, 0, 4096, 4096, 30720, 0) : i16x8(30720, 4096, 4096, 0, 30720, 4096, 4096, 0);
  return kind == UYVY_PLANE ? i16x8(12288, 0, 29184, 0, 12288, 0, 29184, 0) : i16x8(12288, 29184, 12288, 29184, 12288, 29184, 12288, 29184);
}
// @ts-ignore: decorator
@inline function sureOf(kind: i32, bgr: bool): v128 {
  if (kind == RGB_PLANE) return bgr ? i16x8(6144, 28672, 4096, 0, 6144, 28672, 4096, 0) : i16x8(4096, 28672, 6144, 0, 4096, 28672, 6144, 0);
  return kind == UYVY_PLANE ? i16x8(7680, 0, 6144, 0, 7680, 0, 6144, 0) : i16x8(7680, 6144, 7680, 6144, 7680, 6144, 7680, 6144);
}
// @ts-ignore: decorator
@inline function tintOf(sureness: usize, dst: usize, kind: i32, bgr: bool, comps: i32, height: i32, surenessStride: i32, dstStride: i32, strength: i32): i32 {
  if (kind == LUMA_PLANE) return 0;
  const step = bytesOf(kind), pixels = pixelsOf(kind), red = unsureOf(kind, bgr), green = sureOf(kind, bgr);
  const lay = i16x8.splat(<i16>strength), range = i16x8.sub(green, red);
  const tinted = kind == RGB_PLANE ? i16x8(-1, -1, -1, 0, -1, -1, -1, 0) : chromaOf(kind);
  for (let y = 0; y < height; y++, sureness += surenessStride, dst += dstStride) {
    for (let i = 0, at: usize = 0, px: usize = 0; i < comps; i += 8, at += step, px += pixels) {
      const sure = perComponent(kind, sureness + px);
      if (!v128.any_true(sure)) continue;
      const old = read(kind, dst + at);
      const colour = i16x8.add(red, i16x8.q15mulr_sat_s(range, toQ15(sure)));
      const mixed = i16x8.add(old, i16x8.q15mulr_sat_s(i16x8.sub(colour, old), lay));
      const touched = v128.and(tinted, i16x8.ne(sure, i16x8.splat(0)));
      write(kind, dst + at, v128.bitselect(mixed, old, touched), comps - i);
    }
  }
  return 0;
}
/**
 * Colours a picture in place by a plane of sureness: 0 leaves a pixel alone, 1 … 255 is red … green, laid on with `strength`
 * (q15). 4:2:2 keeps its luma, so features stay readable.
 */
export function tint(sureness: usize, dst: usize, kind: i32, bgr: bool, comps: i32, height: i32, surenessStride: i32, dstStride: i32, strength: i32): i32 {
  if (kind == UYVY_PLANE) return tintOf(sureness, dst, UYVY_PLANE, bgr, comps, height, surenessStride, dstStride, strength);
  if (kind == RGB_PLANE) return tintOf(sureness, dst, RGB_PLANE, bgr, comps, height, surenessStride, dstStride, strength);
  if (kind == LUMA_PLANE) return tintOf(sureness, dst, LUMA_PLANE, bgr, comps, height, surenessStride, dstStride, strength);
  return tintOf(sureness, dst, CHROMA_PLANE, bgr, comps, height, surenessStride, dstStride, strength);
}
/** Lays a patch's alpha (u16×4, 0 … 65280) · mix/256 · occlusion over an alpha plane: 1 − (1 − a)(1 − b). occlusion 0: none. */
export function screenAlpha(patch: usize, occlusion: usize, dst: usize, width: i32, height: i32, patchStride: i32, occlusionStride: i32, dstStride: i32, mix: i32): i32 {
  for (let y = 0; y < height; y++, patch += patchStride, occlusion += occlusion == 0 ? 0 : occlusionStride, dst += dstStride) {
    for (let x: usize = 0; x < <usize>width; x++) {
      let a = (min(<u32>load<u16>(patch + (x << 3), 6), 65280) * <u32>mix) >>> 8;
      if (a == 0) continue;
      if (occlusion != 0) a = (a * <u32>load<u8>(occlusion + x) + 127) / 255;
      const under = <u32>load<u8>(dst + x);
      const free = (255 - under) * a;
      store<u8>(dst + x, <u8>(under + (free + 32640) / 65280));
    }
  }
  return 0;
}
/**
 * A square grid of u8 under an affine map, nearest cell, into a plane: params (f32) are rows x → cell and y → cell of pixel
 * (x + ½, y + ½). Outside of the grid and where its cell is 0, the plane stays.
 */
export function splat(grid: usize, side: i32, params: usize, dst: usize, width: i32, height: i32, dstStride: i32): i32 {
  const xx = load<f32>(params), xy = load<f32>(params, 4), x0 = load<f32>(params, 8);
  const yx = load<f32>(params, 12), yy = load<f32>(params, 16), y0 = load<f32>(params, 20);
  for (let y = 0; y < height; y++, dst += dstStride) {
    let u: f32 = xx * 0.5 + xy * (<f32>y + 0.5) + x0, v: f32 = yx * 0.5 + yy * (<f32>y + 0.5) + y0;
    for (let x: usize = 0; x < <usize>width; x++, u += xx, v += yx) {
      if (u < 0 || v < 0) continue;
      const column = <i32>u, row = <i32>v;
      if (column >= side || row >= side) continue;
      const cell = load<u8>(grid + <usize>(row * side + column));
      if (cell != 0) store<u8>(dst + x, cell);
    }
  }
  return 0;
}
