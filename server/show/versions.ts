import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../errors/coded-error.js';
import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import type { CastChoice, VersionInfo } from '../protocol/show.js';
import type { GivenBook } from './book.js';
import { writeFileAtomic } from './atomic-file.js';

/** Everything an operator can change, whole: it does not lean on what the show file or an older version says. */
export interface VersionState {
  readonly values: Readonly<Record<ParamAddress, ParamValue>>;
  readonly assignments: CastChoice;
  readonly book: GivenBook;
  readonly cue: string | null;
}
export interface Version extends VersionInfo {
  readonly schemaVersion: 1;
  readonly state: VersionState;
}

/** Automatic ones beyond this go, oldest first; named ones stay. */
const mostAutomatic = 40;

/** Numbered versions of everything the operator changed, one file each: versions/000012.json. Numbers are never used again. */
export class Versions {
  readonly #infos = new Map<number, VersionInfo>();
  /** Files that are no version, or were made unreadable. */
  readonly unreadable: readonly string[];

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    const unreadable: string[] = [];
    for (const file of readdirSync(folder).filter((name) => /^\d{6}\.json$/.test(name))) {
      const version = readVersion(join(folder, file));
      if (version === null) unreadable.push(file);
      else this.#infos.set(version.number, infoOf(version));
    }
    this.unreadable = unreadable;
  }

  /** Newest first. */
  list(): readonly VersionInfo[] {
    return [...this.#infos.values()].sort((a, b) => b.number - a.number);
  }
  get newest(): number {
    return this.list()[0]?.number ?? 0;
  }

  /** Throws SHOW_VERSION_NOT_SAVED where the disk refuses. */
  save(state: VersionState, info: Omit<VersionInfo, 'number'>): VersionInfo {
    const number = this.#nextNumber();
    const version: Version = { schemaVersion: 1, number, ...info, state };
    try {
      writeFileAtomic(this.#path(number), JSON.stringify(version, null, 1) + '\n');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CodedError('SHOW_VERSION_NOT_SAVED', { reason }, { cause: error });
    }
    this.#infos.set(number, infoOf(version));
    this.#forgetOld();
    return infoOf(version);
  }
  /** null where there is none of this number, or its file is not readable any more. */
  read(number: number): Version | null {
    return this.#infos.has(number) ? readVersion(this.#path(number)) : null;
  }

  #path(number: number): string {
    return join(this.folder, `${String(number).padStart(6, '0')}.json`);
  }
  /** Also after files that could not be read, so that none is ever written over. */
  #nextNumber(): number {
    let number = this.newest + 1;
    while (existsSync(this.#path(number))) number += 1;
    return number;
  }
  #forgetOld(): void {
    const automatic = this.list().filter((info) => info.automatic);
    for (const { number } of automatic.slice(mostAutomatic)) {
      rmSync(this.#path(number), { force: true });
      this.#infos.delete(number);
    }
  }
}

const infoOf = ({ number, name, automatic, atIso, by }: VersionInfo): VersionInfo => ({
  number,
  name,
  automatic,
  atIso,
  by,
});

function readVersion(path: string): Version | null {
  try {
    const version = JSON.parse(readFileSync(path, 'utf8')) as Partial<Version> | null;
    const state = version?.state as Partial<VersionState> | undefined;
    const whole =
      version?.schemaVersion === 1 &&
      typeof version.number === 'number' &&
      state?.values &&
      state.assignments &&
      state.book;
    return whole ? (version as Version) : null;
  } catch {
    return null;
  }
}
