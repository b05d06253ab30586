/** Reading a region of the picture: face-aligned crops and box-filtered small pictures. Formats: _formats.ts. */
import { BGRA, P216, UYVY, isRgb } from './_formats';
import {
  bytesOf16, chromaOfUyvy, halvedChromaOfUyvy, halvedLumaOfUyvy, halvePlane, lumaOfRgb, lumaOfUyvy,
} from './_planes';
import { gatherRow1, gatherRow2, gatherRow4, setRow } from './_gather';
import { convertRow, setMatrix } from './_color';

/** More source pixels per crop pixel than this, and the region is halved first. */
const MAX_STEP: f64 = 1.5;

// What a crop reads: halvings, and the part of the region (clipped, aligned to the halvings) that its corners span.
let level = 0, left = 0, top = 0, spanWidth = 0, spanHeight = 0;
// The crop's map into region pixels (corner origin).
let ma: f64 = 0, mb: f64 = 0, mx: f64 = 0, mc: f64 = 0, md: f64 = 0, my: f64 = 0;

// @ts-ignore: decorator
@inline function clampTo(value: f64, low: i32, high: i32): i32 {
  return <i32>Math.max(<f64>low, Math.min(<f64>high, value));
}
function planCrop(params: usize, regionWidth: i32, regionHeight: i32, size: i32): void {
  ma = load<f32>(params);
  mb = load<f32>(params, 4);
  mx = load<f32>(params, 8);
  mc = load<f32>(params, 12);
  md = load<f32>(params, 16);
  my = load<f32>(params, 20);
  level = 0;
  for (let step = Math.sqrt(Math.abs(ma * md - mb * mc)); step > MAX_STEP && level < 5; step *= 0.5) level++;
  const n = <f64>size;
  const align = max(2, 1 << level);
  const x0 = mx + Math.min(0, ma * n) + Math.min(0, mb * n), x1 = mx + Math.max(0, ma * n) + Math.max(0, mb * n);
  const y0 = my + Math.min(0, mc * n) + Math.min(0, md * n), y1 = my + Math.max(0, mc * n) + Math.max(0, md * n);
  const margin = <f64>(2 * align);
  left = clampTo(Math.floor(x0 - margin), 0, regionWidth - 1) & -align;
  top = clampTo(Math.floor(y0 - margin), 0, regionHeight - 1) & -align;
  const right = (clampTo(Math.ceil(x1 + margin), left + 1, regionWidth) + align - 1) & -align;
  const bottom = (clampTo(Math.ceil(y1 + margin), top + 1, regionHeight) + align - 1) & -align;
  spanWidth = min(right, regionWidth) - left;
  spanHeight = min(bottom, regionHeight) - top;
}
// @ts-ignore: decorator
@inline function planeStride(widthBytes: i32): i32 {
  return ((widthBytes + 31) & ~31) + 32;
}
// @ts-ignore: decorator
@inline function halved(length: i32, times: i32): i32 {
  return (length + (1 << times) - 1) >> times;
}
/** Sets the gather to crop row y. `chroma`: 4:2:2 samples are co-sited with even luma and halved horizontally one level later. */
function aimRow(y: i32, width: i32, height: i32, chroma: bool): void {
  const scale = 1.0 / <f64>(1 << level);
  const px = ma * 0.5 + mb * (<f64>y + 0.5) + mx - <f64>left, py = mc * 0.5 + md * (<f64>y + 0.5) + my - <f64>top;
  const iy = py * scale - 0.5;
  if (!chroma) {
    setRow(px * scale - 0.5, iy, ma * scale, mc * scale, width, height);
    return;
  }
  // Index of the full chroma row at px, then of the row halved level − 1 times.
  const times = max(0, level - 1);
  const more = 1.0 / <f64>(1 << times);
  const full = (px - 0.5) * 0.5;
  setRow((full + 0.5) * more - 0.5, iy, ma * 0.5 * more, mc * scale, width, height);
}

