import { formats, lumaWeights, type PixelFormat, type YuvMatrix } from './format.js';

/** Rows of a small still picture in a frame's own format: made once, then copied row by row. */
export interface PaintedRows {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rowBytes: number;
  readonly first: Uint8Array;
  /** P216's chroma rows, else null. */
  readonly chroma: Uint8Array | null;
  /** A view of each row of the two, made once: one per row and picture would be garbage on the frame path. */
  readonly firstRows: readonly Uint8Array[];
  readonly chromaRows: readonly Uint8Array[];
}

/** RGBA (alpha ignored) → rows of the format, legal range for YUV. Width even. Not for the frame path: one pixel at a time. */
export function paintRows(
  rgba: Uint8Array,
  widthPx: number,
  heightPx: number,
  format: PixelFormat,
  matrix: YuvMatrix,
): PaintedRows {
  const { kr, kb } = lumaWeights[matrix];
  const layout = formats[format];
  const rowBytes = widthPx * layout.bytesPerPixel;
  const first = new Uint8Array(rowBytes * heightPx);
  const deep = layout.model === 'yuv422' && layout.bitDepth === 16;
  const chroma = deep ? new Uint8Array(rowBytes * heightPx) : null;
  const first16 = deep ? new Uint16Array(first.buffer) : null;
  const chroma16 = chroma ? new Uint16Array(chroma.buffer) : null;
  for (let i = 0; i < widthPx * heightPx; i += 2) {
    let cb = 0,
      cr = 0;
    for (let k = 0; k < 2; k++) {
      const at = (i + k) * 4;
      const r = rgba[at],
        g = rgba[at + 1],
        b = rgba[at + 2];
      if (layout.model === 'rgb') {
        const out = (i + k) * 4;
        const blueFirst = format === 'BGRA' || format === 'BGRX';
        first[out] = blueFirst ? b : r;
        first[out + 1] = g;
        first[out + 2] = blueFirst ? r : b;
        first[out + 3] = 255;
        continue;
      }
      const y = kr * r + (1 - kr - kb) * g + kb * b;
      cb += (b - y) / (2 * (1 - kb)) / 2;
      cr += (r - y) / (2 * (1 - kr)) / 2;
      const luma = 16 + (y * 219) / 255;
      if (first16) first16[i + k] = Math.round(luma * 256);
      else first[(i + k) * 2 + 1] = Math.round(luma);
    }
    if (layout.model === 'rgb') continue;
    const u = 128 + (cb * 224) / 255,
      v = 128 + (cr * 224) / 255;
    if (chroma16) {
      chroma16[i] = Math.round(u * 256);
      chroma16[i + 1] = Math.round(v * 256);
    } else {
      first[i * 2] = Math.round(u);
      first[i * 2 + 2] = Math.round(v);
    }
  }
  const rowsOf = (bytes: Uint8Array): Uint8Array[] =>
    Array.from({ length: heightPx }, (_, row) => bytes.subarray(row * rowBytes, (row + 1) * rowBytes));
  const chromaRows = chroma ? rowsOf(chroma) : [];
  return { widthPx, heightPx, rowBytes, first, chroma, firstRows: rowsOf(first), chromaRows };
}

/** Copies painted rows into a picture at an even x. The rows must lie inside it. */
export function layRows(
  rows: PaintedRows,
  pixels: Uint8Array,
  strideBytes: number,
  heightPx: number,
  format: PixelFormat,
  x: number,
  y: number,
): void {
  const { bytesPerPixel } = formats[format];
  let at = y * strideBytes + x * bytesPerPixel;
  const chromaStart = strideBytes * heightPx;
  for (let row = 0; row < rows.heightPx; row++, at += strideBytes) {
    pixels.set(rows.firstRows[row]!, at);
    if (rows.chroma) pixels.set(rows.chromaRows[row]!, chromaStart + at);
  }
}
