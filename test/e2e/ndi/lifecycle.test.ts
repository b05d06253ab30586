import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { Peers, uniqueName } from '../support/peer-process.js';
import { DoorRelay, next, openDoor, receiverOf, type Door } from './door.js';

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

describe('frames are lent, not given', () => {
  it('refuses a frame that was released or sent, whatever is asked of it', async () => {
    const name = uniqueName('stale');
    await peers.sender({ name, audio: { channels: 2, sampleRateHz: 48000 } });
    const receiver = await receiverOf(door.ndi, name);
    const sender = door.ndi.createSender({ name: uniqueName('stale out'), clockVideo: false, clockAudio: false });
    const stale = { code: 'NDI_FRAME_STALE' };
    const { video } = await next(receiver, 'video');
    video.release();
    expect(() => video.release()).toThrowError(expect.objectContaining(stale));
    expect(() => video.pixels).toThrowError(expect.objectContaining(stale));
    expect(() => video.widthPx).toThrowError(expect.objectContaining(stale));
    expect(() => video.timecode100ns).toThrowError(expect.objectContaining(stale));
    expect(() => sender.sendVideo(video)).toThrowError(expect.objectContaining(stale));
    const { video: sent } = await next(receiver, 'video');
    sender.sendVideo(sent);
    expect(() => sent.pixels).toThrowError(expect.objectContaining(stale));
    expect(() => sent.release()).toThrowError(expect.objectContaining(stale));
    const { audio } = await next(receiver, 'audio');
    audio.release();
    expect(() => audio.data).toThrowError(expect.objectContaining(stale));
    expect(() => sender.sendAudio(audio)).toThrowError(expect.objectContaining(stale));
    sender.close();
    receiver.close();
  });

  it('hands over libndi’s own memory: what is written is what is sent', async () => {
    const [input, output] = [uniqueName('inplace'), uniqueName('inplace out')];
    await peers.sender({ name: input, stamp: true });
    const receiver = await receiverOf(door.ndi, input);
    const relay = new DoorRelay(
      receiver,
      door.ndi.createSender({ name: output, clockVideo: false, clockAudio: false }),
    );
    relay.onVideo = (frame) => {
      // White luma in the upper half: the mean rises from 0.47 to about 0.7.
      const { pixels } = frame;
      const half = (frame.heightPx >> 1) * frame.strideBytes;
      for (let at = 0; at < half; at += 2) {
        pixels[at] = 128;
        pixels[at + 1] = 235;
      }
      return undefined;
    };
    const probe = await peers.probe({ name: output, reportEach: true, frames: 10 });
    await probe.waitFor('summary');
    for (const video of probe.of('video')) {
      expect(Number(video['meanLuma01'])).toBeGreaterThan(0.65);
      expect(video['stamp']).not.toBeNull();
    }
    await relay.close();
  });

  it('lends many frames at once (a delay queue) and stays correct when they go back in another order', async () => {
    const name = uniqueName('queue');
    await peers.sender({ name, firstTimecode100ns: '0', widthPx: 320, heightPx: 180 });
    const receiver = await receiverOf(door.ndi, name);
    const held = [];
    for (let i = 0; i < 25; i++) held.push((await next(receiver, 'video')).video);
    const timecodes = held.map((frame) => frame.timecode100ns);
    expect(timecodes).toEqual([...timecodes].sort((a, b) => (a < b ? -1 : 1)));
    expect(new Set(timecodes).size).toBe(25);
    expect(new Set(held.map((frame) => frame.pixels.byteOffset + ':' + frame.pixels.byteLength)).size).toBe(1);
    expect(new Set(held.map((frame) => frame.pixels)).size).toBe(25);
    for (const frame of [...held.slice(10), ...held.slice(0, 10)]) frame.release();
    (await next(receiver, 'video')).video.release();
    receiver.close();
  });

  it('closes receivers and senders in any order while frames are out', async () => {
    const name = uniqueName('order');
    await peers.sender({ name });
    for (const first of ['receiver', 'sender'] as const) {
      const receiver = await receiverOf(door.ndi, name);
      const sender = door.ndi.createSender({
        name: uniqueName(`order ${first}`),
        clockVideo: false,
        clockAudio: false,
      });
      const { video: held } = await next(receiver, 'video');
      sender.sendVideo((await next(receiver, 'video')).video);
      const pending = receiver.capture(200);
      if (first === 'receiver') receiver.close();
      sender.close();
      receiver.close();
      expect((await pending).kind === 'none' || first === 'sender').toBe(true);
      expect(held.widthPx).toBe(640);
      expect(held.pixels[1]).toBeGreaterThan(16);
      held.release();
    }
  });
});

