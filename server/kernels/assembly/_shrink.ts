/**
 * Box-filtered small pictures for detection and previews. Vertically a fixed number of source rows is averaged for each output
 * row; horizontally each output pixel is the exact area average, by a table of weights made once per geometry.
 */
import { BGRA, P216, isRgb } from './_formats';
import { bytesOf16 } from './_planes';
import { convertRow, setMatrix } from './_color';

/** Weights of one output pixel sum to this; a power of two, so that a sum is shifted back. */
const WEIGHT_BITS: i32 = 14;
const FULL: i32 = 16384;

/** Vectors of source pixels under one output pixel: 4 px of 4:2:2 or 2 px of RGB each, the start aligned to a pair. */
// @ts-ignore: decorator
@inline function vectorsPer(width: i32, dstWidth: i32, rgb: bool): i32 {
  const perVector = rgb ? 2 : 4;
  let most = 1;
  for (let i = 0; i < dstWidth; i++) {
    const first = firstPx(i, width, dstWidth);
    most = max(most, (endPx(i, width, dstWidth) - first + perVector - 1) / perVector);
  }
  return most;
}
// @ts-ignore: decorator
@inline function firstPx(i: i32, width: i32, dstWidth: i32): i32 {
  return <i32>((<i64>i * width) / dstWidth) & ~1;
}
// @ts-ignore: decorator
@inline function endPx(i: i32, width: i32, dstWidth: i32): i32 {
  return <i32>((<i64>(i + 1) * width + dstWidth - 1) / dstWidth);
}
/** Length of [px, px + 1) inside output pixel i's box, in units of 1/dstWidth px. */
// @ts-ignore: decorator
@inline function covered(px: i32, i: i32, width: i32, dstWidth: i32): i64 {
  const low = max(<i64>px * dstWidth, <i64>i * width), high = min(<i64>(px + 1) * dstWidth, <i64>(i + 1) * width);
  return max(<i64>0, high - low);
}

/**
 * Table: header of 16 bytes (vectors per output pixel), then per output pixel 16 bytes (byte offset into the row sums) and per
 * vector one weight vector (RGB) or two (4:2:2: luma, chroma). Weights come from cumulated lengths, so they sum to FULL exactly.
 */
export function shrinkTable(table: usize, width: i32, dstWidth: i32, format: i32): i32 {
  const rgb = isRgb(format);
  const vectors = vectorsPer(width, dstWidth, rgb);
  store<i32>(table, vectors);
  let at = table + 16;
  for (let i = 0; i < dstWidth; i++) {
    const first = firstPx(i, width, dstWidth);
    store<i32>(at, first * (rgb ? 8 : 4));
    at += 16;
    let sum: i64 = 0;
    for (let v = 0; v < vectors; v++) {
      if (rgb) {
        for (let k = 0; k < 2; k++) {
          const before = weightOf(sum, width);
          sum += covered(first + 2 * v + k, i, width, dstWidth);
          const weight = weightOf(sum, width) - before;
          for (let c = 0; c < 4; c++) store<i16>(at + <usize>(4 * c + 2 * k), <i16>weight);
        }
        at += 16;
      } else {
        memory.fill(at, 0, 32);
        for (let pair = 0; pair < 2; pair++) {
          const start = weightOf(sum, width);
          const px = first + 4 * v + 2 * pair;
          sum += covered(px, i, width, dstWidth);
          const middle = weightOf(sum, width);
          sum += covered(px + 1, i, width, dstWidth);
          const end = weightOf(sum, width);
          const lane = at + <usize>(8 * pair);
          store<i16>(lane, <i16>(middle - start), 2);
          store<i16>(lane, <i16>(end - middle), 6);
          store<i16>(lane + 16, <i16>(end - start));
          store<i16>(lane + 16, <i16>(end - start), 4);
        }
        at += 32;
      }
    }
  }
  return <i32>(at - table);
}
/** Cumulated length → cumulated weight, rounded; a whole box is `width` units long. */
// @ts-ignore: decorator
@inline function weightOf(length: i64, width: i32): i32 {
  return <i32>((length * FULL * 2 + width) / (2 * <i64>width));
}

