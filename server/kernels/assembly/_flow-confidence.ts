// Forward–backward check on the grid.
import { pair } from './_flow-carry';

/** As sampleGrid, for at least 2×2 cells: two loads instead of four, the last cell reached from the one before it. */
// @ts-ignore: decorator
@inline
function sampleInner(grid: usize, lineBytes: i32, last: v128, at: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(at, f32x4.splat(0)), last);
  const cell = i32x4.trunc_sat_f32x4_s(f32x4.pmin(clamped, f32x4.sub(last, f32x4.splat(1))));
  const part = f32x4.sub(clamped, f32x4.convert_i32x4_s(cell));
  const p = grid + <usize>(i32x4.extract_lane(cell, 1) * lineBytes + (i32x4.extract_lane(cell, 0) << 3));
  const above = v128.load(p);
  const down = f32x4.mul(f32x4.sub(v128.load(p + lineBytes), above), v128.shuffle<f32>(part, part, 1, 1, 1, 1));
  const column = f32x4.add(above, down);
  const right = v128.shuffle<f32>(column, column, 2, 3, 2, 3);
  return f32x4.add(column, f32x4.mul(f32x4.sub(right, column), v128.shuffle<f32>(part, part, 0, 0, 0, 0)));
}

/**
 * Confidence of the forward flow, cell by cell: match × agreement, with agreement = 1 / (1 + (e / tolerance)²),
 * e² = |f + b(x + f)|² and tolerance² = floor² + 0.01 · (|f|² + |b|²) (Sundaram et al., ECCV 2010, smoothed).
 * At least 2×2 cells. Cells whose flow leaves the picture score 0. quality and confidence: f32 per cell; cellPx: full-resolution pixels.
 */
export function crossCheck(forward: usize, backward: usize, quality: usize, confidence: usize, columns: i32, rows: i32, cellPx: f32, floorPx: f32): i32 {
  const toCell = f32x4.splat(1 / cellPx);
  const floorSquared = floorPx * floorPx;
  const least = f32x4.splat(-0.5);
  const most = f32x4.sub(f32x4.convert_i32x4_s(i32x4(columns, rows, 0, 0)), f32x4.splat(0.5));
  const last = f32x4.sub(f32x4.convert_i32x4_s(i32x4(columns, rows, 0, 0)), f32x4.splat(1));
  const lineBytes = columns << 3;
  let at = forward;
  let out = confidence;
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const f = v128.load64_zero(at);
      const there = f32x4.add(pair(<f32>i, <f32>j), f32x4.mul(f, toCell));
      const b = sampleInner(backward, lineBytes, last, there);
      const error = f32x4.add(f, b);
      const errors = f32x4.mul(error, error);
      const lengths = f32x4.add(f32x4.mul(f, f), f32x4.mul(b, b));
      const tolerance = floorSquared + <f32>0.01 * (f32x4.extract_lane(lengths, 0) + f32x4.extract_lane(lengths, 1));
      const missed = f32x4.extract_lane(errors, 0) + f32x4.extract_lane(errors, 1);
      const inside = v128.and(f32x4.ge(there, least), f32x4.le(there, most));
      const stays = (i32x4.bitmask(inside) & 3) == 3;
      store<f32>(out, stays ? (tolerance / (tolerance + missed)) * load<f32>(quality) : 0);
      at += 8;
      out += 4;
      quality += 4;
    }
  }
  return 0;
}
