import type {
  ApplyAt,
  NumberDescriptor,
  ParamAddress,
  ParamDescriptor,
  ParamScope,
  ParamValue,
  ScopeId,
  Unit,
} from '../protocol/descriptors.js';
import type { DurationUs } from '../time/time.js';

/**
 * One declaration per parameter. From it come the type of the stage's snapshot, the validation of every surface, the OSC
 * address, the panel of the page, the row in docs/generated/parameters.md and the tests.
 */
interface DeclarationBase {
  /** The visible consequence, in one or two sentences. */
  readonly help: string;
  readonly apply: ApplyAt;
}
export interface NumberDeclaration extends DeclarationBase {
  readonly kind: 'number';
  readonly unit: Unit;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly default: number;
  /** Whole numbers only; other input is rounded. */
  readonly integer?: boolean;
  readonly onOutOfRange: 'clamp' | 'refuse';
}
/** A share from 0 to 1 in hundredths, held to its range: what most of a picture's amounts are. */
export const share01 = (
  defaultValue: number,
  help: string,
  apply: ApplyAt = 'next-frame',
): NumberDeclaration & { readonly onOutOfRange: 'clamp' } => ({
  kind: 'number',
  unit: 'ratio01',
  min: 0,
  max: 1,
  default: defaultValue,
  step: 0.01,
  onOutOfRange: 'clamp',
  apply,
  help,
});
export interface ChoiceDeclaration extends DeclarationBase {
  readonly kind: 'choice';
  readonly choices: readonly [string, ...string[]];
  readonly default: string;
}
export interface ToggleDeclaration extends DeclarationBase {
  readonly kind: 'toggle';
  readonly default: boolean;
}
export interface TextDeclaration extends DeclarationBase {
  readonly kind: 'text';
  readonly maxLength: number;
  readonly default: string;
}
export type Declaration = NumberDeclaration | ChoiceDeclaration | ToggleDeclaration | TextDeclaration;
export type Declarations = Readonly<Record<string, Declaration>>;

/** How a name ends, by unit. A unit without an ending of its own must not borrow one. */
export const unitSuffixes = {
  none: [''],
  ms: ['Ms'],
  frames: ['Frames'],
  px: ['Px'],
  deg: ['Deg'],
  percent: ['Percent'],
  hz: ['Hz', 'Fps'],
  ev: ['Ev'],
  db: ['Db'],
  ratio01: ['01'],
} as const satisfies Record<Unit, readonly string[]>;
type Suffix<U extends Unit> = (typeof unitSuffixes)[U][number];

/** Turns a key whose ending disagrees with its unit, or a default that is not among the choices, into a compile error. */
type Checked<D extends Declarations> = {
  readonly [K in keyof D]: D[K] extends { readonly kind: 'number'; readonly unit: infer U extends Unit }
    ? K extends `${string}${Suffix<U>}`
      ? D[K]
      : `the name must end in ${Suffix<U>}`
    : D[K] extends { readonly kind: 'choice'; readonly choices: readonly (infer C)[]; readonly default: infer V }
      ? V extends C
        ? D[K]
        : 'the default must be one of the choices'
      : D[K];
};

export interface ParamGroup<G extends string = string, D extends Declarations = Declarations> {
  readonly group: G;
  readonly scope: ParamScope;
  readonly declarations: D;
  readonly descriptors: readonly ParamDescriptor[];
}

type SnapshotKey<K, X> = X extends { readonly unit: 'ms' } ? (K extends `${infer Stem}Ms` ? `${Stem}Us` : never) : K;
type SnapshotValue<X> = X extends { readonly kind: 'number'; readonly unit: infer U }
  ? U extends 'ms'
    ? DurationUs
    : number
  : X extends { readonly kind: 'choice'; readonly choices: readonly (infer C)[] }
    ? C
    : X extends { readonly kind: 'toggle' }
      ? boolean
      : string;
