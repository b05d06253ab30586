// Pyramid levels of the flow kernel: luma × 16 in i16, border replicated PAD_PX wide, and Sobel gradients.
import { PAD_PX } from '../flow-layout';

/**
 * Halves an 8-bit picture into luma × 16 (sum of 2×2 times 4, exact). dst points at pixel (0, 0) inside its border.
 * An odd last column or row is repeated. The destination size is ceil(width / 2) × ceil(height / 2).
 */
export function halveLuma(src: usize, dst: usize, width: i32, height: i32, srcStride: i32, dstStride: i32): i32 {
  const w2 = (width + 1) >> 1;
  const h2 = (height + 1) >> 1;
  const whole = width >> 1;
  for (let y = 0; y < h2; y++) {
    const a = src + <usize>(2 * y * srcStride);
    const b = src + <usize>(min(2 * y + 1, height - 1) * srcStride);
    const d = dst + <usize>(y * dstStride);
    let x = 0;
    for (; x + 8 <= whole; x += 8) {
      const at = (<usize>x) << 1;
      const sum = i16x8.add(
        i16x8.extadd_pairwise_i8x16_u(v128.load(a + at)),
        i16x8.extadd_pairwise_i8x16_u(v128.load(b + at)),
      );
      v128.store(d + at, i16x8.shl(sum, 2));
    }
    for (; x < w2; x++) {
      const l = <usize>(2 * x);
      const r = <usize>min(2 * x + 1, width - 1);
      const sum = <i32>load<u8>(a + l) + <i32>load<u8>(a + r) + <i32>load<u8>(b + l) + <i32>load<u8>(b + r);
      store<i16>(d + ((<usize>x) << 1), <i16>(sum << 2));
    }
  }
  return 0;
}

/** Halves a level into the next one: (sum of 2×2 + 2) >> 2. Both pointers at pixel (0, 0); borders of src are filled. */
export function halveLevel(src: usize, dst: usize, width: i32, height: i32, srcStride: i32, dstStride: i32): i32 {
  const w2 = (width + 1) >> 1;
  const h2 = (height + 1) >> 1;
  const two = i32x4.splat(2);
  const ones = i16x8.splat(1);
  for (let y = 0; y < h2; y++) {
    const a = src + <usize>(2 * y * srcStride);
    const b = a + <usize>srcStride;
    const d = dst + <usize>(y * dstStride);
    // The replicated border of src serves odd sizes and the last vector; the overrun into dst's border is refilled.
    for (let x = 0; x < w2; x += 8) {
      const at = (<usize>x) << 2;
      const lo = i32x4.dot_i16x8_s(i16x8.add(v128.load(a + at), v128.load(b + at)), ones);
      const hi = i32x4.dot_i16x8_s(i16x8.add(v128.load(a + at, 16), v128.load(b + at, 16)), ones);
      v128.store(
        d + ((<usize>x) << 1),
        i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(lo, two), 2), i32x4.shr_s(i32x4.add(hi, two), 2)),
      );
    }
  }
  return 0;
}

/** Replicates the edge of a level into its border, PAD_PX wide on all sides (to the right: up to the end of the row). */
export function padLevel(level: usize, width: i32, height: i32, stride: i32): i32 {
  const padBytes = (<usize>PAD_PX) << 1;
  const rowEnd = <usize>stride - padBytes;
  for (let y = 0; y < height; y++) {
    const row = level + <usize>(y * stride);
    const left = i16x8.splat(load<i16>(row));
    v128.store(row - padBytes, left);
    v128.store(row - padBytes, left, 16);
    const last = load<i16>(row + ((<usize>(width - 1)) << 1));
    for (let at = (<usize>width) << 1; at < rowEnd; at += 2) store<i16>(row + at, last);
  }
  const first = level - padBytes;
  const final = first + <usize>((height - 1) * stride);
  for (let k = 1; k <= PAD_PX; k++) {
    memory.copy(first - <usize>(k * stride), first, stride);
    memory.copy(final + <usize>(k * stride), final, stride);
  }
  return 0;
}

/**
 * Sobel gradients of columns 0…columns-1 and rows 0…rows-1 (they may reach into the border), × 32 per grey level and
 * pixel: ((1 2 1) ⊗ (-1 0 1) + 2) >> 2. Same stride as the level; pointers at pixel (0, 0).
 */
export function sobelLevel(level: usize, gx: usize, gy: usize, columns: i32, rows: i32, stride: i32): i32 {
  const two = i16x8.splat(2);
  for (let y = 0; y < rows; y++) {
    const at0 = <usize>(y * stride);
    for (let x = 0; x < columns; x += 8) {
      const at = at0 + ((<usize>x) << 1);
      const p = level + at - 2;
      const n = p - <usize>stride;
      const s = p + <usize>stride;
      const n0 = v128.load(n),
        n1 = v128.load(n, 2),
        n2 = v128.load(n, 4);
      const s0 = v128.load(s),
        s1 = v128.load(s, 2),
        s2 = v128.load(s, 4);
      const c0 = v128.load(p),
        c2 = v128.load(p, 4);
      const left = i16x8.add(i16x8.add(n0, s0), i16x8.shl(c0, 1));
      const right = i16x8.add(i16x8.add(n2, s2), i16x8.shl(c2, 1));
      const up = i16x8.add(i16x8.add(n0, n2), i16x8.shl(n1, 1));
      const down = i16x8.add(i16x8.add(s0, s2), i16x8.shl(s1, 1));
      v128.store(gx + at, i16x8.shr_s(i16x8.add(i16x8.sub(right, left), two), 2));
      v128.store(gy + at, i16x8.shr_s(i16x8.add(i16x8.sub(down, up), two), 2));
    }
  }
  return 0;
}
