import { CodedError } from '../../errors/coded-error.js';

/** One line of `doctor`. */
export interface Check {
  readonly name: string;
  /** 'ok'; 'slow': works, below what a show needs; 'taken': in use by another program; 'missing'. */
  readonly state: 'ok' | 'slow' | 'taken' | 'missing';
  /** A show does not run without it. */
  readonly needed: boolean;
  readonly detail: string;
  /** What to do; null where there is nothing to do. */
  readonly advice: string | null;
}

export const ok = (name: string, detail: string, needed = true): Check => ({
  name,
  state: 'ok',
  needed,
  detail,
  advice: null,
});
export const missing = (name: string, detail: string, advice: string, needed = true): Check => ({
  name,
  state: 'missing',
  needed,
  detail,
  advice,
});
export const slow = (name: string, detail: string, advice: string): Check => ({
  name,
  state: 'slow',
  needed: false,
  detail,
  advice,
});
export const taken = (name: string, detail: string, advice: string): Check => ({
  name,
  state: 'taken',
  needed: false,
  detail,
  advice,
});

/** A part that throws is missing, with its code's own advice. */
export async function attempt(
  name: string,
  work: () => Promise<Check> | Check,
  advice = 'Run "npm run setup".',
): Promise<Check> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CodedError) return missing(name, `${error.code}: ${error.message}`, error.advice);
    return missing(name, error instanceof Error ? error.message.split('\n', 1)[0]! : String(error), advice);
  }
}

export const failed = (checks: readonly Check[]): boolean =>
  checks.some((check) => check.needed && check.state === 'missing');
