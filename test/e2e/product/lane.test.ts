import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoopbackMdns, startLoopbackMdns } from '../support/mdns.js';
import type { PeerProcess } from '../support/peer-process.js';
import { seenBy, waitForMore, waitForPicture } from './seen.js';
import { outputAddress } from './server-under-test.js';
import { Take } from './take.js';

const mdns: LoopbackMdns | null = await startLoopbackMdns();
afterAll(() => mdns?.close());

/** A lane's death: failover at the receivers, restart with the last values. libndi follows both by mDNS only. */
describe(`a killed lane${mdns === null ? ' (skipped: no private avahi-daemon can be started here)' : ''}`, () => {
  let take: Take;
  let probe: PeerProcess;
  beforeAll(async () => {
    if (mdns === null) return;
    take = new Take('lane', mdns.environment);
    await take.startCamera(take.loop());
    await take.startServer();
    probe = await take.startProbe({ byNameOnly: true });
    await take.onAir(probe);
  });
  afterAll(() => take?.close());

  it.skipIf(mdns === null)(
    'is back within 3 s; meanwhile receivers see the camera it named or nothing, never an unmarked picture of its own',
    async () => {
      await take.server.set(outputAddress('output/wipe01'), 0.25);
      await waitForMore(probe, 50);
      const from = probe.of('video').length - 5;
      const killedAt = probe.events.length;
      const pid = await take.server.kill('lane');
      // The receiver notices the end of a source only by its silence: wait for what is not the lane's, then for the lane.
      const gapStart = await waitForPicture(probe, (seen) => seen.kind === '', 4000, killedAt).catch(() => null);
      const back = await waitForPicture(
        probe,
        (seen) => seen.step === 'likeness' && seen.frame > (gapStart?.frame ?? 0),
        15_000,
        killedAt,
      );
      expect(await take.server.alive('lane', pid)).not.toBe(pid);
      const seen = seenBy(probe).slice(from);
      expect(back.widthPx).toBe(1280);
      // The lane's last picture is the one before the first that is the camera's own, or before the longest silence.
      const silence = seen.map((s, i) => (i === 0 ? 0 : s.atUs - seen[i - 1]!.atUs));
      const at = seen.some((s) => s.kind === '')
        ? seen.findIndex((s) => s.kind === '')
        : silence.indexOf(Math.max(...silence));
      const own = seen.slice(at).find((s) => s.kind !== '')!;
      const gapMs = (own.atUs - seen[at - 1]!.atUs) / 1000;
      const fromCamera = seen.filter((s) => s.kind === '').length;
      console.log(
        `lane killed: its own picture again after ${Math.round(gapMs)} ms, ${fromCamera} pictures of the failover source between; steps ${[...new Set(seen.map((s) => s.step || s.kind || 'camera'))].join(' ')}`,
      );
      expect(gapMs).toBeLessThan(3000);
      expect(seen.every((s) => s.meanLuma01 > 0.12)).toBe(true);
      expect((await take.server.values())[outputAddress('output/wipe01')]).toBe(0.25);
    },
  );
});
