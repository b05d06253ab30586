import type { VertexLight } from './relight.js';

/** Chroma per luma by which one skin differs from picture to picture by gloss and exposure; what a likeness's hair would show of that. */
const ofSkin = 0.02;
const ofHair = 0.04;

/**
 * The light's colour is read off skin, where it cannot be told from a little more or less colour of the skin itself: gloss takes some, exposure
 * gives some. It is believed as far as it is more than that (Wiener's rule). Grey hair has no colour to lose: a beard would turn teal beside
 * skin that is only a little paler.
 *
 * @param hair01 per vertex, 1 where the likeness has hair and no skin
 * @param light changed in place
 */
export function believeTint(light: VertexLight, hair01: Float32Array): void {
  for (let i = 0; i < hair01.length; i++) {
    const cb = light.tintCb[i]!,
      cr = light.tintCr[i]!;
    const doubt = ofSkin + (ofHair - ofSkin) * hair01[i]!;
    const square = cb * cb + cr * cr;
    const believed = square / (square + doubt * doubt);
    light.tintCb[i] = cb * believed;
    light.tintCr[i] = cr * believed;
  }
}
