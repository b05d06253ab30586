import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import type { BookEntry } from './book.js';
import { AppendFile } from './append-file.js';
import { writeFileAtomic } from './atomic-file.js';

/** What the operator changed, in order. `sequence` grows by one for ever, across restarts. */
export type Change =
  | { readonly kind: 'param'; readonly address: ParamAddress; readonly value: ParamValue; readonly by: string }
  | { readonly kind: 'assign'; readonly performerId: string; readonly likenessId: string | null; readonly by: string }
  | { readonly kind: 'book'; readonly entry: BookEntry; readonly by: string }
  /** The cue list stands here now. */
  | { readonly kind: 'cue'; readonly number: string | null; readonly by: string };
type Line = Change & { readonly sequence: number };

/** What is on air: enough to bring the whole show back. */
export interface OnAirState {
  readonly sequence: number;
  readonly values: Readonly<Record<ParamAddress, ParamValue>>;
  readonly assignments: Readonly<Record<string, string | null>>;
  /** What was changed in the show file's book of looks, cues and stage; absent in a file of an older version. */
  readonly book?: readonly BookEntry[];
  readonly cue?: string | null;
}

const snapshotAfterBytes = 256 * 1024;

/**
 * The last on-air state, kept so that SIGKILL or a power cut at any moment loses nothing that was answered: `state.json`
 * (replaced atomically) plus `state.journal` (appended, see AppendFile). Lines that the snapshot already contains are known by
 * their sequence number and skipped, so a crash between the two steps of a snapshot is harmless.
 */
export class StateJournal {
  readonly #file: AppendFile;
  readonly #statePath: string;
  #sequence = 0;
  readonly #values = new Map<ParamAddress, ParamValue>();
  readonly #assignments = new Map<string, string | null>();
  readonly #book = new Map<string, BookEntry>();
  #cue: string | null = null;
  /** Lines that could not be used at opening: not JSON, or not a change. */
  readonly skippedLines: number;
  /** Where a state file that somebody made unreadable was moved to; the journal alone is used then. */
  readonly setAside: string | null;

  constructor(folder: string, onFault: (error: Error) => void = () => {}) {
    mkdirSync(folder, { recursive: true });
    this.#statePath = join(folder, 'state.json');
    const state = readState(this.#statePath);
    this.setAside = state === 'unreadable' ? setAside(this.#statePath) : null;
    if (state !== 'unreadable') this.#restore(state);
    this.#file = new AppendFile(join(folder, 'state.journal'));
    this.#file.onFault = onFault;
    let skipped = 0;
    for (const text of this.#file.lines) {
      const line = parseLine(text);
      if (line === null) skipped += 1;
      else if (line.sequence > this.#sequence) this.#take(line);
    }
    this.skippedLines = skipped;
  }

  get state(): OnAirState & Required<Pick<OnAirState, 'book' | 'cue'>> {
    return {
      sequence: this.#sequence,
      values: Object.fromEntries(this.#values),
      assignments: Object.fromEntries(this.#assignments),
      book: [...this.#book.values()],
      cue: this.#cue,
    };
  }

  /** Throws where the disk refuses. The change is then in memory alone, and reaches the disk with the next snapshot. */
  record(change: Change): void {
    const line: Line = { ...change, sequence: this.#sequence + 1 };
    this.#take(line);
    this.#file.append(JSON.stringify(line));
    if (this.#file.bytes > snapshotAfterBytes) this.snapshot();
  }

  snapshot(): void {
    writeFileAtomic(this.#statePath, JSON.stringify(this.state, null, 2) + '\n');
    this.#file.clear();
  }

  close(): void {
    this.#file.close();
  }

  #restore(state: OnAirState): void {
    this.#sequence = state.sequence;
    for (const [address, value] of Object.entries(state.values)) this.#values.set(address, value);
    for (const [performerId, likenessId] of Object.entries(state.assignments)) {
      this.#assignments.set(performerId, likenessId);
    }
    for (const entry of state.book ?? []) this.#book.set(`${entry.part} ${entry.id}`, entry);
    this.#cue = state.cue ?? null;
  }
  #take(line: Line): void {
    this.#sequence = line.sequence;
    switch (line.kind) {
      case 'param':
        this.#values.set(line.address, line.value);
        return;
      case 'assign':
        this.#assignments.set(line.performerId, line.likenessId);
        return;
      case 'book':
        this.#book.set(`${line.entry.part} ${line.entry.id}`, line.entry);
        return;
      case 'cue':
        this.#cue = line.number;
    }
  }
}

function readState(path: string): OnAirState | 'unreadable' {
  if (!existsSync(path)) return { sequence: 0, values: {}, assignments: {} };
  try {
    const state = JSON.parse(readFileSync(path, 'utf8')) as Partial<OnAirState> | null;
    if (typeof state?.sequence !== 'number' || !state.values || !state.assignments) return 'unreadable';
    return state as OnAirState;
  } catch {
    return 'unreadable';
  }
}

function setAside(path: string): string {
  let number = 1;
  while (existsSync(`${path}.broken-${number}`)) number += 1;
  renameSync(path, `${path}.broken-${number}`);
  return `${path}.broken-${number}`;
}

function parseLine(text: string): Line | null {
  try {
    const line = JSON.parse(text) as Partial<Line>;
    if (typeof line.sequence !== 'number') return null;
    const usable =
      (line.kind === 'param' && typeof line.address === 'string' && line.value !== undefined) ||
      (line.kind === 'assign' && typeof line.performerId === 'string') ||
      (line.kind === 'book' && typeof line.entry?.part === 'string' && line.entry.value !== undefined) ||
      (line.kind === 'cue' && line.number !== undefined);
    return usable ? (line as Line) : null;
  } catch {
    return null;
  }
}
