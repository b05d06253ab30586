/**
 * Patches that flow carries: bringing them into the picture's colour model, and drawing them through a composed backward map, so that
 * every pixel is sampled once from the patch itself. Formats: _formats.ts; the map is a flow grid (_flow-carry.ts).
 */
import { pair, sampleGrid } from './_flow-carry';

/** Between pixels this far apart, both ways, source positions are interpolated: a cell of the map is wider in any picture of a face. */
const STEP: i32 = 8;
const CELL_PX: f32 = 4;
/** Source positions in whole numbers: 1/128 px, and eight bits below for the steps between. */
const UNIT: f32 = 32768;

/**
 * RGBA of 8 bits (depth 8) or 8.8 (depth 16) → u16×4 8.8 through a colour matrix: 12 f32, rows [r g b offset], in 8-bit codes.
 * Alpha goes through unchanged. Rounded to nearest.
 */
export function importPatch(src: usize, dst: usize, count: i32, depth: i32, matrix: usize): i32 {
  const red = f32x4(load<f32>(matrix), load<f32>(matrix, 16), load<f32>(matrix, 32), 0);
  const green = f32x4(load<f32>(matrix, 4), load<f32>(matrix, 20), load<f32>(matrix, 36), 0);
  const blue = f32x4(load<f32>(matrix, 8), load<f32>(matrix, 24), load<f32>(matrix, 40), 0);
  const offset = f32x4(load<f32>(matrix, 12) * 256 + 0.5, load<f32>(matrix, 28) * 256 + 0.5, load<f32>(matrix, 44) * 256 + 0.5, 0.5);
  const alphaOnly = f32x4(0, 0, 0, 1);
  const scale: f32 = depth == 8 ? 256 : 1;
  for (let i = 0; i < count; i++, dst += 8) {
    let texel: v128;
    if (depth == 8) {
      texel = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(src)));
      src += 4;
    } else {
      texel = i32x4.extend_low_i16x8_u(v128.load64_zero(src));
      src += 8;
    }
    const v = f32x4.mul(f32x4.convert_i32x4_s(texel), f32x4.splat(scale));
    let out = f32x4.add(offset, f32x4.mul(red, v128.shuffle<f32>(v, v, 0, 0, 0, 0)));
    out = f32x4.add(out, f32x4.mul(green, v128.shuffle<f32>(v, v, 1, 1, 1, 1)));
    out = f32x4.add(out, f32x4.mul(blue, v128.shuffle<f32>(v, v, 2, 2, 2, 2)));
    out = f32x4.add(out, f32x4.mul(alphaOnly, v));
    const words = i32x4.trunc_sat_f32x4_s(out);
    v128.store64_lane(dst, i16x8.narrow_i32x4_u(words, words), 0);
  }
  return 0;
}

/** A texel and its right neighbour (u16×8), in 15 bits: what a signed product of 16 bits can hold. */
// @ts-ignore: decorator
@inline function twoAt(p: usize): v128 {
  return i16x8.shr_u(v128.load(p), 1);
}

/**
 * Two texels of 8.8, bilinear in 1/128 px, at first texels p and q with fractions in 1/128: exact to 1/128 of a code, which is a tenth
 * of what a camera's 10 bits tell apart.
 */
// @ts-ignore: decorator
@inline function texelsAt(p: usize, q: usize, line: usize, fractions: v128): v128 {
  const right = i16x8.shl(v128.shuffle<i16>(fractions, fractions, 0, 0, 0, 0, 4, 4, 4, 4), 8);
  const down = i16x8.shl(v128.shuffle<i16>(fractions, fractions, 2, 2, 2, 2, 6, 6, 6, 6), 8);
  const above = twoAt(p), aboveNext = twoAt(q), below = twoAt(p + line), belowNext = twoAt(q + line);
  const a = v128.shuffle<i64>(above, aboveNext, 0, 2), b = v128.shuffle<i64>(above, aboveNext, 1, 3);
  const c = v128.shuffle<i64>(below, belowNext, 0, 2), d = v128.shuffle<i64>(below, belowNext, 1, 3);
  const top = i16x8.add(a, i16x8.q15mulr_sat_s(i16x8.sub(b, a), right));
  const bottom = i16x8.add(c, i16x8.q15mulr_sat_s(i16x8.sub(d, c), right));
  return i16x8.shl(i16x8.add(top, i16x8.q15mulr_sat_s(i16x8.sub(bottom, top), down)), 1);
}

