import { lumaWeights, type YuvMatrix } from '../../frame/format.js';
import { rgbToYuv } from './sample.js';

/** A channel counts less from the first code on, and not at all from the other: the mean of five taps, of which some may clip. 0…255. */
const clipsFrom = 234;
const clipsAt = 250;
/** Share of luma that must be left to read a gain from. */
const leastShare = 0.05;
/** How fast the light's colour is followed, a picture. */
const follow01 = 0.3;
const leastVertices = 8;

/**
 * Gain of the light at a vertex, where the camera clips. Skin clips in red first, then in green: a luma that misses what was cut off calls a flash
 * half as bright as it is, and a darker likeness, which would not clip under it, stays behind. So the gain is read from the channels that are
 * whole, and what a channel says beside luma is known from vertices and pictures in which all are. One per face.
 */
export class UnclippedRatio {
  /** Gain of R, G, B by the gain of luma: the light's colour. */
  readonly #colour = new Float64Array([1, 1, 1]);
  readonly #sum = new Float64Array(3);
  #count = 0;
  /** Of the vertex that was read last: the performer's luma now by the reference's, 0…4. An array: a number returned is garbage, 468 times a picture. */
  readonly gain = new Float32Array(1);
  /** What is seen there; where a channel clips as it would be, had it not. Legal-range codes. */
  readonly yuv = new Float32Array(3);
  readonly #seen = new Float64Array(3);
  readonly #was = new Float64Array(3);

  /** Before the vertices of a picture: takes over what those of the last one said. */
  begin(): void {
    if (this.#count >= leastVertices)
      for (let c = 0; c < 3; c++) this.#colour[c] += (this.#sum[c] / this.#count - this.#colour[c]) * follow01;
    this.#sum.fill(0);
    this.#count = 0;
  }

  /**
   * Into `gain` and `yuv`. `seen` and `reference` hold Y Cb Cr, legal-range codes, at `at`. `speaks`: it is the performer's skin that is seen there. The colour of a clapperboard says
   * nothing of the light: a forehead above it turned teal.
   */
  read(seen: Float32Array, reference: Float32Array, at: number, matrix: YuvMatrix, speaks: boolean): void {
    const ratio = Math.min(4, Math.max(1, seen[at] - 16) / Math.max(4, reference[at] - 16));
    this.gain[0] = ratio;
    const now = this.#seen;
    for (let k = 0; k < 3; k++) this.yuv[k] = seen[at + k];
    toRgb(seen, at, matrix, now);
    const isWhole = now[0] < clipsFrom && now[1] < clipsFrom && now[2] < clipsFrom;
    // Every fourth vertex says enough of the light's colour.
    if (isWhole && (!speaks || (at & 3) !== 0)) return;
    toRgb(reference, at, matrix, this.#was);
    if (isWhole) this.#learn(ratio);
    else this.#restore(matrix, ratio);
  }

  #restore(matrix: YuvMatrix, ratio: number): void {
    const now = this.#seen,
      was = this.#was,
      colour = this.#colour;
    const { kr, kb } = lumaWeights[matrix];
    let share = 0,
      whole = 0,
      wholeWas = 0;
    for (let c = 0; c < 3; c++) {
      const left = (c === 0 ? kr : c === 2 ? kb : 1 - kr - kb) * whole01(now[c]);
      share += left;
      whole += left * now[c];
      wholeWas += left * Math.max(4, was[c]) * colour[c];
    }
    // What is clipped is at least as bright as it is seen.
    const gain = share < leastShare ? ratio : Math.min(4, Math.max(ratio, whole / wholeWas));
    for (let c = 0; c < 3; c++) {
      const left = whole01(now[c]);
      now[c] = now[c] * left + Math.max(now[c], gain * was[c] * colour[c]) * (1 - left);
    }
    rgbToYuv(now[0], now[1], now[2], matrix, this.yuv, 0);
    this.gain[0] = gain;
  }

  #learn(ratio: number): void {
    const now = this.#seen,
      was = this.#was;
    for (let c = 0; c < 3; c++) this.#sum[c] += Math.min(2, Math.max(0.5, now[c] / Math.max(4, was[c]) / ratio));
    this.#count++;
  }
}

const whole01 = (code: number): number => Math.min(1, Math.max(0, (clipsAt - code) / (clipsAt - clipsFrom)));

/** Legal-range Y, Cb, Cr → RGB 0…255, not held to it. */
function toRgb(yuv: Float32Array, at: number, matrix: YuvMatrix, out: Float64Array): void {
  const { kr, kb } = lumaWeights[matrix];
  const y = ((yuv[at] - 16) * 255) / 219;
  const b = y + ((yuv[at + 1] - 128) * 2 * (1 - kb) * 255) / 224;
  const r = y + ((yuv[at + 2] - 128) * 2 * (1 - kr) * 255) / 224;
  out[0] = r;
  out[1] = (y - kr * r - kb * b) / (1 - kr - kb);
  out[2] = b;
}
