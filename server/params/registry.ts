import type { ParamAddress, ParamDescriptor, ParamScope, ParamValue, ScopeId } from '../protocol/descriptors.js';
import type { ScopeInfo } from '../protocol/messages.js';
import { addressOf, type ParamGroup } from './define.js';
import { validateValue, type RawValue, type Validated } from './validate.js';

/** One parameter in one scope. */
export interface ParamInstance {
  readonly address: ParamAddress;
  readonly scopeId: ScopeId;
  readonly descriptor: ParamDescriptor;
}
export type AddressValidated =
  | (Extract<Validated, { ok: true }> & { readonly address: ParamAddress })
  | Extract<Validated, { ok: false }>
  | { readonly ok: false; readonly code: 'PARAM_UNKNOWN_ADDRESS'; readonly context: { readonly address: string } };

const scopeOf = (scopeId: ScopeId): ParamScope => scopeId.split('/', 1)[0] as ParamScope;

/**
 * Every parameter there is, in every scope there is: "show", one "lane/<id>" and one "output/<id>" per camera. Holds no
 * values, so that several holders of values (control, lane, a blind cue) can share one.
 */
export class ParamRegistry {
  readonly descriptors: readonly ParamDescriptor[];
  readonly #scopes = new Map<ScopeId, string>();
  readonly #instances = new Map<ParamAddress, ParamInstance>();

  constructor(groups: readonly ParamGroup[]) {
    this.descriptors = groups.flatMap((group) => group.descriptors);
    const keys = this.descriptors.map((descriptor) => `${descriptor.scope} ${descriptor.key}`);
    const twice = keys.find((key, at) => keys.indexOf(key) !== at);
    if (twice !== undefined) throw new Error(`Parameter declared twice: ${twice}`);
    this.addScope('show', 'Show');
  }

  get scopes(): readonly ScopeInfo[] {
    return [...this.#scopes].map(([id, label]) => ({ id, label }));
  }
  get instances(): readonly ParamInstance[] {
    return [...this.#instances.values()];
  }

  addScope(scopeId: ScopeId, label: string): void {
    if (!/^(show|(lane|output)\/[a-z0-9][a-z0-9-]*)$/.test(scopeId)) throw new Error(`Not a scope: ${scopeId}`);
    this.#scopes.set(scopeId, label);
    for (const descriptor of this.descriptors) {
      if (descriptor.scope !== scopeOf(scopeId)) continue;
      const address = addressOf(scopeId, descriptor.group, descriptor.name);
      this.#instances.set(address, { address, scopeId, descriptor });
    }
  }
  removeScope(scopeId: ScopeId): void {
    this.#scopes.delete(scopeId);
    for (const [address, instance] of this.#instances)
      if (instance.scopeId === scopeId) this.#instances.delete(address);
  }

  find(address: string): ParamInstance | null {
    return this.#instances.get(address) ?? null;
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
