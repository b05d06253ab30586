// What a flow grid is used for: carrying points, composing maps, growing to full resolution, warping a picture.
// A grid is columns × rows interleaved (u, v) f32 in full-resolution pixels; cell (i, j) has its centre at
// pixel (cellPx · i + (cellPx − 1) / 2, …), pixel centres being at whole numbers.

/** Bilinear (u, v) at cell coordinates at = (x, y, …); beyond the outer cell centres the edge repeats. */
// @ts-ignore: decorator
@inline
export function sampleGrid(grid: usize, columns: i32, rows: i32, at: v128): v128 {
  // Clamped and split as vectors: scalar f32.min and max are slow in V8.
  const last = f32x4.convert_i32x4_s(i32x4(columns - 1, rows - 1, 0, 0));
  const clamped = f32x4.pmin(f32x4.pmax(at, f32x4.splat(0)), last);
  const cell = i32x4.trunc_sat_f32x4_s(clamped);
  const part = f32x4.sub(clamped, f32x4.convert_i32x4_s(cell));
  const i = i32x4.extract_lane(cell, 0);
  const j = i32x4.extract_lane(cell, 1);
  const fx = v128.shuffle<f32>(part, part, 0, 0, 0, 0);
  const fy = v128.shuffle<f32>(part, part, 1, 1, 1, 1);
  const right = <usize>(i < columns - 1 ? 8 : 0);
  const above = grid + <usize>((j * columns + i) << 3);
  const below = above + (j < rows - 1 ? <usize>columns << 3 : 0);
  const a = v128.load64_zero(above);
  const b = v128.load64_zero(above + right);
  const c = v128.load64_zero(below);
  const d = v128.load64_zero(below + right);
  const top = f32x4.add(a, f32x4.mul(f32x4.sub(b, a), fx));
  const bottom = f32x4.add(c, f32x4.mul(f32x4.sub(d, c), fx));
  return f32x4.add(top, f32x4.mul(f32x4.sub(bottom, top), fy));
}

/** (x, y) of a cell or point as a vector of which only two lanes matter. */
// @ts-ignore: decorator
@inline
export function pair(x: f32, y: f32): v128 {
  return f32x4.replace_lane(f32x4.splat(x), 1, y);
}

function sampleScalar(grid: usize, columns: i32, rows: i32, x: f32, y: f32): f32 {
  const cx = min(max(x, 0), <f32>(columns - 1));
  const cy = min(max(y, 0), <f32>(rows - 1));
  const i = <i32>cx;
  const j = <i32>cy;
  const fx = cx - <f32>i;
  const fy = cy - <f32>j;
  const right = <usize>(i < columns - 1 ? 4 : 0);
  const above = grid + <usize>((j * columns + i) << 2);
  const below = above + (j < rows - 1 ? <usize>columns << 2 : 0);
  const top = load<f32>(above) + (load<f32>(above + right) - load<f32>(above)) * fx;
  const bottom = load<f32>(below) + (load<f32>(below + right) - load<f32>(below)) * fx;
  return top + (bottom - top) * fy;
}

/**
 * Moves `count` points (x, y pairs in full-resolution pixels) with the flow under them. out may be points.
 * outConfidence (f32 per point) is written when both it and the confidence grid are given.
 */
export function carryPoints(grid: usize, confidence: usize, points: usize, out: usize, outConfidence: usize, count: i32, columns: i32, rows: i32, cellPx: f32): i32 {
  const half: f32 = (cellPx - 1) * 0.5;
  const toCell: f32 = 1 / cellPx;
  for (let k = 0; k < count; k++) {
    const at = <usize>k << 3;
    const px = load<f32>(points + at);
    const py = load<f32>(points + at, 4);
    const x = (px - half) * toCell;
    const y = (py - half) * toCell;
    const flow = sampleGrid(grid, columns, rows, pair(x, y));
    store<f32>(out + at, px + f32x4.extract_lane(flow, 0));
    store<f32>(out + at, py + f32x4.extract_lane(flow, 1), 4);
    if (confidence != 0 && outConfidence != 0) {
      store<f32>(outConfidence + (<usize>k << 2), sampleScalar(confidence, columns, rows, x, y));
    }
  }
  return 0;
}

/**
 * out(x) = first(x) + second(x + first(x)): the map that goes through `first` and then `second`. For backward maps,
 * first is "now → previous" and second is "previous → keyframe". out may be first, not second.
 */
export function composeGrid(first: usize, second: usize, out: usize, columns: i32, rows: i32, cellPx: f32): i32 {
  const toCell: f32 = 1 / cellPx;
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const at = <usize>((j * columns + i) << 3);
      const step = v128.load64_zero(first + at);
      const there = f32x4.add(pair(<f32>i, <f32>j), f32x4.mul(step, f32x4.splat(toCell)));
      v128.store64_lane(out + at, f32x4.add(step, sampleGrid(second, columns, rows, there)), 0);
    }
  }
  return 0;
}

