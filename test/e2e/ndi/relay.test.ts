import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Peers, uniqueName } from '../support/peer-process.js';
import { DoorRelay, next, openDoor, receiverOf, type Door } from './door.js';

/** 2026-10-19 in 100 ns units: does not fit in a JavaScript number. */
const lateTimecode = 17_924_544_000_000_001n;

let door: Door;
let peers: Peers;
let relay: DoorRelay | null = null;
beforeAll(() => {
  door = openDoor();
});
afterAll(() => door.close());
beforeEach(() => {
  peers = new Peers();
});
afterEach(async () => {
  await peers.close();
  await relay?.close();
  relay = null;
});

async function relayOf(source: string, output: string): Promise<DoorRelay> {
  const receiver = await receiverOf(door.ndi, source);
  relay = new DoorRelay(receiver, door.ndi.createSender({ name: output, clockVideo: false, clockAudio: false }));
  return relay;
}

describe('a relay of two ends of the door', () => {
  it('keeps every frame, its order, timecode, rate, aspect and metadata', async () => {
    const [input, output] = [uniqueName('keeps'), uniqueName('keeps out')];
    await peers.sender({
      name: input,
      frameRateNum: 30000,
      frameRateDen: 1001,
      pictureAspectRatio: 1.85,
      stamp: true,
      firstTimecode100ns: String(lateTimecode),
      timecodeStep100ns: '333667',
      videoMetadata: '<slate scene="12" take="{n}"/>',
    });
    await relayOf(input, output);
    const probe = await peers.probe({ name: output, reportEach: true, frames: 60 });
    const summary = await probe.waitFor('summary');
    expect(summary).toMatchObject({ frames: 60, outOfOrder: 0, repeated: 0, missing: 0, black: 0, unstamped: 0 });
    for (const video of probe.of('video')) {
      const stamp = Number(video['stamp']);
      expect(BigInt(String(video['timecode']))).toBe(lateTimecode + BigInt(stamp) * 333667n);
      expect(video).toMatchObject({
        frameRateNum: 30000,
        frameRateDen: 1001,
        frameFormatType: 1,
        metadata: `<slate scene="12" take="${stamp}"/>`,
      });
      expect(Number(video['aspect'])).toBeCloseTo(1.85, 5);
    }
  });

  it('keeps the moment at which the camera sent each frame (its timestamp)', async () => {
    const [input, output] = [uniqueName('stamped'), uniqueName('stamped out')];
    await peers.sender({ name: input, stamp: true, firstTimecode100ns: String(lateTimecode) });
    const seen = new Map<number, bigint>();
    const running = await relayOf(input, output);
    running.onVideo = (frame) => {
      seen.set(Number((frame.timecode100ns - lateTimecode) / 400_000n), frame.timestamp100ns);
      return undefined;
    };
    const probe = await peers.probe({ name: output, reportEach: true, frames: 10 });
    await probe.waitFor('summary');
    for (const video of probe.of('video')) {
      const before = seen.get(Number(video['stamp']))!;
      expect(BigInt(String(video['timestamp']))).toBe(before);
    }
  });

  it('replaces the metadata of a picture, removes it, or keeps it', async () => {
    const [input, output] = [uniqueName('meta'), uniqueName('meta out')];
    await peers.sender({ name: input, stamp: true, firstTimecode100ns: '0', videoMetadata: '<of_camera n="{n}"/>' });
    const running = await relayOf(input, output);
    const long = `<mark text="${'é€😀'.repeat(400)}"/>`;
    running.onVideo = ({ timecode100ns }) => [undefined, null, '<mark/>', long][Number(timecode100ns / 400_000n) % 4];
    const probe = await peers.probe({ name: output, reportEach: true, frames: 16 });
    await probe.waitFor('summary');
    for (const video of probe.of('video')) {
      const stamp = Number(video['stamp']);
      expect(video['metadata']).toBe([`<of_camera n="${stamp}"/>`, null, '<mark/>', long][stamp % 4]);
    }
  });

  it('passes sound on, sample for sample, with its timecode and metadata', async () => {
    const [input, output] = [uniqueName('sound'), uniqueName('sound out')];
    await peers.sender({ name: input, audio: { channels: 4, sampleRateHz: 48000 }, firstTimecode100ns: '0' });
    await relayOf(input, output);
    const probe = await peers.probe({ name: output, reportEach: true });
    const sounds = await probe.waitForCount('audio', 25);
    const numbers = sounds.map((sound) => Number(BigInt(String(sound['timecode'])) / 400_000n));
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
    for (const [index, sound] of sounds.entries()) {
      expect(sound).toMatchObject({ sampleRateHz: 48000, samples: 1920, metadata: `<sound n="${numbers[index]}"/>` });
      const channels = sound['channels'] as { first: number; second: number; last: number }[];
      expect(channels).toHaveLength(4);
      channels.forEach((channel, c) => {
        // libndi codes 32-bit float sound without loss of more than a 16-bit step.
        expect(channel.first).toBeCloseTo(numbers[index]! / 1e4, 4);
        expect(channel.second).toBeCloseTo((c + 1) / 10 + 1e-6, 4);
        expect(channel.last).toBeCloseTo((c + 1) / 10 + 1919e-6, 4);
      });
    }
  });

  it('passes metadata frames on in their order', async () => {
    const [input, output] = [uniqueName('xml'), uniqueName('xml out')];
    await peers.sender({ name: input, metadataEvery: 2, firstTimecode100ns: '0' });
    await relayOf(input, output);
    const probe = await peers.probe({ name: output });
    await probe.waitFor(
      'metadata',
      () => probe.of('metadata').filter(({ xml }) => String(xml).startsWith('<test')).length >= 12,
    );
    const tests = probe.of('metadata').filter(({ xml }) => String(xml).startsWith('<test'));
    const numbers = tests.map(({ xml }) => Number(/n="(\d+)"/.exec(String(xml))![1]));
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + 2 * index));
    tests.forEach((said, index) => expect(BigInt(String(said['timecode']))).toBe(BigInt(numbers[index]!) * 400_000n));
  });

  it.each([
    { scan: 'fields', received: [2, 3], heights: 180 },
    { scan: 'interleaved', received: [2, 3], heights: 180 },
  ] as const)('passes $scan video on as single fields', async ({ scan, received, heights }) => {
    const [input, output] = [uniqueName(scan), uniqueName(`${scan} out`)];
    const heightPx = scan === 'fields' ? heights : 2 * heights;
    await peers.sender({ name: input, scan, heightPx, frameRateNum: 25 });
    const running = await relayOf(input, output);
    const scans = new Set<string>();
    const sizes = new Set<number>();
    running.onVideo = (frame) => {
      scans.add(frame.scan);
      sizes.add(frame.heightPx);
      return undefined;
    };
    const probe = await peers.probe({ name: output, reportEach: true, frames: 20 });
    await probe.waitFor('summary');
    const videos = probe.of('video');
    expect([...scans].sort()).toEqual(['field-0', 'field-1']);
    expect([...sizes]).toEqual([heights]);
    for (const [index, video] of videos.entries()) {
      expect(received).toContain(video['frameFormatType']);
      expect(video['frameRateNum']).toBe(25);
      if (index > 0) expect(video['frameFormatType']).not.toBe(videos[index - 1]!['frameFormatType']);
    }
  });
});

