/** Whole-picture kernels (mirror, half size, wipe, side by side, matte, fill). Formats: _formats.ts; rounding at each export. */

/** Mirrors one UYVY picture left-right into dst. Width even. Luma exact; chroma pairs keep their pixel pair. */
export function mirrorUyvy(src: usize, dst: usize, width: i32, height: i32, srcStride: i32, dstStride: i32): i32 {
  // U Y0 V Y1 → U Y1 V Y0, last pair first.
  const order = i8x16(12, 15, 14, 13, 8, 11, 10, 9, 4, 7, 6, 5, 0, 3, 2, 1);
  const bytes = width << 1;
  for (let y = 0; y < height; y++, src += srcStride, dst += dstStride) {
    let x = 0;
    for (; x + 16 <= bytes; x += 16) v128.store(dst + <usize>(bytes - 16 - x), i8x16.swizzle(v128.load(src + <usize>x), order));
    for (; x < bytes; x += 4) {
      const word = load<u32>(src + <usize>x);
      store<u32>(dst + <usize>(bytes - 4 - x), (word & 0x00ff00ff) | ((word & 0x0000ff00) << 16) | ((word >>> 16) & 0x0000ff00));
    }
  }
  return 0;
}
/** Mirrors pixels of 4 bytes (BGRA, RGBA; also the Cb Cr pairs of P216), exactly. */
export function mirror32(src: usize, dst: usize, width: i32, height: i32, srcStride: i32, dstStride: i32): i32 {
  const bytes = width << 2;
  for (let y = 0; y < height; y++, src += srcStride, dst += dstStride) {
    let x = 0;
    for (; x + 16 <= bytes; x += 16) {
      const v = v128.load(src + <usize>x);
      v128.store(dst + <usize>(bytes - 16 - x), i32x4.shuffle(v, v, 3, 2, 1, 0));
    }
    for (; x < bytes; x += 4) store<u32>(dst + <usize>(bytes - 4 - x), load<u32>(src + <usize>x));
  }
  return 0;
}
/** Mirrors 16-bit samples (P216 luma), exactly. */
export function mirror16(src: usize, dst: usize, width: i32, height: i32, srcStride: i32, dstStride: i32): i32 {
  const bytes = width << 1;
  for (let y = 0; y < height; y++, src += srcStride, dst += dstStride) {
    let x = 0;
    for (; x + 16 <= bytes; x += 16) {
      const v = v128.load(src + <usize>x);
      v128.store(dst + <usize>(bytes - 16 - x), i16x8.shuffle(v, v, 7, 6, 5, 4, 3, 2, 1, 0));
    }
    for (; x < bytes; x += 2) store<u16>(dst + <usize>(bytes - 2 - x), load<u16>(src + <usize>x));
  }
  return 0;
}

/** Copies `rowBytes` of each row; nothing between rows is touched. src and dst may be the same, and may differ in stride. */
export function copyRows(src: usize, dst: usize, rowBytes: i32, height: i32, srcStride: i32, dstStride: i32): i32 {
  for (let y = 0; y < height; y++, src += srcStride, dst += dstStride) memory.copy(dst, src, <usize>rowBytes);
  return 0;
}
/** Fills rows with a repeated 32-bit word: a UYVY pair, an RGB pixel, two P216 samples. `rowBytes` is a multiple of 4. */
export function fillRows(dst: usize, rowBytes: i32, height: i32, stride: i32, word: i32): i32 {
  const v = i32x4.splat(word);
  for (let y = 0; y < height; y++, dst += stride) {
    let x = 0;
    for (; x + 16 <= rowBytes; x += 16) v128.store(dst + <usize>x, v);
    for (; x < rowBytes; x += 4) store<i32>(dst + <usize>x, word);
  }
  return 0;
}
/** Left of splitBytes from A, right of it from B; the split is on a pair (4:2:2) or pixel. dst may be A or B. */
export function wipe(
  srcA: usize, srcB: usize, dst: usize, rowBytes: i32, height: i32, strideA: i32, strideB: i32, dstStride: i32, splitBytes: i32,
): i32 {
  const right = <usize>(rowBytes - splitBytes);
  for (let y = 0; y < height; y++, srcA += strideA, srcB += strideB, dst += dstStride) {
    if (dst != srcA) memory.copy(dst, srcA, <usize>splitBytes);
    if (dst != srcB) memory.copy(dst + <usize>splitBytes, srcB + <usize>splitBytes, right);
  }
  return 0;
}

// @ts-ignore: decorator
@inline function sumRows8(top: usize, bottom: usize, order: v128): v128 {
  const a = i16x8.extadd_pairwise_i8x16_u(i8x16.swizzle(v128.load(top), order));
  const b = i16x8.extadd_pairwise_i8x16_u(i8x16.swizzle(v128.load(bottom), order));
  return i16x8.shr_u(i16x8.add(i16x8.add(a, b), i16x8.splat(2)), 2);
}
/**
 * 2×2 box average of bytes at half size, rounded to nearest. UYVY: two pairs become one, luma over 2×2 px, chroma over the two
 * pairs and rows (the output's pair). RGB: every byte, alpha too. dstWidth and dstHeight are the output's; UYVY: dstWidth even.
 */
