import { describeError, type ErrorContext } from '../errors/coded-error.js';
import type { ErrorCode } from '../errors/registry.js';
import type { AlarmMessage } from '../protocol/messages.js';
import type { Clock } from '../time/clock.js';

interface Open {
  readonly id: string;
  readonly code: ErrorCode;
  readonly context: ErrorContext;
}

/** What is wrong in a lane now, as the desk is told: once when it begins, once when it is over, and again when control is back. */
export class LaneAlarms {
  readonly #open = new Map<string, Open>();
  #count = 0;

  constructor(
    private readonly laneId: string,
    private readonly clock: Pick<Clock, 'wallClockIso'>,
    private readonly say: (alarm: AlarmMessage) => void,
  ) {}

  /** `about`: of several that may have the same fault at once, which one. */
  set(code: ErrorCode, context: ErrorContext, active = true, about = ''): void {
    const key = `${code} ${about}`;
    const known = this.#open.get(key);
    if (active === (known !== undefined)) return;
    const one = known ?? { id: `${this.laneId}-${process.pid}-${++this.#count}`, code, context };
    if (active) this.#open.set(key, one);
    else this.#open.delete(key);
    this.#tell(one, active);
  }
  /** The desk knows nothing of before. */
  again(): void {
    for (const one of this.#open.values()) this.#tell(one, true);
  }
  /** Which ones of this fault are there. */
  *about(code: ErrorCode): Iterable<string> {
    for (const key of this.#open.keys()) if (key.startsWith(`${code} `)) yield key.slice(code.length + 1);
  }

  #tell({ id, code, context }: Open, active: boolean): void {
    const { severity, message, advice } = describeError(code, context);
    const atIso = this.clock.wallClockIso();
    this.say({ id, code, severity, message, advice, laneId: this.laneId, atIso, active });
  }
}
