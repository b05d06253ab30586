import { rising01 } from '../../frame/ramps.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { PartKernel } from '../../kernels/part.js';
import { gapOf, lookHeightPx, lookWidthPx, type PartShape } from './part-shape.js';

export const lookFloats = lookWidthPx * lookHeightPx;
export const lookBytes = lookFloats * 4;

/** What is kept apart: looks by how far the part is open (rows of the look), and where the iris or how wide the mouth is (columns). */
const gapBins = 8;
const gapRows = { eye: 1.5, mouth: 1.2 } as const;
const sideBins = 3;
const sideColumns = { eye: 2, mouth: 1.2 } as const;
/** Looks of a shut eye by calculation, while none was seen: how far open. */
const drawn01 = [0, 0.3, 0.6] as const;
const seenSlots = gapBins * sideBins;
const slots = seenSlots + drawn01.length;
/** What was only calculated must fit this much better. */
const drawnHandicap = 0.03;
/** Squared distance of looks (2 − 2 · correlation) by which one counts less than the best: a share of the best's own, and at least so much. */
const softShare = 0.25;
const leastSoft = 0.006;
/** Correlation from which on, and at which surely, a look is known. */
const knownFrom = 0.8;
const knownAt = 0.93;
/** By so much more than what it was taken for may a look be like another, from and surely; and how like it must be at least, from and surely. */
const betterFrom = 0.06,
  betterAt = 0.2;
const leastLike = 0.45,
  surelyLike = 0.65;
/** No eye is open by so much more than it ever was, from and surely: shares of that. */
const tornFrom = 1.15,
  tornAt = 1.35;
/** Known looks whose openings are apart by less than this are one, rows. */
const sameRows = 0.8;

/**
 * How one part of one face looks when it is open so far: seen at keyframes, which know the landmarks, and asked in the pictures between.
 * Analysis by example: the shape of the known looks that are most like this one.
 */
export class PartLooks {
  readonly #looksPtr: number;
  readonly #scoresPtr: number;
  readonly #scores: Float32Array;
  readonly #lidsPtr: number;
  readonly #isKnown = new Uint8Array(slots);
  readonly #gap = new Float32Array(slots);
  /** Of every slot: (x, y) of the part's points, look px. */
  readonly #shapes: Float32Array;
  #widthMean = 0;
  /** The most open that this eye was seen, rows; a mouth may always open further. */
  #widest = Infinity;
  /** What `ask` found. */
  readonly shape: Float32Array;
  known01 = 0;

  constructor(
    memory: KernelMemory,
    private readonly kernel: PartKernel,
    readonly part: PartShape,
  ) {
    this.#looksPtr = memory.allocate(lookBytes * slots);
    this.#scoresPtr = memory.allocate(slots * 4);
    this.#scores = memory.f32.subarray(this.#scoresPtr >> 2, (this.#scoresPtr >> 2) + slots);
    this.#lidsPtr = memory.allocate(lookWidthPx * 8);
    this.#lids = memory.f32.subarray(this.#lidsPtr >> 2, (this.#lidsPtr >> 2) + lookWidthPx * 2);
    this.#shapes = new Float32Array(slots * part.points.length * 2);
    this.shape = new Float32Array(part.points.length * 2);
    this.#bytes = memory.u8;
  }
  readonly #lids: Float32Array;
  readonly #bytes: Uint8Array;

  /** A look (kernel pointers: codes, and levelled) whose shape is known. */
  learn(rawPtr: number, levelledPtr: number, shape: Float32Array): void {
    const { part } = this;
    const gap = gapOf(part.ring, shape);
    const slot = this.#slotOf(gap, shape);
    this.#bytes.copyWithin(this.#looksPtr + slot * lookBytes, levelledPtr, levelledPtr + lookBytes);
    this.#shapes.set(shape, slot * shape.length);
    this.#gap[slot] = gap;
    this.#isKnown[slot] = 1;
    if (part.kind === 'eye') this.#drawShut(rawPtr, shape, gap);
  }

  /** Whether a shape is that of an eye about as open as any that was seen, or of a mouth. */
  isOpen(shape: Float32Array): boolean {
    return (
      this.part.kind === 'mouth' || this.#widest === Infinity || gapOf(this.part.ring, shape) > 0.75 * this.#widest
    );
  }

