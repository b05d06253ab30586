/** What a camera does to a picture, read from the performer's face and done to the likeness: focus and grain. */
import { BGRA, P216, RGBA } from './_formats';

/** Besides the picture formats: the first channel of a patch (u16×4, 8.8). */
const PATCH: i32 = 4;

// @ts-ignore: decorator
@inline
function luma(row: usize, x: i32, format: i32): f32 {
  if (format == PATCH) return <f32>load<u16>(row + (<usize>x << 3)) * (1.0 / 256.0);
  if (format == P216) return <f32>load<u16>(row + (<usize>x << 1)) * (1.0 / 256.0);
  if (format == BGRA || format == RGBA) {
    const at = row + (<usize>x << 2);
    return (<f32>load<u8>(at) + 2 * <f32>load<u8>(at, 1) + <f32>load<u8>(at, 2)) * 0.25;
  }
  return <f32>load<u8>(row + (<usize>x << 1) + 1);
}

/**
 * Luma statistics of a box (pixels, inside the region with 4 px to spare at the right and 1 px all round), every second row
 * and pixel. out: 4 f32 sums: squared difference to the next pixel, to the fourth next, |Immerkær's noise mask|, and how many.
 */
export function boxEnergy(src: usize, strideBytes: i32, format: i32, x0: i32, y0: i32, x1: i32, y1: i32, out: usize): i32 {
  let near: f32 = 0, far: f32 = 0, noise: f32 = 0, count: f32 = 0;
  for (let y = y0; y < y1; y += 2) {
    const row = src + <usize>(y * strideBytes), above = row - strideBytes, below = row + strideBytes;
    for (let x = x0; x < x1; x += 2) {
      const here = luma(row, x, format), next = luma(row, x + 1, format);
      near += (next - here) * (next - here);
      const further = luma(row, x + 4, format) - here;
      far += further * further;
      const cross = luma(above, x, format) + luma(below, x, format) + luma(row, x - 1, format) + next;
      const corners = luma(above, x - 1, format) + luma(above, x + 1, format)
        + luma(below, x - 1, format) + luma(below, x + 1, format);
      noise += Mathf.abs(4 * here - 2 * cross + corners);
      count += 1;
    }
  }
  store<f32>(out, near);
  store<f32>(out, far, 4);
  store<f32>(out, noise, 8);
  store<f32>(out, count, 12);
  return 0;
}

/** The largest grain, codes (the tile's σ): what 16 bits hold. */
const MOST_GRAIN: f32 = 31.9;

/**
 * Adds grain to a patch (u16×4, 8.8) where it has alpha: of two pixels side by side that have none, neither changes. tile: 128 × 128 × 4 i16,
 * unit noise × 256 in three lanes, less than 1024 either way, 0 in the fourth; it starts at (phaseX, phaseY), phaseX even, and repeats.
 * amplitude: f32×4 codes per channel, 0…31.9 (the fourth 0).
 */
export function addGrain(
  patch: usize, strideBytes: i32, width: i32, height: i32, tile: usize, phaseX: i32, phaseY: i32, amplitude: usize,
): i32 {
  // noise · 32 · (amplitude · 1024) / 2^15 is noise · amplitude.
  const held = f32x4.pmin(f32x4.splat(MOST_GRAIN), f32x4.pmax(f32x4.splat(0), v128.load(amplitude)));
  const codes = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(held, f32x4.splat(1024)), f32x4.splat(0.5)));
  const gain = i16x8.narrow_i32x4_s(codes, codes);
  // Unsigned codes as signed ones, so that sums saturate at black; white is a little below the top.
  const sign = i16x8.splat(-32768), top = i16x8.splat(32512), alpha = i16x8(0, 0, 0, -1, 0, 0, 0, -1);
  for (let y = 0; y < height; y++) {
    const row = patch + <usize>(y * strideBytes);
    const noise = tile + (<usize>((y + phaseY) & 127) << 10);
    let x = 0;
    for (; x + 2 <= width; x += 2) {
      const at = row + (<usize>x << 3);
      const value = v128.load(at);
      if (!v128.any_true(v128.and(value, alpha))) continue;
      const grain = i16x8.q15mulr_sat_s(i16x8.shl(v128.load(noise + (<usize>((x + phaseX) & 127) << 3)), 5), gain);
      v128.store(at, v128.xor(i16x8.min_s(top, i16x8.add_sat_s(v128.xor(value, sign), grain)), sign));
    }
    if (x == width) continue;
    const at = row + (<usize>x << 3);
    const value = v128.load64_zero(at);
    if (load<u16>(at, 6) == 0) continue;
    const grain = i16x8.q15mulr_sat_s(i16x8.shl(v128.load64_zero(noise + (<usize>((x + phaseX) & 127) << 3)), 5), gain);
    v128.store64_lane(at, v128.xor(i16x8.min_s(top, i16x8.add_sat_s(v128.xor(value, sign), grain)), sign), 0);
  }
  return 0;
}

/** One line of the box blur, weighted by alpha: running sums of (colour · alpha, alpha). */
function blurLine(from: usize, to: usize, count: i32, step: usize, radius: i32): void {
  let sum = f32x4.splat(0);
  const last = count - 1;
  for (let k = -radius; k <= radius; k++) sum = f32x4.add(sum, weighted(from + <usize>min(last, max(0, k)) * step));
  const share = f32x4.splat(1.0 / <f32>(radius * 2 + 1));
  for (let k = 0; k < count; k++) {
    const alpha = max<f32>(f32x4.extract_lane(sum, 3), 1e-6);
    const colour = f32x4.mul(sum, f32x4.splat(1.0 / alpha));
    const mean = f32x4.replace_lane(colour, 3, f32x4.extract_lane(f32x4.mul(sum, share), 3) * 65280);
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.add(mean, f32x4.splat(0.5)));
    v128.store64_lane(to + <usize>k * step, i16x8.narrow_i32x4_u(whole, whole), 0);
    sum = f32x4.add(sum, weighted(from + <usize>min(last, k + radius + 1) * step));
    sum = f32x4.sub(sum, weighted(from + <usize>max(0, k - radius) * step));
  }
}
/** (c0 · a, c1 · a, c2 · a, a), alpha 0…1. */
// @ts-ignore: decorator
@inline
function weighted(at: usize): v128 {
  const value = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(v128.load64_zero(at)));
  const alpha = f32x4.extract_lane(value, 3) * (1.0 / 65280.0);
  return f32x4.mul(f32x4.replace_lane(value, 3, 1), f32x4.splat(alpha));
}

/** Box blur of a patch in both directions by whole pixels; nothing that alpha hides bleeds in. scratch: as large as the patch. */
export function blurPatch(patch: usize, scratch: usize, strideBytes: i32, width: i32, height: i32, radius: i32): i32 {
  if (radius < 1) return 0;
  for (let y = 0; y < height; y++) blurLine(patch + <usize>(y * strideBytes), scratch + <usize>(y * strideBytes), width, 8, radius);
  for (let x = 0; x < width; x++) blurLine(scratch + (<usize>x << 3), patch + (<usize>x << 3), height, <usize>strideBytes, radius);
  return 0;
}
