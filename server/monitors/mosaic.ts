import type { BoxPx } from '../frame/geometry.js';
import { kernelFormats } from '../kernels/formats.js';
import { FrameShrinker } from '../kernels/frame-shrink.js';
import type { KernelMemory } from '../kernels/memory.js';
import type { KernelPicture, PictureKernel } from '../kernels/picture.js';
import type { RegionKernel } from '../kernels/region.js';
import { BurnIn, type DrawGlyph } from './burn-in.js';
import { fitInto, gridOf, type Cell } from './grid.js';

export type TileTally = 'program' | 'preview' | 'none';
/** Red and green as broadcast has them; R G B. */
const tallyColours: Readonly<Record<TileTally, readonly [number, number, number]>> = {
  program: [225, 20, 20],
  preview: [0, 175, 60],
  none: [46, 46, 50],
};
const format = kernelFormats.BGRA;
const bytesPerPixel = 4;
/** Text fills its strip. */
const textShare = 0.8;

export interface MosaicParts {
  readonly memory: KernelMemory;
  readonly region: RegionKernel;
  readonly picture: PictureKernel;
  readonly drawGlyph: DrawGlyph;
}
export interface MosaicShape {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Rows above the tiles, where the label has its place. */
  readonly headerPx: number;
}

/**
 * The picture of a multiview: BGRX, kept in kernel memory and drawn anew only where something changed. A tile's picture is shrunk to its place
 * by the box filter of the previews and never enlarged: a small one stands in the middle.
 */
export class Mosaic {
  readonly strideBytes: number;
  readonly pixels: Uint8Array;
  /** Something was drawn since `taken`. */
  isChanged = true;
  #cells: readonly Cell[] = [];
  #captionText!: BurnIn;
  #headerText!: BurnIn;
  readonly #shrinkers = new Map<string, FrameShrinker>();
  /** What size of picture each tile has round it what it needs of black. */
  readonly #shownAs: string[] = [];
  readonly #canvas: number;
  /** Everything reserved after it belongs to one arrangement of tiles. */
  readonly #mark: number;

  constructor(
    private readonly parts: MosaicParts,
    readonly shape: MosaicShape,
  ) {
    const { memory } = parts;
    this.strideBytes = shape.widthPx * bytesPerPixel;
    this.#canvas = memory.allocate(this.strideBytes * shape.heightPx);
    this.pixels = memory.u8.subarray(this.#canvas, this.#canvas + this.strideBytes * shape.heightPx);
    this.#mark = memory.mark();
    this.arrange(0);
  }

  get cells(): readonly Cell[] {
    return this.#cells;
  }

  /** Black, with so many tiles; what they show has to be drawn anew. */
  arrange(count: number): void {
    const { memory, picture, drawGlyph } = this.parts;
    const { widthPx, heightPx, headerPx } = this.shape;
    memory.rewind(this.#mark);
    this.#shrinkers.clear();
    this.#shownAs.length = 0;
    this.#captionText = new BurnIn(memory, picture, drawGlyph, textShare);
    this.#headerText = new BurnIn(memory, picture, drawGlyph, textShare / 2);
    this.#cells = gridOf(count, widthPx, heightPx, headerPx);
    this.#fill({ x0: 0, y0: 0, x1: widthPx, y1: heightPx }, [0, 0, 0]);
    for (const index of this.#cells.keys()) this.tally(index, 'none');
  }

  /** `bgrx`: a whole picture without gaps between its rows. */
  show(index: number, bgrx: Uint8Array, widthPx: number, heightPx: number): void {
    const cell = this.#cells[index];
    if (!cell) return;
    const { memory, region, picture } = this.parts;
    const fitted = fitInto(cell.picture, widthPx / heightPx);
    const dstWidthPx = Math.min(fitted.x1 - fitted.x0, widthPx & ~1);
    const dstHeightPx = Math.min(fitted.y1 - fitted.y0, heightPx);
    const key = `${widthPx}×${heightPx} ${dstWidthPx}×${dstHeightPx}`;
    let shrinker = this.#shrinkers.get(key);
    if (this.#shownAs[index] !== key) this.#fill(cell.picture, [0, 0, 0]);
    this.#shownAs[index] = key;
    if (!shrinker) {
      // Both sides are called RGBX, so that the kernel leaves the order of the channels as it is.
      shrinker = new FrameShrinker(memory, region, {
        ...{ format: 'RGBX', widthPx, heightPx, dstWidthPx, dstHeightPx, matrix: 'bt709', layout: 'rgbx' },
      });
      this.#shrinkers.set(key, shrinker);
    }
    const luma = shrinker.shrink(bgrx, widthPx * bytesPerPixel);
    const at = fitInto(cell.picture, dstWidthPx / dstHeightPx);
    const x0 = at.x0 + (((at.x1 - at.x0 - dstWidthPx) >> 1) & ~1);
    const y0 = at.y0 + ((at.y1 - at.y0 - dstHeightPx) >> 1);
    const source = { luma, chroma: 0, strideBytes: dstWidthPx * bytesPerPixel };
    picture.copy(format, source, this.#at(x0, y0), dstWidthPx, dstHeightPx);
    this.isChanged = true;
  }

  /** In place of a picture: why there is none. */
  notice(index: number, text: string): void {
    const cell = this.#cells[index];
    if (!cell) return;
    const { x0, x1, y0, y1 } = cell.picture;
    this.#shownAs[index] = '';
    this.#fill(cell.picture, [18, 18, 20]);
    const heightPx = cell.caption.y1 - cell.caption.y0;
    const middle = y0 + (((y1 - y0 - heightPx) >> 1) & ~1);
    this.#write(this.#captionText, { x0: x0 + heightPx, x1, y0: middle, y1: middle + heightPx }, text);
  }

  caption(index: number, text: string): void {
    const cell = this.#cells[index];
    if (!cell) return;
    this.#fill(cell.caption, [0, 0, 0]);
    this.#write(this.#captionText, cell.caption, text);
  }

  /** The border: four strips, so that the picture stays. */
  tally(index: number, tally: TileTally): void {
    const cell = this.#cells[index];
    if (!cell) return;
    const { border, picture, caption } = cell;
    const colour = tallyColours[tally];
    this.#fill({ ...border, y1: picture.y0 }, colour);
    this.#fill({ ...border, y0: caption.y1 }, colour);
    this.#fill({ ...border, x1: picture.x0 }, colour);
    this.#fill({ ...border, x0: picture.x1 }, colour);
  }

  header(text: string): void {
    const { widthPx, headerPx } = this.shape;
    const strip = { x0: 0, y0: 0, x1: widthPx, y1: headerPx };
    this.#fill(strip, [0, 0, 0]);
    const inset = headerPx >> 2;
    this.#write(this.#headerText, { ...strip, x0: inset & ~1, y1: headerPx - inset }, text);
  }

  #write(burnIn: BurnIn, box: BoxPx, text: string): void {
    const [widthPx, heightPx] = [box.x1 - box.x0, box.y1 - box.y0];
    burnIn.stamp('BGRX', format, 'bt709', this.#at(box.x0, box.y0), widthPx, heightPx, text);
    this.isChanged = true;
  }
  #fill(box: BoxPx, [red, green, blue]: readonly [number, number, number]): void {
    this.parts.picture.fill(format, this.#at(box.x0, box.y0), box.x1 - box.x0, box.y1 - box.y0, red, green, blue);
    this.isChanged = true;
  }
  #at(x: number, y: number): KernelPicture {
    const luma = this.#canvas + y * this.strideBytes + x * bytesPerPixel;
    return { luma, chroma: 0, strideBytes: this.strideBytes };
  }
}
