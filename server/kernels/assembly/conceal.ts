/**
 * Softening a face beyond recognition: what the region shows inside an ellipse is reduced to cells × cells mean colours, which
 * are drawn back by bilinear interpolation under a soft edge. Works on patch rows (_rows.ts), so on every format.
 */
import { overRow, rowToPatch } from './_rows';

const FULL: f32 = 65280.0;

// The ellipse: centre, inverse radii, axes; and its bounding box clipped to the region.
let cx: f32 = 0, cy: f32 = 0, invRx: f32 = 0, invRy: f32 = 0, cosA: f32 = 0, sinA: f32 = 0;
let boxLeft = 0, boxTop = 0, boxRight = 0, boxBottom = 0;
// The stretch of the current row that lies inside; empty if spanLeft >= spanRight.
let spanLeft = 0, spanRight = 0;

/** `pairMask` is ~1 for 4:2:2 (whole pairs), ~0 for RGB. */
function planEllipse(params: usize, width: i32, height: i32, pairMask: i32): void {
  cx = load<f32>(params);
  cy = load<f32>(params, 4);
  // A radius of a hundredth of a pixel holds no pixel centre to speak of, and keeps the inverses finite.
  const rx = Mathf.max(0.01, load<f32>(params, 8)), ry = Mathf.max(0.01, load<f32>(params, 12));
  cosA = load<f32>(params, 16);
  sinA = load<f32>(params, 20);
  invRx = <f32>1.0 / rx;
  invRy = <f32>1.0 / ry;
  const ex = Mathf.sqrt(rx * rx * cosA * cosA + ry * ry * sinA * sinA);
  const ey = Mathf.sqrt(rx * rx * sinA * sinA + ry * ry * cosA * cosA);
  boxLeft = <i32>Mathf.max(0, Mathf.min(<f32>width, Mathf.floor(cx - ex))) & pairMask;
  boxTop = <i32>Mathf.max(0, Mathf.min(<f32>height, Mathf.floor(cy - ey)));
  boxRight = (<i32>Mathf.max(0, Mathf.min(<f32>width, Mathf.ceil(cx + ex))) + ~pairMask) & pairMask;
  boxBottom = <i32>Mathf.max(0, Mathf.min(<f32>height, Mathf.ceil(cy + ey)));
}
/** Solves |((x, y) − c) in ellipse axes| < 1 for the row's pixel centres. */
function planSpan(y: i32, pairMask: i32): void {
  const dy = <f32>y + <f32>0.5 - cy;
  // u = (c·dx + s·dy)/rx, v = (−s·dx + c·dy)/ry; a·dx² + 2b·dx + e = 1
  const a = cosA * cosA * invRx * invRx + sinA * sinA * invRy * invRy;
  const b = cosA * sinA * dy * (invRx * invRx - invRy * invRy);
  const e = dy * dy * (sinA * sinA * invRx * invRx + cosA * cosA * invRy * invRy);
  const root = b * b - a * (e - <f32>1.0);
  if (root <= 0) {
    spanLeft = 0;
    spanRight = 0;
    return;
  }
  const half = Mathf.sqrt(root);
  spanLeft = max(boxLeft, <i32>Mathf.max(0, Mathf.floor(cx + (-b - half) / a)) & pairMask);
  spanRight = min(boxRight, (<i32>Mathf.max(0, Mathf.ceil(cx + (-b + half) / a)) + ~pairMask) & pairMask);
}
/** Cell boundary k of `cells` over [from, to). */
// @ts-ignore: decorator
@inline function boundary(from: i32, to: i32, k: i32, cells: i32): i32 {
  return from + (to - from) * k / cells;
}