/** Adds a texel (i32x4) of weight 0 … 256 to what stands at dst, colours by their alphas. */
// @ts-ignore: decorator
@inline function addTexel(dst: usize, texel: v128, weight: i32): void {
  const alpha = (i32x4.extract_lane(texel, 3) * weight + 128) >> 8;
  if (alpha == 0) return;
  const before = i32x4.extend_low_i16x8_u(v128.load64_zero(dst));
  const alphaBefore = i32x4.extract_lane(before, 3);
  let out = texel;
  if (alphaBefore > 0) {
    const share = f32x4.splat(<f32>alpha / <f32>(alpha + alphaBefore));
    const from = f32x4.convert_i32x4_s(before);
    const mixed = f32x4.add(from, f32x4.mul(f32x4.sub(f32x4.convert_i32x4_s(texel), from), share));
    out = i32x4.trunc_sat_f32x4_s(f32x4.add(mixed, f32x4.splat(0.5)));
  }
  out = i32x4.replace_lane(out, 3, min(65280, alpha + alphaBefore));
  v128.store64_lane(dst, i16x8.narrow_i32x4_u(out, out), 0);
}

/** addTexel for two neighbours (u16×8), the quicker where nothing stands yet: there they are stored as they are. */
// @ts-ignore: decorator
@inline function addTexels(dst: usize, texels: v128, weight: i32): void {
  if ((load<u16>(dst, 6) | load<u16>(dst, 14)) == 0 && weight == 256) {
    v128.store(dst, texels);
    return;
  }
  // Alphas of the two in lanes 0 and 1.
  const zero = i32x4.splat(0);
  const own = v128.shuffle<i16>(texels, zero, 3, 8, 7, 8, 8, 8, 8, 8);
  const alpha = i32x4.shr_u(i32x4.add(i32x4.mul(own, i32x4.splat(weight)), i32x4.splat(128)), 8);
  const before = v128.load(dst);
  const alphaBefore = v128.shuffle<i16>(before, zero, 3, 8, 7, 8, 8, 8, 8, 8);
  let out = texels;
  if (v128.any_true(alphaBefore)) {
    const sum = i32x4.add(alpha, alphaBefore);
    // In 1/32768, all of it where nothing stands; none where nothing comes.
    const share = f32x4.div(f32x4.convert_i32x4_s(alpha), f32x4.convert_i32x4_s(i32x4.max_s(sum, i32x4.splat(1))));
    const part = i32x4.trunc_sat_f32x4_s(f32x4.mul(share, f32x4.splat(32767)));
    const parts = v128.shuffle<i16>(part, part, 0, 0, 0, 0, 2, 2, 2, 2);
    const was = i16x8.shr_u(before, 1);
    out = i16x8.shl(i16x8.add(was, i16x8.q15mulr_sat_s(i16x8.sub(i16x8.shr_u(texels, 1), was), parts)), 1);
  }
  const total = i32x4.min_s(i32x4.add(alpha, alphaBefore), i32x4.splat(65280));
  // Colours of `out`, alphas of `total`.
  v128.store(dst, v128.shuffle<i16>(out, total, 0, 1, 2, 8, 4, 5, 6, 10));
}

/** (x, y) of m · (px, py) + offset in lanes 0 and 1, for the 2 × 3 matrix whose columns are given. */
// @ts-ignore: decorator
@inline function mapped(first: v128, second: v128, offset: v128, at: v128): v128 {
  const x = v128.shuffle<f32>(at, at, 0, 0, 0, 0), y = v128.shuffle<f32>(at, at, 1, 1, 1, 1);
  return f32x4.add(offset, f32x4.add(f32x4.mul(first, x), f32x4.mul(second, y)));
}

/** Crop px → where it comes from, through the map and the keyframe's alignment, scaled as the columns are. */
// @ts-ignore: decorator
@inline function sourceOf(q: v128, grid: usize, columns: i32, rows: i32, first: v128, second: v128, offset: v128): v128 {
  const cell = f32x4.sub(f32x4.mul(q, f32x4.splat(1 / CELL_PX)), f32x4.splat(0.5));
  return mapped(first, second, offset, f32x4.add(q, sampleGrid(grid, columns, rows, cell)));
}

/** Source positions of every eighth pixel of a row, from crop px q on. */
function placeRow(out: usize, count: i32, from: v128, right: v128, grid: usize, columns: i32, rows: i32, first: v128, second: v128, offset: v128): void {
  let q = from;
  for (let i = 0; i < count; i++, out += 8, q = f32x4.add(q, right)) {
    v128.store64_lane(out, sourceOf(q, grid, columns, rows, first, second, offset), 0);
  }
}
// @ts-ignore: decorator
@inline function between(above: usize, below: usize, part: v128): v128 {
  const a = v128.load64_zero(above);
  return f32x4.add(a, f32x4.mul(f32x4.sub(v128.load64_zero(below), a), part));
}