/** Grid → dense interleaved (u, v) at full resolution, width × height, bilinear. cellPx 4. rowBuffer: (columns + 1) × 8 bytes. */
export function upsampleGrid(grid: usize, dst: usize, width: i32, height: i32, columns: i32, rows: i32, rowBuffer: usize): i32 {
  const line = <usize>columns << 3;
  for (let y = 0; y < height; y++) {
    // Pixel y lies at (y − 1.5) / 4 cells: eighths 5, 7, 1, 3 between two rows of cells.
    const j0 = (y + 2) / 4 - 1;
    const weight = f32x4.splat(<f32>((2 * y + 5) & 7) * 0.125);
    const above = grid + <usize>max(j0, 0) * line;
    const below = grid + <usize>min(j0 + 1, rows - 1) * line;
    for (let at: usize = 0; at < line; at += 16) {
      const a = v128.load(above + at);
      v128.store(rowBuffer + at, f32x4.add(a, f32x4.mul(f32x4.sub(v128.load(below + at), a), weight)));
    }
    growRow(rowBuffer, dst + <usize>((y * width) << 3), width, columns);
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function growRow(row: usize, out: usize, width: i32, columns: i32): void {
  const eighth = f32x4(0.125, 0.125, 0.375, 0.375);
  const more = f32x4(0.625, 0.625, 0.875, 0.875);
  // The two pixels left of the first cell centre repeat it.
  let x = 0;
  for (; x < min(2, width); x++) store<u64>(out + (<usize>x << 3), load<u64>(row));
  // Between two cell centres lie four pixels, at eighths 1, 3, 5, 7.
  const groups = min((width - x) >> 2, columns - 1);
  let to = out + (<usize>x << 3);
  let a = v128.load64_splat(row);
  for (const end = row + (<usize>groups << 3); row < end; row += 8, to += 32) {
    const b = v128.load64_splat(row, 8);
    const d = f32x4.sub(b, a);
    v128.store(to, f32x4.add(a, f32x4.mul(d, eighth)));
    v128.store(to, f32x4.add(a, f32x4.mul(d, more)), 16);
    a = b;
  }
  x += groups << 2;
  row -= <usize>groups << 3;
  for (; x < width; x++) {
    const i = (x + 2) / 4 - 1;
    const a = v128.load64_zero(row + (<usize>i << 3));
    const b = v128.load64_zero(row + (<usize>min(i + 1, columns - 1) << 3));
    const weight = f32x4.splat(<f32>((2 * x + 5) & 7) * 0.125);
    v128.store64_lane(out + (<usize>x << 3), f32x4.add(a, f32x4.mul(f32x4.sub(b, a), weight)), 0);
  }
}

/** Grid of twice the cell size → grid (columns × rows), bilinear; the source has ceil(columns / 2) × ceil(rows / 2) cells. */
export function doubleGrid(src: usize, dst: usize, columns: i32, rows: i32): i32 {
  const srcColumns = (columns + 1) >> 1;
  const srcRows = (rows + 1) >> 1;
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const flow = sampleGrid(src, srcColumns, srcRows, pair(<f32>i * 0.5 - 0.25, <f32>j * 0.5 - 0.25));
      v128.store64_lane(dst + <usize>((j * columns + i) << 3), flow, 0);
    }
  }
  return 0;
}

/** The same for a grid of one f32 per cell. */
export function doubleScalar(src: usize, dst: usize, columns: i32, rows: i32): i32 {
  const srcColumns = (columns + 1) >> 1;
  const srcRows = (rows + 1) >> 1;
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const value = sampleScalar(src, srcColumns, srcRows, <f32>i * 0.5 - 0.25, <f32>j * 0.5 - 0.25);
      store<f32>(dst + (<usize>(j * columns + i) << 2), value);
    }
  }
  return 0;
}

/**
 * dst(x) = src(x + map(x)), bilinear, 8-bit luma, rounded half up; beyond the picture its edge repeats. The map is a grid.
 */
export function warpLuma(src: usize, grid: usize, dst: usize, width: i32, height: i32, srcStride: i32, dstStride: i32, columns: i32, rows: i32, cellPx: f32): i32 {
  const half: f32 = (cellPx - 1) * 0.5;
  const toCell: f32 = 1 / cellPx;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const flow = sampleGrid(grid, columns, rows, pair((<f32>x - half) * toCell, (<f32>y - half) * toCell));
      const sx = min(max(<f32>x + f32x4.extract_lane(flow, 0), 0), <f32>(width - 1));
      const sy = min(max(<f32>y + f32x4.extract_lane(flow, 1), 0), <f32>(height - 1));
      const ix = <i32>sx;
      const iy = <i32>sy;
      const right = <usize>(ix < width - 1 ? 1 : 0);
      const p = src + <usize>(iy * srcStride + ix);
      const q = p + (iy < height - 1 ? <usize>srcStride : 0);
      const fx = sx - <f32>ix;
      const top = <f32>load<u8>(p) + (<f32>load<u8>(p + right) - <f32>load<u8>(p)) * fx;
      const bottom = <f32>load<u8>(q) + (<f32>load<u8>(q + right) - <f32>load<u8>(q)) * fx;
      store<u8>(dst + <usize>(y * dstStride + x), <u8>(top + (bottom - top) * (sy - <f32>iy) + 0.5));
    }
  }
  return 0;
}

/** Means of factor × factor cells (fewer at the right and lower edge): a grid that can start a coarse level. */
export function shrinkGrid(src: usize, dst: usize, columns: i32, rows: i32, factor: i32): i32 {
  for (let top = 0; top < rows; top += factor) {
    for (let left = 0; left < columns; left += factor) {
      const right = min(left + factor, columns);
      const bottom = min(top + factor, rows);
      let sum = f32x4.splat(0);
      for (let j = top; j < bottom; j++) {
        for (let i = left; i < right; i++) sum = f32x4.add(sum, v128.load64_zero(src + <usize>((j * columns + i) << 3)));
      }
      v128.store64_lane(dst, f32x4.div(sum, f32x4.splat(<f32>((right - left) * (bottom - top)))), 0);
      dst += 8;
    }
  }
  return 0;
}
