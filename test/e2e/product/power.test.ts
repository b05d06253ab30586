import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PeerProcess } from '../support/peer-process.js';
import { waitForPicture } from './seen.js';
import { laneAddress, outputAddress } from './server-under-test.js';
import { Take } from './take.js';

let take: Take;
let probe: PeerProcess;
beforeAll(async () => {
  take = new Take('power');
  await take.startCamera(take.loop());
  await take.startServer();
  probe = await take.startProbe();
  await take.onAir(probe);
});
afterAll(() => take.close());

it('after a power loss the show comes back as it was on air, whatever the show file says', async () => {
  const wanted = {
    [laneAddress('likeness/mix01')]: 0.6,
    [outputAddress('output/mode')]: 'wipe',
    [outputAddress('output/wipe01')]: 0.3,
    [outputAddress('fallback/maxHoldMs')]: 750,
  };
  for (const [address, value] of Object.entries(wanted)) await take.server.set(address, value);
  take.server.bypassDoor(true);
  await waitForPicture(probe, (seen) => seen.kind === 'bypass', 3000);
  await expect.poll(() => take.server.values().then((values) => values[outputAddress('output/bypass')])).toBe(true);
  await take.server.powerLoss();
  await probe.stop();

  await take.startServer({ values: { [laneAddress('likeness/mix01')]: 1 } });
  probe = await take.startProbe();
  // The first pictures already are what was on air: no flash of another mode.
  const first = await waitForPicture(probe, (seen) => seen.kind !== 'slate');
  expect(first.kind).toBe('bypass');
  expect(await take.server.values()).toMatchObject({ ...wanted, [outputAddress('output/bypass')]: true });
  await take.server.set(outputAddress('output/bypass'), false);
  await take.onAir(probe);
  expect(await take.server.values()).toMatchObject(wanted);
});

it('ends when asked, by itself, and leaves no process and no run record', async () => {
  const pids = (['lane', 'inference', 'control'] as const).map((part) => take.server.pidOf(part)!);
  expect(await take.server.close()).toBe(true);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});
