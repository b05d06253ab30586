import { newPicture, type FloatPicture } from '../neural/picture.js';

const levels = 256;
const level = (value: number): number => Math.min(Math.max(Math.round(value * (levels - 1)), 0), levels - 1);

/** For each level of `from`, the level of `to` at which the same part of the pixels lies below. */
function transfer(from: FloatPicture, to: FloatPicture, channel: number): Float32Array {
  const below = (picture: FloatPicture): Float64Array => {
    const counts = new Float64Array(levels);
    for (let i = channel; i < picture.data.length; i += 3) counts[level(picture.data[i]!)]!++;
    for (let i = 1; i < levels; i++) counts[i]! += counts[i - 1]!;
    return counts.map((count) => (count * 3) / picture.data.length);
  };
  const a = below(from),
    b = below(to);
  const out = new Float32Array(levels);
  for (let i = 0, j = 0; i < levels; i++) {
    while (j < levels - 1 && b[j]! < a[i]!) j++;
    out[i] = j / (levels - 1);
  }
  return out;
}

const hues = 50,
  saturations = 60;
/** How hue and saturation are spread over a picture. */
function tintHistogram({ data }: FloatPicture): Float64Array {
  const counts = new Float64Array(hues * saturations);
  for (let i = 0; i < data.length; i += 3) {
    const r = data[i]!,
      g = data[i + 1]!,
      b = data[i + 2]!;
    const most = Math.max(r, g, b),
      spread = most - Math.min(r, g, b);
    const turn =
      spread === 0 ? 0 : most === r ? (g - b) / spread : most === g ? 2 + (b - r) / spread : 4 + (r - g) / spread;
    const hue = Math.min(Math.floor((((turn + 6) % 6) / 6) * hues), hues - 1);
    const saturation = Math.min(Math.floor((most === 0 ? 0 : spread / most) * saturations), saturations - 1);
    counts[hue * saturations + saturation]!++;
  }
  return counts;
}
/** Pearson's correlation, −1…1. */
function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const ma = mean(a),
    mb = mean(b);
  let ab = 0,
    aa = 0,
    bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/**
 * Gives a picture the colours of another by matching histograms, the more the likelier the two show the same thing: a face behind
 * a hand must not take on the hand's colours.
 */
export function matchColours(picture: FloatPicture, like: FloatPicture): FloatPicture {
  const amount = (correlation(tintHistogram(picture), tintHistogram(like)) + 1) / 2;
  const tables = [0, 1, 2].map((channel) => transfer(picture, like, channel));
  const out = newPicture(picture.widthPx, picture.heightPx, 3);
  for (let i = 0; i < out.data.length; i++) {
    const value = picture.data[i]!;
    out.data[i] = value + (tables[i % 3]![level(value)]! - value) * amount;
  }
  return out;
}
