import { describeError, type ErrorContext } from '../errors/coded-error.js';
import type { ErrorCode } from '../errors/registry.js';
import type { AlarmMessage } from '../protocol/messages.js';
import type { Clock } from '../time/clock.js';

const mostKept = 200;

/** What is wrong now and what was wrong before. One entry per id; a fault that comes back becomes active again. */
export class AlarmBoard {
  readonly #alarms = new Map<string, AlarmMessage>();
  onChange: (alarm: AlarmMessage) => void = () => {};
  constructor(private readonly clock: Clock) {}

  raise(id: string, code: ErrorCode, context: ErrorContext = {}, laneId: string | null = null): void {
    const { severity, message, advice } = describeError(code, context);
    const before = this.#alarms.get(id);
    if (before?.active === true && before.message === message) return;
    this.take({ id, code, severity, message, advice, laneId, atIso: this.clock.wallClockIso(), active: true });
  }
  clear(id: string): void {
    const alarm = this.#alarms.get(id);
    if (alarm?.active === true) this.take({ ...alarm, active: false, atIso: this.clock.wallClockIso() });
  }
  /** All faults of one kind as they stand now: those that are not named any more are over. */
  follow(
    kind: string,
    faults: readonly (Pick<AlarmMessage, 'code' | 'message' | 'advice'> & { readonly what: string })[],
  ): void {
    const idOf = (what: string): string => `${kind} ${what}`;
    const now = new Map(faults.map((fault) => [idOf(fault.what), fault]));
    for (const id of this.#alarms.keys()) if (id.startsWith(`${kind} `) && !now.has(id)) this.clear(id);
    for (const [id, { code, message, advice }] of now) {
      const before = this.#alarms.get(id);
      if (before?.active === true && before.message === message) continue;
      const atIso = this.clock.wallClockIso();
      this.take({ id, code, severity: 'alarm', message, advice, laneId: null, atIso, active: true });
    }
  }
  /** As a lane reports it. */
  take(alarm: AlarmMessage): void {
    this.#alarms.delete(alarm.id);
    this.#alarms.set(alarm.id, alarm);
    if (this.#alarms.size > mostKept) this.#forgetOldest();
    this.onChange(alarm);
  }
  /** Newest first. */
  list(): readonly AlarmMessage[] {
    return [...this.#alarms.values()].reverse();
  }
  #forgetOldest(): void {
    const over = [...this.#alarms.values()].find((alarm) => !alarm.active) ?? this.#alarms.values().next().value;
    if (over !== undefined) this.#alarms.delete(over.id);
  }
}
