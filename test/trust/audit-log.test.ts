import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditLog, verifyAuditLog } from '../../server/trust/audit-log.js';
import { canonicalJson } from '../../server/trust/canonical-json.js';
import { SimulatedClock } from '../../server/time/clock.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'us-audit-'));
  path = join(folder, 'audit.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(count: number): AuditLog {
  const log = new AuditLog(path, new SimulatedClock(1_760_000_000_000_000));
  for (let n = 0; n < count; n += 1) log.append('param', 'page', { address: '/understudy/show/x', value: n });
  return log;
}
const lines = (): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1);

describe('AuditLog', () => {
  it('verifies, and continues the same chain after a restart', () => {
    write(5).close();
    const again = write(3);
    again.close();
    expect(verifyAuditLog(path)).toEqual({ ok: true, entries: 10, head: again.head });
  });

  it('hashes each entry over its canonical JSON with plain SHA-256, so that others can check it', () => {
    write(1).close();
    const { hash, ...body } = JSON.parse(lines()[1]!) as { hash: string; previous: string };
    expect(createHash('sha256').update(canonicalJson(body)).digest('hex')).toBe(hash);
    expect(body.previous).toBe((JSON.parse(lines()[0]!) as { hash: string }).hash);
  });

  it('names the first entry that was edited, removed, swapped or inserted', () => {
    write(20).close();
    const original = lines();
    const broken = (change: (copy: string[]) => void): unknown => {
      const copy = [...original];
      change(copy);
      writeFileSync(path, copy.join('\n') + '\n');
      const verdict = verifyAuditLog(path);
      return verdict.ok ? 'verified' : verdict.brokenAt;
    };
    expect(broken((copy) => (copy[7] = copy[7]!.replace('"value":6', '"value":99')))).toBe(7);
    expect(broken((copy) => copy.splice(7, 1))).toBe(7);
    expect(broken((copy) => ([copy[7], copy[8]] = [copy[8]!, copy[7]!]))).toBe(7);
    expect(broken((copy) => copy.splice(7, 0, copy[7]!))).toBe(8);
    expect(broken((copy) => copy.splice(7, 0, 'not json'))).toBe(7);
    expect(broken(() => {})).toBe('verified');
  });

  it('cuts a torn last line at opening and says how much, and the chain goes on', () => {
    write(3).close();
    appendFileSync(path, '{"index":4,"atIso":"20');
    expect(verifyAuditLog(path)).toMatchObject({ ok: false, brokenAt: 4 });
    write(1).close();
    expect(verifyAuditLog(path)).toMatchObject({ ok: true, entries: 6 });
    expect(JSON.parse(lines()[4]!)).toMatchObject({ kind: 'opened', detail: { tornBytes: 22 } });
  });

  it('sets a log aside that was tampered with, keeps it as evidence and says so in the new one', () => {
    write(4).close();
    writeFileSync(path, readFileSync(path, 'utf8').replace('"value":1', '"value":2'));
    const log = write(0);
    expect(log.setAside).toMatchObject({ reason: expect.stringContaining('entry 2') });
    log.close();
    expect(readdirSync(folder).sort()).toEqual(['audit.jsonl', 'audit.jsonl.broken-1']);
    expect(JSON.parse(lines()[0]!)).toMatchObject({ detail: { setAside: `${path}.broken-1` } });
  });
});

describe('canonicalJson', () => {
  it('spells a value one way, whatever the order of its keys (RFC 8785 §3.2.3)', () => {
    expect(canonicalJson({ b: [1, true, null], a: { z: 'é"\n', y: 1e21 } })).toBe(
      '{"a":{"y":1e+21,"z":"é\\"\\n"},"b":[1,true,null]}',
    );
    expect(canonicalJson({ '\u20ac': 1, '\r': 2, '1': 3 })).toBe('{"\\r":2,"1":3,"€":1}');
    expect(() => canonicalJson(NaN)).toThrow(RangeError);
  });
});
