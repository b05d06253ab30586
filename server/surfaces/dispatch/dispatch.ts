import { describeError } from '../../errors/coded-error.js';
import type { ErrorCode } from '../../errors/registry.js';
import { emptyMeter } from '../../params/actions.js';
import type { ActionInstance, ParamRegistry } from '../../params/registry.js';
import { validateValue, type RawValue } from '../../params/validate.js';
import type { ParamAddress, ParamValue, ScopeId } from '../../protocol/descriptors.js';
import type { Role } from '../../protocol/messages.js';
import type { DurationUs } from '../../time/time.js';
import { mayWrite } from './roles.js';

/** A change that has happened. `by`: "page 3", "osc 127.0.0.1:53000", "http 127.0.0.1", "cue 1.5", "show", "lane cam-a". */
export interface ParamChange {
  readonly address: ParamAddress;
  readonly value: ParamValue;
  readonly by: string;
  /** A step of a fade: its end is already on record, so nobody writes this down. */
  readonly transient?: true;
}
/** An action that is to be done. `argument`: validated; null where it takes none, or was given none and needs none. */
export interface ActionCall {
  readonly address: ParamAddress;
  readonly scopeId: ScopeId;
  readonly argument: ParamValue | null;
  readonly by: string;
}
/** Does it, or says why not. */
export type ActionHandler = (call: ActionCall) => Refusal | null;
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

