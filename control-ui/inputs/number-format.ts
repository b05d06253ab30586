import type { NumberDescriptor, Unit } from '../../server/protocol/descriptors.js';

const suffixes: Record<Unit, string> = {
  none: '',
  ms: 'ms',
  frames: 'frames',
  px: 'px',
  deg: '°',
  percent: '%',
  hz: 'Hz',
  ev: 'EV',
  db: 'dB',
  ratio01: '%',
};

/** What stands behind the number. Ratios 0…1 are shown as percent; OSC and the server keep 0…1. */
export const unitSuffix = (unit: Unit): string => suffixes[unit];

const shownPerUnit = (unit: Unit): number => (unit === 'ratio01' ? 100 : 1);

function decimals(descriptor: NumberDescriptor): number {
  if (descriptor.integer) return 0;
  const step = descriptor.step * shownPerUnit(descriptor.unit);
  return Math.min(4, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
}

/** The number as the entry field shows it, without its suffix. */
export function formatNumber(value: number, descriptor: NumberDescriptor): string {
  return (value * shownPerUnit(descriptor.unit)).toFixed(decimals(descriptor));
}

/**
 * A typed number in the server's unit, or null when it is not one. Decimal comma and a typed suffix are taken. Out of range:
 * limited here where the server would limit it, else left for the server to refuse with its own advice.
 */
export function parseNumber(text: string, descriptor: NumberDescriptor): number | null {
  const cleaned = text.trim().replace(',', '.').replace('−', '-');
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))\s*[a-z%°]*$/i.exec(cleaned);
  if (!match) return null;
  const value = Number(match[1]) / shownPerUnit(descriptor.unit);
  const whole = descriptor.integer ? Math.round(value) : value;
  return descriptor.onOutOfRange === 'clamp' ? limit(whole, descriptor) : whole;
}

/** One or more steps up or down from a value, on the step's grid and within the range. */
export function stepped(value: number, steps: number, descriptor: NumberDescriptor): number {
  const { min, step } = descriptor;
  const onGrid = min + Math.round((value - min) / step + steps) * step;
  return limit(Number(onGrid.toPrecision(12)), descriptor);
}

function limit(value: number, { min, max }: NumberDescriptor): number {
  return Math.min(max, Math.max(min, value));
}