/** acc (u16 per byte, × 128) = or += row · weight. RGB sums come as [B B G G R R X X] of two pixels, ready for a dot product. */
function addRow(row: usize, acc: usize, bytes: i32, weight: i32, first: bool, rgb: bool): void {
  const w = i16x8.splat(<i16>weight);
  const order = rgb
    ? i8x16(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15)
    : i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (let x = 0; x < bytes; x += 16, row += 16, acc += 32) {
    const v = i8x16.swizzle(v128.load(row), order);
    let low = i16x8.mul(i16x8.extend_low_i8x16_u(v), w), high = i16x8.mul(i16x8.extend_high_i8x16_u(v), w);
    if (!first) {
      low = i16x8.add(low, v128.load(acc));
      high = i16x8.add(high, v128.load(acc, 16));
    }
    v128.store(acc, low);
    v128.store(acc, high, 16);
  }
}
/** P216 row → UYVY bytes. `bytes` temporary holds 8-bit luma then chroma. */
function rowOf16(luma: usize, chroma: usize, out: usize, temporary: usize, width: i32): void {
  const chromaBytes = temporary + <usize>((width + 31) & ~15);
  bytesOf16(luma, temporary, width);
  bytesOf16(chroma, chromaBytes, width);
  for (let x: usize = 0; x < <usize>width; x += 16) {
    const y = v128.load(temporary + x), c = v128.load(chromaBytes + x);
    v128.store(out + 2 * x, i8x16.shuffle(c, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(out + 2 * x, i8x16.shuffle(c, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
  }
}

/** Row sums → i16 planar rows (value × 128), by dot products with the table. */
function foldYuv(acc: usize, table: usize, yRow: usize, uRow: usize, vRow: usize, count: i32): void {
  const vectors = load<i32>(table);
  let at = table + 16;
  for (let i: usize = 0; i < <usize>count; i++) {
    let from = acc + load<u32>(at);
    at += 16;
    let y = i32x4.splat(0), uv = i32x4.splat(0);
    for (let v = 0; v < vectors; v++, from += 16, at += 32) {
      const sums = v128.load(from);
      y = i32x4.add(y, i32x4.dot_i16x8_s(sums, v128.load(at)));
      uv = i32x4.add(uv, i32x4.dot_i16x8_s(sums, v128.load(at, 16)));
    }
    // [y0 y1 y2 y3], [U V U V] → [Y Y] and [U V]
    const low = i32x4.add(i64x2.shuffle(y, uv, 0, 2), i64x2.shuffle(y, uv, 1, 3));
    const sum = i32x4.add(low, i32x4(FULL >> 1, 0, FULL >> 1, FULL >> 1));
    store<i16>(yRow + 2 * i, <i16>((i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1)) >> WEIGHT_BITS));
    store<i16>(uRow + 2 * i, <i16>(i32x4.extract_lane(sum, 2) >> WEIGHT_BITS));
    store<i16>(vRow + 2 * i, <i16>(i32x4.extract_lane(sum, 3) >> WEIGHT_BITS));
  }
}
function foldRgb(acc: usize, table: usize, dst: usize, count: i32, bytesPerPixel: i32, bgr: bool): void {
  const vectors = load<i32>(table);
  const order = bgr ? i8x16(2, 1, 0, 3, 2, 1, 0, 3, 2, 1, 0, 3, 2, 1, 0, 3) : i8x16(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
  const half = i32x4.splat(1 << (WEIGHT_BITS + 6));
  let at = table + 16;
  for (let i = 0; i < count; i++, dst += <usize>bytesPerPixel) {
    let from = acc + load<u32>(at);
    at += 16;
    let sum = half;
    for (let v = 0; v < vectors; v++, from += 16, at += 16) sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(from), v128.load(at)));
    const words = i32x4.shr_u(sum, WEIGHT_BITS + 7);
    const halves = i16x8.narrow_i32x4_s(words, words);
    const pixel = i8x16.swizzle(i8x16.narrow_i16x8_u(halves, halves), order);
    if (bytesPerPixel == 4) store<u32>(dst, i32x4.extract_lane(pixel, 0) | 0xff000000);
    else {
      v128.store16_lane(dst, pixel, 0);
      v128.store8_lane(dst + 2, pixel, 2);
    }
  }
}

/**
 * Small picture of a whole one (or of a band of rows): dst RGB (bytesPerPixel 3) or RGBX (4, X = 255), full range.
 * Output row j averages `taps` source rows, evenly spread over its box [j·rows/dstHeight, (j + 1)·rows/dstHeight).
 *
 * @param table from shrinkTable for the same width, dstWidth and format
 * @param scratch bytes: 2 · rowBytes + 128 (sums) + 4 · width + 256 (P216 rows) + 6 · dstWidth + 96; rowBytes = 2 or 4 per px
 */
export function shrink(
  src: usize, chroma: usize, table: usize, dst: usize, scratch: usize, width: i32, rows: i32, dstWidth: i32, dstHeight: i32,
  srcStride: i32, format: i32, taps: i32, bytesPerPixel: i32, matrix: i32,
): i32 {
  const rgb = isRgb(format);
  const bytes = width * (rgb ? 4 : 2);
  const acc = scratch;
  const rowBytes = <usize>((dstWidth + 16) * 2);
  const yRow = acc + <usize>(((bytes + 15) & ~15) * 2 + 128), uRow = yRow + rowBytes, vRow = uRow + rowBytes;
  const row8 = vRow + rowBytes, temporary = row8 + <usize>(width * 2 + 64);
  // Weights that sum to 128, so that sums stay within 15 bits.
  const each = 128 / taps, extra = 128 - each * taps;
  if (!rgb) setMatrix(matrix);
  for (let j = 0; j < dstHeight; j++) {
    for (let k = 0; k < taps; k++) {
      const y = <i32>((<i64>(2 * (j * taps + k) + 1) * rows) / (2 * <i64>dstHeight * taps));
      const offset = <usize>(y * srcStride);
      if (format == P216) rowOf16(src + offset, chroma + offset, row8, temporary, width);
      addRow(format == P216 ? row8 : src + offset, acc, bytes, each + (k < extra ? 1 : 0), k == 0, rgb);
    }
    if (rgb) foldRgb(acc, table, dst, dstWidth, bytesPerPixel, format == BGRA);
    else {
      foldYuv(acc, table, yRow, uRow, vRow, dstWidth);
      convertRow(yRow, uRow, vRow, dst, dstWidth, bytesPerPixel);
    }
    dst += <usize>(dstWidth * bytesPerPixel);
  }
  return 0;
}
