import { afterAll, beforeAll, expect, it } from 'vitest';
import { findLabel, IdentityJudge, labelToleranceCodes } from './judge.js';
import { grab, orderOf, seenBy, type SeenFrame, waitForMore, waitForPicture } from './seen.js';
import { laneAddress, outputAddress } from './server-under-test.js';
import type { StageLoop } from './stage-loop.js';
import { firstTimecode100ns, step100ns, Take } from './take.js';
import type { PeerProcess } from '../support/peer-process.js';

/** Promises 1 and 3 while processes are killed with SIGKILL in the middle of a take. */
let take: Take;
let loop: StageLoop;
let probe: PeerProcess;
const whole = { missing: [], outOfOrder: [], offGrid: [] };

beforeAll(async () => {
  take = new Take('kills');
  loop = take.loop();
  await take.startCamera(loop);
  await take.startServer({ values: { [outputAddress('fallback/maxHoldMs')]: 1000 } });
  probe = await take.startProbe();
  await take.onAir(probe);
});
afterAll(() => take.close());

const stepsOf = (seen: readonly SeenFrame[]): string[] =>
  seen.map((s) => s.step).filter((step, i, all) => step !== all[i - 1]);

it(
  'a killed inference process costs no picture: the likeness is held, labelled, and goes on when the process is back',
  { retry: 1 },
  async () => {
    const judge = await IdentityJudge.open();
    const before = await take.server.alive('inference');
    const grabbing = grab(probe, 12);
    const pid = await take.server.kill('inference');
    expect(pid).toBe(before);
    const seen = await waitForMore(probe, 100);
    expect(await take.server.alive('inference', pid)).not.toBe(pid);
    expect(orderOf(seen, firstTimecode100ns, step100ns)).toEqual(whole);
    expect(Math.min(...seen.map((s) => s.meanLuma01))).toBeGreaterThan(0.12);
    expect(new Set(seen.map((s) => s.kind))).toEqual(new Set(['likeness']));
    for (const step of stepsOf(seen)) expect(['likeness', 'hold', 'conceal']).toContain(step);
    expect(seen.at(-1)!.step).toBe('likeness');
    for (const { uyvy } of (await grabbing).filter((_, i) => i % 3 === 0)) {
      expect(findLabel(uyvy, loop.widthPx, loop.heightPx).meanDifferenceCodes).toBeLessThan(labelToleranceCodes);
      const shown = await judge.judge(uyvy, loop.widthPx, loop.heightPx);
      expect(shown.toLikeness).toBeGreaterThan(shown.toPerformer);
    }
    await judge.close();
  },
);

it('kept dead, it takes the output down the ladder: hold, then conceal after fallback.maxHoldMs, and back up', async () => {
  const judge = await IdentityJudge.open();
  await take.onAir(probe, probe.events.length);
  const from = probe.of('video').length;
  const stopKilling = take.server.keepDead('inference');
  let concealed: SeenFrame;
  try {
    const eventsFrom = probe.events.length;
    const held = await waitForPicture(probe, (seen) => seen.step === 'hold', 5000, eventsFrom);
    concealed = await waitForPicture(probe, (seen) => seen.step === 'conceal', 5000, eventsFrom);
    // Freshness ends 400 ms (or four keyframe intervals) after the last keyframe; from then on 1000 ms of hold.
    const heldMs = Number(concealed.timecode - held.timecode) / 1e4;
    expect(heldMs).toBeGreaterThan(800);
    expect(heldMs).toBeLessThan(1300);
    for (const { seen, uyvy } of await grab(probe, 3)) {
      expect(seen.step).toBe('conceal');
      expect(findLabel(uyvy, loop.widthPx, loop.heightPx).meanDifferenceCodes).toBeLessThan(labelToleranceCodes);
      // Softened beyond recognition: no face is found, or none that is the performer.
      const shown = await judge.judge(uyvy, loop.widthPx, loop.heightPx).catch(() => null);
      const plain = await judge.judge(loop.pictureOf(seen.stamp!, 'performer'), loop.widthPx, loop.heightPx);
      expect(plain.toPerformer).toBeGreaterThan(0.5);
      expect(shown?.toPerformer ?? 0).toBeLessThan(0.3);
    }
  } finally {
    stopKilling();
  }
  await take.onAir(probe, probe.events.length);
  await judge.close();
  const seen = seenBy(probe).slice(from);
  expect(stepsOf(seen).join(' ')).toMatch(/^likeness hold conceal likeness$/);
  expect(new Set(seen.map((s) => s.kind))).toEqual(new Set(['likeness']));
  expect(orderOf(seen, firstTimecode100ns, step100ns).outOfOrder).toEqual([]);
});

it('a killed control process costs no picture and comes back with its values', { retry: 1 }, async () => {
  const mix = laneAddress('likeness/mix01');
  await take.server.set(mix, 0.9);
  const from = probe.of('video').length;
  const pid = await take.server.kill('control');
  await take.server.alive('control', pid);
  const seen = (await waitForMore(probe, 100)).concat();
  expect(orderOf(seen, firstTimecode100ns, step100ns)).toEqual(whole);
  expect(stepsOf(seen)).toEqual(['likeness']);
  await expect
    .poll(
      () =>
        take.server.values().then(
          (values) => values[mix],
          () => null,
        ),
      { timeout: 10_000 },
    )
    .toBe(0.9);
  // And it rules the lane again.
  await take.server.set(outputAddress('output/bypass'), true);
  await waitForPicture(probe, (one) => one.kind === 'bypass', 3000);
  await take.server.set(outputAddress('output/bypass'), false);
  await take.onAir(probe, probe.events.length);
  expect(
    seenBy(probe)
      .slice(from)
      .every((one) => one.meanLuma01 > 0.12),
  ).toBe(true);
});
