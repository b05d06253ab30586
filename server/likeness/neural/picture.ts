import type { Affine } from '../../frame/geometry.js';

/** Interleaved float picture: 3 channels are RGB, 1 is a mask; 0…1. */
export interface FloatPicture {
  readonly data: Float32Array;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: 1 | 3;
}

export const newPicture = (widthPx: number, heightPx: number, channels: 1 | 3): FloatPicture => ({
  data: new Float32Array(widthPx * heightPx * channels),
  widthPx,
  heightPx,
  channels,
});

export function ofBytes(rgb: Uint8Array | Uint8ClampedArray, widthPx: number, heightPx: number): FloatPicture {
  const out = newPicture(widthPx, heightPx, 3);
  for (let i = 0; i < out.data.length; i++) out.data[i] = rgb[i]! / 255;
  return out;
}

export interface WarpOptions {
  readonly widthPx: number;
  readonly heightPx: number;
  /** What lies outside the source: its edge goes on (OpenCV's BORDER_REPLICATE), or nothing. */
  readonly outside: 'edge' | 'zero';
}

/**
 * Fills a picture from another through `targetToSource` (pixels to pixels, corners at 0), bilinear. Where the target is coarser, each
 * of its pixels averages a grid of samples, so that nothing aliases.
 */
export function warp(source: FloatPicture, targetToSource: Affine, options: WarpOptions): FloatPicture {
  const { channels } = source;
  const out = newPicture(options.widthPx, options.heightPx, channels);
  const [a, b, tx, c, d, ty] = targetToSource as unknown as [number, number, number, number, number, number];
  const shrink = Math.sqrt(Math.abs(a * d - b * c));
  const grid = Math.min(Math.max(Math.ceil(shrink - 0.1), 1), 8);
  const share = 1 / (grid * grid);
  const tap = options.outside === 'edge' ? tapEdge : tapZero;
  for (let y = 0, at = 0; y < options.heightPx; y++) {
    for (let x = 0; x < options.widthPx; x++, at += channels) {
      for (let k = 0; k < grid * grid; k++) {
        const u = x + ((k % grid) + 0.5) / grid,
          v = y + (Math.floor(k / grid) + 0.5) / grid;
        tap(source, a * u + b * v + tx - 0.5, c * u + d * v + ty - 0.5, share, out.data, at);
      }
    }
  }
  return out;
}

function tapEdge(source: FloatPicture, x: number, y: number, share: number, out: Float32Array, at: number): void {
  const cx = Math.min(Math.max(x, 0), source.widthPx - 1),
    cy = Math.min(Math.max(y, 0), source.heightPx - 1);
  const x0 = Math.floor(cx),
    y0 = Math.floor(cy);
  const x1 = Math.min(x0 + 1, source.widthPx - 1),
    y1 = Math.min(y0 + 1, source.heightPx - 1);
  const fx = cx - x0,
    fy = cy - y0;
  const { data, channels, widthPx } = source;
  for (let k = 0; k < channels; k++) {
    const top = data[(y0 * widthPx + x0) * channels + k]! * (1 - fx) + data[(y0 * widthPx + x1) * channels + k]! * fx;
    const bottom =
      data[(y1 * widthPx + x0) * channels + k]! * (1 - fx) + data[(y1 * widthPx + x1) * channels + k]! * fx;
    out[at + k]! += (top * (1 - fy) + bottom * fy) * share;
  }
}

function tapZero(source: FloatPicture, x: number, y: number, share: number, out: Float32Array, at: number): void {
  const x0 = Math.floor(x),
    y0 = Math.floor(y);
  const { data, channels, widthPx, heightPx } = source;
  for (let j = 0; j < 2; j++) {
    for (let i = 0; i < 2; i++) {
      const px = x0 + i,
        py = y0 + j;
      if (px < 0 || py < 0 || px >= widthPx || py >= heightPx) continue;
      const weight = (i ? x - x0 : 1 - x + x0) * (j ? y - y0 : 1 - y + y0) * share;
      for (let k = 0; k < channels; k++) out[at + k]! += data[(py * widthPx + px) * channels + k]! * weight;
    }
  }
}

/** under + (over − under) · mask, pixel by pixel; all of one size. */
export function lay(under: FloatPicture, over: FloatPicture, mask: FloatPicture): FloatPicture {
  const out = newPicture(under.widthPx, under.heightPx, 3);
  for (let i = 0; i < out.data.length; i++) {
    const m = mask.data[Math.floor(i / 3)]!;
    out.data[i] = under.data[i]! + (over.data[i]! - under.data[i]!) * m;
  }
  return out;
}

/** Of a wholly resized picture; corners stay corners. */
export const resizeMap = (from: number, to: number): Affine => Float64Array.of(from / to, 0, 0, 0, from / to, 0);
export function resize(source: FloatPicture, sidePx: number): FloatPicture {
  if (source.widthPx === sidePx) return source;
  return warp(source, resizeMap(source.widthPx, sidePx), { widthPx: sidePx, heightPx: sidePx, outside: 'edge' });
}
