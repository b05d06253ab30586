import { describe, expect, it } from 'vitest';
import { MemoryNdi, MemoryNetwork } from '../../server/ndi/memory.js';
import type { NdiReceiver, NdiVideoFrame } from '../../server/ndi/port.js';
import { SimulatedClock } from '../../server/time/clock.js';

const shape = { widthPx: 4, heightPx: 2, format: 'UYVY', frameRateNum: 25, frameRateDen: 1 } as const;
const relay = { clockVideo: false, clockAudio: false };

function stage() {
  const clock = new SimulatedClock(1_000_000);
  const network = new MemoryNetwork();
  return {
    clock,
    camera: new MemoryNdi({ clock, network, machineName: 'CAM' }),
    lane: new MemoryNdi({ clock, network }),
  };
}
const listen = (lane: MemoryNdi, name: string): NdiReceiver =>
  lane.createReceiver({ source: { name }, receiverName: 'lane', color: 'fastest', allowFields: true });
async function video(receiver: NdiReceiver): Promise<NdiVideoFrame> {
  const captured = await receiver.capture(0);
  if (captured.kind !== 'video') throw new Error(`got ${captured.kind}`);
  return captured.video;
}

describe('the in-memory port', () => {
  it('copies a picture with all its fields, and stamps it where the sender did not', async () => {
    const { clock, camera, lane } = stage();
    const sender = camera.createSender({ name: 'A', ...relay });
    const receiver = listen(lane, 'CAM (A)');
    const frame = camera.createVideoFrame({ ...shape, scan: 'field-1', pictureAspectRatio: 1.85 });
    frame.pixels.fill(77);
    frame.timecode100ns = 17_924_544_000_000_001n;
    clock.advanceUs(5);
    sender.sendVideo(frame, '<m/>');
    const got = await video(receiver);
    expect(got).toMatchObject({
      widthPx: 4,
      heightPx: 2,
      strideBytes: 8,
      format: 'UYVY',
      scan: 'field-1',
      metadata: '<m/>',
    });
    expect(got.pictureAspectRatio).toBe(1.85);
    expect(got.timecode100ns).toBe(17_924_544_000_000_001n);
    expect(got.timestamp100ns).toBe(10_000_050n);
    expect(got.receivedAtUs).toBe(1_000_005);
    expect([...got.pixels]).toEqual(new Array(16).fill(77));
  });

  it('obeys the rules of use of the real one', async () => {
    const { camera, lane } = stage();
    const [sender, out] = [camera.createSender({ name: 'A', ...relay }), lane.createSender({ name: 'OUT', ...relay })];
    const receiver = listen(lane, 'A');
    const frame = camera.createVideoFrame(shape);
    sender.sendVideo(frame);
    sender.sendVideo(frame);
    expect(() => frame.pixels).toThrowError(expect.objectContaining({ code: 'NDI_FRAME_STALE' }));
    sender.flush();
    expect(frame.pixels).toHaveLength(16);
    const [first, second] = [await video(receiver), await video(receiver)];
    first.release();
    expect(() => first.pixels).toThrowError(expect.objectContaining({ code: 'NDI_FRAME_STALE' }));
    expect(() => first.release()).toThrowError(expect.objectContaining({ code: 'NDI_FRAME_STALE' }));
    out.sendVideo(second);
    expect(() => out.sendVideo(second)).toThrowError(expect.objectContaining({ code: 'NDI_FRAME_STALE' }));
    expect(() => camera.createSender({ name: 'A', ...relay })).toThrowError(
      expect.objectContaining({ code: 'NDI_CREATE_FAILED' }),
    );
  });

  it('drops the oldest picture of a reader that is late, and counts it', async () => {
    const { camera, lane } = stage();
    const sender = camera.createSender({ name: 'A', ...relay });
    const receiver = listen(lane, 'A');
    const frame = camera.createVideoFrame(shape);
    for (let n = 0; n < 10; n++) {
      frame.timecode100ns = BigInt(n);
      sender.sendVideo(frame);
    }
    expect(receiver.performance()).toEqual({ videoFrames: 10, videoDropped: 6, audioFrames: 0, queuedVideoFrames: 4 });
    expect((await video(receiver)).timecode100ns).toBe(6n);
  });

  it('carries sound, metadata and tally between ports, and wakes a reader that waits', async () => {
    const { camera, lane } = stage();
    const sender = camera.createSender({ name: 'A', ...relay });
    const receiver = listen(lane, 'A');
    const waiting = receiver.capture(10_000);
    const sound = camera.createAudioFrame({ sampleRateHz: 48000, channels: 2, samples: 3 });
    sound.data[5] = 9;
    sender.sendAudio(sound);
    const captured = await waiting;
    expect(captured.kind === 'audio' && captured.audio.data[5]).toBe(9);
    sender.sendMetadata('<x/>', 3n);
    expect(await receiver.capture(0)).toEqual({ kind: 'metadata', metadata: { xml: '<x/>', timecode100ns: 3n } });
    receiver.setTally({ onProgram: true, onPreview: false });
    expect(sender.tally()).toEqual({ onProgram: true, onPreview: false });
    receiver.sendMetadata('<y/>');
    expect(sender.takeMetadata().map(({ xml }) => xml)).toEqual(['<y/>']);
    const expiring = receiver.capture(10_000);
    lane.expireWaits();
    expect(await expiring).toEqual({ kind: 'none' });
  });

  it('goes to the failover source when the sender ends, and back when it returns', async () => {
    const { camera, lane } = stage();
    const spare = camera.createSender({ name: 'SPARE', ...relay });
    const main = camera.createSender({ name: 'MAIN', ...relay });
    main.setFailover({ name: 'CAM (SPARE)' });
    const receiver = listen(lane, 'MAIN');
    const frame = camera.createVideoFrame(shape);
    main.close();
    spare.sendVideo(frame);
    (await video(receiver)).release();
    const again = camera.createSender({ name: 'MAIN', ...relay });
    spare.sendVideo(frame);
    expect((await receiver.capture(0)).kind).toBe('none');
    again.sendVideo(frame);
    (await video(receiver)).release();
    expect(receiver.connections()).toBe(1);
  });
});
