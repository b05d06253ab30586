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
  const a = targetToSource[0]!,
    b = targetToSource[1]!,
    c = targetToSource[3]!,
    d = targetToSource[4]!;
  const shrink = Math.sqrt(Math.abs(a * d - b * c));
  const grid = Math.min(Math.max(Math.ceil(shrink - 0.1), 1), 8);
  const { data, widthPx, heightPx } = source;
  const rowBytes = widthPx * 3,
    lastX = widthPx - 1,
    lastY = heightPx - 1;
  const gain = target.scale.gain / (grid * grid),
    bias = target.scale.bias;
  const { out } = target;
  for (let y = 0, at = 0; y < target.heightPx; y++) {
    for (let x = 0; x < target.widthPx; x++, at += 3) {
      let red = 0,
        green = 0,
        blue = 0;
      for (let sample = 0; sample < grid * grid; sample++) {
        const u = x + ((sample % grid) + 0.5) / grid,
          v = y + (((sample / grid) | 0) + 0.5) / grid;
        // From here on coordinates count from the first pixel's centre.
        const atX = Math.min(Math.max(a * u + b * v + targetToSource[2]! - 0.5, 0), lastX);
        const atY = Math.min(Math.max(c * u + d * v + targetToSource[5]! - 0.5, 0), lastY);
        const x0 = atX | 0,
          y0 = atY | 0;
        const rightOf = x0 < lastX ? 3 : 0;
        const p00 = y0 * rowBytes + x0 * 3,
          p01 = p00 + rightOf;
        const p10 = y0 < lastY ? p00 + rowBytes : p00,
          p11 = p10 + rightOf;
        const fx = atX - x0,
          fy = atY - y0;
        const w11 = fx * fy,
          w01 = fx - w11,
          w10 = fy - w11,
          w00 = 1 - fx - w10;
        red += data[p00]! * w00 + data[p01]! * w01 + data[p10]! * w10 + data[p11]! * w11;
        green += data[p00 + 1]! * w00 + data[p01 + 1]! * w01 + data[p10 + 1]! * w10 + data[p11 + 1]! * w11;
        blue += data[p00 + 2]! * w00 + data[p01 + 2]! * w01 + data[p10 + 2]! * w10 + data[p11 + 2]! * w11;
      }
      out[at] = red * gain + bias;
      out[at + 1] = green * gain + bias;
      out[at + 2] = blue * gain + bias;
    }
  }
}
