import type { ActionDescriptor, MeterDescriptor, ParamDescriptor, Unit } from '../../protocol/descriptors.js';
import type { Dispatcher } from '../dispatch/dispatch.js';

/** A JSON value as OSCQuery answers it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
/** The attributes of one method, without FULL_PATH. `values` is asked at each answer; null: it cannot be read. */
export interface QueryMethod {
  readonly address: string;
  readonly attributes: Readonly<Record<string, Json>>;
  readonly values: () => readonly Json[] | null;
}

/** What the proposal defines; what is not listed is a mistake of the asker (400), what is listed and absent is 204. */
export const knownAttributes: ReadonlySet<string> = new Set([
  'FULL_PATH',
  'CONTENTS',
  'TYPE',
  'ACCESS',
  'VALUE',
  'RANGE',
  'DESCRIPTION',
  'TAGS',
  'EXTENDED_TYPE',
  'UNIT',
  'CRITICAL',
  'CLIPMODE',
  'OVERLOADS',
  'HTML',
]);

/** The proposal's names for units; what has none there keeps ours. */
const units: Readonly<Record<Unit, string | null>> = {
  none: null,
  ms: 'time.ms',
  frames: 'frames',
  px: 'px',
  deg: 'angle.degree',
  percent: 'percent',
  hz: 'time.hz',
  ev: 'ev',
  db: 'gain.db',
  ratio01: 'gain.linear',
};
const unitOf = (unit: Unit): Record<string, Json> => (units[unit] === null ? {} : { UNIT: [units[unit]] });

/** A number may be given a time: the same address with a second argument, seconds. */
const overTime = ({ integer, min, max, unit }: Extract<ParamDescriptor, { kind: 'number' }>): Json => ({
  TYPE: integer ? 'if' : 'ff',
  RANGE: [
    { MIN: min, MAX: max },
    { MIN: 0, MAX: 3600 },
  ],
  UNIT: [units[unit], 'time.second'],
  DESCRIPTION: 'The value, and in how many seconds it gets there.',
});

function typed(descriptor: ParamDescriptor): Record<string, Json> {
  switch (descriptor.kind) {
    case 'number':
      return {
        TYPE: descriptor.integer ? 'i' : 'f',
        RANGE: [{ MIN: descriptor.min, MAX: descriptor.max }],
        CLIPMODE: [descriptor.onOutOfRange === 'clamp' ? 'both' : 'none'],
        ...unitOf(descriptor.unit),
      };
    case 'choice':
      return { TYPE: 's', RANGE: [{ VALS: [...descriptor.choices] }] };
    case 'toggle':
      return { TYPE: 'T' };
    case 'text':
      return { TYPE: 's' };
  }
}
const about = ({ help, group, scope }: ParamDescriptor | ActionDescriptor | MeterDescriptor): Record<string, Json> => ({
  DESCRIPTION: help,
  TAGS: [scope, group],
});
const meterTypes = { number: 'f', toggle: 'T', text: 's' } as const;

/** Everything in the registry as methods: parameters are read and written, meters read, actions written. */
export function methodsOf(dispatcher: Dispatcher): QueryMethod[] {
  const { registry } = dispatcher;
  const params = registry.instances.map(({ address, descriptor }) => ({
    address,
    attributes: {
      ...about(descriptor),
      ...typed(descriptor),
      ...(descriptor.kind === 'number' ? { OVERLOADS: [overTime(descriptor)] } : {}),
      ACCESS: 3,
    },
    values: () => [dispatcher.get(address) ?? descriptor.default],
  }));
  const meters = registry.meters.map(({ address, descriptor }) => ({
    address,
    attributes: { ...about(descriptor), TYPE: meterTypes[descriptor.holds], ACCESS: 1, ...unitOf(descriptor.unit) },
    values: () => [dispatcher.meter(address) ?? null],
  }));
  const actions = registry.actions.map(({ address, descriptor }) => ({
    address,
    // CRITICAL: a client with the choice sends it over TCP, so that a "go" is not lost.
    attributes: {
      ...about(descriptor),
      ...(descriptor.argument === null ? { TYPE: 'I' } : typed(descriptor.argument)),
      ...(descriptor.argument !== null && descriptor.argumentOptional ? { OVERLOADS: [{ TYPE: 'I' }] } : {}),
      ACCESS: 2,
      CRITICAL: true,
    },
    values: () => null,
  }));
  return [...params, ...meters, ...actions];
}

interface Container {
  readonly kind: 'container';
  readonly contents: Map<string, Container | Leaf>;
}
interface Leaf {
  readonly kind: 'leaf';
  readonly method: QueryMethod;
}

/** The methods as a tree that answers for each of its nodes. */
export class QueryTree {
  readonly #root: Container = { kind: 'container', contents: new Map() };

  /** `labels`: what people call a container, by its path. */
  constructor(
    methods: readonly QueryMethod[],
    private readonly labels: ReadonlyMap<string, string> = new Map(),
  ) {
    for (const method of methods) {
      const names = method.address.slice(1).split('/');
      const last = names.pop()!;
      let at = this.#root;
      for (const name of names) {
        const next = at.contents.get(name);
        if (next?.kind === 'container') at = next;
        else {
          const made: Container = { kind: 'container', contents: new Map() };
          at.contents.set(name, made);
          at = made;
        }
      }
      at.contents.set(last, { kind: 'leaf', method });
    }
  }

  /** Every attribute of the node and all below it; null where there is no such node. `path`: "/" or "/understudy/show". */
  node(path: string): Readonly<Record<string, Json>> | null {
    const found = this.#find(path);
    return found === null ? null : this.#describe(found, path);
  }
  isMethod(path: string): boolean {
    return this.#find(path)?.kind === 'leaf';
  }

  #find(path: string): Container | Leaf | null {
    let at: Container | Leaf = this.#root;
    if (path === '/') return at;
    for (const name of path.slice(1).split('/')) {
      const next: Container | Leaf | undefined = at.kind === 'container' ? at.contents.get(name) : undefined;
      if (next === undefined) return null;
      at = next;
    }
    return at;
  }
  #describe(node: Container | Leaf, path: string): Readonly<Record<string, Json>> {
    if (node.kind === 'leaf') {
      const values = node.method.values();
      return { FULL_PATH: path, ...node.method.attributes, ...(values === null ? {} : { VALUE: values }) };
    }
    const below = path === '/' ? '' : path;
    const contents = [...node.contents].map(
      ([name, child]) => [name, this.#describe(child, `${below}/${name}`)] as const,
    );
    const label = this.labels.get(path);
    return {
      FULL_PATH: path,
      ...(label === undefined ? {} : { DESCRIPTION: label }),
      ACCESS: 0,
      CONTENTS: Object.fromEntries(contents),
    };
  }
}
