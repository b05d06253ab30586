import { describe, expect, it } from 'vitest';
import type { IpcMessage } from '../../server/ipc/channel.js';
import { InferenceQueue, type LanePriority, programHeadStartUs } from '../../server/pipeline/inference-queue.js';
import { SimulatedClock } from '../../server/time/clock.js';

interface Lane {
  readonly name: string;
  readonly priority: LanePriority;
}
const lane = (name: string, program = false, preview = false): Lane => ({ name, priority: { program, preview } });
const message = (n: number): IpcMessage =>
  ({ head: { type: 'keyframe', n }, payload: new Uint8Array(0) }) as unknown as IpcMessage;

/** A queue whose requests are answered one at a time, when told. */
function gated() {
  const served: string[] = [];
  const clock = new SimulatedClock(0);
  let open: (() => void) | null = null;
  const queue = new InferenceQueue<Lane>(clock, async (from, { head }) => {
    served.push(`${from.name}${String((head as unknown as { n: number }).n)}`);
    await new Promise<void>((resolve) => (open = resolve));
  });
  const answer = async (): Promise<void> => {
    open?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, served, answer, clock };
}

describe('the inference queue', () => {
  it('serves programme before preview before the rest, and among equals the longest waiting', async () => {
    const { queue, served, answer } = gated();
    queue.put(lane('first'), 'face 0', message(0));
    const [a, b, preview, program] = [lane('a'), lane('b'), lane('preview', false, true), lane('program', true)];
    queue.put(a, 'face 0', message(1));
    queue.put(preview, 'face 0', message(2));
    queue.put(b, 'face 0', message(3));
    queue.put(program, 'face 0', message(4));
    for (let i = 0; i < 5; i++) await answer();
    expect(served).toEqual(['first0', 'program4', 'preview2', 'a1', 'b3']);
  });

  it('keeps the newest request of a face, in the place of the one it replaces, and counts it', async () => {
    const { queue, served, answer } = gated();
    const [a, b] = [lane('a'), lane('b')];
    queue.put(lane('first'), 'face 0', message(0));
    queue.put(a, 'face 0', message(1));
    queue.put(b, 'face 0', message(2));
    queue.put(a, 'face 0', message(3));
    queue.put(a, 'face 1', message(4));
    for (let i = 0; i < 4; i++) await answer();
    expect(served).toEqual(['first0', 'a3', 'b2', 'a4']);
    expect(queue.replaced).toBe(1);
  });

  it('forgets a lane that has gone, and follows a tally that changed while requests waited', async () => {
    const { queue, served, answer } = gated();
    const [gone, late] = [lane('gone', true), lane('late')];
    queue.put(lane('first'), 'face 0', message(0));
    queue.put(gone, 'face 0', message(1));
    queue.put(lane('other'), 'face 0', message(2));
    queue.put(late, 'face 0', message(3));
    queue.forget(gone);
    late.priority.program = true;
    for (let i = 0; i < 3; i++) await answer();
    expect(served).toEqual(['first0', 'late3', 'other2']);
  });

  it('goes on after a request that fails', async () => {
    const served: number[] = [];
    const queue = new InferenceQueue<Lane>(new SimulatedClock(0), async (_from, { head }) => {
      const { n } = head as unknown as { n: number };
      if (n === 1) throw new Error('a bad crop');
      served.push(n);
    });
    for (const n of [0, 1, 2]) queue.put(lane(`lane ${n}`), 'face 0', message(n));
    await expect.poll(() => served).toEqual([0, 2]);
    expect(queue.failed).toBe(1);
    expect(queue.served).toBe(2);
  });

  it('lets nobody starve: six faces on programme that ask all the time delay another camera, and no more', async () => {
    const { queue, served, answer, clock } = gated();
    const [busy, quiet] = [lane('busy', true), lane('quiet')];
    queue.put(lane('first'), 'face 0', message(0));
    queue.put(quiet, 'face 0', message(1));
    const stepUs = 10_000;
    for (let step = 0; !served.includes('quiet1') && step < 1000; step++) {
      for (let face = 0; face < 6; face++) queue.put(busy, `face ${face}`, message(2));
      clock.advanceUs(stepUs);
      await answer();
    }
    const waitedUs = served.length * stepUs;
    // Later than everything that came within the head start, which six faces prolong by their own waiting.
    expect(waitedUs).toBeGreaterThan(programHeadStartUs);
    expect(waitedUs).toBeLessThan(programHeadStartUs + 8 * stepUs);
  });

  it('gives a newer request the waiting time of the one it replaces', async () => {
    const { queue, served, answer, clock } = gated();
    const [slow, program] = [lane('slow'), lane('program', true)];
    queue.put(lane('first'), 'face 0', message(0));
    queue.put(slow, 'face 0', message(1));
    clock.advanceUs(programHeadStartUs + 1);
    queue.put(slow, 'face 0', message(2));
    queue.put(program, 'face 0', message(3));
    for (let i = 0; i < 3; i++) await answer();
    expect(served).toEqual(['first0', 'slow2', 'program3']);
  });
});
