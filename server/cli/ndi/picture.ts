import { formats, lumaWeights, yuvMatrixOf } from '../../frame/format.js';
import type { NdiVideoFrame } from '../../ndi/port.js';

/** What a measuring verb reads of a picture; a frame of the NDI door fits. */
export type Picture = Pick<NdiVideoFrame, 'widthPx' | 'heightPx' | 'strideBytes' | 'format' | 'pixels'>;

export interface LumaReader {
  /** 8-bit luma of a pixel: 16 black, 235 white, for RGB formats too. */
  at(xPx: number, yPx: number): number;
}

/** One function per memory layout, chosen once per picture. For some thousand samples, not for whole pictures on a frame path. */
export function lumaReader(picture: Picture): LumaReader {
  const { pixels, strideBytes, format } = picture;
  if (formats[format].model === 'rgb') {
    const red = format.startsWith('BGR') ? 2 : 0;
    return {
      at: (x, y) => {
        const i = y * strideBytes + x * 4;
        return 16 + (0.2126 * pixels[i + red]! + 0.7152 * pixels[i + 1]! + 0.0722 * pixels[i + 2 - red]!) * (219 / 255);
      },
    };
  }
  // The high byte of a little-endian 16-bit sample is the second one too.
  return { at: (x, y) => pixels[y * strideBytes + x * 2 + 1]! };
}

const columns = 64;
const rows = 36;
/** At most this much of a black picture may be lighter: the label's plate covers some 3 %. */
const lightShareOfBlack = 0.06;
/** Legal black is 16; a codec rings by a few codes. */
const blackBelow = 24;

/** Black apart from a label, by samples on a grid. */
export function isBlack(picture: Picture): boolean {
  const luma = lumaReader(picture);
  let light = 0;
  for (let row = 0; row < rows; row++) {
    const y = Math.floor(((row + 0.5) * picture.heightPx) / rows);
    for (let column = 0; column < columns; column++) {
      const x = Math.floor(((column + 0.5) * picture.widthPx) / columns);
      if (luma.at(x, y) >= blackBelow) light++;
    }
  }
  return light < columns * rows * lightShareOfBlack;
}

/** RGBA, 8 bits, full range, alpha opaque: a still, one pixel at a time. `metadata` may name the YUV matrix. */
export function toRgba(picture: Picture, metadata: string | null): Uint8ClampedArray {
  const { widthPx, heightPx, strideBytes, format, pixels } = picture;
  const out = new Uint8ClampedArray(widthPx * heightPx * 4);
  const layout = formats[format];
  const { kr, kb } = lumaWeights[yuvMatrixOf(widthPx, heightPx, metadata)];
  const deep = layout.bitDepth === 16;
  const chromaAt = deep ? strideBytes * heightPx : 0;
  const red = format.startsWith('BGR') ? 2 : 0;
  for (let y = 0, to = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++, to += 4) {
      out[to + 3] = 255;
      if (layout.model === 'rgb') {
        const i = y * strideBytes + x * 4;
        out[to] = pixels[i + red]!;
        out[to + 1] = pixels[i + 1]!;
        out[to + 2] = pixels[i + 2 - red]!;
        continue;
      }
      const sample = (at: number): number => (deep ? (pixels[at]! | (pixels[at + 1]! << 8)) / 256 : pixels[at]!);
      const row = y * strideBytes;
      const pair = row + (x & ~1) * 2;
      const luma = ((deep ? sample(row + x * 2) : sample(row + x * 2 + 1)) - 16) * (255 / 219);
      const cb = (sample(deep ? chromaAt + pair : pair) - 128) * (255 / 224);
      const cr = (sample(deep ? chromaAt + pair + 2 : pair + 2) - 128) * (255 / 224);
      const r = luma + 2 * (1 - kr) * cr;
      const b = luma + 2 * (1 - kb) * cb;
      out[to] = r;
      out[to + 1] = (luma - kr * r - kb * b) / (1 - kr - kb);
      out[to + 2] = b;
    }
  }
  return out;
}