/** Asked before a valid value is taken, or an action is done; a returned refusal stops it (no consent, a lock). */
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
  readonly #handlers = new Map<string, ActionHandler>();
  readonly #meters = new Map<ParamAddress, ParamValue>();
  readonly #meterListeners = new Set<ChangeListener>();
  readonly #writers = new Map<ParamAddress, string>();
  /** Refusals by code, for the metrics. */
  readonly refusals = new Map<string, number>();
  changes = 0;
  /** Moves a number there over time, and says so to the listeners step by step. Unset: numbers go at once. */
  fader: ((change: ParamChange, lastsUs: DurationUs) => void) | null = null;

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
  /** Every value a lane needs: its own scopes, monitors' among them, and the show's. */
  forLane(laneId: string): Record<ParamAddress, ParamValue> {
    const scopes = this.registry.scopes
      .filter(({ id }) => [laneId, null].includes(this.registry.laneOf(id)))
      .map(({ id }) => `/understudy/${id}/`);
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

  /** The registry has other scopes now: values of addresses that went are forgotten, new ones begin as saved or as declared. */
  followScopes(saved: Readonly<Record<ParamAddress, ParamValue>>): void {
    for (const address of this.#values.keys()) if (this.registry.find(address) === null) this.#values.delete(address);
    for (const address of this.#meters.keys())
      if (this.registry.findMeter(address) === null) this.#meters.delete(address);
    for (const { address, descriptor } of this.registry.instances) {
      if (this.#values.has(address)) continue;
      const validated = this.registry.validate(address, saved[address]);
      this.#values.set(address, validated.ok ? validated.value : descriptor.default);
    }
  }

  /** Who changed a value last, since the server started. */
  get writers(): Readonly<Record<ParamAddress, string>> {
    return Object.fromEntries(this.#writers);
  }
  /** Who does the actions of this key, such as "cue.go". */
  handle(key: string, handler: ActionHandler): void {
    this.#handlers.set(key, handler);
  }

  /**
   * Sets a parameter or does an action: `raw` is the value or the argument. A number that is given a time gets there in it, by a straight
   * line; anything else does not fade, and the time is not heeded.
   */
  dispatch(
    address: string,
    raw: RawValue,
    by: string,
    role: Role = 'operator',
    overUs: DurationUs | null = null,
  ): DispatchResult {
    const action = this.registry.findAction(address);
    const meter = action === null && this.registry.findMeter(address) !== null;
    if (meter) return this.#refuse(refusal(address, 'PARAM_READ_ONLY', { address }));
    if (!mayWrite(role, address) && (action !== null || this.registry.find(address) !== null))
      return this.#refuse(refusal(address, 'ROLE_READ_ONLY', { role }));
    return action === null ? this.#set(address, raw, by, overUs) : this.#do(action, raw, by);
  }

  /** Values that were checked before and that no lock may stop: the steps of a fade, and what a cue or an undo gives back. */
  take(changes: readonly ParamChange[]): void {
    for (const change of changes) {
      if (this.#values.get(change.address) === change.value) continue;
      this.#values.set(change.address, change.value);
      this.#writers.set(change.address, change.by);
      this.changes += 1;
      this.#tell(this.#listeners, change);
    }
  }

  /** A meter reads otherwise than before. */
  report(address: ParamAddress, value: ParamValue): void {
    if (this.#meters.get(address) === value || this.registry.findMeter(address) === null) return;
    this.#meters.set(address, value);
    this.#tell(this.#meterListeners, { address, value, by: 'server' });
  }
  /** undefined: there is no such meter. */
  meter(address: string): ParamValue | undefined {
    const instance = this.registry.findMeter(address);
    return instance === null ? undefined : (this.#meters.get(address) ?? emptyMeter(instance.descriptor));
  }
  allMeters(): Record<ParamAddress, ParamValue> {
    return Object.fromEntries(this.registry.meters.map(({ address }) => [address, this.meter(address)!]));
  }
  onMeter(listener: ChangeListener): () => void {
    this.#meterListeners.add(listener);
    return () => this.#meterListeners.delete(listener);
  }

  #set(address: string, raw: RawValue, by: string, overUs: DurationUs | null): DispatchResult {
    const validated = this.registry.validate(address, raw);
    if (!validated.ok) return this.#refuse(refusal(address, validated.code, validated.context));
    const change: ParamChange = { address: validated.address, value: validated.value, by };
    const changed = this.#values.get(change.address) !== change.value;
    if (changed) {
      const stopped = this.#stopped(change);
      if (stopped !== null) return this.#refuse(stopped);
      if (overUs !== null && typeof change.value === 'number' && this.fader !== null) this.fader(change, overUs);
      else this.take([change]);
    }
    return { ok: true, address: change.address, value: change.value, clamped: validated.clamped, changed };
  }

  #do({ address, scopeId, descriptor }: ActionInstance, raw: RawValue, by: string): DispatchResult {
    const done = (value: ParamValue, clamped: boolean, changed: boolean): DispatchResult => ({
      ok: true,
      address,
      value,
      clamped,
      changed,
    });
    const { argument, argumentOptional } = descriptor;
    const bare = argument === null || argumentOptional;
    // A console's button says 1 when pressed and 0 when let go; only the press counts. A word is an argument.
    if (bare && (raw === 0 || raw === false || raw === '0')) return done(false, false, false);
    const given = !(argumentOptional && typeof raw !== 'string');
    let value: ParamValue | null = null;
    let clamped = false;
    if (argument !== null && given) {
      const validated = validateValue(argument, raw);
      if (!validated.ok) return this.#refuse(refusal(address, validated.code, validated.context));
      ({ value, clamped } = validated);
    }
    const handler = this.#handlers.get(descriptor.key);
    if (handler === undefined) return this.#refuse(refusal(address, 'ACTION_NOT_SERVED', { action: descriptor.key }));
    const stopped =
      this.#stopped({ address, value: value ?? true, by }) ?? handler({ address, scopeId, argument: value, by });
    return stopped === null ? done(value ?? true, clamped, true) : this.#refuse(stopped);
  }

  #stopped(change: ParamChange): Refusal | null {
    for (const guard of this.#guards) {
      const stopped = guard(change);
      if (stopped !== null) return stopped;
    }
    return null;
  }

  reset(address: string, by: string, role: Role = 'operator'): DispatchResult {
    const instance = this.registry.find(address);
    if (instance === null)
      return this.#refuse(refusal(address, 'PARAM_UNKNOWN_ADDRESS', { address: address.slice(0, 120) }));
    return this.dispatch(address, instance.descriptor.default, by, role);
  }

  #refuse(stopped: Refusal): Refusal {
    this.refusals.set(stopped.code, (this.refusals.get(stopped.code) ?? 0) + 1);
    return stopped;
  }
  #tell(listeners: ReadonlySet<ChangeListener>, change: ParamChange): void {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        this.onListenerFault(error);
      }
    }
  }
}
