// Inverse search over the patches of one level (Kroeger et al., ECCV 2016, §2.1), with its densification sums (§2.2).
import {
  PLAN_FROM_GX,
  PLAN_FROM_GY,
  PLAN_FROM_IMAGE,
  PLAN_HEIGHT_PX,
  PLAN_MAX_STEPS,
  PLAN_PATCH_COLUMNS,
  PLAN_PATCH_FLOW,
  PLAN_PATCH_ROWS,
  PLAN_PROPAGATE,
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
  PLAN_TO_IMAGE,
  PLAN_WIDTH_PX,
  RESIDUAL_BYTES,
  SCRATCH_RESIDUAL,
} from '../flow-layout';
import { copyTemplate, evaluate, sumEach } from './_flow-patch';
import { addPatch } from './_flow-densify';

// The patch in hand. Globals, because a patch has too many values to return and a kernel may not allocate.
let image: usize = 0;
let stride: usize = 0;
let template: usize = 0;
let maxX: f32 = 0;
let maxY: f32 = 0;
let hessXX: f32 = 0;
let hessXY: f32 = 0;
let hessYY: f32 = 0;
let meanX: f32 = 0;
let meanY: f32 = 0;

/** Hessian of the mean-free gradients, from the copied template. */
function measureTemplate(ridge: f32): void {
  const ones = i16x8.splat(1);
  const zero = i32x4.splat(0);
  let xx = zero, xy = zero, yy = zero, sx = zero, sy = zero;
  for (let t = template, end = template + 384; t < end; t += 48) {
    const gx = v128.load(t, 16);
    const gy = v128.load(t, 32);
    xx = i32x4.add(xx, i32x4.dot_i16x8_s(gx, gx));
    xy = i32x4.add(xy, i32x4.dot_i16x8_s(gx, gy));
    yy = i32x4.add(yy, i32x4.dot_i16x8_s(gy, gy));
    sx = i32x4.add(sx, i32x4.dot_i16x8_s(gx, ones));
    sy = i32x4.add(sy, i32x4.dot_i16x8_s(gy, ones));
  }
  const products = f32x4.convert_i32x4_s(sumEach(xx, xy, yy, zero));
  const sums = f32x4.convert_i32x4_s(sumEach(sx, sy, zero, zero));
  const sumX = f32x4.extract_lane(sums, 0);
  const sumY = f32x4.extract_lane(sums, 1);
  meanX = sumX * 0.015625;
  meanY = sumY * 0.015625;
  hessXX = f32x4.extract_lane(products, 0) - sumX * meanX + ridge;
  hessXY = f32x4.extract_lane(products, 1) - sumX * meanY;
  hessYY = f32x4.extract_lane(products, 2) - sumY * meanY + ridge;
}