/**
 * Adds a carried patch of weight 0 … 256 to dst (u16×4, cleared by the caller before the first): alphas add up, colours mix by them.
 *
 * @param patch side × side u16×4
 * @param grid the composed backward map: crop px of this picture → how far to go to the keyframe's crop px
 * @param params 12 f32: dst px → crop px of this picture, keyframe's crop px → patch px (affine, corner origin)
 * @param places room for 2 · (width / 8 + 2) pairs of f32
 */
export function drawPatch(
  patch: usize, side: i32, grid: usize, columns: i32, rows: i32, params: usize,
  dst: usize, width: i32, height: i32, dstStride: i32, weight: i32, places: usize,
): i32 {
  const last = side - 1;
  const line = <usize>side << 3;
  // Picture → crop, its columns in lanes 0 and 1; crop → patch in units, from the first texel's centre, rounded to 1/128 px.
  const cropX = pair(load<f32>(params), load<f32>(params, 12)), cropY = pair(load<f32>(params, 4), load<f32>(params, 16));
  const cropOffset = pair(load<f32>(params, 8), load<f32>(params, 20));
  const unit = f32x4.splat(UNIT);
  const patchX = f32x4.mul(unit, pair(load<f32>(params, 24), load<f32>(params, 36)));
  const patchY = f32x4.mul(unit, pair(load<f32>(params, 28), load<f32>(params, 40)));
  const patchOffset = f32x4.add(
    f32x4.mul(unit, pair(load<f32>(params, 32), load<f32>(params, 44))), f32x4.splat(UNIT * -0.5 + 128.5),
  );
  const half = f32x4.splat(0.5), perPixel = f32x4.splat(1 / <f32>STEP);
  const right = f32x4.mul(cropX, f32x4.splat(<f32>STEP)), down = f32x4.mul(cropY, f32x4.splat(<f32>STEP));
  const count = (width + 2 * STEP - 1) / STEP;
  // Source positions of every eighth pixel of every eighth row: the row at hand lies between these two.
  let above = places, below = places + (<usize>count << 3);
  let q = mapped(cropX, cropY, cropOffset, f32x4.splat(0.5));
  placeRow(below, count, q, right, grid, columns, rows, patchX, patchY, patchOffset);
  for (let y = 0; y < height; y++, dst += dstStride) {
    if (y % STEP == 0) {
      const spare = above;
      above = below;
      below = spare;
      q = f32x4.add(q, down);
      placeRow(below, count, q, right, grid, columns, rows, patchX, patchY, patchOffset);
    }
    const part = f32x4.splat(<f32>(y % STEP) / <f32>STEP);
    let from = between(above, below, part);
    for (let x = 0, place: usize = 8; x < width; x += STEP, place += 8) {
      const to = between(above + place, below + place, part);
      // From here on in whole numbers: floats would be rounded for every pixel.
      const start = i32x4.trunc_sat_f32x4_s(f32x4.floor(from));
      const step = i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(f32x4.mul(f32x4.sub(to, from), perPixel), half)));
      const sx = i32x4.extract_lane(start, 0), sy = i32x4.extract_lane(start, 1);
      const dx = i32x4.extract_lane(step, 0), dy = i32x4.extract_lane(step, 1);
      const end = min(STEP, width - x);
      const ex = sx + dx * (end - 1), ey = sy + dy * (end - 1);
      from = to;
      if (max(sx, ex) < 0 || max(sy, ey) < 0 || min(sx, ex) >> 15 >= last || min(sy, ey) >> 15 >= last) continue;
      let at = dst + (<usize>x << 3);
      const inside = min(sx, ex) >= 0 && min(sy, ey) >= 0 && max(sx, ex) >> 15 < last && max(sy, ey) >> 15 < last;
      if (inside && end == STEP) {
        // Two pixels to a vector: (x, y) of the one, (x, y) of the next.
        let place = v128.shuffle<i32>(start, i32x4.add(start, step), 0, 1, 4, 5);
        const two = v128.shuffle<i32>(i32x4.shl(step, 1), i32x4.shl(step, 1), 0, 1, 0, 1);
        for (let k = 0; k < STEP; k += 2, at += 16, place = i32x4.add(place, two)) {
          const cell = i32x4.shr_s(place, 15);
          const p = patch + (<usize>(i32x4.extract_lane(cell, 1) * side + i32x4.extract_lane(cell, 0)) << 3);
          const q = patch + (<usize>(i32x4.extract_lane(cell, 3) * side + i32x4.extract_lane(cell, 2)) << 3);
          addTexels(at, texelsAt(p, q, line, v128.and(i32x4.shr_s(place, 8), i32x4.splat(127))), weight);
        }
        continue;
      }
      let place = start;
      for (let k = 0; k < end; k++, at += 8, place = i32x4.add(place, step)) {
        const cell = i32x4.shr_s(place, 15);
        const ix = i32x4.extract_lane(cell, 0), iy = i32x4.extract_lane(cell, 1);
        if (ix < 0 || iy < 0 || ix >= last || iy >= last) continue;
        const p = patch + (<usize>(iy * side + ix) << 3);
        addTexel(at, i32x4.extend_low_i16x8_u(texelsAt(p, p, line, v128.and(i32x4.shr_s(place, 8), i32x4.splat(127)))), weight);
      }
    }
  }
  return 0;
}

