import { cueNumberPattern } from './actions.js';

const pattern = new RegExp(cueNumberPattern);

/** "01.50" → "1.5"; null where it is no cue number. Consoles send numbers as text, and text as numbers. */
export function cueNumberOf(text: string): string | null {
  const trimmed = text.trim();
  if (!pattern.test(trimmed)) return null;
  const [whole, part = ''] = trimmed.split('.') as [string, string?];
  const decimals = part.replace(/0+$/, '');
  return String(Number(whole)) + (decimals === '' ? '' : `.${decimals}`);
}

/** As a console sends it: a 32-bit float that means 1.1 arrives as 1.100000023841858. */
export function cueNumberFromDesk(text: string): string | null {
  const float = /^\d{1,5}\.\d{4,}$/.test(text.trim());
  return cueNumberOf(float ? Number(text).toFixed(3) : text);
}

/** As a lighting desk counts: 1 < 1.05 < 1.5 < 1.51 < 2 < 10. */
export const compareCueNumbers = (a: string, b: string): number => thousandths(a) - thousandths(b);

function thousandths(number: string): number {
  const [whole, part = ''] = number.split('.') as [string, string?];
  return Number(whole) * 1000 + Number(part.padEnd(3, '0'));
}
