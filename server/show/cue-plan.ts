import type { ParamRegistry } from '../params/registry.js';
import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import type { CastChoice, Cue, Look } from '../protocol/show.js';
import { compareCueNumbers } from './cue-number.js';

/** Values and cast of a cue or look, with the stars still in it. */
export interface CueContent {
  readonly values: Readonly<Record<ParamAddress, ParamValue>>;
  readonly cast: CastChoice;
}
/** What is to change, by how it can: numbers fade, the rest is switched. */
export interface CuePlan {
  readonly numbers: readonly {
    readonly address: ParamAddress;
    readonly to: number;
    readonly integer: boolean;
  }[];
  readonly switches: readonly { readonly address: ParamAddress; readonly value: ParamValue }[];
  readonly cast: CastChoice;
  /** Addresses that are not in this show, or whose value is not valid any more. */
  readonly skipped: readonly ParamAddress[];
}

/** Nothing but a hand switches bypass: a fader left of it must not find it pressed by a list. */
export const isBypass = (address: string): boolean => address.endsWith('/output/bypass');

export function contentOf(cue: Cue, look: (id: string) => Look | null): CueContent {
  const base = cue.lookId === null ? null : look(cue.lookId);
  return { values: { ...base?.values, ...cue.values }, cast: { ...base?.cast, ...cue.cast } };
}

/** Everything that the list says up to and with `number`: what stands when it was run from the top. */
export function contentUpTo(number: string, cues: readonly Cue[], look: (id: string) => Look | null): CueContent {
  const values: Record<ParamAddress, ParamValue> = {};
  const cast: Record<string, string | null> = {};
  for (const cue of cues) {
    if (compareCueNumbers(cue.number, number) > 0) continue;
    const content = contentOf(cue, look);
    // A later star covers what an earlier cue said of one camera, so the exact addresses it covers go.
    for (const address of Object.keys(content.values)) {
      if (!address.includes('/*/')) continue;
      for (const earlier of Object.keys(values))
        if (starOf(earlier) === address) Reflect.deleteProperty(values, earlier);
    }
    Object.assign(values, content.values);
    Object.assign(cast, content.cast);
  }
  return { values, cast };
}

/** The address with a star in place of the camera; an address of the show is its own. */
export const starOf = (address: ParamAddress): ParamAddress =>
  address.replace(/^(\/understudy\/(?:lane|output)\/)[^/]+/, '$1*');

/** Stars to the cameras there are; an exact address beats a star. Addresses nobody has are left in, for the caller to report. */
export function expand(
  values: Readonly<Record<ParamAddress, ParamValue>>,
  registry: ParamRegistry,
): Readonly<Record<ParamAddress, ParamValue>> {
  const expanded: Record<ParamAddress, ParamValue> = {};
  const stars = new Set(Object.keys(values).filter((address) => address.includes('/*/')));
  const found = new Set<ParamAddress>();
  for (const { address } of stars.size === 0 ? [] : registry.instances) {
    const star = starOf(address);
    if (!stars.has(star)) continue;
    found.add(star);
    expanded[address] = values[star]!;
  }
  for (const [address, value] of Object.entries(values)) if (!found.has(address)) expanded[address] = value;
  return expanded;
}

export function planOf(content: CueContent, registry: ParamRegistry): CuePlan {
  const numbers: CuePlan['numbers'][number][] = [];
  const switches: CuePlan['switches'][number][] = [];
  const skipped: ParamAddress[] = [];
  for (const [address, raw] of Object.entries(expand(content.values, registry))) {
    const validated = registry.validate(address, raw);
    const descriptor = registry.find(address)?.descriptor;
    if (!validated.ok || descriptor === undefined || isBypass(address)) skipped.push(address);
    else if (descriptor.kind === 'number') {
      numbers.push({ address, to: validated.value as number, integer: descriptor.integer });
    } else switches.push({ address, value: validated.value });
  }
  return { numbers, switches, cast: content.cast, skipped };
}