function half8(src: usize, dst: usize, dstBytes: i32, dstHeight: i32, srcStride: i32, dstStride: i32, order: v128): void {
  for (let y = 0; y < dstHeight; y++, src += 2 * srcStride, dst += dstStride) {
    const below = src + <usize>srcStride;
    let x: usize = 0;
    for (; x + 8 <= <usize>dstBytes; x += 8) {
      const mean = sumRows8(src + 2 * x, below + 2 * x, order);
      v128.store64_lane(dst + x, i8x16.narrow_i16x8_u(mean, mean), 0);
    }
    if (x < <usize>dstBytes) {
      const mean = sumRows8(src + 2 * x, below + 2 * x, order);
      v128.store32_lane(dst + x, i8x16.narrow_i16x8_u(mean, mean), 0);
    }
  }
}
export function halfUyvy(src: usize, dst: usize, dstWidth: i32, dstHeight: i32, srcStride: i32, dstStride: i32): i32 {
  // [U0 Y0 V0 Y1 U1 Y2 V1 Y3] → sums of U0 U1, Y0 Y1, V0 V1, Y2 Y3
  half8(src, dst, dstWidth << 1, dstHeight, srcStride, dstStride, i8x16(0, 4, 1, 3, 2, 6, 5, 7, 8, 12, 9, 11, 10, 14, 13, 15));
  return 0;
}
export function half32(src: usize, dst: usize, dstWidth: i32, dstHeight: i32, srcStride: i32, dstStride: i32): i32 {
  half8(src, dst, dstWidth << 2, dstHeight, srcStride, dstStride, i8x16(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15));
  return 0;
}
// @ts-ignore: decorator
@inline function half16Plane(src: usize, dst: usize, dstWidth: i32, dstHeight: i32, srcStride: i32, dstStride: i32, order: v128): void {
  const two = i32x4.splat(2);
  for (let y = 0; y < dstHeight; y++, src += 2 * srcStride, dst += dstStride) {
    const below = src + <usize>srcStride;
    for (let x: usize = 0; x < <usize>dstWidth << 1; x += 8) {
      const a = i32x4.extadd_pairwise_i16x8_u(i8x16.swizzle(v128.load(src + 2 * x), order));
      const b = i32x4.extadd_pairwise_i16x8_u(i8x16.swizzle(v128.load(below + 2 * x), order));
      const mean = i32x4.shr_u(i32x4.add(i32x4.add(a, b), two), 2);
      const words = i16x8.narrow_i32x4_u(mean, mean);
      if (x + 8 <= <usize>dstWidth << 1) v128.store64_lane(dst + x, words, 0);
      else v128.store32_lane(dst + x, words, 0);
    }
  }
}
/** Half size of P216: luma and chroma planes. dstWidth even. */
export function halfP216(
  src: usize, srcChroma: usize, dst: usize, dstChroma: usize, dstWidth: i32, dstHeight: i32, srcStride: i32, dstStride: i32,
): i32 {
  half16Plane(src, dst, dstWidth, dstHeight, srcStride, dstStride, i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  half16Plane(srcChroma, dstChroma, dstWidth, dstHeight, srcStride, dstStride, i8x16(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15));
  return 0;
}

/**
 * An alpha plane as a UYVY key picture: luma 16 + a · 219 / 255 rounded to nearest, chroma 128. Width even.
 */
export function matteUyvy(alpha: usize, dst: usize, width: i32, height: i32, alphaStride: i32, dstStride: i32): i32 {
  // (a · 219 · 257 + 2^15) / 2^16 is a · 219 / 255 to within 2·10⁻³; never on the wrong side of a half for a ≤ 255 (tested).
  const gain = i32x4.splat(219 * 257), half = i32x4.splat(32768), black = i16x8.splat(16), grey = i16x8.splat(128);
  for (let y = 0; y < height; y++, alpha += alphaStride, dst += dstStride) {
    let x = 0;
    for (; x + 8 <= width; x += 8) {
      const a = v128.load8x8_u(alpha + <usize>x);
      const low = i32x4.shr_u(i32x4.add(i32x4.mul(i32x4.extend_low_i16x8_u(a), gain), half), 16);
      const high = i32x4.shr_u(i32x4.add(i32x4.mul(i32x4.extend_high_i16x8_u(a), gain), half), 16);
      const luma = i16x8.add(i16x8.narrow_i32x4_s(low, high), black);
      v128.store(dst + (<usize>x << 1), v128.or(grey, i16x8.shl(luma, 8)));
    }
    for (; x < width; x++) {
      const luma = 16 + ((<u32>load<u8>(alpha + <usize>x) * (219 * 257) + 32768) >>> 16);
      store<u16>(dst + (<usize>x << 1), <u16>(128 | (luma << 8)));
    }
  }
  return 0;
}
/** A patch's alpha (u16×4) times mix/256 as an 8-bit plane, rounded down: input of matteUyvy. */
export function patchAlpha(patch: usize, dst: usize, width: i32, height: i32, patchStride: i32, dstStride: i32, mix: i32): i32 {
  for (let y = 0; y < height; y++, patch += patchStride, dst += dstStride) {
    for (let x: usize = 0; x < <usize>width; x++) {
      store<u8>(dst + x, <u8>((min(<u32>load<u16>(patch + (x << 3), 6), 65280) * <u32>mix) >>> 16));
    }
  }
  return 0;
}
