import type { Clock } from '../../time/clock.js';
import type { OscCounters } from './peer.js';

/** A bundle that asks for a later time is kept so long at most: a console whose clock is wrong must not fill the memory. */
const furthestAheadUs = 60_000_000;
const mostWaiting = 4096;

/**
 * Executes what bundles ask for at their time, by this machine's clock of day. What is late is executed at once, and counted;
 * what is more than a minute ahead is refused: then one of the two clocks is wrong.
 */
export class Schedule {
  readonly #timers = new Set<NodeJS.Timeout>();
  constructor(
    private readonly clock: Clock,
    private readonly counters: Pick<OscCounters, 'scheduled' | 'late' | 'tooFarAhead'>,
  ) {}

  /** false: too far ahead, or too much waits; it will not be executed. */
  run(atUnixUs: number, what: () => void): boolean {
    const aheadUs = atUnixUs - this.clock.wallClockUs();
    if (aheadUs <= 0) {
      this.counters.late += 1;
      what();
      return true;
    }
    if (aheadUs > furthestAheadUs || this.#timers.size >= mostWaiting) {
      this.counters.tooFarAhead += 1;
      return false;
    }
    this.counters.scheduled += 1;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      what();
    }, aheadUs / 1000);
    this.#timers.add(timer);
    return true;
  }
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
