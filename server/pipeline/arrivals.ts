import type { BoxPx } from '../frame/geometry.js';

export const arrivalColumns = 16;
export const arrivalRows = 9;
const cells = arrivalColumns * arrivalRows;
/** Pictures that a detection may be old. */
const ringFrames = 16;
/** Change of a cell's mean beyond that of the whole picture, codes, since somebody last looked. Grain and wall content stay below. */
const changedCodes = 5;

/**
 * Who may be coming in: the parts of the picture that have changed since the detector last looked, as far as they reach its left, right
 * or upper edge. A performer who is missed is hidden there until somebody has looked; the lower edge does not count, since everybody
 * who stands in the picture reaches it.
 */
export class Arrivals {
  readonly #ring = Array.from({ length: ringFrames }, () => new Float32Array(cells));
  readonly #frames = new Int32Array(ringFrames).fill(-1);
  readonly #seen = new Float32Array(cells);
  #looked = false;
  readonly #changed = new Uint8Array(cells);
  readonly #stack = new Int32Array(cells);

  /** The grid to be filled with this picture's cell means. */
  gridOf(frameNumber: number): Float32Array {
    const at = frameNumber % ringFrames;
    this.#frames[at] = frameNumber;
    return this.#ring[at]!;
  }

  /** A detection of this picture is in. */
  looked(frameNumber: number): void {
    const at = frameNumber % ringFrames;
    if (this.#frames[at] !== frameNumber) return;
    this.#seen.set(this.#ring[at]!);
    this.#looked = true;
  }
  forget(): void {
    this.#looked = false;
  }

  /** Writes the box of what has come in, grown by a cell, into `out`; false where nothing has. */
  find(frameNumber: number, widthPx: number, heightPx: number, out: BoxPx): boolean {
    if (!this.#looked) return false;
    const now = this.#ring[frameNumber % ringFrames]!;
    let mean = 0;
    for (let i = 0; i < cells; i++) mean += now[i]! - this.#seen[i]!;
    mean /= cells;
    for (let i = 0; i < cells; i++) this.#changed[i] = Math.abs(now[i]! - this.#seen[i]! - mean) > changedCodes ? 1 : 0;
    let [x0, y0, x1, y1] = [arrivalColumns, arrivalRows, -1, -1];
    let size = 0;
    for (let i = 0; i < cells; i++) {
      const x = i % arrivalColumns;
      if (this.#changed[i] === 1 && (x === 0 || x === arrivalColumns - 1 || i < arrivalColumns)) {
        this.#changed[i] = 2;
        this.#stack[size++] = i;
      }
    }
    for (let k = 0; k < size; k++) {
      const i = this.#stack[k]!;
      const x = i % arrivalColumns,
        y = Math.floor(i / arrivalColumns);
      [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
      if (x > 0) size = this.#push(i - 1, size);
      if (x < arrivalColumns - 1) size = this.#push(i + 1, size);
      if (y > 0) size = this.#push(i - arrivalColumns, size);
      if (y < arrivalRows - 1) size = this.#push(i + arrivalColumns, size);
    }
    if (size === 0) return false;
    out.x0 = Math.max(0, ((x0 - 1) * widthPx) / arrivalColumns);
    out.x1 = Math.min(widthPx, ((x1 + 2) * widthPx) / arrivalColumns);
    out.y0 = Math.max(0, ((y0 - 1) * heightPx) / arrivalRows);
    out.y1 = Math.min(heightPx, ((y1 + 2) * heightPx) / arrivalRows);
    return true;
  }

  #push(i: number, size: number): number {
    if (this.#changed[i] !== 1) return size;
    this.#changed[i] = 2;
    this.#stack[size] = i;
    return size + 1;
  }
}
