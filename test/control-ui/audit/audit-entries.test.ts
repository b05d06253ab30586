import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { brokenLink, matches, mergeEntries, readableDetail } from '../../../control-ui/audit/audit-entries.js';
import { AuditLog } from '../../../server/trust/audit-log.js';
import { SimulatedClock } from '../../../server/time/clock.js';

/** Entries as the server really writes them. */
function written() {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-audit-'));
  const log = new AuditLog(join(folder, 'audit.jsonl'), new SimulatedClock());
  log.append('bypass', 'page 1 Kim', { address: '/understudy/output/cam-a/output/bypass', value: true });
  log.append('cue', 'osc 10.0.0.4', { number: '2.5' });
  const entries = log.read(-1, 10);
  log.close();
  rmSync(folder, { recursive: true });
  return entries;
}

describe('the audit trail on the page', () => {
  it('finds the chain of a real log whole, and names the entry before which something was taken out or changed', () => {
    const entries = written();
    expect(entries.length).toBe(3);
    expect(brokenLink(entries)).toBeNull();
    expect(brokenLink(entries.map((entry) => (entry.index === 1 ? { ...entry, hash: 'f'.repeat(64) } : entry)))).toBe(
      2,
    );
  });
  it('merges what comes by index, newest first, and forgets the oldest', () => {
    const entries = written();
    const merged = mergeEntries(entries.slice(0, 2), entries.slice(1), 2);
    expect(merged.map(({ index }) => index)).toEqual([2, 1]);
  });
  it('finds by every word of a query, anywhere in the entry', () => {
    const [, bypass, cue] = written();
    expect(matches(bypass!, 'kim CAM-A')).toBe(true);
    expect(matches(cue!, 'kim')).toBe(false);
    expect(matches(cue!, '')).toBe(true);
  });

  it('are read as words: hashes by their beginning, and nothing that says nothing', () => {
    const digest = 'ab'.repeat(32);
    expect(readableDetail({ did: 'came', name: '', role: 'operator', address: '127.0.0.1' })).toBe(
      'came · role operator · address 127.0.0.1',
    );
    expect(readableDetail({ likenessId: 'sasha', digest, engine: 'mesh', models: [] })).toBe(
      'likeness id sasha · digest abababababab… · engine mesh',
    );
  });
});
