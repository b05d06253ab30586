import { describeError } from '../../errors/coded-error.js';
import type { ErrorCode } from '../../errors/registry.js';
import type { ParamRegistry } from '../../params/registry.js';
import type { RawValue } from '../../params/validate.js';
import type { ParamAddress, ParamValue } from '../../protocol/descriptors.js';

/** A change that has happened. `by`: "page", "osc 127.0.0.1:53000", "http 127.0.0.1", "show", "lane". */
export interface ParamChange {
  readonly address: ParamAddress;
  readonly value: ParamValue;
  readonly by: string;
}
export interface Refusal {
  readonly ok: false;
  readonly address: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly advice: string;
}
export type DispatchResult =
  | {
      readonly ok: true;
      readonly address: ParamAddress;
      readonly value: ParamValue;
      readonly clamped: boolean;
      readonly changed: boolean;
    }
  | Refusal;

/** Asked before a valid value is taken; a returned refusal stops it (a likeness without consent). */
export type Guard = (change: ParamChange) => Refusal | null;
export type ChangeListener = (change: ParamChange) => void;

export const refusal = (
  address: string,
  code: ErrorCode,
  context: Readonly<Record<string, string | number>> = {},
): Refusal => {
  const { message, advice } = describeError(code, context);
  return { ok: false, address, code, message, advice };
};

/**
 * The one way to change a value: every surface ends here, so every surface validates, refuses, records and reports alike.
 * Listeners are told in the order they were added; one that throws is reported and the others are told all the same.
 */
export class Dispatcher {
  readonly #values: Map<ParamAddress, ParamValue>;
  readonly #listeners = new Set<ChangeListener>();
  readonly #guards: Guard[] = [];
  /** Refusals by code, for the metrics. */
  readonly refusals = new Map<string, number>();
  changes = 0;

  constructor(
    readonly registry: ParamRegistry,
    saved: Readonly<Record<ParamAddress, ParamValue>> = {},
    private readonly onListenerFault: (error: unknown) => void = () => {},
  ) {
    this.#values = new Map(Object.entries(registry.defaults()));
    // What an older version saved may no longer be valid: then the default stands, as for a value never set.
    for (const [address, value] of Object.entries(saved)) {
      const validated = registry.validate(address, value);
      if (validated.ok) this.#values.set(validated.address, validated.value);
    }
  }

  get(address: string): ParamValue | undefined {
    return this.#values.get(address);
  }
  all(): Record<ParamAddress, ParamValue> {
    return Object.fromEntries(this.#values);
  }
  /** Every value a lane needs: its own two scopes and the show's. */
  forLane(laneId: string): Record<ParamAddress, ParamValue> {
    const scopes = [`/understudy/lane/${laneId}/`, `/understudy/output/${laneId}/`, '/understudy/show/'];
    return Object.fromEntries(
      [...this.#values].filter(([address]) => scopes.some((scope) => address.startsWith(scope))),
    );
  }

  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  addGuard(guard: Guard): void {
    this.#guards.push(guard);
  }

  dispatch(address: string, raw: RawValue, by: string): DispatchResult {
    const validated = this.registry.validate(address, raw);
    if (!validated.ok) return this.#refuse(refusal(address, validated.code, validated.context));
    const change: ParamChange = { address: validated.address, value: validated.value, by };
    const changed = this.#values.get(change.address) !== change.value;
    if (changed) {
      for (const guard of this.#guards) {
        const stopped = guard(change);
        if (stopped !== null) return this.#refuse(stopped);
      }
      this.#values.set(change.address, change.value);
      this.changes += 1;
      this.#tell(change);
    }
    return { ok: true, address: change.address, value: change.value, clamped: validated.clamped, changed };
  }

  reset(address: string, by: string): DispatchResult {
    const instance = this.registry.find(address);
    if (instance === null)
      return this.#refuse(refusal(address, 'PARAM_UNKNOWN_ADDRESS', { address: address.slice(0, 120) }));
    return this.dispatch(address, instance.descriptor.default, by);
  }

  #refuse(stopped: Refusal): Refusal {
    this.refusals.set(stopped.code, (this.refusals.get(stopped.code) ?? 0) + 1);
    return stopped;
  }
  #tell(change: ParamChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.onListenerFault(error);
      }
    }
  }
}