/** Adds `count` patch pixels to four f32 sums and a count. i32 lanes hold 32767 full pixels: a row is shorter. */
function addPixels(patch: usize, count: i32, cell: usize): void {
  let sum = i32x4.splat(0);
  for (let i = 0; i < count; i++) sum = i32x4.add(sum, v128.load16x4_u(patch + (<usize>i << 3)));
  v128.store(cell, f32x4.add(v128.load(cell), f32x4.convert_i32x4_s(sum)));
  store<f32>(cell, load<f32>(cell, 16) + <f32>count, 16);
}
/** Cells of 32 bytes: 4 f32 sums, count. Rows are taken every `rowStep`. */
function sumCells(grid: usize, row: usize, src: usize, chroma: usize, stride: i32, format: i32, cells: i32, pairMask: i32, whole: bool, rowStep: i32): void {
  memory.fill(grid, 0, <usize>(cells * cells) << 5);
  const pixelBytes = pairMask == -1 ? 4 : 2;
  for (let cellY = 0; cellY < cells; cellY++) {
    const end = boundary(boxTop, boxBottom, cellY + 1, cells);
    for (let y = boundary(boxTop, boxBottom, cellY, cells); y < end; y += rowStep) {
      if (!whole) planSpan(y, pairMask);
      if (spanLeft >= spanRight) continue;
      const offset = <usize>(y * stride + spanLeft * pixelBytes);
      rowToPatch(format, src + offset, chroma + offset, row, spanRight - spanLeft);
      for (let cellX = 0; cellX < cells; cellX++) {
        const from = max(spanLeft, boundary(boxLeft, boxRight, cellX, cells)), to = min(spanRight, boundary(boxLeft, boxRight, cellX + 1, cells));
        if (from < to) addPixels(row + (<usize>(from - spanLeft) << 3), to - from, grid + (<usize>(cellY * cells + cellX) << 5));
      }
    }
  }
}
/** Sums to means; a cell without pixels (a corner of the box) takes the mean of all, which the edge hides. */
function meanCells(grid: usize, cells: i32): void {
  let total = f32x4.splat(0);
  let count: f32 = 0;
  const end = grid + (<usize>(cells * cells) << 5);
  for (let cell = grid; cell < end; cell += 32) {
    total = f32x4.add(total, v128.load(cell));
    count += load<f32>(cell, 16);
  }
  const mean = f32x4.div(total, f32x4.splat(Mathf.max(1, count)));
  for (let cell = grid; cell < end; cell += 32) {
    const n = load<f32>(cell, 16);
    v128.store(cell, n > 0 ? f32x4.div(v128.load(cell), f32x4.splat(n)) : mean);
  }
}

/** Adding 2^23 leaves a float's rounded whole number in the low bits of its mantissa. */
const MAGIC: f32 = 8388608.0;