describe('the camera on its own', () => {
  it('is asked for a receiver that delivers nothing within the time, and says so', async () => {
    const receiver = door.ndi.createReceiver({
      source: { name: 'NOBODY (AT HOME)' },
      receiverName: 'door',
      color: 'fastest',
      allowFields: true,
    });
    const startedAt = performance.now();
    expect((await receiver.capture(120)).kind).toBe('none');
    expect(performance.now() - startedAt).toBeGreaterThan(100);
    expect(receiver.connections()).toBe(0);
    receiver.close();
    expect(await receiver.capture(10)).toEqual({ kind: 'none' });
  });

  it('leaves our event loop free while a capture waits', async () => {
    const receiver = door.ndi.createReceiver({
      source: { name: 'NOBODY (AT HOME)' },
      receiverName: 'door',
      color: 'fastest',
      allowFields: true,
    });
    let turns = 0;
    const timer = setInterval(() => turns++, 10);
    await receiver.capture(500);
    clearInterval(timer);
    receiver.close();
    expect(turns).toBeGreaterThan(20);
  });

  it('refuses two captures at once with a code', async () => {
    const name = uniqueName('busy');
    await peers.sender({ name });
    const receiver = await receiverOf(door.ndi, name);
    const first = receiver.capture(100);
    await expect(receiver.capture(100)).rejects.toMatchObject({ code: 'NDI_CAPTURE_BUSY' });
    const captured = await first;
    if (captured.kind === 'video') captured.video.release();
    const { video } = await next(receiver, 'video');
    video.release();
    receiver.close();
  });
});