/** Adds a patch lying in place (u16×4) of weight 0 … 256 to dst. */
export function addPatch(src: usize, dst: usize, width: i32, height: i32, srcStride: i32, dstStride: i32, weight: i32): i32 {
  for (let y = 0; y < height; y++, src += srcStride, dst += dstStride) {
    for (let x: usize = 0; x < <usize>width << 3; x += 8) {
      addTexel(dst + x, i32x4.extend_low_i16x8_u(v128.load64_zero(src + x)), weight);
    }
  }
  return 0;
}

/** One colour (u16×4 at `colour`, its alpha unused) in place of the patch's own; alpha stays. */
export function paintPatch(dst: usize, width: i32, height: i32, dstStride: i32, colour: usize): i32 {
  const value = v128.load64_zero(colour);
  for (let y = 0; y < height; y++, dst += dstStride) {
    for (let x: usize = 0; x < <usize>width << 3; x += 8) {
      const alpha = load<u16>(dst + x, 6);
      v128.store64_lane(dst + x, i16x8.replace_lane(value, 3, alpha), 0);
    }
  }
  return 0;
}

/**
 * Where flow is unsure, the whole face's own motion stands in for it: out = motion + (flow − motion) · s, s rising smoothly from 0
 * at confidence `low` to 1 at `high`. out may be flow. `motion`: 6 f32, crop px of this picture → crop px of the last.
 */
export function steadyGrid(flow: usize, confidence: usize, motion: usize, out: usize, columns: i32, rows: i32, low: f32, high: f32): i32 {
  const a = load<f32>(motion), b = load<f32>(motion, 4), tx = load<f32>(motion, 8);
  const c = load<f32>(motion, 12), d = load<f32>(motion, 16), ty = load<f32>(motion, 20);
  for (let j = 0; j < rows; j++) {
    const qy = (<f32>j + 0.5) * CELL_PX;
    for (let i = 0; i < columns; i++) {
      const qx = (<f32>i + 0.5) * CELL_PX;
      const at = <usize>(j * columns + i);
      const whole = pair(a * qx + b * qy + tx - qx, c * qx + d * qy + ty - qy);
      let s = (load<f32>(confidence + (at << 2)) - low) / (high - low);
      s = min<f32>(max<f32>(s, 0), 1);
      s = s * s * (3 - 2 * s);
      const own = v128.load64_zero(flow + (at << 3));
      v128.store64_lane(out + (at << 3), f32x4.add(whole, f32x4.mul(f32x4.sub(own, whole), f32x4.splat(s))), 0);
    }
  }
  return 0;
}

/** out = base + (other − base) · s, s rising smoothly from 0 at confidence `low` to 1 at `high`: `count` (u, v) pairs. out may be either. */
export function mixGrid(base: usize, other: usize, confidence: usize, out: usize, count: i32, low: f32, high: f32): i32 {
  const from = f32x4.splat(low), scale = f32x4.splat(1 / (high - low));
  const zero = f32x4.splat(0), one = f32x4.splat(1);
  for (let i = 0; i < count; i++, base += 8, other += 8, out += 8, confidence += 4) {
    let s = f32x4.mul(f32x4.sub(v128.load32_splat(confidence), from), scale);
    s = f32x4.min(f32x4.max(s, zero), one);
    s = f32x4.mul(f32x4.mul(s, s), f32x4.sub(f32x4.splat(3), f32x4.add(s, s)));
    const a = v128.load64_zero(base);
    v128.store64_lane(out, f32x4.add(a, f32x4.mul(f32x4.sub(v128.load64_zero(other), a), s)), 0);
  }
  return 0;
}

/** dst += more · scale: `count` (u, v) pairs. */
export function addGrid(dst: usize, more: usize, count: i32, scale: f32): i32 {
  const by = f32x4.splat(scale);
  for (let i = 0; i < count; i++, dst += 8, more += 8) {
    v128.store64_lane(dst, f32x4.add(v128.load64_zero(dst), f32x4.mul(v128.load64_zero(more), by)), 0);
  }
  return 0;
}
