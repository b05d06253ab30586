import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { discoveryMode } from '../../../server/ndi/discovery.js';
import { startLoopbackMdns } from '../support/mdns.js';
import { Peers, uniqueName } from '../support/peer-process.js';
import { openDoor, type Door } from './door.js';

/**
 * Runs without mDNS in this process: each libndi process of this machine shares port 5960, and one finder reaches one of
 * them by chance. What mDNS changes is in mdns.test.ts (libdbus fixes its bus at the first use of a process).
 */
let door: Door;
let peers: Peers;
beforeAll(() => {
  door = openDoor();
});
afterAll(() => door.close());
beforeEach(() => {
  peers = new Peers();
});
afterEach(() => peers.close());

describe('the finder without mDNS', () => {
  it('sees the sources of three processes that share one port', async () => {
    const names = ['A', 'B', 'C'].map((name) => uniqueName(name));
    for (const name of names) await peers.sender({ name });
    const finder = door.ndi.createFinder();
    for (const name of names) {
      const found = await finder.find(`PEER (${name})`, 20_000);
      expect(found?.name).toBe(`PEER (${name})`);
      expect(found?.url).toMatch(/^127\.0\.0\.1:\d+$/);
    }
    const all = await finder.sources(100);
    for (const name of names) expect(all.filter((source) => source.name === `PEER (${name})`)).toHaveLength(1);
    finder.close();
  });

  it('finds a source by the part in brackets, by its name in other case, and by its address', async () => {
    const name = uniqueName('Cam Bracket');
    await peers.sender({ name });
    const finder = door.ndi.createFinder();
    const exact = await finder.find(`PEER (${name})`, 20_000);
    expect(await finder.find(name, 5_000)).toEqual(exact);
    expect(await finder.find(name.toUpperCase(), 5_000)).toEqual(exact);
    expect((await finder.find(exact!.url!, 5_000))?.url).toBe(exact!.url);
    finder.close();
  });

  it('says where else a name in brackets is answered to', async () => {
    // libndi refuses a second source of one full name on one machine, so the twins are of two machine names.
    const name = uniqueName('Twin');
    await peers.sender({ name, machineName: 'LEFT' });
    await peers.sender({ name, machineName: 'RIGHT' });
    const finder = door.ndi.createFinder();
    const [left, right] = [await finder.find(`LEFT (${name})`, 20_000), await finder.find(`RIGHT (${name})`, 20_000)];
    expect(left?.alsoAt).toBeUndefined();
    const either = await finder.find(name, 5_000);
    expect(either).toEqual({ ...left, alsoAt: [right?.url] });
    finder.close();
  });

  it('gives up after the time it was given, and leaves the event loop free meanwhile', async () => {
    const finder = door.ndi.createFinder();
    let turns = 0;
    const timer = setInterval(() => turns++, 10);
    const startedAt = performance.now();
    expect(await finder.find('NOBODY (AT HOME)', 700)).toBeNull();
    const tookMs = performance.now() - startedAt;
    clearInterval(timer);
    expect(tookMs).toBeGreaterThan(650);
    expect(tookMs).toBeLessThan(2_500);
    expect(turns).toBeGreaterThan(15);
    finder.close();
    await expect(finder.sources(0)).rejects.toMatchObject({ code: 'NDI_CLOSED' });
  });

  it('forgets a source that has ended', { timeout: 60_000 }, async () => {
    const name = uniqueName('Gone');
    const camera = await peers.sender({ name });
    const finder = door.ndi.createFinder();
    expect(await finder.find(name, 20_000)).not.toBeNull();
    await camera.kill();
    let listed = true;
    for (let tries = 0; listed && tries < 40; tries++) {
      listed = (await finder.sources(500)).some((source) => source.name === `PEER (${name})`);
    }
    expect(listed).toBe(false);
    finder.close();
  });
});

describe('which way of finding is in force', () => {
  it('is said by doctor with its reason', async () => {
    const { mode, detail } = discoveryMode();
    expect(['mdns', 'asked']).toContain(mode);
    expect(detail).toMatch(mode === 'mdns' ? /avahi-daemon answers|part of this/ : /There is no mDNS \(.+\)/);
    expect(discoveryMode(['10.0.0.9'])).toEqual({
      mode: 'discovery-server',
      detail: 'Sources are looked up at 10.0.0.9.',
    });
  });

  it('a private mDNS on loopback can be started and ended by the tests, or they do without', async () => {
    const mdns = await startLoopbackMdns();
    if (mdns === null) return;
    expect(mdns.environment.DBUS_SYSTEM_BUS_ADDRESS).toMatch(/^unix:path=/);
    await mdns.close();
  });
});
