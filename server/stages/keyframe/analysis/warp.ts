import type { Affine } from '../../../frame/geometry.js';
import type { ByteScale, RgbPicture } from './picture.js';

export interface WarpTarget {
  readonly out: Float32Array | Uint8ClampedArray;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly scale: ByteScale;
}

export const bytesAsTheyAre: ByteScale = { gain: 1, bias: 0 };

/**
 * Fills a picture from another through `targetToSource` (pixels to pixels, corners at 0), bilinear, edge pixels repeated
 * outside. Where the target is coarser than the source, each of its pixels averages a grid of samples. A byte target rounds.
 */
export function warpPicture(source: RgbPicture, targetToSource: Affine, target: WarpTarget): void {
  const [a, b, tx, c, d, ty] = targetToSource as unknown as [number, number, number, number, number, number];
  const shrink = Math.sqrt(Math.abs(a * d - b * c));
  const grid = Math.min(Math.max(Math.ceil(shrink - 0.1), 1), 8);
  const gain = target.scale.gain / (grid * grid), bias = target.scale.bias;
  const { out } = target;
  const sample: [number, number, number] = [0, 0, 0];
  for (let y = 0, at = 0; y < target.heightPx; y++) {
    for (let x = 0; x < target.widthPx; x++, at += 3) {
      sample[0] = sample[1] = sample[2] = 0;
      for (let j = 0; j < grid; j++) {
        const v = y + (j + 0.5) / grid;
        for (let i = 0; i < grid; i++) {
          const u = x + (i + 0.5) / grid;
          addBilinear(source, a * u + b * v + tx - 0.5, c * u + d * v + ty - 0.5, sample);
        }
      }
      out[at] = sample[0] * gain + bias;
      out[at + 1] = sample[1] * gain + bias;
      out[at + 2] = sample[2] * gain + bias;
    }
  }
}

/** Adds the colour at (x, y), which counts from the first pixel's centre, to `sum`. */
function addBilinear(source: RgbPicture, x: number, y: number, sum: [number, number, number]): void {
  const { data, widthPx, heightPx } = source;
  const cx = x < 0 ? 0 : x > widthPx - 1 ? widthPx - 1 : x;
  const cy = y < 0 ? 0 : y > heightPx - 1 ? heightPx - 1 : y;
  const x0 = cx | 0, y0 = cy | 0;
  const fx = cx - x0, fy = cy - y0;
  const right = x0 + 1 < widthPx ? 3 : 0;
  const top = (y0 * widthPx + x0) * 3;
  const bottom = y0 + 1 < heightPx ? top + widthPx * 3 : top;
  const w11 = fx * fy, w01 = fx - w11, w10 = fy - w11, w00 = 1 - fx - fy + w11;
  sum[0] += data[top]! * w00 + data[top + right]! * w01 + data[bottom]! * w10 + data[bottom + right]! * w11;
  sum[1] += data[top + 1]! * w00 + data[top + right + 1]! * w01 + data[bottom + 1]! * w10 + data[bottom + right + 1]! * w11;
  sum[2] += data[top + 2]! * w00 + data[top + right + 2]! * w01 + data[bottom + 2]! * w10 + data[bottom + right + 2]! * w11;
}
