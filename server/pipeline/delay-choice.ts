import { type DurationUs, fromMs } from '../time/time.js';

/** Pictures that are measured: four seconds at 50 Hz, eight at 25. */
const measuredFrames = 200;
/** The first pictures of a likeness compile kernels and fill caches. */
const settleFrames = 50;
/** This part of the pictures must be ready in time, */
const readyShare01 = 0.99;
/** with this much to spare. */
const spareUs = fromMs(2);

/**
 * Chooses a constant delay by measurement: the least number of whole frames within which the pictures of this machine, this camera and
 * this likeness are ready. One choice, then it is declared and kept; `begin` measures anew.
 */
export class DelayChoice {
  readonly #ready = new Float64Array(measuredFrames);
  #count = -1;

  /** Whether a measurement is under way. */
  get measuring(): boolean {
    return this.#count >= 0;
  }
  begin(): void {
    this.#count = 0;
  }
  cancel(): void {
    this.#count = -1;
  }

  /** A picture was ready so long after its capture. Returns the frames to declare once enough were seen, null before. */
  ready(afterCaptureUs: number, intervalUs: DurationUs, mostFrames: number): number | null {
    if (this.#count < 0) return null;
    const at = this.#count++ - settleFrames;
    if (at < 0) return null;
    this.#ready[at] = afterCaptureUs;
    if (at < measuredFrames - 1) return null;
    this.#count = -1;
    const sorted = this.#ready.slice().sort();
    const neededUs = sorted[Math.floor(readyShare01 * (measuredFrames - 1))]! + spareUs;
    return Math.min(mostFrames, Math.max(1, Math.ceil(neededUs / intervalUs)));
  }
}
