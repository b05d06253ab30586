import type { InstantUs } from '../time/time.js';

/** How long the least travel time is remembered: long against a load peak, short against the drift of two clocks (50 ppm: 0.5 ms). */
const rememberUs = 10_000_000;
/** A picture that came this much later than the quickest says that the sender's clock was set, not that it waited. */
const clockWasSetUs = 1_000_000;
/** NDI's "undefined" is the largest int64; below the year 2000 a stamp is no wall time either. */
const leastTimestamp100ns = 9_466_848_000_000_000n;
const mostTimestamp100ns = 0x7fff_ffff_ffff_ffffn;

/**
 * When a picture was here, on this machine's monotonic base. The moment at which the event loop hands a picture over is late by whatever
 * the loop was doing; the sender's own stamp has no such wait, but another clock. The quickest pictures of the last seconds waited for
 * nothing: their difference places the sender's clock on ours, and every picture is stamped by it. What a busy loop adds then counts as
 * delay instead of hiding in the stamp, and a delay line that is paced by it has the camera's even cadence.
 */
export class CaptureStamp {
  #least = Infinity;
  #leastBefore = Infinity;
  #turnAtUs = 0;
  #last = 0;

  /** `receivedAtUs`: the event loop's moment, the upper bound. `timestamp100ns`: the sender's. Never decreases. */
  of(receivedAtUs: InstantUs, timestamp100ns: bigint): InstantUs {
    const stamped = timestamp100ns >= leastTimestamp100ns && timestamp100ns < mostTimestamp100ns;
    const at = stamped ? this.#placed(receivedAtUs, Number(timestamp100ns) / 10) : receivedAtUs;
    this.#last = Math.min(receivedAtUs, Math.max(this.#last, at));
    return this.#last as InstantUs;
  }

  #placed(receivedAtUs: number, sentAtUs: number): number {
    const travelUs = receivedAtUs - sentAtUs;
    if (receivedAtUs - this.#turnAtUs > rememberUs / 2) {
      this.#turnAtUs = receivedAtUs;
      this.#leastBefore = this.#least;
      this.#least = Infinity;
    }
    this.#least = Math.min(this.#least, travelUs);
    const least = Math.min(this.#least, this.#leastBefore);
    if (travelUs - least > clockWasSetUs) {
      this.#least = travelUs;
      this.#leastBefore = Infinity;
      return receivedAtUs;
    }
    return Math.round(sentAtUs + least);
  }
}
