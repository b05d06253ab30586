/** Cut-outs of UYVY pictures: all that the quality bench keeps of a frame. Slow and plain: for benches only. */
import type { BoxPx } from '../../server/frame/geometry.js';
import type { RgbPicture } from '../../server/stages/keyframe/analysis/picture.js';
import { rgbOf } from './pictures.js';

/** UYVY, rows tight. `box` says where it was cut out; its x0 and width are even. */
export interface Part {
  readonly box: BoxPx;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly uyvy: Uint8Array;
}

export interface PictureSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** `grow01` of the box's own size is added on each side; the result lies in the picture, on whole pixels and chroma pairs. */
export function evenBox(box: BoxPx, grow01: number, { widthPx, heightPx }: PictureSize): BoxPx {
  const [growX, growY] = [(box.x1 - box.x0) * grow01, (box.y1 - box.y0) * grow01];
  const hold = (value: number, most: number): number => Math.min(most, Math.max(0, Math.round(value)));
  return {
    x0: hold(box.x0 - growX, widthPx) & ~1,
    y0: hold(box.y0 - growY, heightPx),
    x1: (hold(box.x1 + growX, widthPx) + 1) & ~1,
    y1: hold(box.y1 + growY, heightPx),
  };
}

export function cutPart(uyvy: Uint8Array, pictureWidthPx: number, box: BoxPx): Part {
  const [widthPx, heightPx] = [box.x1 - box.x0, box.y1 - box.y0];
  const out = new Uint8Array(widthPx * heightPx * 2);
  for (let y = 0; y < heightPx; y++) {
    const from = ((box.y0 + y) * pictureWidthPx + box.x0) * 2;
    out.set(uyvy.subarray(from, from + widthPx * 2), y * widthPx * 2);
  }
  return { box, widthPx, heightPx, uyvy: out };
}

/** A smaller cut-out of a cut-out; `box` is in the picture's own pixels. */
export function partIn(part: Part, box: BoxPx): Part {
  const { x0, y0 } = part.box;
  const inner = { x0: box.x0 - x0, y0: box.y0 - y0, x1: box.x1 - x0, y1: box.y1 - y0 };
  return { ...cutPart(part.uyvy, part.widthPx, inner), box };
}

export const rgbOfPart = ({ uyvy, widthPx, heightPx }: Part): RgbPicture => rgbOf(uyvy, widthPx, heightPx);

/** `over` laid on `under` where `alpha` (0…255, one a pixel of the part) says so. */
export function lay(over: Part, under: Part, alpha: Uint8Array): Part {
  const out = new Uint8Array(under.uyvy.length);
  for (let i = 0; i < alpha.length; i++) {
    const at = i * 2;
    const chroma = (alpha[i]! + alpha[i ^ 1]!) / 2;
    out[at] = under.uyvy[at]! + ((over.uyvy[at]! - under.uyvy[at]!) * chroma) / 255;
    out[at + 1] = under.uyvy[at + 1]! + ((over.uyvy[at + 1]! - under.uyvy[at + 1]!) * alpha[i]!) / 255;
  }
  return { ...under, uyvy: out };
}

/** Running means along rows and columns of one byte plane, twice: near enough to a Gaussian of about 0.8 × radius. */
export function softened(
  plane: ArrayLike<number>,
  { widthPx, heightPx }: PictureSize,
  radiusPx: number,
): Float32Array<ArrayBuffer> {
  let from = Float32Array.from(plane);
  for (let pass = 0; pass < 2; pass++) {
    from = runningMean(from, widthPx, heightPx, 1, widthPx, radiusPx);
    from = runningMean(from, heightPx, widthPx, widthPx, 1, radiusPx);
  }
  return from;
}

function runningMean(
  from: Float32Array,
  count: number,
  lines: number,
  step: number,
  lineStep: number,
  radius: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(from.length);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    const at = (i: number): number => from[start + Math.min(count - 1, Math.max(0, i)) * step]!;
    let sum = 0;
    for (let i = -radius; i <= radius; i++) sum += at(i);
    for (let i = 0; i < count; i++) {
      out[start + i * step] = sum / (2 * radius + 1);
      sum += at(i + radius + 1) - at(i - radius);
    }
  }
  return out;
}
