import { formats, type PixelFormat, type YuvMatrix } from '../frame/format.js';
import { paintRows } from '../frame/paint.js';
import { kernelPixelBytes, type KernelFormat } from '../kernels/formats.js';
import type { KernelMemory } from '../kernels/memory.js';
import type { KernelPicture, PictureKernel } from '../kernels/picture.js';

/** One character, white on opaque black: RGBA, width and height even, the height as asked. */
export type DrawGlyph = (
  character: string,
  heightPx: number,
) => { readonly widthPx: number; readonly heightPx: number; readonly rgba: Uint8Array };

interface Glyph {
  readonly picture: KernelPicture;
  readonly widthPx: number;
}

/** Text is this much of the picture's height where nothing else is said: readable at arm's length, half the label. */
const usualHeightShare = 1 / 32;
/** A show's slates and cues use fewer; a text that goes beyond is cut to what is known. */
const mostGlyphs = 600;

/**
 * Changing text in a picture. Each character is drawn once per picture size and kept in kernel memory as rows of the picture's
 * own format; a text is then a few row copies. Opaque, so that it is readable over anything.
 */
export class BurnIn {
  readonly #glyphs = new Map<string, Glyph>();
  #madeFor = '';

  constructor(
    private readonly memory: KernelMemory,
    private readonly picture: PictureKernel,
    private readonly drawGlyph: DrawGlyph,
    private readonly heightShare = usualHeightShare,
  ) {}

  /** Along the bottom, from the left; what does not fit is left out. Keeps clear of the edge by the label's margin. */
  stamp(
    format: PixelFormat,
    kernelFormat: KernelFormat,
    matrix: YuvMatrix,
    dst: KernelPicture,
    widthPx: number,
    heightPx: number,
    text: string,
  ): void {
    const glyphPx = Math.max(12, Math.round(heightPx * this.heightShare)) & ~1;
    const madeFor = `${format} ${matrix} ${glyphPx}`;
    if (madeFor !== this.#madeFor) {
      this.#madeFor = madeFor;
      this.#glyphs.clear();
    }
    const margin = Math.round(Math.min(widthPx, heightPx) * 0.025) & ~1;
    const y = heightPx - margin - glyphPx;
    if (y < 0) return;
    let x = margin;
    for (const character of text) {
      const glyph = this.#glyph(character, glyphPx, format, matrix);
      if (glyph === null) continue;
      if (x + glyph.widthPx > widthPx - margin) return;
      const at = y * dst.strideBytes + x * kernelPixelBytes(kernelFormat);
      const place = { luma: dst.luma + at, chroma: dst.chroma ? dst.chroma + at : 0, strideBytes: dst.strideBytes };
      this.picture.copy(kernelFormat, glyph.picture, place, glyph.widthPx, glyphPx);
      x += glyph.widthPx;
    }
  }

  #glyph(character: string, heightPx: number, format: PixelFormat, matrix: YuvMatrix): Glyph | null {
    const known = this.#glyphs.get(character);
    if (known) return known;
    if (this.#glyphs.size >= mostGlyphs) return null;
    const { widthPx, rgba } = this.drawGlyph(character, heightPx);
    const rows = paintRows(rgba, widthPx, heightPx, format, matrix);
    const bytes = rows.first.length;
    const luma = this.memory.allocate(bytes * (rows.chroma ? 2 : 1));
    this.memory.u8.set(rows.first, luma);
    if (rows.chroma) this.memory.u8.set(rows.chroma, luma + bytes);
    const strideBytes = widthPx * formats[format].bytesPerPixel;
    const glyph = { picture: { luma, chroma: rows.chroma ? luma + bytes : 0, strideBytes }, widthPx };
    this.#glyphs.set(character, glyph);
    return glyph;
  }
}
