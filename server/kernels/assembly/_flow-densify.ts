// From patches to a grid: each cell is the mean of the patches over it, weighted by how well they match there.

import { weakerTexture } from './_flow-patch';

/** Weaker texture at which it counts one half: 64 pixels with a gradient of one grey level × 32. */
const TEXTURE_HALF: f32 = 65536;
/** Difference at which a match counts one half: six grey levels, over four pixels × luma scale 16. */
const MATCH_HALF: f32 = 384;

/** Sums of |residual − mean| over 2×2 pixels, for the four cells of cell row k. */
// @ts-ignore: decorator
@inline
function pairs(residual: usize, mean: v128, k: usize): v128 {
  const ones = i16x8.splat(1);
  const a = i16x8.abs(i16x8.sub(v128.load(residual + (k << 5)), mean));
  const b = i16x8.abs(i16x8.sub(v128.load(residual + (k << 5), 16), mean));
  return i32x4.dot_i16x8_s(i16x8.add(a, b), ones);
}

/**
 * Adds one patch to the four sums (Σwu, Σwv, Σw, Σwq) of its 4×4 cells of 2×2 level pixels. w = 1 / max(1, 2 d)³,
 * d being the cell's mean |difference| in grey levels without the patch's mean (the paper has 1 / max(1, d)); q is the
 * patch's texture times the cell's match, 0…1, left out unless wanted.
 */
// @ts-ignore: decorator
@inline
export function addPatch(residual: usize, sumD: f32, flow: v128, sums: usize, stride: usize, plane: usize, withQuality: i32, ridge: f32): void {
  const mean = i16x8.splat(<i16>(sumD * 0.015625));
  const us = v128.shuffle<f32>(flow, flow, 0, 0, 0, 0);
  const vs = v128.shuffle<f32>(flow, flow, 1, 1, 1, 1);
  const texture: f32 = max<f32>(weakerTexture - ridge, 0);
  const qs = f32x4.splat(texture / (texture + TEXTURE_HALF));
  const halfSquared = f32x4.splat(MATCH_HALF * MATCH_HALF);
  // Half a grey level over four pixels × luma scale 16.
  const unit = f32x4.splat(32);
  for (let k: usize = 0; k < 4; k++) {
    const total = f32x4.convert_i32x4_s(pairs(residual, mean, k));
    const closeness = f32x4.div(unit, f32x4.pmax(unit, total));
    const w = f32x4.mul(f32x4.mul(closeness, closeness), closeness);
    let at = sums;
    v128.store(at, f32x4.add(v128.load(at), f32x4.mul(w, us)));
    at += plane;
    v128.store(at, f32x4.add(v128.load(at), f32x4.mul(w, vs)));
    at += plane;
    v128.store(at, f32x4.add(v128.load(at), w));
    if (withQuality) {
      at += plane;
      const match = f32x4.div(halfSquared, f32x4.add(halfSquared, f32x4.mul(total, total)));
      v128.store(at, f32x4.add(v128.load(at), f32x4.mul(w, f32x4.mul(qs, match))));
    }
    sums += stride;
  }
}

/** Divides the sums into an interleaved (u, v) grid of columns × rows. */
export function normaliseFlow(sums: usize, stride: usize, plane: usize, grid: usize, columns: i32, rows: i32): i32 {
  const one = f32x4.splat(1);
  for (let j = 0; j < rows; j++) {
    let out = grid + <usize>((j * columns) << 3);
    const row = sums + <usize>j * stride;
    for (let i = 0; i < columns; i += 4) {
      const at = row + (<usize>i << 2);
      const inverse = f32x4.div(one, v128.load(at + plane * 2));
      const u = f32x4.mul(v128.load(at), inverse);
      const v = f32x4.mul(v128.load(at + plane), inverse);
      // A row's last vector may run into the next row, which is written afterwards; the block has 64 spare bytes.
      v128.store(out, v128.shuffle<f32>(u, v, 0, 4, 1, 5));
      v128.store(out, v128.shuffle<f32>(u, v, 2, 6, 3, 7), 16);
      out += 32;
    }
  }
  return 0;
}

/** Divides Σwq by Σw into a grid of columns × rows, one f32 per cell. */
export function normaliseQuality(sums: usize, stride: usize, plane: usize, quality: usize, columns: i32, rows: i32): i32 {
  for (let j = 0; j < rows; j++) {
    const row = sums + <usize>j * stride + plane * 2;
    const out = quality + <usize>((j * columns) << 2);
    for (let i = 0; i < columns; i += 4) {
      const at = <usize>i << 2;
      v128.store(out + at, f32x4.div(v128.load(row + at + plane), v128.load(row + at)));
    }
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function columnSums(above: usize, middle: usize, below: usize, at: usize): v128 {
  return f32x4.add(f32x4.add(v128.load(middle + at), v128.load(above + at)), v128.load(below + at));
}

/**
 * Sums 3×3 cells of the first three planes (Σwu, Σwv, Σw) into dst, so that cells which match badly take over what their
 * neighbours know. Cells beyond the last patch hold zeros and weigh nothing. `zeros`: stride bytes of zeros.
 */
export function blurSums(src: usize, dst: usize, stride: usize, plane: usize, zeros: usize): i32 {
  for (let channel = 0; channel < 3; channel++) {
    const end = src + plane;
    for (let row = src; row < end; row += stride) {
      const above = row > src ? row - stride : zeros;
      const below = row + stride < end ? row + stride : zeros;
      // Neighbours come from the vectors on either side, in registers: reading them back from memory stalls.
      let before = f32x4.splat(0);
      let now = columnSums(above, row, below, 0);
      const out = dst + (row - src);
      for (let at: usize = 0; at < stride; at += 16) {
        const after = at + 16 < stride ? columnSums(above, row, below, at + 16) : f32x4.splat(0);
        const left = v128.shuffle<f32>(before, now, 3, 4, 5, 6);
        const right = v128.shuffle<f32>(now, after, 1, 2, 3, 4);
        v128.store(out + at, f32x4.add(f32x4.add(left, now), right));
        before = now;
        now = after;
      }
    }
    src += plane;
    dst += plane;
  }
  return 0;
}