/** What a stage reads: frozen, spans in microseconds ("maxHoldMs" arrives as "maxHoldUs"), choices as unions. */
export type Snapshot<P> =
  P extends ParamGroup<string, infer D>
    ? { readonly [K in keyof D as SnapshotKey<K, D[K]>]: SnapshotValue<D[K]> }
    : never;

/** Throws where a declaration contradicts itself: that is a fault of the source, found by the first test that loads it. */
export function defineParams<const G extends string, const D extends Declarations>(
  group: G,
  scope: ParamScope,
  declarations: D & Checked<D>,
): ParamGroup<G, D> {
  const descriptors = Object.entries(declarations as Declarations).map(([name, declaration]) =>
    describe(group, scope, name, declaration),
  );
  return Object.freeze({ group, scope, declarations: declarations as D, descriptors: Object.freeze(descriptors) });
}

function describe(group: string, scope: ParamScope, name: string, declaration: Declaration): ParamDescriptor {
  const key = `${group}.${name}`;
  const fail = (why: string): never => {
    throw new Error(`Parameter ${key}: ${why}`);
  };
  if (!/^[a-z][A-Za-z0-9]*$/.test(name) || !/^[a-z][A-Za-z0-9]*$/.test(group)) fail('a name is letters and digits');
  if (declaration.help.trim().length < 20) fail('help must say the visible consequence');
  const base = { key, group, name, scope, help: declaration.help, apply: declaration.apply };
  switch (declaration.kind) {
    case 'number': {
      const { unit, min, max, step, onOutOfRange } = declaration;
      const integer = declaration.integer ?? false;
      if (!unitSuffixes[unit].some((suffix) => name.endsWith(suffix))) fail(`the name must end as unit ${unit} does`);
      if (!(min < max) || !(step > 0)) fail('min < max and step > 0');
      if (declaration.default < min || declaration.default > max) fail('the default is out of range');
      if (integer && ![min, max, step, declaration.default].every(Number.isInteger)) fail('integers throughout');
      const numeric: NumberDescriptor = {
        ...base,
        kind: 'number',
        unit,
        min,
        max,
        step,
        default: declaration.default,
        integer,
        onOutOfRange,
      };
      return Object.freeze(numeric);
    }
    case 'choice':
      if (new Set(declaration.choices).size !== declaration.choices.length) fail('choices repeat');
      if (!declaration.choices.includes(declaration.default)) fail('the default is not among the choices');
      return Object.freeze({ ...base, kind: 'choice', choices: declaration.choices, default: declaration.default });
    case 'toggle':
      return Object.freeze({ ...base, kind: 'toggle', default: declaration.default });
    case 'text':
      if (declaration.default.length > declaration.maxLength) fail('the default is too long');
      return Object.freeze({
        ...base,
        kind: 'text',
        maxLength: declaration.maxLength,
        default: declaration.default,
      });
  }
}

/** "/understudy/lane/cam-a/keyframe/intervalFrames". */
export const addressOf = (scopeId: ScopeId, group: string, name: string): ParamAddress =>
  `/understudy/${scopeId}/${group}/${name}`;

/**
 * The values of one declaration in one scope, as a stage reads them. Missing values are the defaults. Build it when the
 * values change, never per frame.
 */
export function snapshotOf<G extends string, D extends Declarations>(
  params: ParamGroup<G, D>,
  scopeId: ScopeId,
  values: Readonly<Record<ParamAddress, ParamValue>>,
): Snapshot<ParamGroup<G, D>> {
  const snapshot: Record<string, ParamValue> = {};
  for (const descriptor of params.descriptors) {
    const value = values[addressOf(scopeId, descriptor.group, descriptor.name)] ?? descriptor.default;
    if (descriptor.kind === 'number' && descriptor.unit === 'ms') {
      snapshot[descriptor.name.replace(/Ms$/, 'Us')] = Math.round((value as number) * 1000);
    } else {
      snapshot[descriptor.name] = value;
    }
  }
  return Object.freeze(snapshot) as Snapshot<ParamGroup<G, D>>;
}
