import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import type { FadeCurve } from '../protocol/show.js';
import { after, since, type DurationUs, type InstantUs } from '../time/time.js';

/** One number on its way. */
export interface Fade {
  readonly address: ParamAddress;
  readonly from: number;
  readonly to: number;
  /** Only whole numbers are passed through. */
  readonly integer: boolean;
  readonly startsAtUs: InstantUs;
  /** > 0 */
  readonly lastsUs: DurationUs;
  readonly curve: FadeCurve;
  /** Number of the cue that started it; null: a hand did. */
  readonly cue: string | null;
  /** Who is said to change the value: "cue 1.5", "osc 127.0.0.1:53000". */
  readonly by: string;
}
export interface FadeStep {
  readonly address: ParamAddress;
  readonly value: ParamValue;
  readonly by: string;
}

/**
 * Every running fade, one per address: a later one takes the address over from where it stands. Pure: whoever owns it asks for the
 * steps at each instant it likes, so a late tick makes a coarser fade but never a longer one.
 */
export class Fades {
  readonly #running = new Map<ParamAddress, Fade>();
  readonly #last = new Map<ParamAddress, number>();

  get size(): number {
    return this.#running.size;
  }
  get addresses(): readonly ParamAddress[] {
    return [...this.#running.keys()];
  }
  start(fade: Fade): void {
    this.#running.set(fade.address, fade);
    this.#last.set(fade.address, fade.from);
  }
  /** Somebody took the value by hand, or another cue did: the fade lets go of it. */
  release(address: ParamAddress): void {
    this.#running.delete(address);
    this.#last.delete(address);
  }
  /** Lets go of all. Returns their addresses, which stand where they are. */
  stop(): readonly ParamAddress[] {
    const { addresses } = this;
    this.#running.clear();
    this.#last.clear();
    return addresses;
  }
  /** All at their targets, now. */
  finish(): readonly FadeStep[] {
    const steps = [...this.#running.values()].map(({ address, to, by }) => ({ address, value: to, by }));
    this.stop();
    return steps;
  }
  /** What changed since the last step; a fade that has arrived is over. */
  step(nowUs: InstantUs): readonly FadeStep[] {
    const steps: FadeStep[] = [];
    for (const fade of this.#running.values()) {
      const { address, by, to } = fade;
      const share = Math.min(1, Math.max(0, since(nowUs, fade.startsAtUs) / fade.lastsUs));
      const value = share === 1 ? to : between(fade, share);
      if (value !== this.#last.get(address)) {
        this.#last.set(address, value);
        steps.push({ address, value, by });
      }
      if (share === 1) this.release(address);
    }
    return steps;
  }
  /** When the last of a cue's fades ends; null where none runs. */
  endOf(cue: string): InstantUs | null {
    let end: InstantUs | null = null;
    for (const fade of this.#running.values()) {
      if (fade.cue !== cue) continue;
      const ends = after(fade.startsAtUs, fade.lastsUs);
      if (end === null || ends > end) end = ends;
    }
    return end;
  }
}

function between({ from, to, integer, curve }: Fade, share: number): number {
  const eased = curve === 'smooth' ? share * share * (3 - 2 * share) : share;
  const value = from + (to - from) * eased;
  return integer ? Math.round(value) : value;
}
