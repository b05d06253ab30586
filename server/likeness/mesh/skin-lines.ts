import { boxBlur } from './texture-filters.js';

/** Lines that are looked for: width as a share of the texture's side, and how much of the depth they may take. Crow's feet; folds from nose to mouth. */
const kinds = [
  { widthShare: 1 / 260, depth01: 1 },
  { widthShare: 1 / 110, depth01: 0.55 },
] as const;
/** Shallower than this is uneven skin, codes. */
const leastDepthCodes = 0.9;
/** A valley this deep, codes, is deepened in full. */
const fullDepthCodes = 7;
/** What is curved across its course by this much is a spot, not a line. */
const spotShare = 2.4;

/**
 * The skin's lines: dark valleys that are long, by the curvature of luma along and across them (Frangi et al. 1998, of the eigenvalues of the
 * Hessian). Pores, freckles and blotches are as curved along as across, so that ageing a face does not make it dirty.
 *
 * @param luma side², codes
 * @param bare01 side²: where skin is bare; brows and beard are valleys too
 * @returns side², 0…255: share of the full depth by which a line may be deepened
 */
export function skinLines(luma: Float32Array, bare01: Float32Array, side: number): Uint8Array {
  const texels = side * side;
  const lines = new Uint8Array(texels);
  for (const { widthShare, depth01 } of kinds) {
    const step = Math.max(1, Math.round(side * widthShare));
    const soft = softened(luma, side, step);
    for (let y = step; y < side - step; y++) {
      for (let x = step; x < side - step; x++) {
        const i = y * side + x;
        const depthCodes = Math.max(0, valleyCodes(soft, side, step, i) - leastDepthCodes);
        const shown = Math.round(255 * depth01 * bare01[i]! ** 2 * Math.min(1, depthCodes / fullDepthCodes));
        if (shown > lines[i]!) lines[i] = shown;
      }
    }
  }
  return lines;
}

function softened(luma: Float32Array, side: number, radius: number): Float32Array {
  const once = new Float32Array(luma.length),
    twice = new Float32Array(luma.length);
  boxBlur(luma, side, radius, once);
  boxBlur(once, side, radius, twice);
  return twice;
}

/** How much darker the texel is than what lies `step` beside it across the line it is on, codes; 0 where it is on none. */
function valleyCodes(soft: Float32Array, side: number, step: number, i: number): number {
  const down = step * side;
  const centre = 2 * soft[i]!;
  const xx = (soft[i - step]! + soft[i + step]! - centre) / 2;
  const yy = (soft[i - down]! + soft[i + down]! - centre) / 2;
  const xy = (soft[i - down - step]! + soft[i + down + step]! - soft[i - down + step]! - soft[i + down - step]!) / 8;
  const middle = (xx + yy) / 2;
  const apart = Math.hypot((xx - yy) / 2, xy);
  return Math.max(0, middle + apart - spotShare * Math.abs(middle - apart));
}
