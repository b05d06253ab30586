import { boxBlur, pushPull } from './texture-filters.js';
import { texels, textureSizePx, type Unwrapped } from './unwrap.js';

/** Radii, texels, at which photos are taken apart: pores and hair; lines and folds; features; what is left is tone and light. */
const bandTexels = [3, 12, 40] as const;
/** By which sharpness is judged. */
const fineTexels = 14;
/** A photo is judged by so much round a texel, so that pieces of skin are whole. */
const judgedTexels = 9;
/** One photo speaks wherever it saw a little better: two that are laid over each other blur lines and hair, however well they fit. */
const decisive = 32;
const leastSeen = 0.02;
/** Skin seen so well is seen well enough: then the straightest photo keeps it, where landmarks err least. */
const wellSeen = 0.3;
/** Of 0.85 and 0.6 the latter keeps 2 % more detail and brings identityGain from .874 to .888 (`talk`). */
const notStraightest = 0.6;

export interface MergedSkin {
  /** texels × RGB, 0…255, filled everywhere. */
  readonly rgb: Float32Array;
  /** texels: 0 where no photo looked. */
  readonly seen: Float32Array;
}

/**
 * One skin from several photos by visibility and sharpness. Each texel is of the photo that saw it best; where two meet they are
 * blended band by band, each over its own width (Burt and Adelson 1983). The photos' exposure and white balance are first brought
 * to the first one's.
 */
export function mergePhotos(photos: readonly Unwrapped[]): MergedSkin {
  const first = photos[0]!;
  const seen = new Float32Array(texels);
  for (const photo of photos)
    for (let i = 0; i < texels; i++) if (photo.seen[i]! >= leastSeen) seen[i] = Math.max(seen[i]!, photo.seen[i]!);
  if (photos.length === 1)
    return { rgb: first.rgb.map((value, i) => (seen[Math.floor(i / 3)]! > 0 ? value : 0)), seen };
  const matched = photos.map((photo) => ({ rgb: matchedTo(first, photo), trust: trustIn(photo) }));
  const scores = matched.map(({ rgb, trust }, k) => score(rgb, trust, k === 0 ? 1 : notStraightest));
  const shares = sharesOf(scores);
  const rgb = new Float32Array(texels * 3);
  const sum = new Float32Array(texels * 3),
    weights = new Float32Array(texels),
    share = new Float32Array(texels);
  let finer = matched.map((photo) => photo.rgb);
  for (let band = 0; band <= bandTexels.length; band++) {
    const radius = bandTexels[band];
    sum.fill(0);
    weights.fill(0);
    const coarser = radius === undefined ? null : matched.map(({ trust }, k) => softened(finer[k]!, trust, radius));
    matched.forEach(({ trust }, k) => {
      boxBlur(shares[k]!, textureSizePx, radius ?? bandTexels.at(-1)!, share);
      addBand(finer[k]!, coarser?.[k] ?? null, share, trust, sum, weights);
    });
    for (let i = 0; i < texels * 3; i++) {
      const weight = weights[Math.floor(i / 3)]!;
      if (weight > 0) rgb[i]! += sum[i]! / weight;
    }
    finer = coarser ?? finer;
  }
  return { rgb, seen };
}

function addBand(
  finer: Float32Array,
  coarser: Float32Array | null,
  share: Float32Array,
  trust: Float32Array,
  sum: Float32Array,
  weights: Float32Array,
): void {
  for (let i = 0; i < texels; i++) {
    if (trust[i] === 0) continue;
    const weight = (share[i]! + 1e-6) * trust[i]!;
    weights[i]! += weight;
    for (let k = i * 3; k < i * 3 + 3; k++) sum[k]! += weight * (finer[k]! - (coarser ? coarser[k]! : 0));
  }
}

/** Trust in what a photo shows of each texel, 0…1: where it looked aslant, skin is smeared and mixed with what lies behind. */
const trustIn = ({ seen }: Unwrapped): Float32Array =>
  seen.map((value) => (value >= leastSeen ? Math.min(1, value / wellSeen) : 0));

/** How good a photo is about every texel; 0 where it saw nothing. */
function score(rgb: Float32Array, trust: Float32Array, liked: number): Float32Array {
  const sharp = sharpness(rgb, softened(rgb, trust, fineTexels), trust);
  const own = trust.map((value, i) => value * (0.5 + sharp[i]!));
  const round = new Float32Array(texels);
  boxBlur(own, textureSizePx, judgedTexels, round);
  return round.map((value, i) => (trust[i]! > 0 ? value * liked : 0));
}

/** Of each photo in each texel, 0…1; they sum to 1 where any saw it. */
function sharesOf(scores: readonly Float32Array[]): Float32Array[] {
  const shares = scores.map(() => new Float32Array(texels));
  for (let i = 0; i < texels; i++) {
    const best = scores.reduce((most, values) => Math.max(most, values[i]!), 0);
    if (best <= 0) continue;
    const powers = scores.map((values) => Math.pow(values[i]! / best, decisive));
    const sum = powers.reduce((total, value) => total + value, 0);
    powers.forEach((value, k) => (shares[k]![i] = value / sum));
  }
  return shares;
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

/** Blurs what was seen without letting what was not bleed in: blur(rgb · trust) / blur(trust). */
function softened(rgb: Float32Array, trust: Float32Array, radius: number): Float32Array {
  const out = new Float32Array(texels * 3);
  const plane = new Float32Array(texels),
    blurred = new Float32Array(texels),
    covered = new Float32Array(texels);
  boxBlur(trust, textureSizePx, radius, covered);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < texels; i++) plane[i] = rgb[i * 3 + c]! * trust[i]!;
    boxBlur(plane, textureSizePx, radius, blurred);
    for (let i = 0; i < texels; i++) out[i * 3 + c] = covered[i]! > 0 ? blurred[i]! / covered[i]! : 0;
  }
  return out;
}

/** Local contrast of the fine band, 0…1 (1 from 6 codes on): a photo out of focus loses to a sharp one. */
function sharpness(rgb: Float32Array, soft: Float32Array, trust: Float32Array): Float32Array {
  const contrast = new Float32Array(texels),
    out = new Float32Array(texels);
  for (let i = 0; i < texels; i++) contrast[i] = trust[i]! * Math.abs(rgb[i * 3 + 1]! - soft[i * 3 + 1]!);
  boxBlur(contrast, textureSizePx, fineTexels, out);
  return out.map((value) => Math.min(1, value / 6));
}
