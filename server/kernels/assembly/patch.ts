/**
 * Patches that flow carries: bringing them into the picture's colour model, and drawing them through a composed backward map, so that
 * every pixel is sampled once from the patch itself. Formats: _formats.ts; the map is a flow grid (_flow-carry.ts).
 */
import { pair, sampleGrid } from './_flow-carry';

/** Between pixels this far apart a row's source positions are interpolated: a cell of the map is wider in any picture of a face. */
const STEP: i32 = 8;
const CELL_PX: f32 = 4;

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

/** Bilinear in 1/128 px at whole cell (ix, iy) with fractions in 1/128. */
// @ts-ignore: decorator
@inline function texelAt(patch: usize, side: i32, ix: i32, iy: i32, fx: i32, fy: i32): v128 {
  const at = patch + (<usize>(iy * side + ix) << 3);
  const below = at + (<usize>side << 3);
  const a = i32x4.extend_low_i16x8_u(v128.load64_zero(at)), b = i32x4.extend_low_i16x8_u(v128.load64_zero(at, 8));
  const c = i32x4.extend_low_i16x8_u(v128.load64_zero(below)), d = i32x4.extend_low_i16x8_u(v128.load64_zero(below, 8));
  const right = i32x4.splat(fx), half = i32x4.splat(64);
  const top = i32x4.add(i32x4.shl(a, 7), i32x4.mul(i32x4.sub(b, a), right));
  const bottom = i32x4.add(i32x4.shl(c, 7), i32x4.mul(i32x4.sub(d, c), right));
  const t = i32x4.shr_u(i32x4.add(top, half), 7), u = i32x4.shr_u(i32x4.add(bottom, half), 7);
  return i32x4.shr_u(i32x4.add(i32x4.add(i32x4.shl(t, 7), i32x4.mul(i32x4.sub(u, t), i32x4.splat(fy))), half), 7);
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

/** Source position of the destination's pixel centre (px, py): picture → crop → map → patch, as (x, y, …). */
// @ts-ignore: decorator
@inline function sourceOf(px: f32, py: f32, params: usize, grid: usize, columns: i32, rows: i32): v128 {
  const qx = load<f32>(params) * px + load<f32>(params, 4) * py + load<f32>(params, 8);
  const qy = load<f32>(params, 12) * px + load<f32>(params, 16) * py + load<f32>(params, 20);
  const move = sampleGrid(grid, columns, rows, pair((qx - CELL_PX * 0.5) / CELL_PX, (qy - CELL_PX * 0.5) / CELL_PX));
  const rx = qx + f32x4.extract_lane(move, 0), ry = qy + f32x4.extract_lane(move, 1);
  return pair(
    load<f32>(params, 24) * rx + load<f32>(params, 28) * ry + load<f32>(params, 32),
    load<f32>(params, 36) * rx + load<f32>(params, 40) * ry + load<f32>(params, 44),
  );
}

/**
 * Adds a carried patch of weight 0 … 256 to dst (u16×4, cleared by the caller before the first): alphas add up, colours mix by them.
 *
 * @param patch side × side u16×4
 * @param grid the composed backward map: crop px of this picture → how far to go to the keyframe's crop px
 * @param params 12 f32: dst px → crop px of this picture, keyframe's crop px → patch px (affine, corner origin)
 */
export function drawPatch(
  patch: usize, side: i32, grid: usize, columns: i32, rows: i32, params: usize,
  dst: usize, width: i32, height: i32, dstStride: i32, weight: i32,
): i32 {
  const last = side - 1;
  for (let y = 0; y < height; y++, dst += dstStride) {
    const py = <f32>y + 0.5;
    let from = sourceOf(0.5, py, params, grid, columns, rows);
    for (let x = 0; x < width; x += STEP) {
      const to = sourceOf(<f32>(x + STEP) + 0.5, py, params, grid, columns, rows);
      // In 1/128 px from the first texel's centre.
      const scale = f32x4.splat(128);
      const start = f32x4.sub(f32x4.mul(from, scale), f32x4.splat(64));
      const step = f32x4.mul(f32x4.sub(to, from), f32x4.splat(128.0 / <f32>STEP));
      // From here on in whole numbers, 1/128 px in the upper bits: floats would be rounded for every pixel.
      let sx = <i32>Mathf.floor(f32x4.extract_lane(start, 0) * 256 + 128.5), sy = <i32>Mathf.floor(f32x4.extract_lane(start, 1) * 256 + 128.5);
      const dx = <i32>Mathf.floor(f32x4.extract_lane(step, 0) * 256 + 0.5), dy = <i32>Mathf.floor(f32x4.extract_lane(step, 1) * 256 + 0.5);
      const end = min(STEP, width - x);
      let at = dst + (<usize>x << 3);
      for (let k = 0; k < end; k++, at += 8, sx += dx, sy += dy) {
        const fx = sx >> 8, fy = sy >> 8;
        const ix = fx >> 7, iy = fy >> 7;
        if (ix < 0 || iy < 0 || ix >= last || iy >= last) continue;
        addTexel(at, texelAt(patch, side, ix, iy, fx & 127, fy & 127), weight);
      }
      from = to;
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
