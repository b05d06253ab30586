import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryOf } from '../../../server/paths.js';
import type { PeerProcess } from '../support/peer-process.js';
import { orderOf, seenBy } from './seen.js';
import { outputAddress } from './server-under-test.js';
import { firstTimecode100ns, step100ns, Take } from './take.js';

interface Event {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly id: string;
  readonly args: Readonly<Record<string, unknown>>;
}
interface Report {
  readonly lanes: readonly [
    { readonly framesSent: number; readonly keyframesAnswered: number; readonly lostRows: number },
  ];
}

let take: Take;
let probe: PeerProcess;
const hogs: ChildProcess[] = [];
const ends = (): void => {
  for (const hog of hogs.splice(0)) hog.kill('SIGKILL');
};
beforeAll(async () => {
  take = new Take('overload');
  await take.startCamera(take.loop({ pictures: 30 }));
  await take.startServer();
  probe = await take.startProbe();
  await take.onAir(probe);
  await take.server.watch();
});
afterAll(async () => {
  ends();
  await take.close();
});

/** A process that wants a whole core, as much before others as the lane is. */
function hog(): void {
  const child = spawn(process.execPath, ['-e', 'const end = Date.now() + 25000; while (Date.now() < end);'], {
    stdio: 'ignore',
  });
  hogs.push(child);
  try {
    setPriority(child.pid!, getPriority(take.server.pidOf('lane')!));
  } catch {
    // Where nobody may raise a priority the lane could not either.
  }
}

describe('a trace of the running show', () => {
  it('is what the Trace Event Format asks for, and agrees with the counters', async () => {
    const file = join(take.folder, 'trace.json');
    const words = ['trace', '--state', join(take.folder, 'state'), '--seconds', '3', '--out', file, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, [entryOf('main.ts'), ...words]);
    const [lane] = (JSON.parse(stdout) as Report).lanes;
    const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: Event[] };
    for (const event of traceEvents) {
      expect(event).toMatchObject({ name: expect.any(String), pid: expect.any(Number), tid: expect.any(Number) });
      expect(['X', 'b', 'e', 'M']).toContain(event.ph);
      if (event.ph !== 'M') expect(event.ts).toBeGreaterThan(0);
      if (event.ph === 'X') expect(event.dur).toBeGreaterThanOrEqual(0);
    }
    const spans = (name: string): Event[] => traceEvents.filter((event) => event.name === name && event.ph === 'X');
    expect(lane.lostRows).toBe(0);
    expect(lane.framesSent).toBeGreaterThan(30);
    expect(Math.abs(spans('frame').length - lane.framesSent)).toBeLessThanOrEqual(1);
    expect(Math.abs(spans('face model').length - lane.keyframesAnswered)).toBeLessThanOrEqual(1);
    expect(new Set(spans('face model').map(({ pid }) => pid))).toEqual(new Set([take.server.pidOf('inference')]));
    // Every stage lies within its picture, one after the other.
    const within = spans('frame')[5]!;
    const stages = traceEvents.filter(
      ({ args, ph, pid, tid, name }) =>
        ph === 'X' &&
        pid === within.pid &&
        tid === within.tid &&
        args['frame'] === within.args['frame'] &&
        name !== 'frame',
    );
    expect(stages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['track', 'propagate', 'composite', 'label', 'send']),
    );
    for (const { name, ts, dur } of stages.filter((stage) => stage.name !== 'preview' && stage.name !== 'join')) {
      expect(ts, name).toBeGreaterThanOrEqual(within.ts);
      expect(ts + dur, name).toBeLessThanOrEqual(within.ts + within.dur);
    }
  });
});

describe('under load', () => {
  it('order and label hold, the rate is touched last, and the counters and an alarm say what was given up', async () => {
    const from = seenBy(probe).length;
    const level = (): number => take.server.status?.counters['load.level'] ?? 0;
    // At least one round, also where the machine was too busy before.
    for (let added = 0; added < 24 && (added === 0 || level() === 0); added += 4) {
      for (let n = 0; n < 4; n++) hog();
      await sleep(1500);
    }
    await take.server.alarmWas('LANE_OVERLOADED', 4000);
    const { counters } = take.server.status!;
    ends();
    const seen = seenBy(probe).slice(from);
    expect(counters['load.sheds']).toBeGreaterThan(0);
    expect(counters['load.lateFrames']).toBeGreaterThan(0);
    expect(orderOf(seen, firstTimecode100ns, step100ns).outOfOrder).toEqual([]);
    for (const one of seen) expect(one.kind).toBe('likeness');
    // Half of all pictures at least, even with many times more work than cores: keyframes were given up before pictures.
    const share01 = seen.length / (Number(seen.at(-1)!.timecode - seen[0]!.timecode) / Number(step100ns));
    console.log(
      `overload: ${(share01 * 100).toFixed(0)} % of the pictures, ${String(counters['load.lateFrames'])} late`,
    );
    expect(share01).toBeGreaterThan(0.5);
  });

  it('a delay that is measured is declared in every picture, and can be kept', async () => {
    await take.server.set(outputAddress('output/delayFrom'), 'measured');
    let declared = 0;
    for (let waitedMs = 0; declared === 0 && waitedMs < 25_000; waitedMs += 100) {
      await sleep(100);
      declared = Number((await take.server.values())[outputAddress('output/delayFrames')]);
    }
    expect(declared).toBeGreaterThan(0);
    await sleep(500);
    expect(seenBy(probe).at(-1)!.metadata).toContain(`delay_frames="${declared}"`);
  });
});
