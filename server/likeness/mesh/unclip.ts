import { pushPull } from './texture-filters.js';
import { texels, textureSizePx, type Unwrapped } from './unwrap.js';

/** Codes between which a channel goes from measured to clipped. */
const clipFrom = 236;
const clipTo = 250;
/** No channel is believed to have been clipped by more. */
const mostLost = 1.3;
/** Below this code a texel's colour is too noisy to speak for its neighbours'. */
const leastCode = 40;

/**
 * What an overexposed photo has lost of its brightest channel comes back by the colour of the skin round about: bright skin clips in red first and
 * turns greenish, and light measured against it would be believed to turn from red to blue round the head. Luma rises with it.
 *
 * @returns texels × RGB, 0…331
 */
export function unclipped({ rgb, seen }: Unwrapped): Float32Array {
  const colour = new Float32Array(texels * 3);
  const weight = new Float32Array(texels);
  let isClipped = false;
  for (let i = 0; i < texels; i++) {
    if (seen[i]! <= 0) continue;
    const clipped = clipped01(rgb, i);
    if (clipped > 0) isClipped = true;
    const sum = rgb[i * 3]! + rgb[i * 3 + 1]! + rgb[i * 3 + 2]!;
    if (clipped > 0 || sum < leastCode * 3) continue;
    weight[i] = seen[i]!;
    for (let c = i * 3; c < i * 3 + 3; c++) colour[c] = rgb[c]! / sum;
  }
  if (!isClipped) return rgb;
  pushPull(colour, weight, textureSizePx);
  const out = rgb.slice();
  for (let i = 0; i < texels; i++) {
    const clipped = seen[i]! > 0 ? clipped01(rgb, i) : 0;
    if (clipped > 0) restore(out, colour, i * 3, clipped);
  }
  return out;
}

function clipped01(rgb: Float32Array, i: number): number {
  const most = Math.max(rgb[i * 3]!, rgb[i * 3 + 1]!, rgb[i * 3 + 2]!);
  return Math.min(1, Math.max(0, (most - clipFrom) / (clipTo - clipFrom)));
}

/** The channel that has lost least, by the colour that is expected, says how bright the texel is. */
function restore(rgb: Float32Array, colour: Float32Array, at: number, clipped: number): void {
  let bright = 0;
  for (let c = at; c < at + 3; c++)
    if (rgb[c]! < clipFrom) bright = Math.max(bright, rgb[c]! / Math.max(0.05, colour[c]!));
  for (let c = at; c < at + 3; c++) {
    const whole = Math.min(rgb[c]! * mostLost, bright * colour[c]!);
    rgb[c]! += Math.max(0, whole - rgb[c]!) * clipped;
  }
}
