import { Value } from 'typebox/value';
import type { ParamRegistry } from '../params/registry.js';
import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import type { ShowEdit } from '../protocol/show.js';
import { editSchemas } from '../show/book-schema.js';
import { isBypass, starOf } from '../show/cue-plan.js';

type LookRecord = Extract<ShowEdit, { kind: 'look-record' }>;
type LookSet = Extract<ShowEdit, { kind: 'look-set' }>;

/** What a client sent as an edit, checked as a whole, its values as the registry takes them; or why not. Never throws. */
export function checkEdit(given: unknown, registry: ParamRegistry): ShowEdit | { readonly reason: string } {
  const kind = (given as { kind?: unknown } | null)?.kind;
  const schema = typeof kind === 'string' ? editSchemas.get(kind) : undefined;
  if (schema === undefined) return { reason: 'its kind is unknown' };
  const [fault] = Value.Errors(schema, given);
  if (fault !== undefined) return { reason: `${fault.instancePath || '/'} ${fault.message}` };
  const edit = given as ShowEdit;
  if (edit.kind === 'look-set') {
    const values = checkValues(edit.look.values, registry);
    return 'reason' in values ? values : { ...edit, look: { ...edit.look, ...values } };
  }
  if (edit.kind === 'cue-set') {
    const values = checkValues(edit.cue.values, registry);
    return 'reason' in values ? values : { ...edit, cue: { ...edit.cue, ...values } };
  }
  return edit;
}

/** A value written blind must be one that would be taken live: it will be when the cue runs, with nobody looking. */
function checkValues(
  values: Readonly<Record<ParamAddress, ParamValue>> | undefined,
  registry: ParamRegistry,
): { readonly values?: Readonly<Record<ParamAddress, ParamValue>> } | { readonly reason: string } {
  if (values === undefined) return {};
  const taken: Record<ParamAddress, ParamValue> = {};
  for (const [address, value] of Object.entries(values)) {
    if (isBypass(address)) return { reason: 'bypass is for hands: no look and no cue holds it' };
    const real = address.includes('/*/')
      ? registry.instances.find((instance) => starOf(instance.address) === address)?.address
      : address;
    const validated = registry.validate(real ?? address, value);
    if (!validated.ok) return { reason: `${address} ${validated.code}` };
    taken[address] = validated.value;
  }
  return { values: taken };
}

/** What stands on air, cut to the scopes and groups asked for, as the edit that writes it. Bypass is never part of a look. */
export function recordLook(
  record: LookRecord,
  registry: ParamRegistry,
  values: Readonly<Record<ParamAddress, ParamValue>>,
  assignments: ReadonlyMap<string, string | null>,
  taken: (id: string) => boolean,
): LookSet {
  const scopes = record.scopes === 'all' ? null : new Set(record.scopes);
  const groups = record.groups === 'all' ? null : new Set(record.groups);
  const recorded: Record<ParamAddress, ParamValue> = {};
  for (const { address, scopeId, descriptor } of registry.instances) {
    if (isBypass(address) || scopes?.has(scopeId) === false || groups?.has(descriptor.group) === false) continue;
    const value = values[address];
    if (value !== undefined) recorded[record.everyCamera === true ? starOf(address) : address] = value;
  }
  const id = record.id ?? freeId(record.name, taken);
  return {
    kind: 'look-set',
    look: { id, name: record.name, values: recorded, cast: record.cast ? Object.fromEntries(assignments) : {} },
  };
}

/** "Night, close" → "night-close", or "night-close-2" where that is taken. */
function freeId(name: string, taken: (id: string) => boolean): string {
  const stem =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 27) || 'look';
  if (!taken(stem)) return stem;
  let number = 2;
  while (taken(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}
