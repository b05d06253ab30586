import { byteScaleOf, type RgbPicture } from './picture.js';
import { Resizer } from './resize.js';

/**
 * The whole picture in the pixels that a network sees: shrunk by `scale` to fit, in the middle, its outermost pixels repeated beside it
 * (black bars look like something to the network). Memory and tables are made once per size of picture.
 */
export class Letterbox {
  readonly pixels: Float32Array;
  scale = 1;
  leftPx = 0;
  topPx = 0;
  #insideWidthPx = 0;
  #insideHeightPx = 0;
  #resizer: Resizer | null = null;

  constructor(
    readonly widthPx: number,
    readonly heightPx: number,
    private readonly range: readonly [number, number],
  ) {
    this.pixels = new Float32Array(widthPx * heightPx * 3);
  }

  /** Fills `pixels`, row by row, interleaved, in the network's range. */
  fit(picture: RgbPicture): void {
    this.scale = Math.min(this.widthPx / picture.widthPx, this.heightPx / picture.heightPx);
    const widthPx = Math.max(Math.round(picture.widthPx * this.scale), 1);
    const heightPx = Math.max(Math.round(picture.heightPx * this.scale), 1);
    this.#insideWidthPx = widthPx;
    this.#insideHeightPx = heightPx;
    this.leftPx = (this.widthPx - widthPx) >> 1;
    this.topPx = (this.heightPx - heightPx) >> 1;
    const from = (this.topPx * this.widthPx + this.leftPx) * 3;
    if (widthPx === picture.widthPx && heightPx === picture.heightPx) this.#copy(picture, from);
    else this.#resize(picture, widthPx, heightPx, from);
    this.#repeatEdges();
  }

  /** A picture that the lane has shrunk to this size already. */
  #copy({ data, widthPx, heightPx }: RgbPicture, offset: number): void {
    const { gain, bias } = byteScaleOf(this.range);
    const rowFloats = widthPx * 3;
    for (let y = 0, from = 0; y < heightPx; y++) {
      const to = offset + y * this.widthPx * 3;
      for (let x = 0; x < rowFloats; x++, from++) this.pixels[to + x] = data[from]! * gain + bias;
    }
  }

  #resize(picture: RgbPicture, widthPx: number, heightPx: number, offset: number): void {
    if (this.#resizer?.fits(picture) !== true)
      this.#resizer = new Resizer(picture.widthPx, picture.heightPx, widthPx, heightPx);
    this.#resizer.run(picture, this.pixels, byteScaleOf(this.range), this.widthPx * 3, offset);
  }

  #repeatEdges(): void {
    const { pixels, leftPx, topPx } = this;
    const row = this.widthPx * 3;
    const right = leftPx + this.#insideWidthPx,
      bottom = topPx + this.#insideHeightPx;
    for (let y = topPx; y < bottom; y++) {
      const first = y * row + leftPx * 3,
        last = y * row + (right - 1) * 3;
      for (let x = 0; x < leftPx; x++) pixels.copyWithin(y * row + x * 3, first, first + 3);
      for (let x = right; x < this.widthPx; x++) pixels.copyWithin(y * row + x * 3, last, last + 3);
    }
    for (let y = 0; y < topPx; y++) pixels.copyWithin(y * row, topPx * row, (topPx + 1) * row);
    for (let y = bottom; y < this.heightPx; y++) pixels.copyWithin(y * row, (bottom - 1) * row, bottom * row);
  }
}
