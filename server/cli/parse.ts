import { existsSync, readFileSync, statSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { CodedError } from '../errors/coded-error.js';
import { idPattern } from '../show/schema.js';

/** Readers of option values. What they refuse becomes CLI_USAGE with the option's name. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`A whole number from ${least} to ${most} is needed.`);
    return value;
  };
}
export const port = whole(0, 65535);

export function number(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < least || value > most) {
      throw new InvalidArgumentError(`A number from ${least} to ${most} is needed.`);
    }
    return value;
  };
}
export const seconds = number(0.1, 86_400);

/** Collects an option that may be given several times, or as a comma-separated list. */
export const list = (text: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  ...text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
];
/** Collects an option that may be given several times; commas belong to the value. */
export const several = (text: string, before: readonly string[] | undefined): string[] => [...(before ?? []), text];

export function identifier(text: string): string {
  if (!new RegExp(idPattern).test(text))
    throw new InvalidArgumentError('Lower-case letters, digits and hyphens are needed, 32 at most.');
  return text;
}

export interface FrameRate {
  readonly num: number;
  readonly den: number;
}
/** "25", "30000/1001", and the usual decimals of the NTSC family. */
export function frameRate(text: string): FrameRate {
  const fraction = /^(\d{1,6})\/(\d{1,5})$/.exec(text);
  if (fraction) {
    const rate = { num: Number(fraction[1]), den: Number(fraction[2]) };
    if (rate.den > 0 && rate.num / rate.den >= 1 && rate.num / rate.den <= 240) return rate;
  }
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= 1 && value <= 240) {
    const ntsc = Math.round(value) * 1000;
    if (Number.isInteger(value)) return { num: value, den: 1 };
    if (Math.abs(value - ntsc / 1001) < 0.005) return { num: ntsc, den: 1001 };
    return { num: Math.round(value * 1000), den: 1000 };
  }
  throw new InvalidArgumentError('A frame rate such as 25, 59.94 or 30000/1001 is needed.');
}

/** Throws CLI_FILE_MISSING or CLI_FILE_UNREADABLE. */
export function readNamedFile(file: string): Buffer {
  if (!existsSync(file)) throw new CodedError('CLI_FILE_MISSING', { file });
  try {
    if (statSync(file).isDirectory()) throw new Error('it is a folder');
    return readFileSync(file);
  } catch (error) {
    throw new CodedError('CLI_FILE_UNREADABLE', { file, reason: (error as Error).message }, { cause: error });
  }
}
