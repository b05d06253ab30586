import type { RgbPicture } from '../../server/stages/keyframe/analysis/picture.js';

/** A part of a UYVY picture (Rec.709, legal range) as RGBA. Slow and plain: for looking and measuring only. */
export function uyvyToRgba(
  uyvy: Uint8Array,
  widthPx: number,
  heightPx: number,
  part = { x: 0, y: 0, w: widthPx, h: heightPx },
): Uint8ClampedArray {
  const out = new Uint8ClampedArray(part.w * part.h * 4);
  for (let y = 0; y < part.h; y++) {
    for (let x = 0; x < part.w; x++) {
      const px = part.x + x;
      const at = ((part.y + y) * widthPx + (px & ~1)) * 2;
      const luma = (uyvy[at + (px & 1 ? 3 : 1)]! - 16) * (255 / 219);
      const cb = (uyvy[at]! - 128) * (255 / 224);
      const cr = (uyvy[at + 2]! - 128) * (255 / 224);
      const to = (y * part.w + x) * 4;
      out[to] = luma + 1.5748 * cr;
      out[to + 1] = luma - 0.1873 * cb - 0.4681 * cr;
      out[to + 2] = luma + 1.8556 * cb;
      out[to + 3] = 255;
    }
  }
  return out;
}

/** A whole UYVY picture (Rec.709, legal range) as packed RGB. */
export function rgbOf(uyvy: Uint8Array, widthPx: number, heightPx: number): RgbPicture {
  const rgba = uyvyToRgba(uyvy, widthPx, heightPx);
  const data = new Uint8ClampedArray(widthPx * heightPx * 3);
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = rgba[from]!;
    data[to + 1] = rgba[from + 1]!;
    data[to + 2] = rgba[from + 2]!;
  }
  return { data, widthPx, heightPx };
}
