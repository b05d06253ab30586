import { lumaWeights, type YuvMatrix } from '../../frame/format.js';
import type { VertexLight } from './relight.js';

/** Codes of red between which a camera goes from measured to clipped. */
const clipFrom = 234;
const clipTo = 250;

/**
 * Where the camera has clipped the skin's red its chroma says nothing: what is to be expected of the skin in the light of the picture before takes its
 * place, so that a glossy forehead neither counts as blue light nor bleaches what is drawn beside it.
 *
 * @param seen (Y, Cb, Cr) from `at` on, legal-range codes; Cb and Cr are changed in place
 * @param reference the same of the performer's skin in flat light
 * @param i the vertex, whose tint in `light` is the picture's before
 */
export function unclipSeen(
  seen: Float32Array,
  reference: Float32Array,
  at: number,
  light: VertexLight,
  i: number,
  matrix: YuvMatrix,
): void {
  const luma = seen[at]! - 16;
  const red = luma * (255 / 219) + (seen[at + 2]! - 128) * ((255 / 224) * 2 * (1 - lumaWeights[matrix].kr));
  const clipped = Math.min(1, (red - clipFrom) / (clipTo - clipFrom));
  if (!(clipped > 0)) return;
  const was = Math.max(12, reference[at]! - 16);
  const cb = 128 + luma * ((reference[at + 1]! - 128) / was + light.tintCb[i]!);
  const cr = 128 + luma * ((reference[at + 2]! - 128) / was + light.tintCr[i]!);
  seen[at + 1]! += (cb - seen[at + 1]!) * clipped;
  seen[at + 2]! += (cr - seen[at + 2]!) * clipped;
}
