/**
 * Kernels of the simulated stage's picture: laying the 16-bit picture of people and props over a UYVY wall, focus blur,
 * sensor grain. The 16-bit picture has four u16 channels (R G B alpha, 0…65280), premultiplied.
 */

/**
 * Lays a 16-bit picture over a UYVY picture, in place. sourceX is even; both pictures' rows start at the given pointers.
 * coefficients: 12 i16 — for Y, Cb, Cr the weights of R, G, B in 1/16384 and the offset that full alpha carries, in the same unit.
 * Chroma is the mean of the pair. Exact to half a code.
 */
export function layOver(
  source: usize, coefficients: usize, target: usize, width: i32, height: i32, sourceStride: i32, targetStride: i32,
): i32 {
  const forY = v128.load64_splat(coefficients);
  const forU = v128.load64_splat(coefficients + 8);
  const forV = v128.load64_splat(coefficients + 16);
  // Sources lose one bit: 8-bit codes times 128; weights times 16384.
  const scale = f32x4.splat(1.0 / (128.0 * 16384.0));
  const alphaScale = f32x4.splat(1.0 / 65280.0);
  for (let y = 0; y < height; y++) {
    let s = source + <usize>(y * sourceStride);
    let t = target + <usize>(y * targetStride);
    const end = t + (<usize>width << 1);
    for (; t < end; t += 4, s += 16) {
      const pair = v128.load(s);
      if (!v128.any_true(pair)) continue;
      const half = i16x8.shr_u(pair, 1);
      const lumas = i32x4.dot_i16x8_s(half, forY);
      // Mean of the two pixels, in both halves.
      const mean = i16x8.avgr_u(half, i64x2.shuffle(half, half, 1, 0));
      const blue = i32x4.dot_i16x8_s(mean, forU);
      const red = i32x4.dot_i16x8_s(mean, forV);
      // [Cb, Y0, Cr, Y1]: partial sums side by side, then added.
      const chroma = i32x4.shuffle(blue, red, 0, 1, 4, 5);
      const firsts = i32x4.shuffle(chroma, lumas, 0, 4, 2, 6);
      const seconds = i32x4.shuffle(chroma, lumas, 1, 5, 3, 7);
      const over = f32x4.mul(f32x4.convert_i32x4_s(i32x4.add(firsts, seconds)), scale);
      const a0 = <i32>load<u16>(s, 6), a1 = <i32>load<u16>(s, 14), am = (a0 + a1 + 1) >> 1;
      const cover = f32x4.mul(f32x4.convert_i32x4_s(i32x4(am, a0, am, a1)), alphaScale);
      const under = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(t))));
      const mixed = f32x4.add(over, f32x4.sub(under, f32x4.mul(under, cover)));
      const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(mixed));
      const words = i16x8.narrow_i32x4_u(whole, whole);
      v128.store32_lane(t, i8x16.narrow_i16x8_u(words, words), 0);
    }
  }
  return 0;
}

/**
 * One pass of a running mean over 2·radius + 1 pixels of a 16-bit picture, along rows or (by its strides) columns; edges repeat.
 * step: bytes from pixel to pixel of a line; lineStride: bytes from line to line; scratch holds one line (count·8 bytes).
 */
export function blurLines(picture: usize, scratch: usize, count: i32, lines: i32, step: i32, lineStride: i32, radius: i32): i32 {
  const taps = 2 * radius + 1;
  const share = f32x4.splat(<f32>1.0 / <f32>taps);
  for (let line = 0; line < lines; line++) {
    const start = picture + <usize>(line * lineStride);
    for (let i = 0; i < count; i++) store<u64>(scratch + (<usize>i << 3), load<u64>(start + <usize>(i * step)));
    let sum = i32x4.splat(0);
    for (let i = -radius; i <= radius; i++) sum = i32x4.add(sum, pixelAt(scratch, i, count));
    for (let i = 0; i < count; i++) {
      const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(f32x4.convert_i32x4_s(sum), share)));
      v128.store64_lane(start + <usize>(i * step), i16x8.narrow_i32x4_u(whole, whole), 0);
      sum = i32x4.add(i32x4.sub(sum, pixelAt(scratch, i - radius, count)), pixelAt(scratch, i + radius + 1, count));
    }
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function pixelAt(line: usize, index: i32, count: i32): v128 {
  const held = index < 0 ? 0 : index >= count ? count - 1 : index;
  return i32x4.extend_low_i16x8_u(v128.load64_zero(line + (<usize>held << 3)));
}

/**
 * Adds sensor grain to the luma of a UYVY picture: a triangular distribution of ±amplitude codes, by xorshift from seed and
 * row, so equal arguments give equal pictures. Held to 1…254.
 */
export function addGrain(picture: usize, width: i32, height: i32, stride: i32, seed: i32, amplitude: i32): i32 {
  for (let y = 0; y < height; y++) {
    let state = <u32>(seed * 747796405) ^ <u32>((y + 1) * 2891336453);
    state ^= state >> 16;
    state = state * 0x7feb352d | 1;
    const row = picture + <usize>(y * stride);
    for (let x = 0; x < width; x++) {
      state ^= state << 13;
      state ^= state >> 17;
      state ^= state << 5;
      const noise = (((<i32>(state & 0xff) + <i32>((state >> 8) & 0xff) - 255) * amplitude) >> 8);
      const at = row + (<usize>x << 1) + 1;
      const luma = <i32>load<u8>(at) + noise;
      store<u8>(at, <u8>(luma < 1 ? 1 : luma > 254 ? 254 : luma));
    }
  }
  return 0;
}

/** Turns opaque RGBA (8 bits) into UYVY with layOver's coefficients; alpha is taken as full. Width even; exact to half a code. */
export function packRgba(
  source: usize, coefficients: usize, target: usize, width: i32, height: i32, sourceStride: i32, targetStride: i32,
): i32 {
  const forY = v128.load64_splat(coefficients), forU = v128.load64_splat(coefficients + 8), forV = v128.load64_splat(coefficients + 16);
  const full = i16x8(0, 0, 0, 255, 0, 0, 0, 255);
  for (let y = 0; y < height; y++) {
    let s = source + <usize>(y * sourceStride);
    let t = target + <usize>(y * targetStride);
    const end = t + (<usize>width << 1);
    for (; t < end; t += 4, s += 8) {
      const pair = v128.or(i16x8.extend_low_i8x16_u(v128.load64_zero(s)), full);
      const lumas = i32x4.dot_i16x8_s(pair, forY);
      const both = i16x8.add(pair, i64x2.shuffle(pair, pair, 1, 0));
      const blue = i32x4.dot_i16x8_s(both, forU), red = i32x4.dot_i16x8_s(both, forV);
      const y0 = (i32x4.extract_lane(lumas, 0) + i32x4.extract_lane(lumas, 1) + 8192) >> 14;
      const y1 = (i32x4.extract_lane(lumas, 2) + i32x4.extract_lane(lumas, 3) + 8192) >> 14;
      const u = (i32x4.extract_lane(blue, 0) + i32x4.extract_lane(blue, 1) + 16384) >> 15;
      const v = (i32x4.extract_lane(red, 0) + i32x4.extract_lane(red, 1) + 16384) >> 15;
      store<u32>(t, u | (y0 << 8) | (v << 16) | (y1 << 24));
    }
  }
  return 0;
}