/** The first halving is done while rows of UYVY are taken apart: planes of full size would be written and read again for nothing. */
// @ts-ignore: decorator
@inline function isHalvedAtOnce(format: i32): bool {
  return format == UYVY && level > 0 && (spanWidth & 1) == 0;
}
/** Planes halved once; chroma (0: none) across only its rows. Row pair by row pair, so that both find it near by. */
function buildHalved(src: usize, srcStride: i32, luma: usize, chroma: usize, stride: i32): void {
  for (let y = 0; y < spanHeight; y += 2) {
    const upper = src + <usize>((top + y) * srcStride + left * 2), to = <usize>((y >> 1) * stride);
    const lower = y + 1 < spanHeight ? upper + <usize>srcStride : upper;
    halvedLumaOfUyvy(upper, lower, luma + to, spanWidth);
    if (chroma != 0) halvedChromaOfUyvy(upper, lower, chroma + to, spanWidth);
  }
}
function buildLuma(src: usize, format: i32, srcStride: i32, plane: usize, stride: i32): void {
  const pixelBytes = isRgb(format) ? 4 : 2;
  for (let y = 0; y < spanHeight; y++) {
    const from = src + <usize>((top + y) * srcStride + left * pixelBytes);
    const to = plane + <usize>(y * stride);
    if (format == UYVY) lumaOfUyvy(from, to, spanWidth);
    else if (format == P216) bytesOf16(from, to, spanWidth);
    else lumaOfRgb(from, to, spanWidth, format == BGRA);
  }
}
function buildChroma(src: usize, chroma: usize, format: i32, srcStride: i32, plane: usize, stride: i32): void {
  for (let y = 0; y < spanHeight; y++) {
    const offset = <usize>((top + y) * srcStride + left * 2);
    const to = plane + <usize>(y * stride);
    if (format == UYVY) chromaOfUyvy(src + offset, to, spanWidth);
    else bytesOf16(chroma + offset, to, spanWidth);
  }
}
/** `done`: how often the planes are halved already. */
function halveLuma(plane: usize, stride: i32, done: i32): void {
  for (let l = done; l < level; l++) halvePlane(plane, halved(spanWidth, l), halved(spanHeight, l), stride, 1, true);
}
function halveChroma(plane: usize, stride: i32, done: i32): void {
  let pairs = (spanWidth + 1) >> 1;
  for (let l = done; l < level; l++) {
    halvePlane(plane, pairs, halved(spanHeight, l), stride, 2, l > 0);
    if (l > 0) pairs = (pairs + 1) >> 1;
  }
}
/** i16 × 128 → u8, exactly `count` bytes. */
function storeLuma(row: usize, dst: usize, count: i32): void {
  const half = i16x8.splat(64);
  let x = 0;
  for (; x + 8 <= count; x += 8) {
    const v = i16x8.shr_u(i16x8.add(v128.load(row + (<usize>x << 1)), half), 7);
    v128.store64_lane(dst + <usize>x, i8x16.narrow_i16x8_u(v, v), 0);
  }
  for (; x < count; x++) store<u8>(dst + <usize>x, <u8>((<u32>load<u16>(row + (<usize>x << 1)) + 64) >> 7));
}

/**
 * Face-aligned luma, size × size u8: bilinear, after box-halving while one crop step spans more than 1.5 px; clamped at the
 * region's edges. 4:2:2 keeps the picture's luma codes (legal range), RGB gives full-range Rec.709-weighted luma.
 *
 * @param params 6 f32, crop px → region px (a b tx c d ty), corner origin, pixel centres at + 0.5
 * @param scratch planes: see scratchBytes in server/kernels/region.ts
 */
export function cropLuma(
  src: usize, params: usize, dst: usize, scratch: usize,
  regionWidth: i32, regionHeight: i32, size: i32, srcStride: i32, format: i32,
): i32 {
  planCrop(params, regionWidth, regionHeight, size);
  const row = scratch;
  const plane = scratch + <usize>((size + 16) * 2);
  const stride = planeStride(spanWidth);
  const atOnce = isHalvedAtOnce(format);
  if (atOnce) buildHalved(src, srcStride, plane, 0, stride);
  else buildLuma(src, format, srcStride, plane, stride);
  halveLuma(plane, stride, atOnce ? 1 : 0);
  const width = halved(spanWidth, level), height = halved(spanHeight, level);
  for (let y = 0; y < size; y++) {
    aimRow(y, width, height, false);
    gatherRow1(plane, stride, row, size);
    storeLuma(row, dst + <usize>(y * size), size);
  }
  return 0;
}

