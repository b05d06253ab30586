import type {
  ChoiceDescriptor,
  NumberDescriptor,
  ParamDescriptor,
  ParamValue,
  TextDescriptor,
} from '../protocol/descriptors.js';

/** What a surface may bring: whatever JSON, OSC and a query string can carry. */
export type RawValue = ParamValue | null | undefined;

export type Validated =
  | { readonly ok: true; readonly value: ParamValue; readonly clamped: boolean }
  | { readonly ok: false; readonly code: ValidationCode; readonly context: Readonly<Record<string, string | number>> };
export type ValidationCode = 'PARAM_WRONG_TYPE' | 'PARAM_OUT_OF_RANGE' | 'PARAM_UNKNOWN_CHOICE' | 'PARAM_TEXT_TOO_LONG';

/**
 * Lenient towards the sender's type (int, float, numeric string, T/F), strict towards the meaning. The declared unit says
 * what a number means: ratio01 is 0–1, percent is 0–100. "50%" names its own unit and is accepted for both.
 */
export function validateValue(descriptor: ParamDescriptor, raw: RawValue): Validated {
  switch (descriptor.kind) {
    case 'number':
      return validateNumber(descriptor, raw);
    case 'choice':
      return validateChoice(descriptor, raw);
    case 'toggle': {
      const value = asToggle(raw);
      return value === null ? wrongType(descriptor, raw) : accepted(value);
    }
    case 'text':
      return validateText(descriptor, raw);
  }
}

const accepted = (value: ParamValue, clamped = false): Validated => ({ ok: true, value, clamped });
const refused = (code: ValidationCode, descriptor: ParamDescriptor, raw: RawValue, wanted: string): Validated => ({
  ok: false,
  code,
  context: { key: descriptor.key, value: printable(raw), wanted },
});
const wrongType = (descriptor: ParamDescriptor, raw: RawValue): Validated =>
  refused('PARAM_WRONG_TYPE', descriptor, raw, wantedOf(descriptor));

/** "a whole number from 1 to 60", for refusals and docs. */
export function wantedOf(descriptor: ParamDescriptor): string {
  switch (descriptor.kind) {
    case 'number':
      return `a ${descriptor.integer ? 'whole ' : ''}number from ${descriptor.min} to ${descriptor.max}`;
    case 'choice':
      return `one of ${descriptor.choices.join(', ')}`;
    case 'toggle':
      return 'on or off';
    case 'text':
      return `a text of at most ${descriptor.maxLength} characters`;
  }
}

function validateNumber(descriptor: NumberDescriptor, raw: RawValue): Validated {
  const number = asNumber(descriptor, raw);
  if (number === null) return wrongType(descriptor, raw);
  const value = descriptor.integer ? Math.round(number) : number;
  if (value >= descriptor.min && value <= descriptor.max) return accepted(value === 0 ? 0 : value);
  if (descriptor.onOutOfRange === 'refuse') return refused('PARAM_OUT_OF_RANGE', descriptor, raw, wantedOf(descriptor));
  return accepted(Math.min(descriptor.max, Math.max(descriptor.min, value)), true);
}

function asNumber(descriptor: NumberDescriptor, raw: RawValue): number | null {
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : null;
  if (typeof raw === 'boolean') return raw ? 1 : 0;
  if (typeof raw !== 'string') return null;
  const match = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%?)\s*$/i.exec(raw);
  if (match === null) return null;
  const number = Number(match[1]);
  if (!Number.isFinite(number)) return null;
  if (match[2] !== '%') return number;
  if (descriptor.unit === 'percent') return number;
  return descriptor.unit === 'ratio01' ? number / 100 : null;
}

const yes = new Set(['1', 'true', 'on', 'yes']);
const no = new Set(['0', 'false', 'off', 'no']);
/** A console's button sends 1.0 or 0.0 (grandMA3: 1 or 0, or 0–100), a page sends true or false. */
function asToggle(raw: RawValue): boolean | null {
  if (typeof raw === 'boolean') return raw;
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw >= 0.5 : null;
  if (typeof raw !== 'string') return null;
  const word = raw.trim().toLowerCase();
  if (yes.has(word)) return true;
  if (no.has(word)) return false;
  return /^\d+\.?\d*$/.test(word) ? Number(word) >= 0.5 : null;
}

/** By name, upper or lower case, or by position from 0, as encoders and faders send it. */
function validateChoice(descriptor: ChoiceDescriptor, raw: RawValue): Validated {
  if (raw === null || raw === undefined || typeof raw === 'boolean') return wrongType(descriptor, raw);
  const word = String(raw).trim().toLowerCase();
  const named = descriptor.choices.find((choice) => choice.toLowerCase() === word);
  if (named !== undefined) return accepted(named);
  const position = /^\d+(\.0+)?$/.test(word) ? Number(word) : -1;
  const placed = descriptor.choices[position];
  return placed === undefined
    ? refused('PARAM_UNKNOWN_CHOICE', descriptor, raw, wantedOf(descriptor))
    : accepted(placed);
}

function validateText(descriptor: TextDescriptor, raw: RawValue): Validated {
  if (typeof raw === 'number' && Number.isFinite(raw)) return validateText(descriptor, String(raw));
  // Control characters have no place in a name and would forge lines in logs.
  // eslint-disable-next-line no-control-regex
  if (typeof raw !== 'string' || /[\u0000-\u001f\u007f]/.test(raw)) return wrongType(descriptor, raw);
  if (raw.length > descriptor.maxLength) {
    return refused('PARAM_TEXT_TOO_LONG', descriptor, raw, wantedOf(descriptor));
  }
  return accepted(raw);
}

/** Short, one line: an operator reads it in a refusal. */
function printable(raw: RawValue): string {
  // eslint-disable-next-line no-control-regex
  const text = String(raw).replace(/[\u0000-\u001f\u007f]/g, '·');
  return text.length > 60 ? text.slice(0, 57) + '…' : text;
}
