import { existsSync, writeFileSync } from 'node:fs';
import { CodedError } from '../errors/coded-error.js';

/** `mode`: who may read it. Throws CLI_FILE_EXISTS, unless `force`, and CLI_FILE_NOT_WRITTEN. */
export function writeNamedFile(file: string, text: string, force: boolean, mode = 0o644): void {
  if (existsSync(file) && !force) throw new CodedError('CLI_FILE_EXISTS', { file });
  try {
    writeFileSync(file, text, { mode });
  } catch (error) {
    throw new CodedError('CLI_FILE_NOT_WRITTEN', { file, reason: (error as Error).message }, { cause: error });
  }
}