  /**
   * Leaves the shape that the known looks most like this one had in `shape`, and in `known01` how sure it is that this is right rather than
   * the opening it is taken for (rows).
   */
  ask(levelledPtr: number, takenFor: number): void {
    const scores = this.#scores;
    this.kernel.compareLooks(levelledPtr, this.#looksPtr, this.#scoresPtr, lookFloats, slots);
    let best = 0,
      near = -1;
    for (let k = 0; k < slots; k++) {
      const score = this.#isKnown[k] === 1 ? scores[k]! - (k < seenSlots ? 0 : drawnHandicap) : -1;
      scores[k] = score;
      best = Math.max(best, score);
      if (Math.abs(this.#gap[k]! - takenFor) < gapRows[this.part.kind]) near = Math.max(near, score);
    }
    const soft = softShare * (2 - 2 * best) + leastSoft;
    let sum = 1e-9,
      gap = 0,
      square = 0;
    for (let k = 0; k < slots; k++) {
      const w = scores[k]! < 0 ? 0 : Math.exp((-2 * (best - scores[k]!)) / soft);
      scores[k] = w;
      sum += w;
      gap += w * this.#gap[k]!;
      square += w * this.#gap[k]! ** 2;
    }
    const better = near < 0 ? 0 : rising01(best - near, betterFrom, betterAt) * rising01(best, leastLike, surelyLike);
    const spread = Math.max(0, square / sum - (gap / sum) ** 2);
    const undecided = spread / ((gap / sum - takenFor) ** 2 + sameRows ** 2);
    this.known01 = Math.max(
      Math.max(rising01(best, knownFrom, knownAt), better) / (1 + undecided),
      // Torn open by flow that a flash has misled: whatever it looks like most is nearer.
      rising01(takenFor / this.#widest, tornFrom, tornAt),
    );
    this.#mix(sum);
  }

  #mix(sum: number): void {
    const { shape } = this;
    shape.fill(0);
    for (let k = 0; k < slots; k++) {
      const w = this.#scores[k]! / sum;
      if (w < 1e-3) continue;
      const from = k * shape.length;
      for (let i = 0; i < shape.length; i++) shape[i]! += w * this.#shapes[from + i]!;
    }
  }

  #slotOf(gap: number, shape: Float32Array): number {
    const { kind, points, ring } = this.part;
    const rows = Math.min(gapBins - 1, Math.floor(gap / gapRows[kind]));
    let side: number;
    if (kind === 'eye') side = shape[(points.length - 5) * 2]! - lookWidthPx / 2;
    else {
      const width = shape[ring.length]! - shape[0]!;
      this.#widthMean += (width - this.#widthMean) * (this.#widthMean === 0 ? 1 : 0.05);
      side = width - this.#widthMean;
    }
    const column = Math.abs(side) < sideColumns[kind] ? 1 : side < 0 ? 0 : 2;
    return rows * sideBins + column;
  }

  /** The same eye shut and half shut, as far as it can be told from this look; where it was seen so, nothing is drawn. */
  #drawShut(rawPtr: number, shape: Float32Array, gap: number): void {
    let widest = 0;
    for (let k = 0; k < seenSlots; k++) if (this.#isKnown[k] === 1) widest = Math.max(widest, this.#gap[k]!);
    this.#widest = widest;
    const { ring } = this.part;
    const isOpen = this.isOpen(shape);
    // The drawn ones come from an open eye.
    if (isOpen) this.#lidRows(shape);
    drawn01.forEach((open01, k) => {
      const slot = seenSlots + k;
      const own = gap * open01;
      if (this.#hasSeen(widest * open01, widest * 0.2)) this.#isKnown[slot] = 0;
      else if (isOpen) {
        const lids = this.#lidsPtr;
        this.kernel.shutEye(
          rawPtr,
          this.#looksPtr + slot * lookBytes,
          lids,
          lids + lookWidthPx * 4,
          lookWidthPx,
          lookHeightPx,
          open01,
        );
        this.#gap[slot] = own;
        this.#isKnown[slot] = 1;
        const at = slot * shape.length;
        this.#shapes.set(shape, at);
        for (let i = 1; i < ring.length / 2; i++) {
          const upper = at + (ring.length - i) * 2;
          for (let c = 0; c < 2; c++)
            this.#shapes[upper + c]! += (shape[i * 2 + c]! - this.#shapes[upper + c]!) * (1 - open01);
        }
      }
    });
  }

  #hasSeen(gap: number, within: number): boolean {
    for (let k = 0; k < seenSlots; k++)
      if (this.#isKnown[k] === 1 && Math.abs(this.#gap[k]! - gap) < within) return true;
    return false;
  }

  /** Rows of both lids in every column of the look; outside the corners the two are one. */
  #lidRows(shape: Float32Array): void {
    const half = this.part.ring.length / 2;
    for (let x = 0; x < lookWidthPx; x++) {
      const upper = rowAt(shape, half, half * 2, x + 0.5, half * 2);
      this.#lids[x] = upper;
      this.#lids[lookWidthPx + x] = Math.max(upper, rowAt(shape, 0, half, x + 0.5, half * 2));
    }
  }
}

/** Row at which the polyline through the ring's points first … last (modulo `count`) passes a column; 0 where it does not. */
function rowAt(shape: Float32Array, first: number, last: number, column: number, count: number): number {
  for (let k = first; k < last; k++) {
    const a = (k % count) * 2,
      b = ((k + 1) % count) * 2;
    const t = (column - shape[a]!) / (shape[b]! - shape[a]!);
    if (t >= 0 && t <= 1) return shape[a + 1]! + (shape[b + 1]! - shape[a + 1]!) * t;
  }
  return 0;
}