/** Position of a pixel centre among cell centres, clamped. */
// @ts-ignore: decorator
@inline function cellPosition(x: i32, from: i32, to: i32, cells: i32): f32 {
  const at = (<f32>(x - from) + <f32>0.5) * <f32>cells / <f32>(to - from) - <f32>0.5;
  return Mathf.max(0, Mathf.min(<f32>(cells - 1), at));
}
/** One line of opaque colours between the cells: `cells` entries of 4 f32. */
function mixCellRows(grid: usize, line: usize, position: f32, cells: i32): void {
  const upper = <i32>position, lower = min(upper + 1, cells - 1);
  const f = f32x4.splat(position - <f32>upper);
  for (let k = 0; k < cells; k++) {
    const a = v128.load(grid + (<usize>(upper * cells + k) << 5)), b = v128.load(grid + (<usize>(lower * cells + k) << 5));
    v128.store(line + (<usize>k << 4), f32x4.replace_lane(f32x4.add(a, f32x4.mul(f32x4.sub(b, a), f)), 3, FULL));
  }
}
/** Patch pixels [spanLeft, spanRight), opaque: one straight stretch from each cell centre to the next, flat beyond the outer ones. */
function drawRow(line: usize, patch: usize, cells: i32): void {
  const pxPerCell = <f32>(boxRight - boxLeft) / <f32>cells;
  const magic = f32x4.splat(MAGIC), low = i32x4.splat(0xffff);
  let x = spanLeft;
  for (let k = -1; k < cells && x < spanRight; k++) {
    const centre = (<f32>k + <f32>0.5) * pxPerCell + <f32>boxLeft - <f32>0.5;
    const end = k == cells - 1 ? spanRight : min(spanRight, <i32>Mathf.ceil(centre + pxPerCell));
    const a = v128.load(line + (<usize>max(k, 0) << 4)), b = v128.load(line + (<usize>min(k + 1, cells - 1) << 4));
    const step = f32x4.div(f32x4.sub(b, a), f32x4.splat(pxPerCell));
    let colour = f32x4.add(a, f32x4.mul(step, f32x4.splat(<f32>x - centre)));
    for (; x < end; x++, patch += 8) {
      // Steps add up to a rounding error that may fall below 0, which the magic number cannot show.
      const word = v128.and(f32x4.add(f32x4.pmax(f32x4.splat(0), colour), magic), low);
      v128.store64_lane(patch, i16x8.narrow_i32x4_u(word, word), 0);
      colour = f32x4.add(colour, step);
    }
  }
}
/** Writes the alpha of the row's patch: full up to 0.75 of the ellipse's radius, falling smoothly to 0 at it. */
function drawEdge(patch: usize, y: i32): void {
  const dy = <f32>y + <f32>0.5 - cy;
  // u and v of the ellipse's axes at the first pixels; they step linearly along the row.
  const dx = f32x4.add(f32x4.splat(<f32>spanLeft + <f32>0.5 - cx), f32x4(0, 1, 2, 3));
  let u = f32x4.mul(f32x4.add(f32x4.mul(dx, f32x4.splat(cosA)), f32x4.splat(sinA * dy)), f32x4.splat(invRx));
  let v = f32x4.mul(f32x4.sub(f32x4.splat(cosA * dy), f32x4.mul(dx, f32x4.splat(sinA))), f32x4.splat(invRy));
  const stepU = f32x4.splat(<f32>4.0 * cosA * invRx), stepV = f32x4.splat(<f32>-4.0 * sinA * invRy);
  const zero = f32x4.splat(0), one = f32x4.splat(1), three = f32x4.splat(3), full = f32x4.splat(FULL);
  for (let x = spanLeft; x < spanRight; x += 4, patch += 32) {
    const d = f32x4.sqrt(f32x4.add(f32x4.mul(u, u), f32x4.mul(v, v)));
    const t = f32x4.pmin(one, f32x4.pmax(zero, f32x4.mul(f32x4.sub(one, d), f32x4.splat(4))));
    const smooth = f32x4.mul(f32x4.mul(t, t), f32x4.sub(three, f32x4.add(t, t)));
    const alpha = v128.and(f32x4.add(f32x4.mul(smooth, full), f32x4.splat(MAGIC)), i32x4.splat(0xffff));
    v128.store16_lane(patch, alpha, 0, 6);
    v128.store16_lane(patch, alpha, 2, 14);
    v128.store16_lane(patch, alpha, 4, 22);
    v128.store16_lane(patch, alpha, 6, 30);
    u = f32x4.add(u, stepU);
    v = f32x4.add(v, stepV);
  }
}

/**
 * Softens the region inside an ellipse; bytes of pixels whose centre lies outside are exactly unchanged (4:2:2 chroma belongs
 * to its pair). Alpha is full within 0.75 of the radii: give an ellipse a third larger than the face.
 *
 * @param params 6 f32: centre x, y and radii in px of the region (corner origin), cos and sin of the first axis; 0 = everything
 * @param cells cells per side of the ellipse's box, 1 … 32
 * @param scratch (width + 16) · 8 + 32 · cells² + 16 · cells bytes
 */
export function soften(
  dst: usize, chroma: usize, params: usize, scratch: usize, width: i32, height: i32, stride: i32, format: i32, cells: i32,
): i32 {
  const isPairs = format == 0 || format == 3;
  const pairMask = isPairs ? ~1 : ~0;
  const pixelBytes = isPairs ? 2 : 4;
  const whole = params == 0;
  const row = scratch, grid = scratch + (<usize>(width + 16) << 3), line = grid + (<usize>(cells * cells) << 5);
  if (whole) {
    boxLeft = spanLeft = 0;
    boxTop = 0;
    boxRight = spanRight = width;
    boxBottom = height;
  } else planEllipse(params, width, height, pairMask);
  if (boxLeft >= boxRight || boxTop >= boxBottom) return 0;
  // Every second row is plenty for a mean, and every eighth of a whole picture.
  sumCells(grid, row, dst, chroma, stride, format, cells, pairMask, whole, whole ? 8 : 2);
  meanCells(grid, cells);
  for (let y = boxTop; y < boxBottom; y++) {
    if (!whole) planSpan(y, pairMask);
    if (spanLeft >= spanRight) continue;
    mixCellRows(grid, line, cellPosition(y, boxTop, boxBottom, cells), cells);
    drawRow(line, row, cells);
    if (!whole) drawEdge(row, y);
    const offset = <usize>(y * stride + spanLeft * pixelBytes);
    overRow(format, row, 0, dst + offset, chroma + offset, spanRight - spanLeft, 256);
  }
  return 0;
}