/** Crop geometry of cropLuma; interleaved RGB u8, full range. `matrix`: 0 Rec.601, 1 Rec.709, 2 Rec.2020 (4:2:2 only). */
export function cropRgb(
  src: usize, chroma: usize, params: usize, dst: usize, scratch: usize,
  regionWidth: i32, regionHeight: i32, size: i32, srcStride: i32, format: i32, matrix: i32,
): i32 {
  planCrop(params, regionWidth, regionHeight, size);
  if (isRgb(format)) cropPixels(src, dst, scratch, size, srcStride, format == BGRA);
  else cropYuv(src, chroma, dst, scratch, size, srcStride, format, matrix);
  return 0;
}
function cropYuv(
  src: usize, chroma: usize, dst: usize, scratch: usize, size: i32, srcStride: i32, format: i32, matrix: i32,
): void {
  const rowBytes = <usize>((size + 16) * 2);
  const yRow = scratch, uRow = scratch + rowBytes, vRow = uRow + rowBytes, lumaPlane = vRow + rowBytes;
  const stride = planeStride(spanWidth);
  const chromaPlane = lumaPlane + <usize>(stride * (spanHeight + 2));
  const atOnce = isHalvedAtOnce(format);
  if (atOnce) buildHalved(src, srcStride, lumaPlane, chromaPlane, stride);
  else {
    buildLuma(src, format, srcStride, lumaPlane, stride);
    buildChroma(src, chroma, format, srcStride, chromaPlane, stride);
  }
  halveLuma(lumaPlane, stride, atOnce ? 1 : 0);
  halveChroma(chromaPlane, stride, atOnce ? 1 : 0);
  setMatrix(matrix);
  const width = halved(spanWidth, level), height = halved(spanHeight, level);
  const pairs = halved((spanWidth + 1) >> 1, max(0, level - 1));
  for (let y = 0; y < size; y++) {
    aimRow(y, width, height, false);
    gatherRow1(lumaPlane, stride, yRow, size);
    aimRow(y, pairs, height, true);
    gatherRow2(chromaPlane, stride, uRow, vRow, size);
    convertRow(yRow, uRow, vRow, dst + <usize>(y * size * 3), size, 3);
  }
}
function cropPixels(src: usize, dst: usize, scratch: usize, size: i32, srcStride: i32, bgr: bool): void {
  const row = scratch;
  let plane = src + <usize>(top * srcStride + left * 4);
  let stride = srcStride;
  if (level > 0) {
    const copy = scratch + <usize>((size + 16) * 4);
    stride = planeStride(spanWidth * 4);
    for (let y = 0; y < spanHeight; y++) memory.copy(copy + <usize>(y * stride), plane + <usize>(y * srcStride), <usize>(spanWidth * 4));
    plane = copy;
    for (let l = 0; l < level; l++) halvePlane(plane, halved(spanWidth, l), halved(spanHeight, l), stride, 4, true);
  }
  const width = halved(spanWidth, level), height = halved(spanHeight, level);
  for (let y = 0; y < size; y++) {
    aimRow(y, width, height, false);
    gatherRow4(plane, stride, row, size);
    storeRgb(row, dst + <usize>(y * size * 3), size, bgr);
  }
}
/** 4-byte pixels → exactly count · 3 bytes of RGB. */
function storeRgb(row: usize, dst: usize, count: i32, bgr: bool): void {
  const order = bgr
    ? i8x16(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -128, -128, -128, -128)
    : i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -128, -128, -128, -128);
  let x = 0;
  for (; x + 4 <= count; x += 4, row += 16, dst += 12) {
    const v = i8x16.swizzle(v128.load(row), order);
    v128.store64_lane(dst, v, 0);
    v128.store32_lane(dst + 8, v, 2);
  }
  for (; x < count; x++, row += 4, dst += 3) {
    store<u8>(dst, load<u8>(row + <usize>(bgr ? 2 : 0)));
    store<u8>(dst + 1, load<u8>(row + 1));
    store<u8>(dst + 2, load<u8>(row + <usize>(bgr ? 0 : 2)));
  }
}
export { shrinkTable, shrink } from './_shrink';
