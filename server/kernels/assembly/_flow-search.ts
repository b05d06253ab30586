// Inverse search over the patches of one level (Kroeger et al., ECCV 2016, §2.1), with its densification sums (§2.2).
import {
  PLAN_CHECKERBOARD,
  PLAN_FROM_GX,
  PLAN_FROM_GY,
  PLAN_FROM_IMAGE,
  PLAN_HEIGHT_PX,
  PLAN_MAX_STEPS,
  PLAN_PATCH_COLUMNS,
  PLAN_PATCH_FLOW,
  PLAN_PATCH_ROWS,
  PLAN_RIDGE,
  PLAN_SCALE,
  PLAN_SCRATCH,
  PLAN_START_COLUMNS,
  PLAN_START_GRID,
  PLAN_START_ROWS,
  PLAN_STOP_SQUARED,
  PLAN_STRIDE_BYTES,
  PLAN_SUMS,
  PLAN_SUMS_PLANE_BYTES,
  PLAN_SUMS_STRIDE_BYTES,
  PLAN_SWEEPS,
  PLAN_TO_IMAGE,
  PLAN_WIDTH_PX,
  PLAN_WITH_QUALITY,
  RESIDUAL_BYTES,
  SCRATCH_RESIDUAL,
} from '../flow-layout';
import { evaluate, meanGradient, measurePatch, stepCross, stepDiagonal } from './_flow-patch';
import { addPatch } from './_flow-densify';

// The level in hand.
let image: usize = 0;
let stride: usize = 0;
let template: usize = 0;
let maxCorner: v128 = f32x4.splat(0);
let columns = 0;
let rows = 0;
let patchFlow: usize = 0;
let maxSteps = 0;
let stopSquared: f32 = 0;
let foundSumD: f32 = 0;

/** (Σd·gx, Σd·gy, Σd, Σd²) with the patch's corner at (x, y) of the other picture, clamped to its border. */
// @ts-ignore: decorator
@inline
function evaluateAt(corner: v128, out: usize): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(corner, f32x4.splat(-15)), maxCorner);
  const whole = f32x4.floor(clamped);
  const at = i32x4.trunc_sat_f32x4_s(whole);
  const part = i32x4.trunc_sat_f32x4_s(f32x4.mul(f32x4.sub(clamped, whole), f32x4.splat(32767)));
  const p = image + <usize>(i32x4.extract_lane(at, 1) * <i32>stride + (i32x4.extract_lane(at, 0) << 1));
  const fx = v128.shuffle<i16>(part, part, 0, 0, 0, 0, 0, 0, 0, 0);
  const fy = v128.shuffle<i16>(part, part, 2, 2, 2, 2, 2, 2, 2, 2);
  return f32x4.convert_i32x4_s(evaluate(p, stride, fx, fy, template, out));
}

/** Sum of squared differences after removal of the mean difference. */
// @ts-ignore: decorator
@inline
function spread(sums: v128): f32 {
  const d = f32x4.extract_lane(sums, 2);
  return f32x4.extract_lane(sums, 3) - d * d * 0.015625;
}

/**
 * Start of the search: mean of the four cells of the coarser grid around the patch centre, in full-resolution pixels.
 * A cell of that grid is PATCH_STEP_PX level pixels wide, so patch (i, j) sits between cells i and i + 1.
 */
// @ts-ignore: decorator
@inline
function startFrom(grid: usize, columns: i32, rows: i32, i: i32, j: i32): v128 {
  const left = <usize>min(i, columns - 1) << 3;
  const right = <usize>min(i + 1, columns - 1) << 3;
  const above = grid + <usize>((min(j, rows - 1) * columns) << 3);
  const below = grid + <usize>((min(j + 1, rows - 1) * columns) << 3);
  const sum = f32x4.add(
    f32x4.add(v128.load64_zero(above + left), v128.load64_zero(above + right)),
    f32x4.add(v128.load64_zero(below + left), v128.load64_zero(below + right)),
  );
  return f32x4.mul(sum, f32x4.splat(0.25));
}

/**
 * Searches one patch from the flow `start` (u, v in level pixels) and, when side ≠ 0, from what its neighbours on that side (−1: left and above, 1: right
 * and below) have found. Stores the result in patchFlow and returns the residual buffer that belongs to it.
 */
