import type { ByteScale, RgbPicture } from './picture.js';

/** For each target pixel of one axis: the first source pixel and the weights of the run that starts there. */
interface AxisFilter {
  readonly first: Int32Array;
  readonly weights: Float32Array;
  readonly width: number;
}

/** A tent as wide as the coarser of the two grids: bilinear when enlarging, free of aliasing when shrinking. */
function tentFilter(sourcePx: number, targetPx: number): AxisFilter {
  const step = sourcePx / targetPx;
  const radius = Math.max(step, 1);
  const width = Math.min(Math.floor(2 * radius) + 1, sourcePx);
  const first = new Int32Array(targetPx),
    weights = new Float32Array(targetPx * width);
  for (let i = 0; i < targetPx; i++) {
    const centre = (i + 0.5) * step - 0.5;
    first[i] = Math.min(Math.max(Math.ceil(centre - radius), 0), sourcePx - width);
    let sum = 0;
    for (let k = 0; k < width; k++) {
      const weight = Math.max(1 - Math.abs(first[i]! + k - centre) / radius, 0);
      weights[i * width + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < width; k++) weights[i * width + k]! /= sum;
  }
  return { first, weights, width };
}

/** Resizes whole RGB pictures of one size to another, with tables and memory made once. */
export class Resizer {
  readonly #across: AxisFilter;
  readonly #down: AxisFilter;
  readonly #rows: Float32Array;
  readonly #sourceWidthPx: number;
  readonly #sourceHeightPx: number;
  readonly #widthPx: number;
  readonly #heightPx: number;

  constructor(sourceWidthPx: number, sourceHeightPx: number, widthPx: number, heightPx: number) {
    this.#sourceWidthPx = sourceWidthPx;
    this.#sourceHeightPx = sourceHeightPx;
    this.#widthPx = widthPx;
    this.#heightPx = heightPx;
    this.#across = tentFilter(sourceWidthPx, widthPx);
    this.#down = tentFilter(sourceHeightPx, heightPx);
    this.#rows = new Float32Array(sourceHeightPx * widthPx * 3);
  }

  fits(source: RgbPicture): boolean {
    return source.widthPx === this.#sourceWidthPx && source.heightPx === this.#sourceHeightPx;
  }

  /** Writes widthPx × heightPx × 3 scaled floats; a row of the target is `rowFloats` long and starts at `offset`. */
  run(source: RgbPicture, out: Float32Array, scale: ByteScale, rowFloats = this.#widthPx * 3, offset = 0): void {
    this.#filterAcross(source.data);
    const { first, weights, width } = this.#down;
    const rows = this.#rows,
      rowLength = this.#widthPx * 3;
    for (let y = 0; y < this.#heightPx; y++) {
      const to = offset + y * rowFloats;
      out.fill(scale.bias, to, to + rowLength);
      for (let k = 0; k < width; k++) {
        const weight = weights[y * width + k]! * scale.gain;
        const from = (first[y]! + k) * rowLength;
        for (let x = 0; x < rowLength; x++) out[to + x]! += rows[from + x]! * weight;
      }
    }
  }

  #filterAcross(data: RgbPicture['data']): void {
    const { first, weights, width } = this.#across;
    const rows = this.#rows;
    for (let y = 0, to = 0; y < this.#sourceHeightPx; y++) {
      const row = y * this.#sourceWidthPx * 3;
      for (let x = 0; x < this.#widthPx; x++, to += 3) {
        let red = 0,
          green = 0,
          blue = 0;
        let from = row + first[x]! * 3;
        for (let k = 0, at = x * width; k < width; k++, at++, from += 3) {
          const weight = weights[at]!;
          red += data[from]! * weight;
          green += data[from + 1]! * weight;
          blue += data[from + 2]! * weight;
        }
        rows[to] = red;
        rows[to + 1] = green;
        rows[to + 2] = blue;
      }
    }
  }
}
