import type { Cue, CueState } from '../protocol/show.js';
import { after, fromMs, since, toMs, type InstantUs } from '../time/time.js';
import { compareCueNumbers } from './cue-number.js';
import { framesOfTimecode } from './timecode.js';

/**
 * 'step': the cue's own content on top of what stands. 'whole': everything that the list says up to this cue, as after a jump or
 * back, so that what a later cue changed does not stay behind.
 */
export type CueReach = 'step' | 'whole';

/** What a cue does when its delay is over; the runner knows when, its owner knows what. */
export interface CueHost<R> {
  cues(): readonly Cue[];
  /** Before the delay: whether it may run at all. A refusal stops it, and the list stays where it is. */
  check(cue: Cue, reach: CueReach, by: string): R | null;
  /** Starts its changes and fades. */
  start(cue: Cue, reach: CueReach, by: string, nowUs: InstantUs): void;
  /** `number`: of a cue that is not there; null: there is no next or previous one. */
  noCue(number: string | null): R;
}

/** A timecode that moves on by more than two seconds is a jump, not a run (counted as framesOfTimecode does). */
const longestRun = 200;
interface Running {
  readonly cue: Cue;
  readonly reach: CueReach;
  readonly by: string;
  readonly startsAtUs: InstantUs;
  readonly endsAtUs: InstantUs;
}

/**
 * Where the cue list stands: current and next cue, delays and follow-ons that wait. Pure; `tick` at least every 20 ms. A cue whose delay
 * still waits goes on beside the next one after a go, as on a lighting desk; back and jump take its place. A follow-on belongs to the
 * latest cue alone.
 */
export class CueRunner<R> {
  #current: string | null = null;
  #selected: string | null = null;
  /** The latest cue, until its fade is over. */
  #running: Running | null = null;
  /** Cues whose delay is not over. */
  #delayed: Running[] = [];
  #followAtUs: InstantUs | null = null;
  #timecode: string | null = null;

  constructor(private readonly host: CueHost<R>) {}

  get current(): string | null {
    return this.#current;
  }
  /** After a restart of the process, or of a version: the list stands here, and nothing runs. */
  standAt(number: string | null): void {
    this.#current = number;
    this.#selected = null;
    this.stop();
  }
  /** Whether `tick` has something to do soon. */
  get busy(): boolean {
    return this.#running !== null || this.#delayed.length > 0 || this.#followAtUs !== null;
  }

  next(): Cue | null {
    const cues = this.host.cues();
    const selected = cues.find((cue) => cue.number === this.#selected);
    if (selected !== undefined) return selected;
    const current = this.#current;
    if (current === null) return cues[0] ?? null;
    return cues.find((cue) => compareCueNumbers(cue.number, current) > 0) ?? null;
  }
  go(by: string, nowUs: InstantUs): R | null {
    const next = this.next();
    return next === null
      ? this.host.noCue(null)
      : this.#run(next, this.#selected === null ? 'step' : 'whole', by, nowUs);
  }
  back(by: string, nowUs: InstantUs): R | null {
    const current = this.#current;
    if (current === null) return this.host.noCue(null);
    const before = this.host.cues().filter((cue) => compareCueNumbers(cue.number, current) < 0);
    const last = before.at(-1);
    return last === undefined ? this.host.noCue(null) : this.#run(last, 'whole', by, nowUs);
  }
  jump(number: string, by: string, nowUs: InstantUs): R | null {
    const cue = this.#find(number);
    return cue === undefined ? this.host.noCue(number) : this.#run(cue, 'whole', by, nowUs);
  }
  select(number: string): R | null {
    if (this.#find(number) === undefined) return this.host.noCue(number);
    this.#selected = number;
    return null;
  }
  /** No delay and no follow-on waits any more. */
  stop(): void {
    this.#running = null;
    this.#delayed = [];
    this.#followAtUs = null;
  }
  /** Every delay that still waits is over now, and so is the running cue. */
  finish(nowUs: InstantUs): void {
    this.#running = null;
    for (const { cue, reach, by } of this.#delayed.splice(0)) this.host.start(cue, reach, by, nowUs);
  }

  tick(nowUs: InstantUs): void {
    const due = this.#delayed.filter(({ startsAtUs }) => nowUs >= startsAtUs);
    if (due.length > 0) this.#delayed = this.#delayed.filter(({ startsAtUs }) => nowUs < startsAtUs);
    for (const { cue, reach, by, startsAtUs } of due) this.host.start(cue, reach, by, startsAtUs);
    if (this.#running !== null && nowUs >= this.#running.endsAtUs) this.#running = null;
    if (this.#followAtUs !== null && nowUs >= this.#followAtUs) {
      this.#followAtUs = null;
      // Refused (no consent any more) or at the end of the list: the list stops here, and the host has said why.
      this.go(`follow ${this.#current ?? ''}`.trim(), nowUs);
    }
  }

  /** Runs the cues whose timecode lies between the last one told and this one. A step back or a jump runs none. */
  timecode(text: string, by: string, nowUs: InstantUs): R | null {
    const before = this.#timecode === null ? null : framesOfTimecode(this.#timecode);
    this.#timecode = text;
    const now = framesOfTimecode(text);
    if (before === null || now === null || now <= before || now - before > longestRun) return null;
    let refused: R | null = null;
    for (const cue of this.host.cues()) {
      const at = cue.timecode === null ? null : framesOfTimecode(cue.timecode);
      if (at !== null && at > before && at <= now) refused = this.#run(cue, 'step', `timecode ${by}`, nowUs) ?? refused;
    }
    return refused;
  }

  /** `fading`: what the fades move right now, as their owner knows. */
  state(nowUs: InstantUs, fading: CueState['fading']): CueState {
    const running = this.#running;
    const leftMs = running === null ? 0 : Math.max(0, toMs(since(running.endsAtUs, nowUs)));
    const wholeMs = running === null ? 0 : running.cue.delayMs + running.cue.fadeMs;
    return {
      current: this.#current,
      next: this.next()?.number ?? null,
      running:
        running === null || leftMs === 0
          ? null
          : { number: running.cue.number, progress01: 1 - leftMs / wholeMs, remainingMs: leftMs },
      followInMs: this.#followAtUs === null ? null : Math.max(0, toMs(since(this.#followAtUs, nowUs))),
      fading,
      timecode: this.#timecode,
    };
  }

  #find(number: string): Cue | undefined {
    return this.host.cues().find((cue) => cue.number === number);
  }
  #run(cue: Cue, reach: CueReach, by: string, nowUs: InstantUs): R | null {
    const refused = this.host.check(cue, reach, by);
    if (refused !== null) return refused;
    if (reach === 'whole') this.#delayed = [];
    this.#current = cue.number;
    this.#selected = null;
    const startsAtUs = after(nowUs, fromMs(cue.delayMs));
    const endsAtUs = after(startsAtUs, fromMs(cue.fadeMs));
    const { follow } = cue;
    this.#followAtUs =
      follow === null ? null : after(follow.after === 'start' ? nowUs : endsAtUs, fromMs(follow.waitMs));
    this.#running = { cue, reach, by, startsAtUs, endsAtUs };
    // Without a delay the changes start with the go itself, not with the next tick.
    if (cue.delayMs === 0) this.host.start(cue, reach, by, nowUs);
    else this.#delayed.push(this.#running);
    return null;
  }
}
