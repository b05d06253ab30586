import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import type { ShowFile } from './schema.js';

/** What the show file's monitors and multiviews start with: their kind, and what is burnt in. The operator's changes win over it. */
export function monitorValues(show: Pick<ShowFile, 'outputs' | 'multiviews'>): Record<ParamAddress, ParamValue> {
  const values: Record<ParamAddress, ParamValue> = {};
  for (const { id, kind, burnIn } of show.outputs ?? []) {
    const at = (name: string): ParamAddress => `/understudy/output/${id}/monitor/${name}`;
    values[at('mode')] = kind;
    for (const [name, on] of Object.entries(burnIn ?? {})) values[at(name)] = on;
  }
  for (const { id, shows, burnIn } of show.multiviews ?? []) {
    const at = (name: string): ParamAddress => `/understudy/output/${id}/multiview/${name}`;
    if (shows !== undefined) values[at('shows')] = shows;
    for (const [name, on] of Object.entries(burnIn ?? {})) values[at(name)] = on;
  }
  return values;
}
