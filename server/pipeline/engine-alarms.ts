import type { LaneAlarms } from './lane-alarms.js';

const code = 'ENGINE_NOT_READY';
/** An engine that answers again is believed after this. */
const settledMs = 2000;

/** The alarm of each neural engine that does not draw: it stands until the engine has been there for a while, or is wanted no more. */
export class EngineAlarms {
  readonly #settling = new Map<string, NodeJS.Timeout>();

  constructor(private readonly alarms: LaneAlarms) {}

  /** `reason` null: it is ready. `key`: "likeness digest", as the shelf names engines. */
  report(key: string, reason: string | null): void {
    clearTimeout(this.#settling.get(key));
    this.#settling.delete(key);
    if (reason !== null) return this.alarms.set(code, { likeness: key.split(' ')[0]!, reason }, true, key);
    this.#settling.set(key, setTimeout(() => this.alarms.set(code, {}, false, key), settledMs).unref());
  }
  /** Engines that the show has let go of are nobody's trouble. */
  keepOnly(wanted: readonly string[]): void {
    for (const key of [...this.alarms.about(code)]) if (!wanted.includes(key)) this.alarms.set(code, {}, false, key);
  }
}
