import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { CodedError } from '../errors/coded-error.js';
import { entryOf } from '../paths.js';

/**
 * Runs another of the server's entry files to its end, on this terminal, and gives its exit code. Ctrl-C reaches both; a signal
 * sent to us alone is passed on. Throws CLI_PART_MISSING.
 */
export function runEntry(path: string, args: readonly string[]): Promise<number> {
  const entry = entryOf(path);
  if (!existsSync(entry)) throw new CodedError('CLI_PART_MISSING', { part: basename(path, '.ts') });
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, ...args], { stdio: 'inherit' });
    const passOn = (signal: NodeJS.Signals): void => void child.kill(signal);
    process.on('SIGINT', passOn);
    process.on('SIGTERM', passOn);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('SIGINT', passOn);
      process.off('SIGTERM', passOn);
      // Ended by the signal that was passed on: that is what was asked for.
      resolve(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1));
    });
  });
}
