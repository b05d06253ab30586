import { afterAll, beforeAll, expect, it } from 'vitest';
import { findLabel, labelToleranceCodes } from './judge.js';
import { grab, orderOf, seenBy, waitForMore, waitForPicture } from './seen.js';
import type { StageLoop } from './stage-loop.js';
import { firstTimecode100ns, step100ns, Take } from './take.js';
import type { PeerProcess } from '../support/peer-process.js';

/** Promise 3 on the side of the camera: absent, lost, back, changed; and of the receivers: one that stalls. */
let take: Take;
let loop: StageLoop;
let probe: PeerProcess;

beforeAll(async () => {
  take = new Take('camera');
  loop = take.loop();
  await take.startServer();
  probe = await take.startProbe();
});
afterAll(() => take.close());

it('before there is a camera, a slate is on air and an alarm says why', async () => {
  const slate = await waitForPicture(probe, (seen) => seen.kind === 'slate');
  expect(slate.meanLuma01).toBeGreaterThan(0.12);
  expect(slate.metadata).not.toMatch(/\bai=|AI/);
  await take.server.watch();
  await take.server.alarmWas('NDI_SOURCE_ABSENT');
});

it('the camera appears: its picture takes the place of the slate, and nothing of the performer is seen before the likeness', async () => {
  await take.startCamera(loop);
  const from = seenBy(probe).length;
  await take.onAir(probe);
  const seen = seenBy(probe).slice(from);
  const steps = seen.map((s) => s.step || s.kind).filter((step, i, all) => step !== all[i - 1]);
  // A slate, then a picture of which nobody has looked who is in it, then the likeness.
  expect(steps.join(' ')).toMatch(/^(slate )?unacquired likeness$/);
});

it('a receiver that stalls takes nothing from the others', { retry: 2 }, async () => {
  const slow = await take.startProbe();
  await waitForPicture(slow, (seen) => seen.kind === 'likeness');
  slow.command({ do: 'stall', ms: 3000 });
  const seen = await waitForMore(probe, 75);
  expect(orderOf(seen, firstTimecode100ns, step100ns)).toEqual({ missing: [], outOfOrder: [], offGrid: [] });
  await waitForPicture(slow, (s) => s.timecode >= seen.at(-1)!.timecode);
  await slow.stop();
});

it('a camera that dies leaves a slate within 0.5 s, at its rate, with running timecode, and an alarm', async () => {
  const from = probe.events.length;
  await take.camera.kill();
  const slate = await waitForPicture(probe, (seen) => seen.kind === 'slate', 5000, from);
  const seen = [...seenBy(probe).slice(0, slate.frame), ...(await waitForMore(probe, 60))];
  const last = seen.filter((s) => s.kind === 'likeness').at(-1)!;
  expect((slate.atUs - last.atUs) / 1e6).toBeLessThan(0.5);
  const slates = seen.slice(seen.indexOf(last) + 1);
  for (const s of slates) {
    expect(s).toMatchObject({ kind: 'slate', widthPx: 1280, heightPx: 720, frameRateNum: 25, frameRateDen: 1 });
    expect(s.meanLuma01).toBeGreaterThan(0.12);
  }
  // Timecode goes on from the camera's last, as fast as time does.
  const [a, b] = [slates[0]!, slates.at(-1)!];
  expect(Number(a.timecode - last.timecode) / 1e7).toBeGreaterThan(0);
  expect(Number(a.timecode - last.timecode) / 1e7).toBeLessThan(0.6);
  const rate = Number(b.timecode - a.timecode) / 10 / (b.atUs - a.atUs);
  expect(rate).toBeGreaterThan(0.9);
  expect(rate).toBeLessThan(1.1);
  const interval = (b.atUs - a.atUs) / (slates.length - 1);
  expect(interval).toBeGreaterThan(36_000);
  expect(interval).toBeLessThan(46_000);
  await take.server.alarmWas('NDI_SOURCE_LOST');
  const [{ uyvy }] = (await grab(probe, 1)) as [Awaited<ReturnType<typeof grab>>[number]];
  expect(findLabel(uyvy, 1280, 720).meanDifferenceCodes).toBeGreaterThan(3 * labelToleranceCodes);
});

it('the camera is back, at another rate: the likeness returns and the output follows', async () => {
  const from = probe.events.length;
  await take.startCamera(loop, {
    frameRateNum: 30_000,
    frameRateDen: 1001,
    timecodeStep100ns: '333667',
    firstTimecode100ns: '720000000000',
  });
  const back = await waitForPicture(probe, (seen) => seen.step === 'likeness', 15_000, from);
  expect(back).toMatchObject({ frameRateNum: 30_000, frameRateDen: 1001, widthPx: 1280, heightPx: 720 });
  await take.server.alarmWas('NDI_SOURCE_BACK');
  const seen = await waitForMore(probe, 30);
  expect(new Set(seen.map((s) => s.kind))).toEqual(new Set(['likeness']));
});

it('the size changes from one picture to the next (720p → 1080p): the output follows without a pause', async () => {
  const from = probe.events.length;
  take.camera.command({ do: 'size', widthPx: 1920, heightPx: 1080 });
  const first = await waitForPicture(probe, (seen) => seen.widthPx === 1920 && seen.kind !== 'slate', 5000, from);
  await waitForMore(probe, 40);
  const seen = seenBy(probe);
  const at = seen.findIndex((s) => s.frame === first.frame);
  expect(seen.slice(at).every((s) => s.heightPx === 1080 && s.meanLuma01 > 0.12)).toBe(true);
  // No picture between the last of the old size and the first of the new is missing; the camera's own pause may bring slates.
  const before = seen
    .slice(0, at)
    .filter((s) => s.kind !== 'slate')
    .at(-1)!;
  expect(Number((first.timecode - before.timecode + 333_667n / 2n) / 333_667n)).toBeLessThanOrEqual(2);
  await take.server.alarmWas('NDI_SOURCE_CHANGED');
  const [{ uyvy }] = (await grab(probe, 1)) as [Awaited<ReturnType<typeof grab>>[number]];
  expect(findLabel(uyvy, 1920, 1080).meanDifferenceCodes).toBeLessThan(labelToleranceCodes);
});
