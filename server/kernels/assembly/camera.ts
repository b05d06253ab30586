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

/** (c0 · a, c1 · a, c2 · a, a), alpha 0…1. */
// @ts-ignore: decorator
@inline
function weighted(at: usize): v128 {
  const value = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(v128.load64_zero(at)));
  const alpha = f32x4.mul(i32x4.shuffle(value, value, 3, 3, 3, 3), f32x4.splat(1.0 / 65280.0));
  return f32x4.mul(f32x4.replace_lane(value, 3, 1), alpha);
}
/** Sums of 2 · radius + 1 pixels of a row, edges repeated: f32×4 each, weighted by alpha. `line`: scratch of as many. */
function sumRow(from: usize, line: usize, to: usize, width: i32, radius: i32): void {
  for (let x: usize = 0; x < <usize>width; x++) v128.store(line + (x << 4), weighted(from + (x << 3)));
  const last = width - 1;
  let sum = f32x4.splat(0);
  for (let k = -radius; k <= radius; k++) sum = f32x4.add(sum, v128.load(line + (<usize>min(last, max(0, k)) << 4)));
  for (let x = 0; x < width; x++) {
    v128.store(to + (<usize>x << 4), sum);
    const enters = v128.load(line + (<usize>min(last, x + radius + 1) << 4)), leaves = v128.load(line + (<usize>max(0, x - radius) << 4));
    sum = f32x4.add(sum, f32x4.sub(enters, leaves));
  }
}
/** A row of means from the sums of its window, which then move on by a row. */
function meanRow(sums: usize, enters: usize, leaves: usize, to: usize, width: i32, share: f32): void {
  const magic = f32x4.splat(8388608), full = f32x4.splat(65280), none = f32x4.splat(0), least = f32x4.splat(1e-6);
  const alphaShare = share * 65280;
  for (const end = sums + (<usize>width << 4); sums < end; sums += 16, enters += 16, leaves += 16, to += 8) {
    const sum = v128.load(sums);
    v128.store(sums, f32x4.add(sum, f32x4.sub(v128.load(enters), v128.load(leaves))));
    const colour = f32x4.div(sum, f32x4.pmax(least, i32x4.shuffle(sum, sum, 3, 3, 3, 3)));
    const mean = f32x4.replace_lane(colour, 3, f32x4.extract_lane(sum, 3) * alphaShare);
    const whole = v128.and(f32x4.add(f32x4.pmin(full, f32x4.pmax(none, mean)), magic), i32x4.splat(0xffff));
    v128.store64_lane(to, i16x8.narrow_i32x4_u(whole, whole), 0);
  }
}

/**
 * Box blur of a patch in both directions by whole pixels, edges repeated; nothing that alpha hides bleeds in. Row by row, both directions at once:
 * a window's rows stay near the processor, where columns by themselves took six times as long.
 *
 * @param scratch (2 · radius + 4) · width · 16 bytes
 */
export function blurPatch(patch: usize, scratch: usize, strideBytes: i32, width: i32, height: i32, radius: i32): i32 {
  if (radius < 1) return 0;
  const rowBytes = <usize>width << 4, side = 2 * radius + 1, window = side + 1, last = height - 1;
  const line = scratch, sums = line + rowBytes, ring = sums + rowBytes;
  const share: f32 = 1 / <f32>(side * side);
  for (let at = sums; at < ring; at += 16) v128.store(at, f32x4.splat(0));
  let done = -1;
  for (let k = -radius; k <= radius; k++) {
    const y = min(last, max(0, k));
    const row = ring + <usize>(y % window) * rowBytes;
    if (y > done) sumRow(patch + <usize>(y * strideBytes), line, row, width, radius);
    done = y;
    for (let x: usize = 0; x < rowBytes; x += 16) v128.store(sums + x, f32x4.add(v128.load(sums + x), v128.load(row + x)));
  }
  for (let y = 0; y < height; y++) {
    const next = min(last, y + radius + 1);
    const enters = ring + <usize>(next % window) * rowBytes, leaves = ring + <usize>(max(0, y - radius) % window) * rowBytes;
    // Row `next` lies below what was written so far.
    if (next > done) sumRow(patch + <usize>(next * strideBytes), line, enters, width, radius);
    done = next;
    meanRow(sums, enters, leaves, patch + <usize>(y * strideBytes), width, share);
  }
  return 0;
}
