import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { machineClock } from '../../../server/time/clock.js';
import { findLabel, labelToleranceCodes, worstBlockCodes } from './judge.js';
import { grab, orderOf, seenBy, waitForMore, waitForPicture } from './seen.js';
import { outputAddress, sendUdp } from './server-under-test.js';
import type { StageLoop } from './stage-loop.js';
import { firstTimecode100ns, step100ns, Take } from './take.js';
import type { PeerProcess } from '../support/peer-process.js';

/** Promise 3: bypass reaches the output on the next frame, always. */
let take: Take;
let loop: StageLoop;
let probe: PeerProcess;
const address = outputAddress('output/bypass');

beforeAll(async () => {
  take = new Take('bypass');
  loop = take.loop();
  await take.startCamera(loop, { reportEach: true });
  await take.startServer();
  probe = await take.startProbe();
  await take.onAir(probe);
});
afterAll(() => take.close());
afterEach(async () => {
  const from = probe.events.length;
  await take.server.alive('control');
  await expect
    .poll(
      () =>
        take.server.set(address, false).then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    )
    .toBe(true);
  await take.onAir(probe, from);
});

/**
 * Presses bypass, and counts how many pictures that the camera sent after the press still left with the likeness: 0 where the
 * very next frame is plain.
 */
async function framesUntilBypass(press: () => unknown): Promise<number> {
  const from = probe.events.length;
  const atUs = machineClock.nowUs();
  await press();
  const first = await waitForPicture(probe, (seen) => seen.kind === 'bypass', 5000, from);
  await waitForMore(probe, 5);
  const firstSent = Number((await take.camera.waitFor('sent', (sent) => Number(sent['atUs']) > atUs))['frame']);
  const after = seenBy(probe).filter((seen) => seen.stamp !== null && seen.stamp >= firstSent);
  expect(after.filter((seen) => seen.stamp! >= first.stamp!).every((seen) => seen.kind === 'bypass')).toBe(true);
  return after.filter((seen) => seen.kind !== 'bypass').length;
}
async function expectPlainPictures(): Promise<void> {
  for (const { seen, uyvy } of await grab(probe, 3)) {
    expect(seen.kind).toBe('bypass');
    expect(seen.metadata).not.toMatch(/\bai=|AI/);
    const plain = loop.pictureOf(seen.stamp!, 'performer');
    expect(worstBlockCodes(uyvy, plain, loop.widthPx, loop.heightPx)).toBeLessThan(4);
    expect(findLabel(uyvy, loop.widthPx, loop.heightPx).meanDifferenceCodes).toBeGreaterThan(3 * labelToleranceCodes);
  }
}
/** OSC 1.0: address and type tags, each ended and padded with zeros to four bytes. */
const oscTrue = (to: string): Buffer =>
  Buffer.concat([to, ',T'].map((text) => Buffer.from(text.padEnd((text.length + 4) & ~3, '\0'))));

it('what the comparison stands on: while the likeness is on air, its picture is not the plain one', async () => {
  for (const { seen, uyvy } of await grab(probe, 3)) {
    expect(
      worstBlockCodes(uyvy, loop.pictureOf(seen.stamp!, 'performer'), loop.widthPx, loop.heightPx),
    ).toBeGreaterThan(12);
  }
});

describe('the next frame is the plain camera, unlabelled and marked as bypass,', () => {
  it("when pressed at the lane's own door", async () => {
    expect(await framesUntilBypass(() => take.server.bypassDoor(true))).toBe(0);
    await expectPlainPictures();
  });

  it('when pressed on a lighting desk (OSC over UDP)', async () => {
    // One more step than the door: the desk's message goes through the control process.
    expect(await framesUntilBypass(() => sendUdp(take.server.oscPort, oscTrue(address)))).toBeLessThanOrEqual(1);
    await expectPlainPictures();
  });

  it('when pressed on the page (WebSocket)', async () => {
    const page = await take.server.watch();
    expect(
      await framesUntilBypass(() => page.send(JSON.stringify({ type: 'set', address, value: true }))),
    ).toBeLessThanOrEqual(1);
    page.terminate();
    await expectPlainPictures();
  });

  it('with the control process killed again and again, and control learns of it when it is back', async () => {
    const stopKilling = take.server.keepDead('control');
    const from = probe.of('video').length;
    try {
      await waitForMore(probe, 10);
      expect(await framesUntilBypass(() => take.server.bypassDoor(true))).toBe(0);
    } finally {
      stopKilling();
    }
    await expectPlainPictures();
    await take.server.alive('control');
    await expect
      .poll(
        () =>
          take.server.values().then(
            (values) => values[address],
            () => null,
          ),
        { timeout: 15_000 },
      )
      .toBe(true);
    expect(orderOf(seenBy(probe).slice(from), firstTimecode100ns, step100ns).outOfOrder).toEqual([]);
  });
});

it('with a declared delay, too, the next picture that leaves is plain: what waits in the delay line goes out plain as well', async () => {
  const delay = outputAddress('output/delayFrames');
  await take.server.set(delay, 6);
  await waitForMore(probe, 20);
  try {
    const before = probe.of('video').length;
    take.server.bypassDoor(true);
    await waitForPicture(probe, (seen) => seen.kind === 'bypass', 5000, before);
    await waitForMore(probe, 5);
    const since = seenBy(probe).slice(before);
    // Two pictures may be between libndi's sender and the probe at the press; six were in the delay line.
    expect(since.filter((seen) => seen.kind !== 'bypass').length).toBeLessThanOrEqual(2);
    expect(since.at(-1)!.kind).toBe('bypass');
    await expectPlainPictures();
  } finally {
    await take.server.set(delay, 0);
  }
});
