import type {
  ActionDescriptor,
  MeterDescriptor,
  ParamAddress,
  ParamDescriptor,
  ParamScope,
  ParamValue,
  ScopeId,
} from '../protocol/descriptors.js';
import type { ScopeInfo } from '../protocol/messages.js';
import type { ActionGroup, MeterGroup } from './actions.js';
import { addressOf, type ParamGroup } from './define.js';
import { validateValue, type RawValue, type Validated } from './validate.js';

/** One declared thing in one scope. */
interface Instance<D> {
  readonly address: ParamAddress;
  readonly scopeId: ScopeId;
  readonly descriptor: D;
}
export type ParamInstance = Instance<ParamDescriptor>;
export type ActionInstance = Instance<ActionDescriptor>;
export type MeterInstance = Instance<MeterDescriptor>;
export type AddressValidated =
  | (Extract<Validated, { ok: true }> & { readonly address: ParamAddress })
  | Extract<Validated, { ok: false }>
  | { readonly ok: false; readonly code: 'PARAM_UNKNOWN_ADDRESS'; readonly context: { readonly address: string } };

const scopeOf = (scopeId: ScopeId): ParamScope => scopeId.split('/', 1)[0] as ParamScope;

/**
 * Every parameter, action and meter there is, in every scope there is: "show", one "lane/<id>" and one "output/<id>" per
 * camera. Holds no values, so that several holders of values (control, lane, a blind cue) can share one.
 */
export class ParamRegistry {
  readonly descriptors: readonly ParamDescriptor[];
  readonly actionDescriptors: readonly ActionDescriptor[];
  readonly meterDescriptors: readonly MeterDescriptor[];
  readonly #scopes = new Map<ScopeId, ScopeInfo>();
  readonly #instances = new Map<ParamAddress, ParamInstance>();
  readonly #actions = new Map<ParamAddress, ActionInstance>();
  readonly #meters = new Map<ParamAddress, MeterInstance>();
  /** A scope came or went: the addresses under it with it. OSCQuery says PATH_ADDED and PATH_REMOVED. */
  readonly #scopeListeners = new Set<(scopeId: ScopeId, there: boolean) => void>();

  constructor(groups: readonly ParamGroup[], actions: readonly ActionGroup[] = [], meters: readonly MeterGroup[] = []) {
    this.descriptors = groups.flatMap((group) => group.descriptors);
    this.actionDescriptors = actions.flatMap((group) => group.descriptors);
    this.meterDescriptors = meters.flatMap((group) => group.descriptors);
    const keys = this.declared.map((descriptor) => `${descriptor.scope} ${descriptor.key}`);
    const twice = keys.find((key, at) => keys.indexOf(key) !== at);
    if (twice !== undefined) throw new Error(`Parameter declared twice: ${twice}`);
    this.addScope('show', 'Show');
  }

  /** All that was declared, once each, whatever scopes there are. */
  get declared(): readonly (ParamDescriptor | ActionDescriptor | MeterDescriptor)[] {
    return [...this.descriptors, ...this.actionDescriptors, ...this.meterDescriptors];
  }
  get scopes(): readonly ScopeInfo[] {
    return [...this.#scopes.values()];
  }
  get instances(): readonly ParamInstance[] {
    return [...this.#instances.values()];
  }
  get actions(): readonly ActionInstance[] {
    return [...this.#actions.values()];
  }
  get meters(): readonly MeterInstance[] {
    return [...this.#meters.values()];
  }
  onScope(listener: (scopeId: ScopeId, there: boolean) => void): () => void {
    this.#scopeListeners.add(listener);
    return () => this.#scopeListeners.delete(listener);
  }

  /** `of`: the lane it belongs to where that is not its own id, and the groups it has where that is not all of its kind. */
  addScope(scopeId: ScopeId, label: string, of: Pick<ScopeInfo, 'laneId' | 'groups'> = {}): void {
    if (!/^(show|(lane|output)\/[a-z0-9][a-z0-9-]*)$/.test(scopeId)) throw new Error(`Not a scope: ${scopeId}`);
    this.#scopes.set(scopeId, { id: scopeId, label, ...of });
    const list = <D extends ParamDescriptor | ActionDescriptor | MeterDescriptor>(
      descriptors: readonly D[],
      into: Map<ParamAddress, Instance<D>>,
    ): void => {
      for (const descriptor of descriptors) {
        if (descriptor.scope !== scopeOf(scopeId) || of.groups?.includes(descriptor.group) === false) continue;
        const address = addressOf(scopeId, descriptor.group, descriptor.name);
        into.set(address, { address, scopeId, descriptor });
      }
    };
    list(this.descriptors, this.#instances);
    list(this.actionDescriptors, this.#actions);
    list(this.meterDescriptors, this.#meters);
    for (const listener of this.#scopeListeners) listener(scopeId, true);
  }
  removeScope(scopeId: ScopeId): void {
    if (!this.#scopes.delete(scopeId)) return;
    for (const map of [this.#instances, this.#actions, this.#meters])
      for (const [address, instance] of map) if (instance.scopeId === scopeId) map.delete(address);
    for (const listener of this.#scopeListeners) listener(scopeId, false);
  }

  /** "lane/cam-a" and "output/cam-a" are of lane cam-a, a monitor's output of the lane it was added for; "show" is everybody's. */
  laneOf(scopeId: ScopeId): string | null {
    return this.#scopes.get(scopeId)?.laneId ?? scopeId.split('/')[1] ?? null;
  }

  find(address: string): ParamInstance | null {
    return this.#instances.get(address) ?? null;
  }
  findAction(address: string): ActionInstance | null {
    return this.#actions.get(address) ?? null;
  }
  findMeter(address: string): MeterInstance | null {
    return this.#meters.get(address) ?? null;
  }

  validate(address: string, raw: RawValue): AddressValidated {
    const instance = this.find(address);
    if (instance === null) {
      return { ok: false, code: 'PARAM_UNKNOWN_ADDRESS', context: { address: address.slice(0, 120) } };
    }
    const validated = validateValue(instance.descriptor, raw);
    return validated.ok ? { ...validated, address } : validated;
  }

  defaults(): Record<ParamAddress, ParamValue> {
    return Object.fromEntries(this.instances.map(({ address, descriptor }) => [address, descriptor.default]));
  }
}
