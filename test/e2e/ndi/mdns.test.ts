import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discoveryMode } from '../../../server/ndi/discovery.js';
import { startLoopbackMdns, type LoopbackMdns } from '../support/mdns.js';
import { Peers, uniqueName } from '../support/peer-process.js';
import { next, openDoor, receiverOf } from './door.js';

describe('the finder with mDNS', () => {
  let mdns: LoopbackMdns | null = null;
  let peers: Peers | null = null;
  beforeAll(async () => {
    mdns = await startLoopbackMdns();
    // Before the first use of libavahi in this process: libdbus reads the address once.
    Object.assign(process.env, mdns?.environment);
    peers = new Peers(mdns?.environment ?? {});
  });
  afterAll(async () => {
    await peers?.close();
    await mdns?.close();
  });

  it('sees two processes without asking an address, each once (skipped: no avahi-daemon could be started)', async (context) => {
    if (mdns === null || peers === null) return context.skip();
    expect(discoveryMode().mode).toBe('mdns');
    const names = [uniqueName('M1'), uniqueName('M2')];
    for (const name of names) await peers.sender({ name });
    const door = openDoor();
    const finder = door.ndi.createFinder({ extraIps: '' });
    for (const name of names) expect((await finder.find(name, 15_000))?.name).toBe(`PEER (${name})`);
    const listed = (await finder.sources(500)).filter((source) =>
      names.some((name) => source.name === `PEER (${name})`),
    );
    expect(listed).toHaveLength(2);
    for (const source of listed) expect(source.alsoAt).toBeUndefined();
    finder.close();
    door.close();
  });

  it('lists a source that is announced and asked for only once (skipped: no avahi-daemon could be started)', async (context) => {
    if (mdns === null || peers === null) return context.skip();
    const name = uniqueName('M3');
    await peers.sender({ name });
    const door = openDoor();
    const finder = door.ndi.createFinder();
    expect(await finder.find(name, 15_000)).not.toBeNull();
    const listed = (await finder.sources(1_500)).filter((source) => source.name === `PEER (${name})`);
    expect(listed).toHaveLength(1);
    expect(listed[0]?.alsoAt).toBeUndefined();
    finder.close();
    door.close();
  });

  it('follows a camera that went and came back by itself (skipped: no avahi-daemon could be started)', async (context) => {
    if (mdns === null || peers === null) return context.skip();
    const name = uniqueName('M4');
    const camera = await peers.sender({ name });
    const door = openDoor();
    const receiver = await receiverOf(door.ndi, name);
    (await next(receiver, 'video')).video.release();
    await camera.kill();
    await peers.sender({ name, widthPx: 320, heightPx: 180 });
    let widthPx = 640;
    while (widthPx !== 320) {
      const { video } = await next(receiver, 'video', 20_000);
      widthPx = video.widthPx;
      video.release();
    }
    receiver.close();
    door.close();
  });
});
