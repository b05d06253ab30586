import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { AppendFile } from '../show/append-file.js';
import type { Clock } from '../time/clock.js';
import { canonicalJson, type Json } from './canonical-json.js';

/**
 * Who did what to whose likeness, as JSON lines chained by hash: each entry carries the SHA-256 of the one before it, so that an edit,
 * a removal or an insertion shows. A chain alone cannot show that its end was cut off or that all of it was rewritten:
 * compare `head` with a copy kept elsewhere (reference: trust §1.6).
 */
export type AuditKind =
  | 'opened'
  | 'consent-check'
  | 'likeness-load'
  | 'assign'
  | 'drawn'
  | 'enrol'
  | 'bypass'
  | 'param'
  | 'show-start'
  | 'show-edit'
  | 'cue'
  | 'undo'
  | 'redo'
  | 'lock'
  | 'version'
  | 'access'
  | 'alarm';
export interface AuditEntry {
  readonly index: number;
  readonly atIso: string;
  readonly kind: AuditKind;
  readonly by: string;
  readonly detail: { readonly [key: string]: Json };
  readonly previous: string;
  readonly hash: string;
}
export type AuditVerdict =
  | { readonly ok: true; readonly entries: number; readonly head: string }
  | { readonly ok: false; readonly entries: number; readonly brokenAt: number; readonly reason: string };

export const auditGenesis = '0'.repeat(64);
const hashOf = (entry: Omit<AuditEntry, 'hash'>): string =>
  createHash('sha256')
    .update(canonicalJson({ ...entry }))
    .digest('hex');

export class AuditLog {
  #file: AppendFile;
  #next: number;
  #head: string;
  /** Where an old log did not verify, it was set aside under this name and a new chain begun. */
  readonly setAside: { readonly path: string; readonly reason: string } | null;

  constructor(
    readonly path: string,
    private readonly clock: Clock,
  ) {
    const brokenReason = existsSync(path) ? brokenBeyondTail(path) : null;
    this.setAside = brokenReason === null ? null : { path: setAside(path), reason: brokenReason };
    this.#file = new AppendFile(path);
    const last = this.#file.lines.at(-1);
    const entry = last === undefined ? null : (JSON.parse(last) as AuditEntry);
    this.#next = entry === null ? 0 : entry.index + 1;
    this.#head = entry?.hash ?? auditGenesis;
    this.append('opened', 'server', {
      tornBytes: this.#file.tornBytes,
      ...(this.setAside === null ? {} : { setAside: this.setAside.path, reason: this.setAside.reason }),
    });
  }

  /** Hash of the newest entry: keep a copy outside this machine to prove later that the end was not cut off. */
  get head(): string {
    return this.#head;
  }
  get entries(): number {
    return this.#next;
  }

  /** Throws where the line could not be written: what must be on record may not happen then. */
  append(kind: AuditKind, by: string, detail: { readonly [key: string]: Json }): AuditEntry {
    const body = { index: this.#next, atIso: this.clock.wallClockIso(), kind, by, detail, previous: this.#head };
    const entry: AuditEntry = { ...body, hash: hashOf(body) };
    this.#file.append(JSON.stringify(entry));
    this.#next += 1;
    this.#head = entry.hash;
    return entry;
  }

  /** Entries with an index above `after`, at most so many, the newest of them; oldest first. Reads the file: not for every frame. */
  read(after: number, most: number): readonly AuditEntry[] {
    const lines = readFileSync(this.path, 'utf8').split('\n').slice(0, -1);
    const first = Math.max(after + 1, lines.length - most, 0);
    return lines.slice(first).map((line) => JSON.parse(line) as AuditEntry);
  }
  close(): void {
    this.#file.close();
  }
}

/** Walks the whole chain. A torn last line (no line break) counts as broken: only the log's owner may cut it, at opening. */
export function verifyAuditLog(path: string): AuditVerdict {
  const text = readFileSync(path, 'utf8');
  const whole = text.endsWith('\n') || text === '';
  const lines = text === '' ? [] : text.split('\n').slice(0, whole ? -1 : undefined);
  return verifyLines(lines, whole);
}

function verifyLines(lines: readonly string[], whole: boolean): AuditVerdict {
  let previous = auditGenesis;
  for (const [index, line] of lines.entries()) {
    const broken = (reason: string): AuditVerdict => ({ ok: false, entries: lines.length, brokenAt: index, reason });
    if (!whole && index === lines.length - 1) return broken('the last line is not whole');
    let entry: AuditEntry;
    try {
      entry = JSON.parse(line) as AuditEntry;
      const { hash, ...body } = entry;
      if (hashOf(body) !== hash) return broken('the entry was changed');
    } catch {
      return broken('the line is not an entry');
    }
    if (entry.index !== index) return broken(`the entry says it is number ${entry.index}`);
    if (entry.previous !== previous) return broken('the entry does not follow the one before it');
    previous = entry.hash;
  }
  return { ok: true, entries: lines.length, head: previous };
}

function brokenBeyondTail(path: string): string | null {
  const text = readFileSync(path, 'utf8');
  const verdict = verifyLines(text.split('\n').slice(0, -1), true);
  return verdict.ok ? null : `entry ${verdict.brokenAt}: ${verdict.reason}`;
}

function setAside(path: string): string {
  let number = 1;
  while (existsSync(`${path}.broken-${number}`)) number += 1;
  renameSync(path, `${path}.broken-${number}`);
  return `${path}.broken-${number}`;
}
