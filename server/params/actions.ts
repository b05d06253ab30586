import type {
  ActionDescriptor,
  MeterDescriptor,
  ParamDescriptor,
  ParamScope,
  ParamValue,
  Unit,
} from '../protocol/descriptors.js';
import { defineParams, unitSuffixes, type Declaration } from './define.js';

/**
 * Actions and meters, declared once as parameters are. An action's address does something when it is written to; a meter's
 * address is read. Every surface finds both in the registry, beside the parameters.
 */
export interface ActionDeclaration {
  /** What happens, in one or two sentences. */
  readonly help: string;
  /** What it takes, declared as a parameter is. Absent: nothing. */
  readonly argument?: Declaration;
  /** It may also be done without its argument. */
  readonly argumentOptional?: boolean;
}
export interface MeterDeclaration {
  readonly help: string;
  readonly holds: MeterDescriptor['holds'];
  readonly unit?: Unit;
}
export interface ActionGroup {
  readonly group: string;
  readonly scope: ParamScope;
  readonly descriptors: readonly ActionDescriptor[];
}
export interface MeterGroup {
  readonly group: string;
  readonly scope: ParamScope;
  readonly descriptors: readonly MeterDescriptor[];
}

const checkName = (key: string, help: string): void => {
  if (!/^[a-z][A-Za-z0-9]*\.[a-z][A-Za-z0-9]*$/.test(key)) throw new Error(`${key}: a name is letters and digits`);
  if (help.trim().length < 20) throw new Error(`${key}: help must say the visible consequence`);
};

/** Throws where a declaration contradicts itself: a fault of the source, found by the first test that loads it. */
export function defineActions(
  group: string,
  scope: ParamScope,
  declarations: Readonly<Record<string, ActionDeclaration>>,
): ActionGroup {
  const descriptors = Object.entries(declarations).map(([name, { help, argument, argumentOptional }]) => {
    const key = `${group}.${name}`;
    checkName(key, help);
    const descriptor: ActionDescriptor = {
      kind: 'action',
      key,
      group,
      name,
      scope,
      help,
      argument: argument === undefined ? null : argumentOf(group, scope, name, argument),
      argumentOptional: argumentOptional ?? false,
    };
    return Object.freeze(descriptor);
  });
  return Object.freeze({ group, scope, descriptors: Object.freeze(descriptors) });
}

/** The same checks as a parameter's; its unit rule too, so a number with a unit names the action's address accordingly. */
function argumentOf(group: string, scope: ParamScope, name: string, argument: Declaration): ParamDescriptor {
  return defineParams(group, scope, { [name]: argument }).descriptors[0]!;
}

export function defineMeters(
  group: string,
  scope: ParamScope,
  declarations: Readonly<Record<string, MeterDeclaration>>,
): MeterGroup {
  const descriptors = Object.entries(declarations).map(([name, { help, holds, unit = 'none' }]) => {
    const key = `${group}.${name}`;
    checkName(key, help);
    if (!unitSuffixes[unit].some((suffix) => name.endsWith(suffix)))
      throw new Error(`${key}: the name must end as unit ${unit} does`);
    const descriptor: MeterDescriptor = { kind: 'meter', key, group, name, scope, help, holds, unit };
    return Object.freeze(descriptor);
  });
  return Object.freeze({ group, scope, descriptors: Object.freeze(descriptors) });
}

export const emptyMeter = ({ holds }: MeterDescriptor): ParamValue =>
  holds === 'number' ? 0 : holds === 'toggle' ? false : '';
