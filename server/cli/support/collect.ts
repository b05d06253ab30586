import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { verifyAuditLog } from '../../trust/audit-log.js';
import { stateFolders } from '../../supervisor/state-folder.js';
import { redactLog, redactValue } from './redact.js';

/** A file of the archive, by its name in it. */
export type Entries = Map<string, string>;
export interface LeftOut {
  readonly path: string;
  readonly reason: string;
}

/** The end of a log says what happened; its start is dropped beyond this. */
const mostLogBytes = 1024 * 1024;

/** The last part of a text file from a line's beginning on; null for anything that is not UTF-8 text. */
function readEnd(path: string): string | null {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, mostLogBytes));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const cut = size > bytes.length ? bytes.indexOf(10) + 1 : 0;
    const text = bytes.subarray(cut);
    if (text.includes(0)) return null;
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}

/** Only files of these names leave a state folder. Everything else (bakes, identities, photos, whatever is added later) stays. */
const taken: readonly { readonly folder: string; readonly name: RegExp }[] = [
  { folder: '', name: /^(?:state\.json|state\.journal|run\.json|lane-[a-z0-9-]+\.json)$/ },
  { folder: 'logs', name: /^[\w.-]+\.log(?:\.\d+)?$/ },
];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function takeFile(path: string, name: string, entries: Entries, leftOut: LeftOut[]): void {
  const text = readEnd(path);
  if (text === null) {
    leftOut.push({ path: name, reason: 'not text' });
    return;
  }
  const whole = name.endsWith('.json') ? parsed(text) : undefined;
  entries.set(name, whole === undefined ? redactLog(text) : JSON.stringify(redactValue(whole), null, 1));
}

/** The audit log names people: only whether it holds goes into the archive. */
function auditSummary(path: string): string {
  return JSON.stringify(verifyAuditLog(path), null, 1);
}

/** Logs and settings of every show of the state root. */
export function collectState(root: string, entries: Entries, leftOut: LeftOut[]): void {
  for (const folder of stateFolders(root)) {
    const show = folder === root ? 'state' : `state/${basename(folder)}`;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && entry.name !== 'logs') {
        if (folder !== root) leftOut.push({ path: `${show}/${entry.name}/`, reason: 'not logs or settings' });
        continue;
      }
      if (entry.name === 'audit.jsonl')
        entries.set(`${show}/audit-verdict.json`, auditSummary(join(folder, entry.name)));
      else if (entry.isFile() && !fits('', entry.name))
        leftOut.push({ path: `${show}/${entry.name}`, reason: 'not logs or settings' });
    }
    for (const { folder: below } of taken)
      takeFolder(join(folder, below), below, [show, below].filter((part) => part !== '').join('/'), entries, leftOut);
  }
}

const fits = (folder: string, name: string): boolean =>
  taken.some((rule) => rule.folder === folder && rule.name.test(name));

function takeFolder(path: string, rule: string, name: string, entries: Entries, leftOut: LeftOut[]): void {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    // A link may lead anywhere.
    if (entry.isFile() && fits(rule, entry.name))
      takeFile(join(path, entry.name), `${name}/${entry.name}`, entries, leftOut);
    else if (rule !== '') leftOut.push({ path: `${name}/${entry.name}`, reason: 'not a log' });
  }
}