/** (Σd·gx, Σd·gy, Σd, Σd²) with the patch's corner at (x, y) of the other picture, clamped to its border. */
// @ts-ignore: decorator
@inline
function evaluateAt(x: f32, y: f32, out: usize): v128 {
  const cx = min(max(x, -15), maxX);
  const cy = min(max(y, -15), maxY);
  const floorX = floor(cx);
  const floorY = floor(cy);
  const p = image + <usize>(<i32>floorY * <i32>stride + (<i32>floorX << 1));
  const fx = i16x8.splat(<i16>((cx - floorX) * 32767));
  const fy = i16x8.splat(<i16>((cy - floorY) * 32767));
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

/** Searches every patch of a level in reading order and adds each to the densification sums. `plan`: see flow-layout. */
export function searchLevel(plan: usize): i32 {
  const from = <usize>load<u32>(plan, PLAN_FROM_IMAGE);
  const fromGx = <usize>load<u32>(plan, PLAN_FROM_GX);
  const fromGy = <usize>load<u32>(plan, PLAN_FROM_GY);
  const columns = load<i32>(plan, PLAN_PATCH_COLUMNS);
  const rows = load<i32>(plan, PLAN_PATCH_ROWS);
  const grid = <usize>load<u32>(plan, PLAN_START_GRID);
  const gridColumns = load<i32>(plan, PLAN_START_COLUMNS);
  const gridRows = load<i32>(plan, PLAN_START_ROWS);
  const sums = <usize>load<u32>(plan, PLAN_SUMS);
  const sumsStride = <usize>load<u32>(plan, PLAN_SUMS_STRIDE_BYTES);
  const sumsPlane = <usize>load<u32>(plan, PLAN_SUMS_PLANE_BYTES);
  const patchFlow = <usize>load<u32>(plan, PLAN_PATCH_FLOW);
  const maxSteps = load<i32>(plan, PLAN_MAX_STEPS);
  const propagate = load<i32>(plan, PLAN_PROPAGATE);
  const scale = load<f32>(plan, PLAN_SCALE);
  const stopSquared = load<f32>(plan, PLAN_STOP_SQUARED);
  const ridge = load<f32>(plan, PLAN_RIDGE);
  const toLevel: f32 = 1 / scale;
  image = <usize>load<u32>(plan, PLAN_TO_IMAGE);
  stride = <usize>load<u32>(plan, PLAN_STRIDE_BYTES);
  template = <usize>load<u32>(plan, PLAN_SCRATCH);
  maxX = <f32>(load<i32>(plan, PLAN_WIDTH_PX) + 6);
  maxY = <f32>(load<i32>(plan, PLAN_HEIGHT_PX) + 6);
  const residual0 = template + SCRATCH_RESIDUAL;
  memory.fill(sums, 0, sumsPlane * 4);

  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const offset = (<usize>(j << 2)) * stride + (<usize>i << 3);
      copyTemplate(from + offset, fromGx + offset, fromGy + offset, stride, template);
      measureTemplate(ridge);
      const cornerX = <f32>(i << 2);
      const cornerY = <f32>(j << 2);
      let u: f32 = 0;
      let v: f32 = 0;
      if (grid) {
        const start = startFrom(grid, gridColumns, gridRows, i, j);
        u = f32x4.extract_lane(start, 0) * toLevel;
        v = f32x4.extract_lane(start, 1) * toLevel;
      }
      let kept = residual0;
      let spare = residual0 + RESIDUAL_BYTES;
      let now = evaluateAt(cornerX + u, cornerY + v, kept);
      let best = spread(now);

      if (propagate) {
        for (let side = 0; side < 2; side++) {
          if (side == 0 ? i == 0 : j == 0) continue;
          const neighbour = patchFlow + ((side == 0 ? j * columns + i - 1 : (j - 1) * columns + i) << 3);
          const nu = load<f32>(neighbour);
          const nv = load<f32>(neighbour, 4);
          // A candidate this close leads the descent to the same place.
          if (abs(nu - u) + abs(nv - v) < 0.5) continue;
          const sums2 = evaluateAt(cornerX + nu, cornerY + nv, spare);
          const ssd = spread(sums2);
          if (ssd < best) {
            best = ssd;
            now = sums2;
            u = nu;
            v = nv;
            const swap = kept;
            kept = spare;
            spare = swap;
          }
        }
      }

      // λ on the diagonal keeps the determinant positive. The factor is 2: gradients carry twice the luma scale.
      const inverse: f32 = -2 / (hessXX * hessYY - hessXY * hessXY);
      for (let step = 0; step < maxSteps; step++) {
        const d = f32x4.extract_lane(now, 2);
        const bx = f32x4.extract_lane(now, 0) - d * meanX;
        const by = f32x4.extract_lane(now, 1) - d * meanY;
        const du = (hessYY * bx - hessXY * by) * inverse;
        const dv = (hessXX * by - hessXY * bx) * inverse;
        if (du * du + dv * dv < stopSquared) {
          u += du;
          v += dv;
          break;
        }
        const next = evaluateAt(cornerX + (u + du), cornerY + (v + dv), spare);
        const ssd = spread(next);
        if (ssd >= best) break;
        best = ssd;
        now = next;
        u += du;
        v += dv;
        const swap = kept;
        kept = spare;
        spare = swap;
      }
      const found = patchFlow + <usize>((j * columns + i) << 3);
      store<f32>(found, u);
      store<f32>(found, v, 4);
      addPatch(kept, f32x4.extract_lane(now, 2), u * scale, v * scale, hessXX, hessXY, hessYY, sums + (<usize>(2 * j)) * sumsStride + (<usize>i << 3), sumsStride, sumsPlane);
    }
  }
  return 0;
}
