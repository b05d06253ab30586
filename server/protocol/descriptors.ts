/**
 * The shape of a parameter as every surface sees it: page, OSC, OSCQuery, HTTP, cue, docs. Imports nothing, so that the
 * page and the server can share it.
 */
export type Unit = 'none' | 'ms' | 'frames' | 'px' | 'deg' | 'percent' | 'hz' | 'ev' | 'db' | 'ratio01';
export type ApplyAt = 'next-frame' | 'next-keyframe' | 'restart';
export type ParamScope = 'show' | 'lane' | 'output';

interface DescriptorBase {
  /** "likeness.mix01": group, dot, name with its unit. */
  readonly key: string;
  readonly group: string;
  readonly name: string;
  readonly scope: ParamScope;
  /** The visible consequence, one or two sentences. Tooltip and docs share it. */
  readonly help: string;
  readonly apply: ApplyAt;
}
export interface NumberDescriptor extends DescriptorBase {
  readonly kind: 'number';
  readonly unit: Unit;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly default: number;
  readonly integer: boolean;
  readonly onOutOfRange: 'clamp' | 'refuse';
}
export interface ChoiceDescriptor extends DescriptorBase {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  readonly default: string;
}
export interface ToggleDescriptor extends DescriptorBase {
  readonly kind: 'toggle';
  readonly default: boolean;
}
export interface TextDescriptor extends DescriptorBase {
  readonly kind: 'text';
  readonly maxLength: number;
  readonly default: string;
}
export type ParamDescriptor = NumberDescriptor | ChoiceDescriptor | ToggleDescriptor | TextDescriptor;
export type ParamValue = number | string | boolean;

/** Something that is done rather than set: a cue's go, undo. Writing to its address does it; it holds no value. */
export interface ActionDescriptor {
  readonly kind: 'action';
  /** "cue.jump": group, dot, name. */
  readonly key: string;
  readonly group: string;
  readonly name: string;
  readonly scope: ParamScope;
  readonly help: string;
  /** What it takes, described as a parameter is; null: nothing, and any value but a button's release (0, off) does it. */
  readonly argument: ParamDescriptor | null;
  /** With an argument: it may also be done without one. */
  readonly argumentOptional: boolean;
}
/** Something that the server measures or knows: read, never written. */
export interface MeterDescriptor {
  readonly kind: 'meter';
  readonly key: string;
  readonly group: string;
  readonly name: string;
  readonly scope: ParamScope;
  readonly help: string;
  readonly holds: 'number' | 'text' | 'toggle';
  readonly unit: Unit;
}

/** "/understudy/output/cam-a/output/bypass": one instance of a parameter. */
export type ParamAddress = string;
/** "show", "lane/cam-a", "output/cam-a". */
export type ScopeId = string;
