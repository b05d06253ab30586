// One 8×8 patch of the inverse search: its template, its step matrix and one evaluation at a displaced position, 8 pixels per vector.
import { SCRATCH_TEMPLATE } from '../flow-layout';

// @ts-ignore: decorator
@inline
function across(p: usize, fx: v128): v128 {
  const a = v128.load(p);
  return i16x8.add(a, i16x8.q15mulr_sat_s(i16x8.sub(v128.load(p, 2), a), fx));
}

// @ts-ignore: decorator
@inline
function down(a: v128, b: v128, fy: v128): v128 {
  return i16x8.add(a, i16x8.q15mulr_sat_s(i16x8.sub(b, a), fy));
}

/** Adds the four vectors across and returns (Σa, Σb, Σc, Σd). */
// @ts-ignore: decorator
@inline
export function sumEach(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

/** The patch in hand: mean gradient (x, y, 0, 0) and its step matrix, see measurePatch. Globals, as a kernel cannot return them. */
export let meanGradient: v128 = f32x4.splat(0);
export let stepDiagonal: v128 = f32x4.splat(0);
export let stepCross: v128 = f32x4.splat(0);
/** Smaller eigenvalue of the mean-free Hessian, ridge included: how much texture holds the patch in its weaker direction. */
export let weakerTexture: f32 = 0;

/**
 * Copies 8 rows of template, gx and gy to the scratch as 48-byte rows (later loads need one pointer and no stride) and
 * inverts the Hessian H of the mean-free gradients + ridge. A step is −2 H⁻¹ b (gradients carry twice the luma scale):
 * stepDiagonal · b + stepCross · (b swapped).
 */
// @ts-ignore: decorator
@inline
export function measurePatch(image: usize, gx: usize, gy: usize, stride: usize, scratch: usize, ridge: f32): void {
  const zero = i32x4.splat(0);
  let t = scratch + SCRATCH_TEMPLATE;
  let xx = zero, xy = zero, yy = zero, sx = zero, sy = zero;
  for (const end = t + 384; t < end; t += 48) {
    const rowX = v128.load(gx);
    const rowY = v128.load(gy);
    v128.store(t, v128.load(image));
    v128.store(t, rowX, 16);
    v128.store(t, rowY, 32);
    xx = i32x4.add(xx, i32x4.dot_i16x8_s(rowX, rowX));
    xy = i32x4.add(xy, i32x4.dot_i16x8_s(rowX, rowY));
    yy = i32x4.add(yy, i32x4.dot_i16x8_s(rowY, rowY));
    // 8 rows of at most 4080 fit 16 bits.
    sx = i16x8.add(sx, rowX);
    sy = i16x8.add(sy, rowY);
    image += stride;
    gx += stride;
    gy += stride;
  }
  const ones = i16x8.splat(1);
  const products = f32x4.convert_i32x4_s(sumEach(xx, yy, xy, zero));
  const sums = f32x4.convert_i32x4_s(sumEach(i32x4.dot_i16x8_s(sx, ones), i32x4.dot_i16x8_s(sy, ones), zero, zero));
  meanGradient = f32x4.mul(sums, f32x4.splat(0.015625));
  const hessian = f32x4.add(f32x4.sub(products, f32x4.mul(sums, meanGradient)), f32x4.splat(ridge));
  const xxH = f32x4.extract_lane(hessian, 0);
  const yyH = f32x4.extract_lane(hessian, 1);
  const xyH = f32x4.extract_lane(products, 2) - f32x4.extract_lane(sums, 0) * f32x4.extract_lane(meanGradient, 1);
  // The ridge keeps the determinant positive.
  const inverse: f32 = -2 / (xxH * yyH - xyH * xyH);
  stepDiagonal = f32x4.mul(v128.shuffle<f32>(hessian, hessian, 1, 0, 2, 3), f32x4.splat(inverse));
  stepCross = f32x4.splat(-xyH * inverse);
  const half: f32 = 0.5 * (xxH - yyH);
  weakerTexture = 0.5 * (xxH + yyH) - sqrt<f32>(half * half + xyH * xyH);
}

/**
 * Samples the other picture at p + (fx, fy)/32768, subtracts the template and returns (Σ d·gx, Σ d·gy, Σ d, Σ d²) as
 * i32x4; the residual rows go to `out`. The rows are written out because a loop costs a third more here.
 */
// @ts-ignore: decorator
@inline
export function evaluate(p: usize, stride: usize, fx: v128, fy: v128, t: usize, out: usize): v128 {
  let top = across(p, fx);
  p += stride;
  let below = across(p, fx);
  let d = i16x8.sub(down(top, below, fy), v128.load(t));
  v128.store(out, d);
  let sumX = i32x4.dot_i16x8_s(d, v128.load(t, 16));
  let sumY = i32x4.dot_i16x8_s(d, v128.load(t, 32));
  let sumQ = i32x4.dot_i16x8_s(d, d);
  let sumD = d;
  p += stride;
  top = across(p, fx);
  d = i16x8.sub(down(below, top, fy), v128.load(t, 48));
  v128.store(out, d, 16);
  sumX = i32x4.add(sumX, i32x4.dot_i16x8_s(d, v128.load(t, 64)));
  sumY = i32x4.add(sumY, i32x4.dot_i16x8_s(d, v128.load(t, 80)));
  sumQ = i32x4.add(sumQ, i32x4.dot_i16x8_s(d, d));
  sumD = i16x8.add(sumD, d);

  p += stride;
  below = across(p, fx);
  d = i16x8.sub(down(top, below, fy), v128.load(t, 96));
  v128.store(out, d, 32);
  sumX = i32x4.add(sumX, i32x4.dot_i16x8_s(d, v128.load(t, 112)));
  sumY = i32x4.add(sumY, i32x4.dot_i16x8_s(d, v128.load(t, 128)));
  sumQ = i32x4.add(sumQ, i32x4.dot_i16x8_s(d, d));
  sumD = i16x8.add(sumD, d);

  p += stride;
  top = across(p, fx);
  d = i16x8.sub(down(below, top, fy), v128.load(t, 144));
  v128.store(out, d, 48);
  sumX = i32x4.add(sumX, i32x4.dot_i16x8_s(d, v128.load(t, 160)));
  sumY = i32x4.add(sumY, i32x4.dot_i16x8_s(d, v128.load(t, 176)));
  sumQ = i32x4.add(sumQ, i32x4.dot_i16x8_s(d, d));
  sumD = i16x8.add(sumD, d);

  p += stride;
  below = across(p, fx);
  d = i16x8.sub(down(top, below, fy), v128.load(t, 192));
  v128.store(out, d, 64);
  sumX = i32x4.add(sumX, i32x4.dot_i16x8_s(d, v128.load(t, 208)));
  sumY = i32x4.add(sumY, i32x4.dot_i16x8_s(d, v128.load(t, 224)));
  sumQ = i32x4.add(sumQ, i32x4.dot_i16x8_s(d, d));
  sumD = i16x8.add(sumD, d);

  p += stride;
  top = across(p, fx);
  d = i16x8.sub(down(below, top, fy), v128.load(t, 240));
  v128.store(out, d, 80);
  sumX = i32x4.add(sumX, i32x4.dot_i16x8_s(d, v128.load(t, 256)));
  sumY = i32x4.add(sumY, i32x4.dot_i16x8_s(d, v128.load(t, 272)));
  sumQ = i32x4.add(sumQ, i32x4.dot_i16x8_s(d, d));
  sumD = i16x8.add(sumD, d);

  p += stride;
  below = across(p, fx);
  d = i16x8.sub(down(top, below, fy), v128.load(t, 288));
  v128.store(out, d, 96);
  sumX = i32x4.add(sumX, i32x4.dot_i16x8_s(d, v128.load(t, 304)));
  sumY = i32x4.add(sumY, i32x4.dot_i16x8_s(d, v128.load(t, 320)));
  sumQ = i32x4.add(sumQ, i32x4.dot_i16x8_s(d, d));
  sumD = i16x8.add(sumD, d);

  p += stride;
  top = across(p, fx);
  d = i16x8.sub(down(below, top, fy), v128.load(t, 336));
  v128.store(out, d, 112);
  sumX = i32x4.add(sumX, i32x4.dot_i16x8_s(d, v128.load(t, 352)));
  sumY = i32x4.add(sumY, i32x4.dot_i16x8_s(d, v128.load(t, 368)));
  sumQ = i32x4.add(sumQ, i32x4.dot_i16x8_s(d, d));
  sumD = i16x8.add(sumD, d);
  return sumEach(sumX, sumY, i32x4.dot_i16x8_s(sumD, i16x8.splat(1)), sumQ);
}
