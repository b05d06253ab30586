import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateJournal, type Change } from '../../server/show/journal.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'us-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const set = (name: string, value: number): Change => ({
  kind: 'param',
  address: `/understudy/show/a/${name}`,
  value,
  by: 'test',
});

describe('StateJournal', () => {
  it('brings back every value and assignment after a restart without closing', () => {
    const journal = new StateJournal(folder);
    journal.record(set('x', 1));
    journal.record(set('x', 2));
    journal.record({ kind: 'assign', performerId: 'p', likenessId: 'older', by: 'page' });
    journal.record({ kind: 'assign', performerId: 'q', likenessId: null, by: 'page' });
    journal.record({ kind: 'book', entry: { part: 'look', id: 'dawn', value: null }, by: 'page' });
    journal.record({ kind: 'cue', number: '1.5', by: 'page' });
    const again = new StateJournal(folder);
    expect(again.state).toEqual({
      sequence: 6,
      values: { '/understudy/show/a/x': 2 },
      assignments: { p: 'older', q: null },
      book: [{ part: 'look', id: 'dawn', value: null }],
      cue: '1.5',
    });
    journal.close();
    again.close();
  });

  it('keeps the book and the place in the cue list through a snapshot, and reads a state file that knows neither', () => {
    const journal = new StateJournal(folder);
    journal.record({ kind: 'book', entry: { part: 'stage', id: '', value: { walls: [], cameras: [] } }, by: 'page' });
    journal.record({ kind: 'cue', number: '2', by: 'page' });
    journal.snapshot();
    journal.close();
    const again = new StateJournal(folder);
    expect(again.state).toMatchObject({ book: [{ part: 'stage' }], cue: '2' });
    again.close();
    writeFileSync(join(folder, 'state.json'), JSON.stringify({ sequence: 7, values: {}, assignments: { p: null } }));
    const older = new StateJournal(folder);
    expect(older.state).toMatchObject({ sequence: 7, assignments: { p: null }, book: [], cue: null });
    older.close();
  });

  it('survives a torn last line and lines that are no changes', () => {
    const journal = new StateJournal(folder);
    journal.record(set('x', 1));
    journal.close();
    appendFileSync(join(folder, 'state.journal'), 'noise\n{"sequence":"2"}\n{"sequence":2,"kind":"param","addr');
    const again = new StateJournal(folder);
    expect(again.state.values).toEqual({ '/understudy/show/a/x': 1 });
    expect(again.skippedLines).toBe(2);
    again.record(set('y', 3));
    again.close();
    const third = new StateJournal(folder);
    expect(third.state.values).toEqual({ '/understudy/show/a/x': 1, '/understudy/show/a/y': 3 });
    third.close();
  });

  it('is right at every byte where a power cut could have cut it', () => {
    const journal = new StateJournal(folder);
    for (let n = 1; n <= 4; n += 1) journal.record(set('x', n));
    journal.close();
    const bytes = readFileSync(join(folder, 'state.journal'));
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      writeFileSync(join(folder, 'state.journal'), bytes.subarray(0, cut));
      const again = new StateJournal(folder);
      const wholeLines = bytes.subarray(0, cut).filter((byte) => byte === 10).length;
      expect(again.state.values['/understudy/show/a/x'] ?? 0).toBe(wholeLines);
      again.close();
    }
  });

  it('is right where the crash came between the snapshot and the emptying of the journal', () => {
    const journal = new StateJournal(folder);
    journal.record(set('x', 1));
    journal.record(set('x', 2));
    copyFileSync(join(folder, 'state.journal'), join(folder, 'kept'));
    journal.snapshot();
    journal.record(set('x', 3));
    journal.close();
    const after = readFileSync(join(folder, 'state.journal'));
    writeFileSync(join(folder, 'state.journal'), Buffer.concat([readFileSync(join(folder, 'kept')), after]));
    const again = new StateJournal(folder);
    expect(again.state).toMatchObject({ sequence: 3, values: { '/understudy/show/a/x': 3 } });
    again.close();
  });

  it('does not grow for ever: it folds itself into a snapshot', () => {
    const journal = new StateJournal(folder);
    for (let n = 0; n < 4000; n += 1) journal.record(set('x', n));
    expect(statSync(join(folder, 'state.journal')).size).toBeLessThan(300_000);
    journal.close();
    const again = new StateJournal(folder);
    expect(again.state).toMatchObject({ sequence: 4000, values: { '/understudy/show/a/x': 3999 } });
    again.close();
  });

  it('sets an unreadable state file aside instead of refusing to start', () => {
    writeFileSync(join(folder, 'state.json'), '{"sequence":');
    const journal = new StateJournal(folder);
    expect(journal.setAside).toBe(join(folder, 'state.json.broken-1'));
    expect(journal.state.values).toEqual({});
    journal.close();
  });
});
