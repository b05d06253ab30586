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
 * Adds one patch to the four sums (Σwu, Σwv, Σw, Σwq) of its 4×4 cells of 2×2 level pixels. w = 1 / max(1, 2 d)²,
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
    const w = f32x4.mul(closeness, closeness);
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

/** Divides the sums into an interleaved (u, v) grid of columns × rows and, when quality ≠ 0, a grid of q. */
export function normaliseGrid(sums: usize, stride: usize, plane: usize, grid: usize, quality: usize, columns: i32, rows: i32): i32 {
  const one = f32x4.splat(1);
  for (let j = 0; j < rows; j++) {
    let out = grid + <usize>((j * columns) << 3);
    let outQ = quality + <usize>((j * columns) << 2);
    const row = sums + <usize>j * stride;
    for (let i = 0; i < columns; i += 4) {
      const at = row + (<usize>i << 2);
      const w = v128.load(at + plane * 2);
      const inverse = f32x4.div(one, w);
      const u = f32x4.mul(v128.load(at), inverse);
      const v = f32x4.mul(v128.load(at + plane), inverse);
      // A row's last vector may run into the next row, which is written afterwards; the block has 64 spare bytes.
      v128.store(out, v128.shuffle<f32>(u, v, 0, 4, 1, 5));
      v128.store(out, v128.shuffle<f32>(u, v, 2, 6, 3, 7), 16);
      if (quality) {
        const q = f32x4.mul(v128.load(at + plane * 3), inverse);
        v128.store(outQ, q);
        outQ += 16;
      }
      out += 32;
    }
  }
  return 0;
}

/** Mean of 3×3 cells of an interleaved (u, v) grid; cells beyond the edge repeat it. rowBuffer: (columns + 2) × 8 bytes. */
export function boxGrid(src: usize, dst: usize, columns: i32, rows: i32, rowBuffer: usize): i32 {
  const ninth = f32x4.splat(<f32>(1.0 / 9.0));
  const lineBytes = <usize>columns << 3;
  for (let j = 0; j < rows; j++) {
    const middle = src + <usize>j * lineBytes;
    const above = j > 0 ? middle - lineBytes : middle;
    const below = j < rows - 1 ? middle + lineBytes : middle;
    for (let at: usize = 0; at < lineBytes; at += 16) {
      v128.store(rowBuffer + at, f32x4.add(f32x4.add(v128.load(above + at), v128.load(middle + at)), v128.load(below + at)), 8);
    }
    store<u64>(rowBuffer, load<u64>(rowBuffer, 8));
    store<u64>(rowBuffer + lineBytes, load<u64>(rowBuffer + lineBytes), 8);
    const out = dst + <usize>j * lineBytes;
    for (let at: usize = 0; at < lineBytes; at += 16) {
      const sum = f32x4.add(f32x4.add(v128.load(rowBuffer + at), v128.load(rowBuffer + at, 8)), v128.load(rowBuffer + at, 16));
      v128.store(out + at, f32x4.mul(sum, ninth));
    }
  }
  return 0;
}
