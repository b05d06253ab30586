import { lumaWeights } from '../../frame/format.js';
import { boxBlur } from './texture-filters.js';

/** Half side of the square that a texel is compared with, as a share of the texture's side: about 3 mm of skin. */
const radiusShare = 1 / 64;
/** Codes: luma that spreads less than this within the square is skin with its lines and pores, more is a brow, a lip, the end of a beard. */
const featureCodes = 13;

export interface SmoothSkin {
  /** Texels × RGB, 8 bit, without pores, lines and stubble. */
  readonly smooth: Uint8Array;
  /** Texels, 0…1: how surely this is bare skin and not hair, a lip or the rim of an eye. */
  readonly bare01: Float32Array;
}

/** BT.709 luma of texels × RGB. */
export function lumaOf(rgb: Float32Array): Float32Array {
  const { kr, kb } = lumaWeights.bt709;
  const luma = new Float32Array(rgb.length / 3);
  for (let i = 0; i < luma.length; i++)
    luma[i] = kr * rgb[i * 3]! + (1 - kr - kb) * rgb[i * 3 + 1]! + kb * rgb[i * 3 + 2]!;
  return luma;
}

/**
 * A guided filter (He, Sun and Tang 2013) with the skin's own luma as guide: within each square colour is a line of luma, flat where luma hardly
 * spreads. A plain blur would smear brows and lips over the face.
 *
 * @param rgb side² × 3, codes
 */
export function smoothSkin(rgb: Float32Array, side: number): SmoothSkin {
  const texels = side * side;
  const radius = Math.max(1, Math.round(side * radiusShare));
  const mean = (plane: Float32Array): Float32Array => {
    const out = new Float32Array(texels);
    boxBlur(plane, side, radius, out);
    return out;
  };
  const luma = lumaOf(rgb);
  const lumaMean = mean(luma);
  const spread = mean(luma.map((value) => value * value));
  for (let i = 0; i < texels; i++) spread[i] = Math.max(0, spread[i]! - lumaMean[i]! * lumaMean[i]!);
  const epsilon = featureCodes * featureCodes;
  const bare01 = mean(spread.map((variance) => epsilon / (variance + epsilon)));
  const smooth = new Uint8Array(texels * 3);
  for (let c = 0; c < 3; c++) {
    const colour = luma.map((_, i) => rgb[i * 3 + c]!);
    const colourMean = mean(colour);
    const slope = mean(colour.map((value, i) => value * luma[i]!));
    for (let i = 0; i < texels; i++) slope[i] = (slope[i]! - colourMean[i]! * lumaMean[i]!) / (spread[i]! + epsilon);
    const base = mean(colourMean.map((value, i) => value - slope[i]! * lumaMean[i]!));
    const slopes = mean(slope);
    for (let i = 0; i < texels; i++)
      smooth[i * 3 + c] = Math.min(255, Math.max(0, Math.round(base[i]! + slopes[i]! * luma[i]!)));
  }
  return { smooth, bare01 };
}
