/** Y'CbCr (legal range) to full-range R'G'B', in q15 with values × 128. Matrix ids: 0 Rec.601, 1 Rec.709, 2 Rec.2020. */
const KR = memory.data<f64>([0.299, 0.2126, 0.2627]);
const KB = memory.data<f64>([0.114, 0.0722, 0.0593]);

// Coefficients / 4 in q15: the largest, 2.14 (Rec.2020 Cb → B), would not fit otherwise.
let yGain: i16 = 0, vToR: i16 = 0, uToG: i16 = 0, vToG: i16 = 0, uToB: i16 = 0;

// @ts-ignore: decorator
@inline function quarterQ15(coefficient: f64): i16 {
  return <i16>Math.round(coefficient * 8192);
}
export function setMatrix(matrix: i32): void {
  const kr = load<f64>(KR + (<usize>matrix << 3)), kb = load<f64>(KB + (<usize>matrix << 3));
  const kg = 1 - kr - kb;
  const chroma = 255.0 / 224.0;
  yGain = quarterQ15(255.0 / 219.0);
  vToR = quarterQ15(2 * (1 - kr) * chroma);
  uToB = quarterQ15(2 * (1 - kb) * chroma);
  vToG = quarterQ15(-2 * (1 - kr) * kr / kg * chroma);
  uToG = quarterQ15(-2 * (1 - kb) * kb / kg * chroma);
}
/** Sum of products at value × 32, rounded to a whole value. */
// @ts-ignore: decorator
@inline function roundQ5(v: v128): v128 {
  return i16x8.shr_s(i16x8.add(v, i16x8.splat(16)), 5);
}

/**
 * Planar rows of i16 (value × 128) to interleaved u8. `bytesPerPixel` 3: RGB; 4: RGBX with X = 255.
 * Rows are read in whole groups of 8; exactly count · bytesPerPixel bytes are written.
 */
export function convertRow(yRow: usize, uRow: usize, vRow: usize, dst: usize, count: i32, bytesPerPixel: i32): void {
  const ky = i16x8.splat(yGain), rv = i16x8.splat(vToR), gu = i16x8.splat(uToG), gv = i16x8.splat(vToG), bu = i16x8.splat(uToB);
  const black = i16x8.splat(16 << 7), grey = i16x8.splat(128 << 7);
  for (let x = 0; x < count; x += 8) {
    const at = <usize>x << 1;
    const y = i16x8.q15mulr_sat_s(i16x8.sub(v128.load(yRow + at), black), ky);
    const u = i16x8.sub(v128.load(uRow + at), grey), v = i16x8.sub(v128.load(vRow + at), grey);
    const r = roundQ5(i16x8.add(y, i16x8.q15mulr_sat_s(v, rv)));
    const g = roundQ5(i16x8.add(y, i16x8.add(i16x8.q15mulr_sat_s(u, gu), i16x8.q15mulr_sat_s(v, gv))));
    const b = roundQ5(i16x8.add(y, i16x8.q15mulr_sat_s(u, bu)));
    storePixels(r, g, b, dst + <usize>(x * bytesPerPixel), min(8, count - x), bytesPerPixel);
  }
}
/** Eight pixels of i16 channels, saturated to u8; only the first `count` are written. */
// @ts-ignore: decorator
@inline function storePixels(r: v128, g: v128, b: v128, dst: usize, count: i32, bytesPerPixel: i32): void {
  const rg = i8x16.narrow_i16x8_u(r, g);
  const bx = i8x16.narrow_i16x8_u(b, i16x8.splat(255));
  if (bytesPerPixel == 4) {
    const low = i8x16.shuffle(rg, bx, 0, 8, 16, 24, 1, 9, 17, 25, 2, 10, 18, 26, 3, 11, 19, 27);
    const high = i8x16.shuffle(rg, bx, 4, 12, 20, 28, 5, 13, 21, 29, 6, 14, 22, 30, 7, 15, 23, 31);
    storeBytes(low, high, dst, count << 2);
  } else {
    const low = i8x16.shuffle(rg, bx, 0, 8, 16, 1, 9, 17, 2, 10, 18, 3, 11, 19, 4, 12, 20, 5);
    const high = i8x16.shuffle(rg, bx, 13, 21, 6, 14, 22, 7, 15, 23, 0, 0, 0, 0, 0, 0, 0, 0);
    storeBytes(low, high, dst, count * 3);
  }
}
/** The first `bytes` of two vectors. */
// @ts-ignore: decorator
@inline function storeBytes(low: v128, high: v128, dst: usize, bytes: i32): void {
  if (bytes >= 24) {
    v128.store(dst, low);
    if (bytes == 24) v128.store64_lane(dst + 16, high, 0);
    else storeTail(high, dst + 16, bytes - 16);
    return;
  }
  if (bytes >= 16) {
    v128.store(dst, low);
    storeTail(high, dst + 16, bytes - 16);
  } else storeTail(low, dst, bytes);
}
/** The first `bytes` (≤ 16) of a vector. */
function storeTail(v: v128, dst: usize, bytes: i32): void {
  if (bytes >= 16) {
    v128.store(dst, v);
    return;
  }
  for (let i = 0; i < bytes; i++) {
    store<u8>(dst + <usize>i, i8x16.extract_lane_u(v, 0));
    v = i8x16.shuffle(v, v, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15);
  }
}
