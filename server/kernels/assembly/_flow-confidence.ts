// Forward–backward check on the grid, four cells at a time.

// The backward grid in hand; last: (columns − 1, rows − 1) twice.
let grid: usize = 0;
let lineBytes = 0;
let last: v128 = f32x4.splat(0);

/** Bilinear (u, v) in lanes 0 and 1, a share fx and fy on from cell (i, j), which has a right and a lower neighbour. */
// @ts-ignore: decorator
@inline
function sampleAt(i: i32, j: i32, fx: v128, fy: v128): v128 {
  const p = grid + <usize>(j * lineBytes + (i << 3));
  const above = v128.load(p);
  const column = f32x4.add(above, f32x4.mul(f32x4.sub(v128.load(p + lineBytes), above), fy));
  const right = v128.shuffle<f32>(column, column, 2, 3, 2, 3);
  return f32x4.add(column, f32x4.mul(f32x4.sub(right, column), fx));
}

/** Backward flow (u, v, u, v) at two places (x, y, x, y) in cells; beyond the outer cell centres the edge repeats. */
// @ts-ignore: decorator
@inline
function sampleTwo(there: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(there, f32x4.splat(0)), last);
  // The last cell is reached from the one before it, so that two loads serve four cells. NaN beyond the grid becomes 0.
  const cell = i32x4.trunc_sat_f32x4_s(f32x4.pmin(clamped, f32x4.sub(last, f32x4.splat(1))));
  const part = f32x4.sub(clamped, f32x4.convert_i32x4_s(cell));
  const a = sampleAt(i32x4.extract_lane(cell, 0), i32x4.extract_lane(cell, 1),
    v128.shuffle<f32>(part, part, 0, 0, 0, 0), v128.shuffle<f32>(part, part, 1, 1, 1, 1));
  const b = sampleAt(i32x4.extract_lane(cell, 2), i32x4.extract_lane(cell, 3),
    v128.shuffle<f32>(part, part, 2, 2, 2, 2), v128.shuffle<f32>(part, part, 3, 3, 3, 3));
  return v128.shuffle<f32>(a, b, 0, 1, 4, 5);
}

/** x² + y² of four (x, y) pairs in two vectors. */
// @ts-ignore: decorator
@inline
function squares(a: v128, b: v128): v128 {
  const aa = f32x4.mul(a, a);
  const bb = f32x4.mul(b, b);
  return f32x4.add(v128.shuffle<f32>(aa, bb, 0, 2, 4, 6), v128.shuffle<f32>(aa, bb, 1, 3, 5, 7));
}

/** All-ones for a pair whose both lanes are set. */
// @ts-ignore: decorator
@inline
function bothOf(a: v128, b: v128): v128 {
  return v128.and(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7));
}

/**
 * Confidence of the forward flow, cell by cell: match × agreement, with agreement = 1 / (1 + (e / tolerance)²),
 * e² = |f + b(x + f)|² and tolerance² = floor² + 0.01 · (|f|² + |b|²) (Sundaram et al., ECCV 2010, smoothed).
 * At least 2×2 cells. Cells whose flow leaves the picture score 0. quality and confidence: f32 per cell, not the same
 * block; cellPx: full-resolution pixels.
 */
export function crossCheck(forward: usize, backward: usize, quality: usize, confidence: usize, columns: i32, rows: i32, cellPx: f32, floorPx: f32): i32 {
  const toCell = f32x4.splat(1 / cellPx);
  const floorSquared = f32x4.splat(floorPx * floorPx);
  const share = f32x4.splat(0.01);
  const size = f32x4.convert_i32x4_s(i32x4(columns, rows, columns, rows));
  const least = f32x4.splat(-0.5);
  const most = f32x4.sub(size, f32x4.splat(0.5));
  grid = backward;
  lineBytes = columns << 3;
  last = f32x4.sub(size, f32x4.splat(1));
  for (let j = 0; j < rows; j++) {
    const row = forward + <usize>(j * lineBytes);
    const rowQ = <usize>((j * columns) << 2);
    let place = f32x4.convert_i32x4_s(i32x4(0, j, 1, j));
    // A row's last vector may run into the next row, which is written afterwards; the block has 64 spare bytes.
    for (let i = 0; i < columns; i += 4) {
      const f0 = v128.load(row + (<usize>i << 3));
      const f1 = v128.load(row + (<usize>i << 3), 16);
      const there0 = f32x4.add(place, f32x4.mul(f0, toCell));
      place = f32x4.add(place, f32x4(2, 0, 2, 0));
      const there1 = f32x4.add(place, f32x4.mul(f1, toCell));
      place = f32x4.add(place, f32x4(2, 0, 2, 0));
      const b0 = sampleTwo(there0);
      const b1 = sampleTwo(there1);
      const missed = squares(f32x4.add(f0, b0), f32x4.add(f1, b1));
      const tolerance = f32x4.add(floorSquared, f32x4.mul(share, f32x4.add(squares(f0, f1), squares(b0, b1))));
      const score = f32x4.mul(f32x4.div(tolerance, f32x4.add(tolerance, missed)), v128.load(quality + rowQ + (<usize>i << 2)));
      const inside0 = v128.and(f32x4.ge(there0, least), f32x4.le(there0, most));
      const inside1 = v128.and(f32x4.ge(there1, least), f32x4.le(there1, most));
      v128.store(confidence + rowQ + (<usize>i << 2), v128.and(score, bothOf(inside0, inside1)));
    }
  }
  return 0;
}
