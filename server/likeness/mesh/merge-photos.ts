import { boxBlur, pushPull } from './texture-filters.js';
import { texels, textureSizePx, type Unwrapped } from './unwrap.js';

/** Radius of the low band, texels: above it light and tone, which are blended softly; below it pores, which are picked. */
const lowBandTexels = 14;
/** Skin detail is taken from the best photo; a power makes "best" decide. */
const decisive = 6;
const leastSeen = 0.02;

export interface MergedSkin {
  /** texels × RGB, 0…255, filled everywhere. */
  readonly rgb: Float32Array;
  /** texels: 0 where no photo looked. */
  readonly seen: Float32Array;
}

/**
 * One skin from several photos by visibility and sharpness: two bands (Burt and Adelson 1983), tone as the weighted mean of
 * the photos, detail from the photo that saw best. The photos' exposure and white balance are first brought to the first one's.
 */
export function mergePhotos(photos: readonly Unwrapped[]): MergedSkin {
  const first = photos[0]!;
  const low = new Float32Array(texels * 3),
    high = new Float32Array(texels * 3);
  const lowWeight = new Float32Array(texels),
    highWeight = new Float32Array(texels);
  const seen = new Float32Array(texels);
  for (const photo of photos) {
    const rgb = matchedTo(first, photo);
    const { bands, covered } = lowBand(rgb, photo.seen);
    const sharp = sharpness(rgb, bands, photo.seen);
    for (let i = 0; i < texels; i++) {
      const w = photo.seen[i]!;
      if (w < leastSeen || covered[i]! <= 0) continue;
      seen[i] = Math.max(seen[i]!, w);
      const pick = Math.pow(w * (0.5 + sharp[i]!), decisive) + 1e-9;
      lowWeight[i]! += w;
      highWeight[i]! += pick;
      for (let c = 0; c < 3; c++) {
        low[i * 3 + c]! += w * bands[i * 3 + c]!;
        high[i * 3 + c]! += pick * (rgb[i * 3 + c]! - bands[i * 3 + c]!);
      }
    }
  }
  const rgb = new Float32Array(texels * 3);
  for (let i = 0; i < texels * 3; i++) {
    const t = Math.floor(i / 3);
    if (lowWeight[t]! > 0) rgb[i] = low[i]! / lowWeight[t]! + high[i]! / highWeight[t]!;
  }
  return { rgb, seen };
}

/** Fills what `keep` (texels, 0 or 1) leaves out: from the other half of the face where that was seen, else from round about. */
export function fillHoles(skin: MergedSkin, keep: Float32Array): void {
  const { rgb } = skin;
  const weight = keep.slice();
  for (let y = 0; y < textureSizePx; y++) {
    for (let x = 0; x < textureSizePx; x++) {
      const i = y * textureSizePx + x,
        mirror = y * textureSizePx + textureSizePx - 1 - x;
      if (keep[i]! > 0 || keep[mirror]! <= 0) continue;
      weight[i] = 0.5;
      for (let c = 0; c < 3; c++) rgb[i * 3 + c] = rgb[mirror * 3 + c]!;
    }
  }
  pushPull(rgb, weight, textureSizePx);
}

/** Per-channel gain from what both saw well: cameras differ in exposure and white balance, skin does not. */
function matchedTo(first: Unwrapped, photo: Unwrapped): Float32Array {
  if (photo === first) return photo.rgb;
  const sums = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < texels; i++) {
    const w = Math.min(first.seen[i]!, photo.seen[i]!);
    if (w < 0.25) continue;
    for (let c = 0; c < 3; c++) {
      sums[c]! += first.rgb[i * 3 + c]!;
      sums[c + 3]! += photo.rgb[i * 3 + c]!;
    }
  }
  const gain = [0, 1, 2].map((c) => (sums[c + 3]! > 0 ? Math.min(1.7, Math.max(0.6, sums[c]! / sums[c + 3]!)) : 1));
  return photo.rgb.map((value, i) => value * gain[i % 3]!);
}

/** Blurs what was seen without letting what was not bleed in: blur(rgb · w) / blur(w). */
function lowBand(rgb: Float32Array, seen: Float32Array): { bands: Float32Array; covered: Float32Array } {
  const bands = new Float32Array(texels * 3);
  const plane = new Float32Array(texels),
    blurred = new Float32Array(texels),
    covered = new Float32Array(texels);
  const mask = seen.map((w) => (w >= leastSeen ? 1 : 0));
  boxBlur(mask, textureSizePx, lowBandTexels, covered);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < texels; i++) plane[i] = rgb[i * 3 + c]! * mask[i]!;
    boxBlur(plane, textureSizePx, lowBandTexels, blurred);
    for (let i = 0; i < texels; i++) bands[i * 3 + c] = covered[i]! > 0 ? blurred[i]! / covered[i]! : 0;
  }
  return { bands, covered };
}

/** Local contrast of the fine band, 0…1 (1 from 6 codes on): a photo out of focus loses to a sharp one. */
function sharpness(rgb: Float32Array, bands: Float32Array, seen: Float32Array): Float32Array {
  const contrast = new Float32Array(texels),
    out = new Float32Array(texels);
  for (let i = 0; i < texels; i++)
    contrast[i] = seen[i]! >= leastSeen ? Math.abs(rgb[i * 3 + 1]! - bands[i * 3 + 1]!) : 0;
  boxBlur(contrast, textureSizePx, lowBandTexels, out);
  return out.map((value) => Math.min(1, value / 6));
}
