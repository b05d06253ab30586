import { latencyBoundsUs, type LatencyHistogram, type LatencyName } from '../protocol/lane-link.js';
import type { InstantUs } from '../time/time.js';
import { TraceRing } from './trace-ring.js';

/** A rolling window of the newest samples, for medians and tails without keeping history. */
export class Window {
  readonly #samples: Float64Array;
  readonly #sorted: Float64Array;
  #count = 0;
  constructor(size = 512) {
    this.#samples = new Float64Array(size);
    this.#sorted = new Float64Array(size);
  }
  add(value: number): void {
    this.#samples[this.#count++ % this.#samples.length] = value;
  }
  /** Quantiles 0…1 of the window; zeros where it is empty. */
  quantiles(...at: number[]): number[] {
    const n = Math.min(this.#count, this.#samples.length);
    if (n === 0) return at.map(() => 0);
    const sorted = this.#sorted.subarray(0, n);
    sorted.set(this.#samples.subarray(0, n));
    sorted.sort();
    return at.map((q) => sorted[Math.min(n - 1, Math.floor(q * n))]!);
  }
}

/** Buckets of one latency, counted on the frame path without a library. */
export class Histogram {
  readonly #counts: Float64Array;
  readonly #bounds: readonly number[];
  #sumUs = 0;
  constructor(
    readonly name: LatencyName,
    readonly stage: string | null,
  ) {
    this.#bounds = latencyBoundsUs[name];
    this.#counts = new Float64Array(this.#bounds.length + 1);
  }
  add(valueUs: number): void {
    const bounds = this.#bounds;
    let i = 0;
    while (i < bounds.length && valueUs > bounds[i]!) i++;
    this.#counts[i]++;
    this.#sumUs += valueUs;
  }
  report(): LatencyHistogram {
    return { name: this.name, stage: this.stage, counts: Array.from(this.#counts), sumUs: this.#sumUs };
  }
}

export const stageNames = ['track', 'propagate', 'keyframe', 'composite', 'label', 'send'] as const;
export type StageName = (typeof stageNames)[number];

class StageMeter {
  readonly window = new Window(128);
  readonly histogram: Histogram;
  constructor(stage: StageName) {
    this.histogram = new Histogram('processUs', stage);
  }
  add(valueUs: number): void {
    this.window.add(valueUs);
    this.histogram.add(valueUs);
  }
}

/** What one lane measures: the latency vocabulary of style.md §10. */
export class LaneMeters {
  readonly trace = new TraceRing();
  readonly captureToSend = new Window();
  readonly stages = Object.fromEntries(stageNames.map((name) => [name, new StageMeter(name)])) as Readonly<
    Record<StageName, StageMeter>
  >;
  readonly captureToSendUs = new Histogram('captureToSendUs', null);
  readonly keyframeAgeUs = new Histogram('keyframeAgeUs', null);
  readonly deadlineSlackUs = new Histogram('deadlineSlackUs', null);
  /** From the capture of a keyframe until the first picture that shows its result is handed to send. */
  readonly keyframeToShownUs = new Histogram('keyframeToShownUs', null);
  readonly keyframeToShown = new Window(256);
  /** From libndi handing the frame over to the frame path taking it up. */
  readonly queueWaitUs = new Histogram('queueWaitUs', 'receive');

  /** A stage's share of a picture. */
  stage(name: StageName, startedAtUs: InstantUs, endedAtUs: InstantUs, frameNumber: number): void {
    this.stages[name].add(endedAtUs - startedAtUs);
    this.trace.add(name, startedAtUs, endedAtUs, frameNumber);
  }
  /** A picture left. */
  sent(captureAtUs: InstantUs, sentAtUs: InstantUs, slackUs: number, frameNumber: number): void {
    const captureToSendUs = sentAtUs - captureAtUs;
    this.trace.add('capture to send', captureAtUs, sentAtUs, frameNumber);
    this.captureToSend.add(captureToSendUs);
    this.captureToSendUs.add(captureToSendUs);
    this.deadlineSlackUs.add(slackUs);
  }

  report(): LatencyHistogram[] {
    const own = [
      this.captureToSendUs,
      this.keyframeAgeUs,
      this.keyframeToShownUs,
      this.deadlineSlackUs,
      this.queueWaitUs,
    ];
    return [...own, ...stageNames.map((name) => this.stages[name].histogram)].map((one) => one.report());
  }
  stageMs(): Record<string, number> {
    return Object.fromEntries(stageNames.map((name) => [name, this.stages[name].window.quantiles(0.5)[0]! / 1000]));
  }
}
