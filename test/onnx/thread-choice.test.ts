import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fakeSessions } from '../../server/onnx/fake.js';
import type { SessionFactory } from '../../server/onnx/port.js';
import { candidates, chooseThreads, pickThreads } from '../../server/onnx/thread-choice.js';
import { SimulatedClock } from '../../server/time/clock.js';

const stateFolder = mkdtempSync(join(tmpdir(), 'understudy-threads-'));
afterAll(() => rmSync(stateFolder, { recursive: true, force: true }));

describe('threads of a model', () => {
  it('leave every lane a core of its own', () => {
    expect(candidates(2, 1)).toEqual([1]);
    expect(candidates(2, 4)).toEqual([1]);
    expect(candidates(4, 1)).toEqual([1, 2]);
    expect(candidates(8, 2)).toEqual([1, 2, 4]);
    expect(candidates(64, 2)).toEqual([1, 2, 4, 8]);
  });

  it('are as many as each doubling saved a quarter of the time, and no more', () => {
    expect(pickThreads({ 1: 10, 2: 6, 4: 4, 8: 3.9 })).toBe(4);
    expect(pickThreads({ 1: 2.5, 2: 2.4, 4: 1 })).toBe(1);
    expect(pickThreads({ 1: 10, 2: 7.5 })).toBe(2);
    expect(pickThreads({ 1: 10, 2: 7.6 })).toBe(1);
    expect(pickThreads({})).toBe(1);
  });
});

describe('the choice at start', () => {
  const clock = new SimulatedClock(0);
  let opened: string[] = [];
  /** faceres gains from threads, the small model does not. */
  const open: SessionFactory = async (id, options) => {
    opened.push(`${id} ${options?.threads}`);
    const spend = (): void => clock.advanceUs(id === 'faceres' ? 12000 / options!.threads! : 2000);
    return fakeSessions({ [id]: spend })(id);
  };
  const question = {
    models: ['facemesh-attention', 'faceres'],
    stateFolder,
    open,
    clock,
    runtimeVersion: '1.30.0',
  };

  it('measures each model at each count, gives threads where they pay, and closes what it opened', async () => {
    opened = [];
    const choice = await chooseThreads({ ...question, lanes: 2, cores: 8 });
    expect(choice).toEqual({
      threads: { 'facemesh-attention': 1, faceres: 4 },
      ms: { 'facemesh-attention': { 1: 2, 2: 2, 4: 2 }, faceres: { 1: 12, 2: 6, 4: 3 } },
      decidedBy: 'measured',
    });
    expect(opened).toHaveLength(6);
  });

  it('is remembered for this machine, runtime and model, and only for them', async () => {
    opened = [];
    const again = await chooseThreads({ ...question, lanes: 2, cores: 8 });
    expect(again.decidedBy).toBe('cache');
    expect(again.threads).toEqual({ 'facemesh-attention': 1, faceres: 4 });
    expect(opened).toEqual([]);
    const newer = await chooseThreads({ ...question, lanes: 2, cores: 8, runtimeVersion: '1.31.0' });
    expect(newer.decidedBy).toBe('measured');
  });

  it('is made anew where the file was cut short', async () => {
    const file = join(stateFolder, 'threads.json');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
    expect((await chooseThreads({ ...question, lanes: 2, cores: 8 })).decidedBy).toBe('measured');
  });

  it('asks nothing where the lanes need the cores', async () => {
    opened = [];
    expect(await chooseThreads({ ...question, lanes: 1, cores: 2 })).toEqual({
      threads: { 'facemesh-attention': 1, faceres: 1 },
      ms: {},
      decidedBy: 'cores',
    });
    expect(opened).toEqual([]);
  });
});
