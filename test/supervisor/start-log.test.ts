import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StartLog } from '../../server/supervisor/start-log.js';
import { processStartedAtUs } from '../../server/time/start-marks.js';
import type { InstantUs } from '../../server/time/time.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the log of a start', () => {
  it('tells in order of time what each process had done, and how long that process took for it', () => {
    const log = new StartLog(join(folder, 'start.log'));
    const zero = processStartedAtUs();
    const at = (ms: number): InstantUs => (zero + ms * 1000) as InstantUs;
    log.note('lane-cam-a', 'code loaded', at(300));
    log.note('supervisor', 'show read', at(100));
    log.note('lane-cam-a', 'first picture left: unacquired', at(1250));
    const rows = log.text.trimEnd().split('\n').slice(1);
    expect(rows.map((row) => row.trim().split(/\s+/)[2])).toEqual(['supervisor', 'lane-cam-a', 'lane-cam-a']);
    // The start of this process is read from a clock that runs on meanwhile.
    const [ms, step] = rows[2]!.trim().split(/\s+/).map(Number);
    expect(Math.abs(ms! - 1250)).toBeLessThan(20);
    expect(step).toBe(950);
    log.close();
  });

  it('keeps what was said first: a process that is started again is no start of the show', () => {
    const log = new StartLog(join(folder, 'start.log'));
    log.note('inference', 'ready');
    const before = log.text;
    log.note('inference', 'ready');
    expect(log.text).toBe(before);
    log.close();
  });

  it('is on disk soon after', async () => {
    const file = join(folder, 'start.log');
    const log = new StartLog(file);
    log.note('control', 'ready');
    await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toContain('control'), 3000);
    log.close();
  });
});
