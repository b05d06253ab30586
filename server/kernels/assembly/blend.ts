/** Laying a patch over a region of the picture, feathering it, and taking a patch from the picture. Formats: _formats.ts. */
import { overRow, rowToPatch } from './_rows';

export { veilOver } from './_veil';

/**
 * dst += (patch − dst) · alpha · mix · occlusion, rounded to nearest; bytes whose alpha is 0 are exactly unchanged.
 * 4:2:2 chroma takes the mean of the two pixels' own changes, which is the alpha-weighted mean of their chroma.
 *
 * @param patch u16×4, 8.8; patchStride in bytes, multiple of 8
 * @param occlusion u8 plane multiplied into alpha, 255 = visible; 0 = none
 * @param dst region, first plane; chroma its P216 chroma plane (same stride) or 0
 * @param width px, even for UYVY and P216
 * @param mix 0 … 256
 */
export function over(
  patch: usize, occlusion: usize, dst: usize, chroma: usize, width: i32, height: i32,
  patchStride: i32, occlusionStride: i32, dstStride: i32, format: i32, mix: i32,
): i32 {
  if (mix <= 0) return 0;
  for (let y = 0; y < height; y++) {
    overRow(format, patch, occlusion, dst, chroma, width, mix);
    patch += patchStride;
    if (occlusion != 0) occlusion += occlusionStride;
    dst += dstStride;
    chroma += dstStride;
  }
  return 0;
}

/** The region as an opaque patch: UYVY/P216 → [Y U V 255], RGB → [R G B 255], × 256. Chroma is repeated over its pair. */
export function selfCopy(
  src: usize, chroma: usize, patch: usize, width: i32, height: i32, srcStride: i32, patchStride: i32, format: i32,
): i32 {
  for (let y = 0; y < height; y++) {
    rowToPatch(format, src, chroma, patch, width);
    src += srcStride;
    chroma += srcStride;
    patch += patchStride;
  }
  return 0;
}

// @ts-ignore: decorator
@inline function transpose8(src: usize, srcStride: usize, dst: usize, dstStride: usize): void {
  const r0 = v128.load(src), r1 = v128.load(src + srcStride), r2 = v128.load(src + 2 * srcStride), r3 = v128.load(src + 3 * srcStride);
  src += 4 * srcStride;
  const r4 = v128.load(src), r5 = v128.load(src + srcStride), r6 = v128.load(src + 2 * srcStride), r7 = v128.load(src + 3 * srcStride);
  const a0 = i16x8.shuffle(r0, r1, 0, 8, 1, 9, 2, 10, 3, 11), a1 = i16x8.shuffle(r0, r1, 4, 12, 5, 13, 6, 14, 7, 15);
  const a2 = i16x8.shuffle(r2, r3, 0, 8, 1, 9, 2, 10, 3, 11), a3 = i16x8.shuffle(r2, r3, 4, 12, 5, 13, 6, 14, 7, 15);
  const a4 = i16x8.shuffle(r4, r5, 0, 8, 1, 9, 2, 10, 3, 11), a5 = i16x8.shuffle(r4, r5, 4, 12, 5, 13, 6, 14, 7, 15);
  const a6 = i16x8.shuffle(r6, r7, 0, 8, 1, 9, 2, 10, 3, 11), a7 = i16x8.shuffle(r6, r7, 4, 12, 5, 13, 6, 14, 7, 15);
  const b0 = i32x4.shuffle(a0, a2, 0, 4, 1, 5), b1 = i32x4.shuffle(a0, a2, 2, 6, 3, 7);
  const b2 = i32x4.shuffle(a1, a3, 0, 4, 1, 5), b3 = i32x4.shuffle(a1, a3, 2, 6, 3, 7);
  const b4 = i32x4.shuffle(a4, a6, 0, 4, 1, 5), b5 = i32x4.shuffle(a4, a6, 2, 6, 3, 7);
  const b6 = i32x4.shuffle(a5, a7, 0, 4, 1, 5), b7 = i32x4.shuffle(a5, a7, 2, 6, 3, 7);
  v128.store(dst, i64x2.shuffle(b0, b4, 0, 2));
  v128.store(dst + dstStride, i64x2.shuffle(b0, b4, 1, 3));
  v128.store(dst + 2 * dstStride, i64x2.shuffle(b1, b5, 0, 2));
  v128.store(dst + 3 * dstStride, i64x2.shuffle(b1, b5, 1, 3));
  dst += 4 * dstStride;
  v128.store(dst, i64x2.shuffle(b2, b6, 0, 2));
  v128.store(dst + dstStride, i64x2.shuffle(b2, b6, 1, 3));
  v128.store(dst + 2 * dstStride, i64x2.shuffle(b3, b7, 0, 2));
  v128.store(dst + 3 * dstStride, i64x2.shuffle(b3, b7, 1, 3));
}
/** u16 plane, rows and columns multiples of 8 (padding included). */
function transposePlane(src: usize, dst: usize, columns: i32, rows: i32): void {
  for (let y = 0; y < rows; y += 8) {
    for (let x = 0; x < columns; x += 8) {
      transpose8(src + ((<usize>y * columns + x) << 1), <usize>columns << 1, dst + ((<usize>x * rows + y) << 1), <usize>rows << 1);
    }
  }
}

