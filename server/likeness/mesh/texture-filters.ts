/** Filters over square textures at build time of a bake (seconds are fine; nothing here runs on the frame path). */

/** Mean over (2·radius + 1)² texels, edges held; two running sums. in and out: side² values, may not be the same array. */
export function boxBlur(input: Float32Array, side: number, radius: number, out: Float32Array): void {
  const rows = new Float32Array(input.length);
  blurRows(input, rows, side, radius);
  blurColumns(rows, out, side, radius);
}

function blurRows(input: Float32Array, out: Float32Array, side: number, radius: number): void {
  const n = radius * 2 + 1;
  for (let row = 0; row < input.length; row += side) {
    const first = input[row]!,
      last = input[row + side - 1]!;
    let sum = first * (radius + 1);
    for (let k = 1; k <= radius; k++) sum += k < side ? input[row + k]! : last;
    for (let x = 0; x < side; x++) {
      out[row + x] = sum / n;
      sum +=
        (x + radius + 1 < side ? input[row + x + radius + 1]! : last) - (x > radius ? input[row + x - radius]! : first);
    }
  }
}

/** Row by row with a sum per column: down the columns every step would miss the cache. */
function blurColumns(input: Float32Array, out: Float32Array, side: number, radius: number): void {
  const n = radius * 2 + 1;
  const sums = new Float64Array(side);
  const rowAt = (y: number): number => Math.min(side - 1, Math.max(0, y)) * side;
  for (let k = -radius; k <= radius; k++) {
    const row = rowAt(k);
    for (let x = 0; x < side; x++) sums[x]! += input[row + x]!;
  }
  for (let y = 0; y < side; y++) {
    const comes = rowAt(y + radius + 1),
      goes = rowAt(y - radius);
    for (let x = 0; x < side; x++) {
      out[y * side + x] = sums[x]! / n;
      sums[x]! += input[comes + x]! - input[goes + x]!;
    }
  }
}

/**
 * Gives back what two linear interpolations (photo to texture, texture to picture) take: on average over where a sample falls, one
 * keeps 0.80 of a wave of four texels and half of one of two. With `share` 0.5 the two keep 0.85 and 0.42: no line and no noise
 * comes out stronger than the photo has it.
 *
 * @param rgb side² × 3, changed in place
 */
export function undoInterpolation(rgb: Float32Array, side: number, share: number): void {
  const plane = new Float32Array(side * side),
    soft = new Float32Array(side * side);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < plane.length; i++) plane[i] = rgb[i * 3 + c]!;
    boxBlur(plane, side, 1, soft);
    for (let i = 0; i < plane.length; i++) rgb[i * 3 + c]! += share * (plane[i]! - soft[i]!);
  }
}

/**
 * Fills what has no weight from what has, by push-pull (Gortler et al. 1996): means of ever larger squares. rgb: side² × 3,
 * changed in place; weight: side², 0 takes the fill whole, 1 keeps its own.
 */
export function pushPull(rgb: Float32Array, weight: Float32Array, side: number): void {
  if (side < 2) return;
  const half = Math.ceil(side / 2);
  const small = new Float32Array(half * half * 3);
  const smallWeight = new Float32Array(half * half);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const i = y * side + x,
        to = (y >> 1) * half + (x >> 1);
      const w = weight[i]!;
      smallWeight[to]! += w;
      for (let c = 0; c < 3; c++) small[to * 3 + c]! += w * rgb[i * 3 + c]!;
    }
  }
  for (let i = 0; i < smallWeight.length; i++) {
    const w = smallWeight[i]!;
    if (w > 0) for (let c = 0; c < 3; c++) small[i * 3 + c]! /= w;
    smallWeight[i] = Math.min(1, w);
  }
  pushPull(small, smallWeight, half);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const i = y * side + x;
      const w = weight[i]!;
      if (w >= 1) continue;
      for (let c = 0; c < 3; c++)
        rgb[i * 3 + c] = w * rgb[i * 3 + c]! + (1 - w) * between(small, half, (x - 0.5) / 2, (y - 0.5) / 2, c);
    }
  }
}

function between(rgb: Float32Array, side: number, x: number, y: number, c: number): number {
  const cx = Math.min(side - 1, Math.max(0, x)),
    cy = Math.min(side - 1, Math.max(0, y));
  const x0 = Math.floor(cx),
    y0 = Math.floor(cy);
  const x1 = Math.min(side - 1, x0 + 1),
    y1 = Math.min(side - 1, y0 + 1);
  const fx = cx - x0,
    fy = cy - y0;
  const row = (yy: number): number => rgb[(yy * side + x0) * 3 + c]! * (1 - fx) + rgb[(yy * side + x1) * 3 + c]! * fx;
  return row(y0) * (1 - fy) + row(y1) * fy;
}
