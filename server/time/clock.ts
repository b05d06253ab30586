import type { InstantUs } from './time.js';

/** The only source of time. Production takes `machineClock`; tests take a SimulatedClock that jumps. */
export interface Clock {
  /** Microseconds on the machine's monotonic base: comparable between processes of one machine, not between machines. */
  nowUs(): InstantUs;
  /** Wall time as ISO 8601 with milliseconds, for logs and files only. */
  wallClockIso(): string;
  /** Wall time in microseconds since 1970 (UTC), for NDI's own stamps only. */
  wallClockUs(): number;
}

export const machineClock: Clock = {
  // hrtime is CLOCK_MONOTONIC on Linux, so instants of different processes can be subtracted.
  nowUs() {
    const t = process.hrtime();
    return (t[0] * 1_000_000 + Math.floor(t[1] / 1000)) as InstantUs;
  },
  wallClockIso: () => new Date().toISOString(),
  wallClockUs: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
};

export class SimulatedClock implements Clock {
  #nowUs: number;
  constructor(startUs = 0) {
    this.#nowUs = startUs;
  }
  nowUs(): InstantUs {
    return this.#nowUs as InstantUs;
  }
  wallClockIso(): string {
    return new Date(this.#nowUs / 1000).toISOString();
  }
  wallClockUs(): number {
    return this.#nowUs;
  }
  advanceUs(span: number): void {
    this.#nowUs += span;
  }
}