function searchPatch(i: i32, j: i32, start: v128, side: i32): usize {
  const corner = f32x4.convert_i32x4_s(i32x4(i << 2, j << 2, 0, 0));
  let flow = start;
  let kept = template + SCRATCH_RESIDUAL;
  let spare = kept + RESIDUAL_BYTES;
  let now = evaluateAt(f32x4.add(corner, flow), kept);
  let best = spread(now);
  for (let k = 0; k < 2 && side != 0; k++) {
    const ni = k == 0 ? i + side : i;
    const nj = k == 0 ? j : j + side;
    if (ni < 0 || nj < 0 || ni >= columns || nj >= rows) continue;
    const candidate = v128.load64_zero(patchFlow + <usize>((nj * columns + ni) << 3));
    const apart = f32x4.abs(f32x4.sub(candidate, flow));
    // A candidate this close leads the descent to the same place.
    if (f32x4.extract_lane(apart, 0) + f32x4.extract_lane(apart, 1) < 0.5) continue;
    const sums = evaluateAt(f32x4.add(corner, candidate), spare);
    const ssd = spread(sums);
    // Only a clear win counts: between two poor matches the smoother start is the better guess.
    if (ssd < best * 0.5) {
      best = ssd;
      now = sums;
      flow = candidate;
      const swap = kept;
      kept = spare;
      spare = swap;
    }
  }
  for (let step = 1; ; step++) {
    const b = f32x4.sub(now, f32x4.mul(v128.shuffle<f32>(now, now, 2, 2, 2, 2), meanGradient));
    const move = f32x4.add(f32x4.mul(stepDiagonal, b), f32x4.mul(stepCross, v128.shuffle<f32>(b, b, 1, 0, 2, 3)));
    const du = f32x4.extract_lane(move, 0);
    const dv = f32x4.extract_lane(move, 1);
    const lengthSquared = du * du + dv * dv;
    if (lengthSquared < stopSquared || step == maxSteps) {
      // The last step is taken on trust, unless it is a leap.
      if (lengthSquared < 1) flow = f32x4.add(flow, move);
      break;
    }
    const next = f32x4.add(flow, move);
    const sums = evaluateAt(f32x4.add(corner, next), spare);
    const ssd = spread(sums);
    if (ssd >= best) break;
    best = ssd;
    now = sums;
    flow = next;
    const swap = kept;
    kept = spare;
    spare = swap;
  }
  v128.store64_lane(patchFlow + <usize>((j * columns + i) << 3), flow, 0);
  foundSumD = f32x4.extract_lane(now, 2);
  return kept;
}

/** A corner cell has no other patch over it. */
// @ts-ignore: decorator
@inline
function isCorner(i: i32, j: i32): bool {
  return (i == 0 || i == columns - 1) && (j == 0 || j == rows - 1);
}

/** Searches every patch of a level (or every second one, as on a checkerboard) and adds each to the densification sums. `plan`: see flow-layout. */
export function searchLevel(plan: usize): i32 {
  const from = <usize>load<u32>(plan, PLAN_FROM_IMAGE);
  const fromGx = <usize>load<u32>(plan, PLAN_FROM_GX);
  const fromGy = <usize>load<u32>(plan, PLAN_FROM_GY);
  const grid = <usize>load<u32>(plan, PLAN_START_GRID);
  const gridColumns = load<i32>(plan, PLAN_START_COLUMNS);
  const gridRows = load<i32>(plan, PLAN_START_ROWS);
  const sums = <usize>load<u32>(plan, PLAN_SUMS);
  const sumsStride = <usize>load<u32>(plan, PLAN_SUMS_STRIDE_BYTES);
  const sumsPlane = <usize>load<u32>(plan, PLAN_SUMS_PLANE_BYTES);
  const sweeps = load<i32>(plan, PLAN_SWEEPS);
  const scale = load<f32>(plan, PLAN_SCALE);
  const ridge = load<f32>(plan, PLAN_RIDGE);
  const toLevel = f32x4.splat(1 / scale);
  const withQuality = load<i32>(plan, PLAN_WITH_QUALITY);
  const checkerboard = load<i32>(plan, PLAN_CHECKERBOARD);
  columns = load<i32>(plan, PLAN_PATCH_COLUMNS);
  rows = load<i32>(plan, PLAN_PATCH_ROWS);
  patchFlow = <usize>load<u32>(plan, PLAN_PATCH_FLOW);
  maxSteps = load<i32>(plan, PLAN_MAX_STEPS);
  stopSquared = load<f32>(plan, PLAN_STOP_SQUARED);
  image = <usize>load<u32>(plan, PLAN_TO_IMAGE);
  stride = <usize>load<u32>(plan, PLAN_STRIDE_BYTES);
  template = <usize>load<u32>(plan, PLAN_SCRATCH);
  // The bilinear sample of a patch at width + 6 ends at width + 14, inside the border.
  maxCorner = f32x4.add(f32x4(<f32>load<i32>(plan, PLAN_WIDTH_PX), <f32>load<i32>(plan, PLAN_HEIGHT_PX), 0, 0), f32x4.splat(6));
  memory.fill(sums, 0, sumsPlane * (withQuality ? 4 : 3));

  const patches = columns * rows;
  for (let sweep = 0; sweep < max(sweeps, 1); sweep++) {
    for (let n = 0; n < patches; n++) {
      // The second sweep runs backwards, so that good matches also travel left and up.
      const k = sweep == 0 ? n : patches - 1 - n;
      const j = k / columns;
      const i = k - j * columns;
      if (checkerboard && ((i + j) & 1) && !isCorner(i, j)) continue;
      const offset = <usize>(j << 2) * stride + (<usize>i << 3);
      measurePatch(from + offset, fromGx + offset, fromGy + offset, stride, template, ridge);
      const found = patchFlow + (<usize>k << 3);
      let start = f32x4.splat(0);
      if (sweep > 0) {
        start = v128.load64_zero(found);
      } else if (grid) {
        start = f32x4.mul(startFrom(grid, gridColumns, gridRows, i, j), toLevel);
      }
      const residual = searchPatch(i, j, start, sweeps == 0 ? 0 : sweep == 0 ? -1 : 1);
      if (sweep < sweeps - 1) continue;
      const cells = sums + <usize>(2 * j) * sumsStride + (<usize>i << 3);
      const flow = f32x4.mul(v128.load64_zero(found), f32x4.splat(scale));
      addPatch(residual, foundSumD, flow, cells, sumsStride, sumsPlane, withQuality, ridge);
    }
  }
  return 0;
}
