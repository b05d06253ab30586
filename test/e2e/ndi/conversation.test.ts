import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NdiMetadataFrame } from '../../../server/ndi/port.js';
import { Peers, uniqueName } from '../support/peer-process.js';
import { next, openDoor, receiverOf, type Door } from './door.js';

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

async function until(holds: () => boolean, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!holds() && Date.now() < end) await sleep(20);
  expect(holds()).toBe(true);
}

describe('tally', () => {
  it('of ours lights the camera', async () => {
    const name = uniqueName('lamp');
    const camera = await peers.sender({ name });
    const receiver = await receiverOf(door.ndi, name);
    (await next(receiver, 'video')).video.release();
    receiver.setTally({ onProgram: true, onPreview: false });
    await camera.waitFor('tally', ({ on_program, on_preview }) => on_program === true && on_preview === false);
    receiver.setTally({ onProgram: false, onPreview: true });
    await camera.waitFor('tally', ({ on_program, on_preview }) => on_program === false && on_preview === true);
    receiver.close();
  });

  it('of a monitor reaches our sender', async () => {
    const name = uniqueName('lit');
    const sender = door.ndi.createSender({ name, clockVideo: false, clockAudio: false });
    expect(sender.sourceName).toBe(`DOOR (${name})`);
    const probe = await peers.probe({ name });
    await until(() => sender.connections() === 1);
    expect(sender.tally()).toEqual({ onProgram: false, onPreview: false });
    probe.command({ do: 'tally', program: true, preview: true });
    await until(() => sender.tally().onProgram && sender.tally().onPreview);
    probe.command({ do: 'tally', program: false, preview: false });
    await until(() => !sender.tally().onProgram && !sender.tally().onPreview);
    await probe.stop();
    sender.close();
  });
});

describe('metadata', () => {
  it('that a monitor sends arrives at our sender in its order', async () => {
    const name = uniqueName('ears');
    const sender = door.ndi.createSender({ name, clockVideo: false, clockAudio: false });
    const probe = await peers.probe({ name, connectionMetadata: ['<ndi_product long_name="Probe"/>'] });
    await until(() => sender.connections() === 1);
    const heard: NdiMetadataFrame[] = [];
    const commands = (): string[] => heard.map(({ xml }) => xml).filter((xml) => xml.startsWith('<ptz'));
    // Five at a time: libndi itself keeps no more than nine that nobody took, and drops the oldest.
    for (const first of [0, 5]) {
      for (let n = first; n < first + 5; n++) probe.command({ do: 'metadata', xml: `<ptz n="${n}"/>` });
      await until(() => {
        heard.push(...sender.takeMetadata());
        return commands().length === first + 5;
      });
    }
    expect(commands()).toEqual(Array.from({ length: 10 }, (_, n) => `<ptz n="${n}"/>`));
    expect(heard.some(({ xml }) => xml.includes('Probe'))).toBe(true);
    expect(sender.takeMetadata()).toEqual([]);
    sender.close();
  });

  it('of our connection (product, web page) reaches each monitor, and ours reads a camera’s web page', async () => {
    const name = uniqueName('product');
    const sender = door.ndi.createSender({ name, clockVideo: false, clockAudio: false });
    sender.addConnectionMetadata('<ndi_product long_name="Understudy" short_name="Understudy" manufacturer="Test"/>');
    sender.addConnectionMetadata('<ndi_capabilities web_control="http://127.0.0.1:8080/"/>');
    const probe = await peers.probe({ name });
    await probe.waitFor('metadata', ({ xml }) => String(xml).includes('long_name="Understudy"'));
    await probe.waitFor('status', ({ webControl }) => webControl === 'http://127.0.0.1:8080/');
    sender.close();

    const cameraName = uniqueName('page');
    await peers.sender({
      name: cameraName,
      connectionMetadata: ['<ndi_capabilities web_control="http://127.0.0.1:9/"/>'],
    });
    const receiver = await receiverOf(door.ndi, cameraName);
    // Libndi announces each change of status by itself; which of them brings the page depends on how quick the camera is.
    do await next(receiver, 'status-change');
    while (receiver.webControl() === null);
    expect(receiver.webControl()).toBe('http://127.0.0.1:9/');
    receiver.close();
  });

  it('of our receiver reaches the camera', async () => {
    const name = uniqueName('mouth');
    const camera = await peers.sender({ name });
    const receiver = await receiverOf(door.ndi, name);
    receiver.addConnectionMetadata('<ndi_product long_name="Understudy"/>');
    (await next(receiver, 'video')).video.release();
    receiver.sendMetadata('<hello from="us"/>');
    await camera.waitFor('metadata', ({ xml }) => String(xml).includes('hello'));
    await camera.waitFor('metadata', ({ xml }) => String(xml).includes('long_name="Understudy"'));
    receiver.close();
  });
});

describe('libndi’s own counters', () => {
  it('count what arrived and what waits', async () => {
    const name = uniqueName('counted');
    await peers.sender({ name, audio: { channels: 2, sampleRateHz: 48000 } });
    const receiver = await receiverOf(door.ndi, name);
    for (let n = 0; n < 10; n++) (await next(receiver, 'video')).video.release();
    const { videoFrames, audioFrames, videoDropped, queuedVideoFrames } = receiver.performance();
    expect(videoFrames).toBeGreaterThanOrEqual(10);
    expect(videoFrames).toBeLessThan(200);
    expect(audioFrames).toBeGreaterThanOrEqual(8);
    expect(videoDropped).toBeLessThanOrEqual(videoFrames);
    expect(queuedVideoFrames).toBeGreaterThanOrEqual(0);
    expect(receiver.connections()).toBe(1);
    // Nobody reads for half a second: frames wait, and later ones are dropped by libndi, not by us.
    await sleep(800);
    expect(receiver.performance().queuedVideoFrames).toBeGreaterThan(0);
    receiver.close();
  });
});
