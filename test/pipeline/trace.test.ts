import { describe, expect, it } from 'vitest';
import { traceEvents } from '../../server/cli/trace-events.js';
import { TraceRing } from '../../server/pipeline/trace-ring.js';
import { traceKinds, traceRowNumbers } from '../../server/protocol/trace.js';

const namesOf = (rows: Float64Array): (string | undefined)[] =>
  Array.from({ length: rows.length / traceRowNumbers }, (_, n) => traceKinds[rows[n * traceRowNumbers]!]?.name);
const framesOf = (rows: Float64Array): number[] =>
  Array.from({ length: rows.length / traceRowNumbers }, (_, n) => rows[n * traceRowNumbers + 3]!);

describe('the ring of spans', () => {
  it('gives what came since a cursor, oldest first', () => {
    const ring = new TraceRing(8);
    ring.add('track', 1, 2, 1);
    const cursor = ring.written;
    ring.add('label', 3, 4, 2);
    ring.add('send', 4, 5, 3);
    const { rows, lostRows } = ring.since(cursor);
    expect(namesOf(rows)).toEqual(['label', 'send']);
    expect(framesOf(rows)).toEqual([2, 3]);
    expect(lostRows).toBe(0);
  });
  it.each([7, 8, 9, 20, 24])('of eight rows keeps the newest of %i and says how many are lost', (written) => {
    const ring = new TraceRing(8);
    for (let n = 0; n < written; n++) ring.add('frame', n, n + 1, n);
    const { rows, lostRows } = ring.since(0);
    const kept = Math.min(8, written);
    expect(framesOf(rows)).toEqual(Array.from({ length: kept }, (_, n) => written - kept + n));
    expect(lostRows).toBe(written - kept);
  });
});

describe('a trace file', () => {
  const ring = new TraceRing(16);
  ring.add('frame', 1000, 9000, 7);
  ring.add('track', 1000, 2000, 7);
  ring.add('face', 2000, 60_000, 7, 3);
  ring.add('face model', 20_000, 50_000, 7, 3);
  ring.add('capture to send', 500, 9000, 7);
  const events = traceEvents([{ laneId: 'cam-a', pid: 11, rows: ring.since(0).rows }], 22);

  it('names every process and thread that has events', () => {
    const places = new Set(events.filter(({ ph }) => ph !== 'M').map(({ pid, tid }) => `${pid} ${tid}`));
    const threads = events.filter(({ name }) => name === 'thread_name').map(({ pid, tid }) => `${pid} ${tid}`);
    for (const place of places) expect(threads).toContain(place);
    expect(events.filter(({ name }) => name === 'process_name').map(({ pid, args }) => [pid, args?.['name']])).toEqual([
      [11, 'lane cam-a'],
      [22, 'inference'],
    ]);
  });
  it('has the frame path as complete events, the models in the inference process', () => {
    const complete = events.filter(({ ph }) => ph === 'X').map(({ name, pid, ts, dur }) => [name, pid, ts, dur]);
    expect(complete).toEqual([
      ['frame', 11, 1000, 8000],
      ['track', 11, 1000, 1000],
      ['face model', 22, 20_000, 30_000],
    ]);
  });
  it('closes every asynchronous pair that it opens, under the same id', () => {
    const opened = events.filter(({ ph }) => ph === 'b').map(({ id }) => id);
    const closed = events.filter(({ ph }) => ph === 'e').map(({ id }) => id);
    expect(opened.length).toBe(2);
    expect(closed.sort()).toEqual(opened.sort());
  });
  it('is in the order of time', () => {
    const times = events.filter(({ ph }) => ph !== 'M').map(({ ts }) => ts!);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});
