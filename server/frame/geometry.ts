/**
 * A 2-D affine map, row-major [a b tx; c d ty]: x' = a·x + b·y + tx, y' = c·x + d·y + ty.
 * Coordinates are pixel centres at integers + 0.5: the picture's corner is (0, 0).
 */
export type Affine = Float64Array;

export const affine = (a: number, b: number, tx: number, c: number, d: number, ty: number): Affine =>
  Float64Array.of(a, b, tx, c, d, ty);

export function invertAffine(m: Affine, out: Affine = new Float64Array(6)): Affine {
  const a = m[0]!,
    b = m[1]!,
    tx = m[2]!,
    c = m[3]!,
    d = m[4]!,
    ty = m[5]!;
  const det = a * d - b * c;
  const ia = d / det,
    ib = -b / det,
    ic = -c / det,
    id = a / det;
  out[0] = ia;
  out[1] = ib;
  out[2] = -(ia * tx + ib * ty);
  out[3] = ic;
  out[4] = id;
  out[5] = -(ic * tx + id * ty);
  return out;
}

/** first, then second: x → second(first(x)). */
export function composeAffine(second: Affine, first: Affine, out: Affine = new Float64Array(6)): Affine {
  const a = second[0]! * first[0]! + second[1]! * first[3]!;
  const b = second[0]! * first[1]! + second[1]! * first[4]!;
  const tx = second[0]! * first[2]! + second[1]! * first[5]! + second[2]!;
  const c = second[3]! * first[0]! + second[4]! * first[3]!;
  const d = second[3]! * first[1]! + second[4]! * first[4]!;
  const ty = second[3]! * first[2]! + second[4]! * first[5]! + second[5]!;
  out[0] = a;
  out[1] = b;
  out[2] = tx;
  out[3] = c;
  out[4] = d;
  out[5] = ty;
  return out;
}

/** Axis-aligned box in pixels of the picture; x0, y0 inclusive, x1, y1 exclusive. */
export interface BoxPx {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** Whether two boxes have a pixel in common. */
export const boxesMeet = (a: BoxPx, b: BoxPx): boolean => a.x0 < b.x1 && a.x1 > b.x0 && a.y0 < b.y1 && a.y1 > b.y0;
