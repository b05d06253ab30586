import { beforeEach, describe, expect, it } from 'vitest';
import type { Cue } from '../../server/protocol/show.js';
import { completeCue } from '../../server/show/book.js';
import { compareCueNumbers, cueNumberFromDesk, cueNumberOf } from '../../server/show/cue-number.js';
import { CueRunner } from '../../server/show/cue-runner.js';
import { framesOfTimecode } from '../../server/show/timecode.js';
import { instantUs } from '../../server/time/time.js';

let cues: Cue[];
let started: string[];
let refused: ReadonlySet<string>;
let runner: CueRunner<string>;
const at = (ms: number) => instantUs(ms * 1000);

beforeEach(() => {
  cues = ['1', '1.5', '2', '10'].map((number) => completeCue({ number }));
  started = [];
  refused = new Set();
  runner = new CueRunner<string>({
    cues: () => cues,
    check: ({ number }) => (refused.has(number) ? `refused ${number}` : null),
    start: ({ number }, reach, by, nowUs) => started.push(`${number} ${reach} ${by} ${nowUs / 1000}`),
    noCue: (number) => `no ${number ?? 'further'}`,
  });
});
const change = (number: string, over: Partial<Cue>): void => {
  cues = cues.map((cue) => (cue.number === number ? { ...cue, ...over } : cue));
};

describe('cue numbers', () => {
  it('are decimal, and sort as a lighting desk does', () => {
    const numbers = ['10', '2', '1.5', '1.05', '1.51', '1'];
    expect(numbers.sort(compareCueNumbers)).toEqual(['1', '1.05', '1.5', '1.51', '2', '10']);
  });
  it('come from consoles as numbers, floats in words and with zeros to spare', () => {
    expect(['1', '1.0', '01.50', ' 2 ', '0.125'].map(cueNumberOf)).toEqual(['1', '1', '1.5', '2', '0.125']);
    for (const text of ['', 'x', '1.', '.5', '-1', '1e3', '1.2345', '1;2', '123456'])
      expect(cueNumberOf(text)).toBeNull();
  });
});

describe('a cue number from a console', () => {
  it('is what its float means', () => {
    const sent = [1, 1.1, 1.125, 12.35].map((number) => String(Math.fround(number)));
    expect(sent[1]).toBe('1.100000023841858');
    expect(sent.map(cueNumberFromDesk)).toEqual(['1', '1.1', '1.125', '12.35']);
  });
});

describe('the cue list', () => {
  it('goes through its cues in order and stops at the end', () => {
    for (const expected of [null, null, null, null, 'no further']) expect(runner.go('page 1', at(0))).toBe(expected);
    expect(started.map((text) => text.split(' ')[0])).toEqual(['1', '1.5', '2', '10']);
    expect(runner.current).toBe('10');
  });

  it('goes back to the cue before, and jumps, as the whole of what the list says up to there', () => {
    runner.jump('2', 'osc', at(0));
    runner.back('osc', at(1));
    expect(started).toEqual(['2 whole osc 0', '1.5 whole osc 1']);
    expect(runner.jump('7', 'osc', at(2))).toBe('no 7');
    expect(runner.current).toBe('1.5');
    expect(runner.next()?.number).toBe('2');
  });

  it('runs the selected cue next, once', () => {
    expect(runner.select('10')).toBeNull();
    expect(runner.next()?.number).toBe('10');
    runner.go('page 1', at(0));
    expect(runner.current).toBe('10');
    expect(runner.select('3')).toBe('no 3');
  });

  it('goes on from where a removed cue was', () => {
    runner.jump('1.5', 'page 1', at(0));
    cues = cues.filter(({ number }) => number !== '1.5');
    expect(runner.next()?.number).toBe('2');
  });

  it('stays where it is when the cue is refused', () => {
    refused = new Set(['1.5']);
    runner.go('page 1', at(0));
    expect(runner.go('page 1', at(1))).toBe('refused 1.5');
    expect(runner.current).toBe('1');
    expect(started).toHaveLength(1);
  });

  it('waits for the delay, and goes on waiting beside the next cue', () => {
    change('1', { delayMs: 500 });
    runner.go('page 1', at(0));
    runner.go('page 1', at(100));
    runner.tick(at(499));
    expect(started).toEqual(['1.5 step page 1 100']);
    runner.tick(at(512));
    // Counted from when it was due, so that a late tick does not make its fade longer.
    expect(started.at(-1)).toBe('1 step page 1 500');
  });

  it('forgets a delay that still waits on back and jump', () => {
    change('1.5', { delayMs: 500 });
    runner.go('page 1', at(0));
    runner.go('page 1', at(0));
    runner.back('page 1', at(100));
    runner.tick(at(2000));
    expect(started.map((text) => text.split(' ')[0])).toEqual(['1', '1']);
  });

  it('follows on after the start or after the end, and a hand that is faster takes its place', () => {
    change('1', { fadeMs: 1000, follow: { after: 'end', waitMs: 200 } });
    change('1.5', { fadeMs: 1000, follow: { after: 'start', waitMs: 300 } });
    runner.go('page 1', at(0));
    runner.tick(at(1199));
    expect(runner.current).toBe('1');
    runner.tick(at(1200));
    expect(runner.current).toBe('1.5');
    expect(started.at(-1)).toMatch(/^1.5 step follow 1/);
    runner.jump('10', 'page 1', at(1300));
    runner.tick(at(9000));
    expect(runner.current).toBe('10');
  });

  it('ends a chain of follow-ons at a refusal, and does not try it for ever', () => {
    change('1', { follow: { after: 'start', waitMs: 10 } });
    refused = new Set(['1.5']);
    runner.go('page 1', at(0));
    runner.tick(at(20));
    runner.tick(at(40));
    expect(started).toHaveLength(1);
    expect(runner.busy).toBe(false);
  });

  it('says how far it is: delay and fade together, then when the next one follows', () => {
    change('1', { delayMs: 500, fadeMs: 1500, follow: { after: 'end', waitMs: 1000 } });
    runner.go('page 1', at(0));
    expect(runner.state(at(1000), [])).toMatchObject({
      current: '1',
      next: '1.5',
      running: { number: '1', progress01: 0.5, remainingMs: 1000 },
      followInMs: 2000,
    });
    runner.stop();
    expect(runner.state(at(1001), [])).toMatchObject({ current: '1', running: null, followInMs: null });
  });
});

describe('timecode', () => {
  it('runs a cue as it passes it, once, and none on a jump or a step back', () => {
    change('2', { timecode: '01:00:10:00' });
    for (const text of ['01:00:09:20', '01:00:10:03', '01:00:10:04']) runner.timecode(text, 'osc', at(0));
    expect(started).toEqual(['2 step timecode osc 0']);
    for (const text of ['01:00:00:00', '02:00:00:00', '01:00:09:00']) runner.timecode(text, 'osc', at(0));
    expect(started).toHaveLength(1);
  });
  it('is not read from what is none', () => {
    expect(framesOfTimecode('00:00:01:00')).toBeGreaterThan(framesOfTimecode('00:00:00;29')!);
    for (const text of ['', '1:2:3:4', '24:00:00:00', '00:60:00:00', '00:00:00'])
      expect(framesOfTimecode(text)).toBeNull();
  });
});