/**
 * Vertical box of 2·radius + 1 rows over a u16 plane, zero outside, rounded to nearest. `sums` is a row of f32: sums of
 * whole numbers below 2^24, so adding and taking away stay exact for radius ≤ 127.
 */
function boxRows(src: usize, dst: usize, sums: usize, columns: i32, rows: i32, radius: i32): void {
  const scale = f32x4.splat(f32(1.0) / f32(radius + radius + 1));
  const half = f32x4.splat(0.5);
  memory.fill(sums, 0, <usize>columns << 2);
  for (let y = -radius; y < rows; y++) {
    const enters = y + radius < rows;
    const leaves = y - radius - 1 >= 0;
    const enter = src + (<usize>((y + radius) * columns) << 1);
    const leave = src + (<usize>((y - radius - 1) * columns) << 1);
    const out = dst + (<usize>(y * columns) << 1);
    for (let x: usize = 0; x < <usize>columns; x += 8) {
      let low = v128.load(sums + (x << 2)), high = v128.load(sums + (x << 2), 16);
      if (enters) {
        const v = v128.load(enter + (x << 1));
        low = f32x4.add(low, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(v)));
        high = f32x4.add(high, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(v)));
      }
      if (leaves) {
        const v = v128.load(leave + (x << 1));
        low = f32x4.sub(low, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(v)));
        high = f32x4.sub(high, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(v)));
      }
      v128.store(sums + (x << 2), low);
      v128.store(sums + (x << 2), high, 16);
      if (y >= 0) {
        const a = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(low, scale), half));
        const b = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(high, scale), half));
        v128.store(out + (x << 1), i16x8.narrow_i32x4_u(a, b));
      }
    }
  }
}

/**
 * Blurs the alpha of a patch with two box passes each way (a triangle 4·radius + 1 wide), alpha outside the patch being 0;
 * colours are untouched. `inward` ≠ 0: alpha becomes max(0, 2·blurred − 65280), never more than before, so that the ramp
 * lies inside the shape and no pixel without a colour shows.
 *
 * @param radius px, 0 … 127 (0: nothing to do)
 * @param scratch 2 planes of u16 (width and height rounded up to 8) and one row of f32 of the longer side
 */
export function featherAlpha(
  patch: usize, scratch: usize, width: i32, height: i32, stride: i32, radius: i32, inward: i32,
): i32 {
  if (radius <= 0) return 0;
  const columns = (width + 7) & ~7;
  const rows = (height + 7) & ~7;
  const bytes = <usize>(columns * rows) << 1;
  const a = scratch, b = scratch + bytes, sums = scratch + 2 * bytes;
  memory.fill(a, 0, bytes);
  for (let y = 0; y < height; y++) {
    const row = patch + <usize>(y * stride) + 6;
    const out = a + (<usize>(y * columns) << 1);
    for (let x: usize = 0; x < <usize>width; x++) store<u16>(out + (x << 1), load<u16>(row + (x << 3)));
  }
  boxRows(a, b, sums, columns, rows, radius);
  // The padding rows and columns must stay "outside": they are cleared before each further pass.
  clearPadding(b, width, height, columns, rows);
  boxRows(b, a, sums, columns, rows, radius);
  clearPadding(a, width, height, columns, rows);
  transposePlane(a, b, columns, rows);
  boxRows(b, a, sums, rows, columns, radius);
  clearPadding(a, height, width, rows, columns);
  boxRows(a, b, sums, rows, columns, radius);
  transposePlane(b, a, rows, columns);
  for (let y = 0; y < height; y++) {
    const row = patch + <usize>(y * stride) + 6;
    const from = a + (<usize>(y * columns) << 1);
    for (let x: usize = 0; x < <usize>width; x++) {
      const blurred = <i32>load<u16>(from + (x << 1));
      const at = row + (x << 3);
      store<u16>(at, <u16>(inward != 0 ? min(<i32>load<u16>(at), max(0, 2 * blurred - 65280)) : blurred));
    }
  }
  return 0;
}
function clearPadding(plane: usize, width: i32, height: i32, columns: i32, rows: i32): void {
  if (columns > width) {
    for (let y = 0; y < height; y++) memory.fill(plane + (<usize>(y * columns + width) << 1), 0, <usize>(columns - width) << 1);
  }
  memory.fill(plane + (<usize>(height * columns) << 1), 0, <usize>((rows - height) * columns) << 1);
}
