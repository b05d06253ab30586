import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../show/atomic-file.js';
import type { RunRecord } from './state-folder.js';

const collectMs = 10;

/** Keeps run.json up to date for the other verbs: changes of the same moment are one write, since each waits for the disk. */
export class RunFile {
  readonly #file: string;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    stateFolder: string,
    private readonly record: () => RunRecord,
  ) {
    this.#file = join(stateFolder, 'run.json');
  }

  changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      writeFileAtomic(this.#file, JSON.stringify(this.record(), null, 1));
    }, collectMs);
  }

  remove(): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#isOurs()) rmSync(this.#file, { force: true });
  }

  /** A show that was refused because another one runs here must leave that one's record alone. */
  #isOurs(): boolean {
    try {
      return (JSON.parse(readFileSync(this.#file, 'utf8')) as Partial<RunRecord>).pid === process.pid;
    } catch {
      return false;
    }
  }
}