describe('a camera that changes', () => {
  it('is lost and comes back on the same receiver', { timeout: 60_000 }, async () => {
    const name = uniqueName('unplugged');
    const camera = await peers.sender({ name });
    const receiver = await receiverOf(door.ndi, name);
    (await next(receiver, 'video')).video.release();
    await camera.kill();
    let silentMs = 0;
    while (silentMs < 600) {
      const captured = await receiver.capture(200);
      if (captured.kind === 'video') captured.video.release();
      silentMs = captured.kind === 'none' ? silentMs + 200 : 0;
    }
    expect(receiver.connections()).toBe(0);
    // Without mDNS libndi does not follow by itself: found again, connected again, the receiver stays.
    await peers.sender({ name });
    const finder = door.ndi.createFinder();
    const source = await finder.find(name, 20_000);
    finder.close();
    receiver.connect({ name: source!.name, url: source!.url! });
    const { video } = await next(receiver, 'video', 30_000);
    expect(video.widthPx).toBe(640);
    video.release();
    receiver.close();
  });

  it('changes its size in the middle, and the relay follows with the next frame', async () => {
    const [input, output] = [uniqueName('resize'), uniqueName('resize out')];
    const camera = await peers.sender({ name: input, widthPx: 640, heightPx: 360 });
    const relay = new DoorRelay(
      await receiverOf(door.ndi, input),
      door.ndi.createSender({ name: output, clockVideo: false, clockAudio: false }),
    );
    const probe = await peers.probe({ name: output, reportEach: true });
    await probe.waitForCount('video', 10);
    camera.command({ do: 'size', widthPx: 960, heightPx: 540 });
    await probe.waitFor('shape', ({ shape }) => shape === '960x540 UYVY 25/1');
    camera.command({ do: 'size', widthPx: 320, heightPx: 180 });
    await probe.waitFor('shape', ({ shape }) => shape === '320x180 UYVY 25/1');
    const count = probe.of('video').length;
    await probe.waitForCount('video', count + 10);
    for (const video of probe.of('video')) expect(Number(video['meanLuma01'])).toBeGreaterThan(0.3);
    await relay.close();
  });
});

describe('receivers of ours', () => {
  it('do not hold up the sender when one of them stalls', async () => {
    const name = uniqueName('stalled');
    const sender = door.ndi.createSender({ name, clockVideo: false, clockAudio: false });
    const frames = [0, 1].map(() =>
      door.ndi.createVideoFrame({ format: 'UYVY', widthPx: 1280, heightPx: 720, frameRateNum: 50, frameRateDen: 1 }),
    );
    for (const frame of frames) frame.pixels.fill(128);
    const tookMs: number[] = [];
    let sent = 0;
    const timer = setInterval(() => {
      const startedAt = performance.now();
      sender.sendVideo(frames[sent++ % 2]!);
      tookMs.push(performance.now() - startedAt);
    }, 20);
    const [slow, fast] = [await peers.probe({ name }), await peers.probe({ name })];
    await slow.waitFor('shape');
    await fast.waitFor('shape');
    slow.command({ do: 'stall', ms: 4_000 });
    await sleep(300);
    tookMs.length = 0;
    fast.command({ do: 'summary' });
    const before = Number((await fast.waitFor('summary'))['frames']);
    await sleep(2_500);
    const stalledMs = [...tookMs].sort((a, b) => a - b);
    const from = fast.events.length;
    fast.command({ do: 'summary' });
    const after = Number((await fast.waitFor('summary', undefined, 5_000, from))['frames']);
    clearInterval(timer);
    expect(sender.connections()).toBe(2);
    expect(stalledMs[Math.floor(stalledMs.length / 2)]).toBeLessThan(10);
    // 50 a second for 2.5 s; half is allowed to this machine's other work.
    expect(after - before).toBeGreaterThan(62);
    sender.close();
    for (const frame of frames) frame.free();
  });

  it('go to the failover source when the sender dies', { timeout: 60_000 }, async () => {
    const [backup, main] = [uniqueName('backup'), uniqueName('main')];
    await peers.sender({ name: backup, widthPx: 320, heightPx: 180 });
    const lane = await peers.sender({ name: main, widthPx: 640, heightPx: 360, failover: backup });
    const receiver = await receiverOf(door.ndi, main);
    expect((await next(receiver, 'video')).video.widthPx).toBe(640);
    await sleep(1_500);
    await lane.kill();
    const until = Date.now() + 20_000;
    let widthPx = 640;
    while (widthPx !== 320 && Date.now() < until) {
      const { video } = await next(receiver, 'video', 20_000);
      widthPx = video.widthPx;
      video.release();
    }
    expect(widthPx).toBe(320);
    receiver.close();
  });
});
