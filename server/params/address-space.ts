import type { ActionDescriptor, MeterDescriptor, ParamDescriptor } from '../protocol/descriptors.js';

/** What consoles, show files and cues rely on, by "<scope> <group>.<name>". Help, step and default may change freely. */
export type StableEntry =
  | {
      readonly kind: 'number';
      readonly unit: string;
      readonly min: number;
      readonly max: number;
      readonly integer: boolean;
    }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'toggle' }
  | { readonly kind: 'text'; readonly maxLength: number }
  | { readonly kind: 'action'; readonly argument: StableEntry | null; readonly argumentOptional: boolean }
  | { readonly kind: 'meter'; readonly holds: string; readonly unit: string };
type Declared = ParamDescriptor | ActionDescriptor | MeterDescriptor;
export type StableAddressSpace = Readonly<Record<string, StableEntry>>;

const entryOf = (descriptor: Declared): StableEntry => {
  switch (descriptor.kind) {
    case 'number': {
      const { unit, min, max, integer } = descriptor;
      return { kind: 'number', unit, min, max, integer };
    }
    case 'choice':
      return { kind: 'choice', choices: [...descriptor.choices] };
    case 'toggle':
      return { kind: 'toggle' };
    case 'text':
      return { kind: 'text', maxLength: descriptor.maxLength };
    case 'action': {
      const { argument, argumentOptional } = descriptor;
      return { kind: 'action', argument: argument === null ? null : entryOf(argument), argumentOptional };
    }
    case 'meter':
      return { kind: 'meter', holds: descriptor.holds, unit: descriptor.unit };
  }
};

export const stableAddressSpace = (descriptors: readonly Declared[]): StableAddressSpace =>
  Object.fromEntries(
    descriptors
      .map((descriptor) => [`${descriptor.scope} ${descriptor.key}`, entryOf(descriptor)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/**
 * What would break a console that was programmed against `before`: a removed address, another kind or unit, a narrower
 * range, a choice that went away or moved (consoles may send positions). An addition breaks nothing.
 */
export function breakingChanges(before: StableAddressSpace, after: StableAddressSpace): string[] {
  const changes: string[] = [];
  for (const [address, old] of Object.entries(before)) {
    const now = after[address];
    if (now === undefined) changes.push(`${address} was removed or renamed`);
    else if (now.kind !== old.kind) changes.push(`${address} was a ${old.kind} and is a ${now.kind}`);
    else changes.push(...narrowed(address, old, now));
  }
  return changes;
}

function narrowed(address: string, old: StableEntry, now: StableEntry): string[] {
  const changes: string[] = [];
  if (old.kind === 'number' && now.kind === 'number') {
    if (old.unit !== now.unit) changes.push(`${address} changed its unit from ${old.unit} to ${now.unit}`);
    if (now.min > old.min || now.max < old.max) changes.push(`${address} has a narrower range`);
    if (now.integer && !old.integer) changes.push(`${address} takes whole numbers only`);
  } else if (old.kind === 'choice' && now.kind === 'choice') {
    old.choices.forEach((choice, position) => {
      if (!now.choices.includes(choice)) changes.push(`${address} lost the choice ${choice}`);
      else if (now.choices[position] !== choice) changes.push(`${address} moved the choice ${choice}`);
    });
  } else if (old.kind === 'text' && now.kind === 'text' && now.maxLength < old.maxLength) {
    changes.push(`${address} takes shorter texts`);
  } else if (old.kind === 'meter' && now.kind === 'meter') {
    if (old.holds !== now.holds || old.unit !== now.unit) changes.push(`${address} reads otherwise`);
  } else if (old.kind === 'action' && now.kind === 'action') {
    changes.push(...narrowedArgument(address, old, now));
  }
  return changes;
}

type StableAction = Extract<StableEntry, { kind: 'action' }>;
function narrowedArgument(address: string, old: StableAction, now: StableAction): string[] {
  if (now.argument === null) return old.argument === null ? [] : [`${address} takes no argument any more`];
  if (!now.argumentOptional && (old.argument === null || old.argumentOptional)) return [`${address} needs an argument`];
  if (old.argument === null) return [];
  if (old.argument.kind !== now.argument.kind) return [`${address} takes a ${now.argument.kind} as its argument`];
  return narrowed(`${address} (argument)`, old.argument, now.argument);
}
