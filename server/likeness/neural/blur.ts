import { newPicture, type FloatPicture } from './picture.js';

/** Gaussian blur, separable, four sigmas wide each way; beyond the edge the picture is mirrored without repeating its last pixel. */
export function gaussian(source: FloatPicture, sigmaPx: number): FloatPicture {
  if (sigmaPx <= 0) return source;
  const radius = Math.max(1, Math.round(4 * sigmaPx));
  const weights = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigmaPx ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  for (let i = 0; i < weights.length; i++) weights[i]! /= sum;
  return along(along(source, weights, 'x'), weights, 'y');
}

function along(source: FloatPicture, weights: Float32Array, axis: 'x' | 'y'): FloatPicture {
  const { widthPx, heightPx, channels, data } = source;
  const out = newPicture(widthPx, heightPx, channels);
  const radius = (weights.length - 1) / 2;
  const length = axis === 'x' ? widthPx : heightPx,
    lines = axis === 'x' ? heightPx : widthPx;
  const step = axis === 'x' ? channels : widthPx * channels,
    lineStep = axis === 'x' ? widthPx * channels : channels;
  const line = new Float32Array(length + 2 * radius);
  for (let l = 0; l < lines; l++) {
    for (let k = 0; k < channels; k++) {
      const start = l * lineStep + k;
      for (let i = 0; i < line.length; i++) line[i] = data[start + mirrored(i - radius, length) * step]!;
      for (let i = 0; i < length; i++) {
        let value = 0;
        for (let w = 0; w < weights.length; w++) value += line[i + w]! * weights[w]!;
        out.data[start + i * step] = value;
      }
    }
  }
  return out;
}

function mirrored(i: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const at = ((i % period) + period) % period;
  return at < length ? at : period - at;
}

/** Least of each pixel and its four neighbours: OpenCV's 3×3 elliptic erosion. Outside the picture nothing is eroded. */
export function erodeCross(source: FloatPicture): FloatPicture {
  const { widthPx, heightPx, data } = source;
  const out = newPicture(widthPx, heightPx, 1);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = y * widthPx + x;
      let least = data[at]!;
      if (x > 0) least = Math.min(least, data[at - 1]!);
      if (x < widthPx - 1) least = Math.min(least, data[at + 1]!);
      if (y > 0) least = Math.min(least, data[at - widthPx]!);
      if (y < heightPx - 1) least = Math.min(least, data[at + widthPx]!);
      out.data[at] = least;
    }
  }
  return out;
}
