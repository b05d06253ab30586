/** Rows of 8-bit planes out of picture rows, and 2×2 halving. Loads may run up to 31 bytes past the row's end. */

/** UYVY → luma. `count` px; writes are rounded up to 16. */
export function lumaOfUyvy(src: usize, dst: usize, count: i32): void {
  for (let x = 0; x < count; x += 16, src += 32, dst += 16) {
    v128.store(dst, i8x16.narrow_i16x8_u(i16x8.shr_u(v128.load(src), 8), i16x8.shr_u(v128.load(src, 16), 8)));
  }
}
/** UYVY → interleaved U V. `count` px = bytes written, rounded up to 16. */
export function chromaOfUyvy(src: usize, dst: usize, count: i32): void {
  const low = i16x8.splat(255);
  for (let x = 0; x < count; x += 16, src += 32, dst += 16) {
    v128.store(dst, i8x16.narrow_i16x8_u(v128.and(v128.load(src), low), v128.and(v128.load(src, 16), low)));
  }
}
/** Two rows of UYVY → a row of luma, box-halved both ways as halvePlane does. `count` px, even; writes are rounded up to 8. */
export function halvedLumaOfUyvy(top: usize, bottom: usize, dst: usize, count: i32): void {
  const two = i32x4.splat(2);
  for (let x = 0; x < count; x += 16, top += 32, bottom += 32, dst += 8) {
    const a = i16x8.add(i16x8.shr_u(v128.load(top), 8), i16x8.shr_u(v128.load(bottom), 8));
    const b = i16x8.add(i16x8.shr_u(v128.load(top, 16), 8), i16x8.shr_u(v128.load(bottom, 16), 8));
    const left = i32x4.shr_u(i32x4.add(i32x4.extadd_pairwise_i16x8_u(a), two), 2);
    const right = i32x4.shr_u(i32x4.add(i32x4.extadd_pairwise_i16x8_u(b), two), 2);
    const mean = i16x8.narrow_i32x4_s(left, right);
    v128.store64_lane(dst, i8x16.narrow_i16x8_u(mean, mean), 0);
  }
}
/** Two rows of UYVY → their mean U V, interleaved. `count` px = bytes written, rounded up to 16. */
export function halvedChromaOfUyvy(top: usize, bottom: usize, dst: usize, count: i32): void {
  const low = i16x8.splat(255);
  for (let x = 0; x < count; x += 16, top += 32, bottom += 32, dst += 16) {
    const a = i8x16.avgr_u(v128.load(top), v128.load(bottom)), b = i8x16.avgr_u(v128.load(top, 16), v128.load(bottom, 16));
    v128.store(dst, i8x16.narrow_i16x8_u(v128.and(a, low), v128.and(b, low)));
  }
}
// @ts-ignore: decorator
@inline function byteOf16(v: v128): v128 {
  // (v + 128) >> 8 without the carry out of 16 bits: 65535 gives 256, which narrow saturates.
  return i16x8.add(i16x8.shr_u(v, 8), v128.and(i16x8.shr_u(v, 7), i16x8.splat(1)));
}
/** 16-bit samples → 8-bit, rounded. */
export function bytesOf16(src: usize, dst: usize, count: i32): void {
  for (let x = 0; x < count; x += 16, src += 32, dst += 16) {
    v128.store(dst, i8x16.narrow_i16x8_u(byteOf16(v128.load(src)), byteOf16(v128.load(src, 16))));
  }
}
/** BGRA (bgr) or RGBA → full-range luma with weights 27, 92, 9 / 128 (Rec.709 to two digits). */
export function lumaOfRgb(src: usize, dst: usize, count: i32, bgr: bool): void {
  const weights = bgr ? i16x8(9, 92, 27, 0, 9, 92, 27, 0) : i16x8(27, 92, 9, 0, 27, 92, 9, 0);
  const half = i32x4.splat(64);
  for (let x = 0; x < count; x += 8, src += 32, dst += 8) {
    const a = v128.load(src), b = v128.load(src, 16);
    const a0 = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(a), weights), a1 = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(a), weights);
    const b0 = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(b), weights), b1 = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(b), weights);
    const y0 = i32x4.add(i32x4.shuffle(a0, a1, 0, 2, 4, 6), i32x4.shuffle(a0, a1, 1, 3, 5, 7));
    const y1 = i32x4.add(i32x4.shuffle(b0, b1, 0, 2, 4, 6), i32x4.shuffle(b0, b1, 1, 3, 5, 7));
    const y = i16x8.narrow_i32x4_s(i32x4.shr_u(i32x4.add(y0, half), 7), i32x4.shr_u(i32x4.add(y1, half), 7));
    v128.store64_lane(dst, i8x16.narrow_i16x8_u(y, y), 0);
  }
}

/** Repeats the last column once (if the width is odd) and the last row once (if the height is odd), so that 2×2 boxes are whole. */
function padToEven(plane: usize, width: i32, height: i32, stride: i32, bytesPerSample: i32): void {
  if (width & 1) {
    for (let y = 0; y < height; y++) {
      const end = plane + <usize>(y * stride + width * bytesPerSample);
      for (let c = 0; c < bytesPerSample; c++) store<u8>(end + <usize>c, load<u8>(end + <usize>(c - bytesPerSample)));
    }
  }
  if (height & 1) {
    memory.copy(plane + <usize>(height * stride), plane + <usize>((height - 1) * stride), <usize>((width + (width & 1)) * bytesPerSample));
  }
}
/**
 * Box-halves a plane in place (the stride stays), rounding to nearest. Samples of 1, 2 or 4 bytes. `horizontally` false
 * halves the height only. The plane needs room for one more row and column.
 */
export function halvePlane(plane: usize, width: i32, height: i32, stride: i32, bytesPerSample: i32, horizontally: bool): void {
  padToEven(plane, width, height, stride, bytesPerSample);
  const halfHeight = (height + 1) >> 1;
  const bytes = <usize>(horizontally ? ((width + 1) >> 1) * bytesPerSample : width * bytesPerSample);
  for (let y = 0; y < halfHeight; y++) {
    const top = plane + <usize>(2 * y * stride);
    const dst = plane + <usize>(y * stride);
    if (!horizontally) halveRowsOnly(top, top + <usize>stride, dst, bytes);
    else halveRow(top, top + <usize>stride, dst, bytes, bytesPerSample);
  }
}
function halveRowsOnly(top: usize, bottom: usize, dst: usize, bytes: usize): void {
  for (let x: usize = 0; x < bytes; x += 16) {
    v128.store(dst + x, i8x16.avgr_u(v128.load(top + x), v128.load(bottom + x)));
  }
}
function halveRow(top: usize, bottom: usize, dst: usize, bytes: usize, bytesPerSample: i32): void {
  const two = i16x8.splat(2);
  const order = bytesPerSample == 1
    ? i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    : bytesPerSample == 2
      ? i8x16(0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15)
      : i8x16(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
  for (let x: usize = 0; x < bytes; x += 8) {
    const a = i16x8.extadd_pairwise_i8x16_u(i8x16.swizzle(v128.load(top + (x << 1)), order));
    const b = i16x8.extadd_pairwise_i8x16_u(i8x16.swizzle(v128.load(bottom + (x << 1)), order));
    const mean = i16x8.shr_u(i16x8.add(i16x8.add(a, b), two), 2);
    v128.store64_lane(dst + x, i8x16.narrow_i16x8_u(mean, mean), 0);
  }
}
