import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryNdi } from '../../server/ndi/memory.js';
import { Lane } from '../../server/pipeline/lane.js';
import type { LaneOptions } from '../../server/pipeline/lane-options.js';
import { LaneParams } from '../../server/pipeline/lane-params.js';
import { SimulatedClock } from '../../server/time/clock.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'us-lane-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The whole frame path without inference, cast or network: every picture goes through every stage. */
async function openLane(widthPx: number, heightPx: number) {
  const clock = new SimulatedClock(1_000_000_000);
  const ndi = new MemoryNdi({ clock });
  const camera = ndi.createSender({ name: 'CAM', clockVideo: false, clockAudio: false });
  const options: LaneOptions = {
    laneId: 'cam-a',
    runFolder: folder,
    stateFolder: folder,
    source: { name: 'CAM', url: null },
    outputName: 'OUT',
    groups: null,
    failover: null,
    interfaceAddresses: ['127.0.0.1'],
    machineName: null,
    discoveryServers: [],
    askAddresses: [],
    bypassPort: 0,
    webControl: null,
    consentScope: { production: 'Test', scene: null, output: 'monitor' },
    performers: [],
    likenesses: [],
    values: {},
    deepColor: false,
    version: '0',
  };
  const faults: string[] = [];
  const params = new LaneParams('cam-a', folder, {});
  const lane = new Lane(options, ndi, clock, params, {
    onSourceState() {},
    onSourceChanged() {},
    onInference() {},
    onAlarm: (code, context) => faults.push(`${code} ${JSON.stringify(context)}`),
    beforeComposite() {},
    afterSend() {},
  });
  const monitor = ndi.createReceiver({
    source: { name: lane.parts.send.sourceName },
    receiverName: 'monitor',
    color: 'fastest',
    allowFields: true,
  });
  const running = lane.run();
  await expect.poll(() => camera.connections()).toBe(1);
  const frames = Array.from({ length: 3 }, () =>
    ndi.createVideoFrame({ widthPx, heightPx, format: 'UYVY', frameRateNum: 25, frameRateDen: 1 }),
  );
  let sent = 0;
  /** One picture in, one picture out. */
  const one = async (
    look: (pixels: Uint8Array, sentPixels: Uint8Array, metadata: string | null, timecode: bigint) => void,
  ): Promise<void> => {
    const frame = frames[sent % frames.length]!;
    const timecode = BigInt(sent++) * 400_000n;
    clock.advanceUs(40_000);
    frame.timecode100ns = timecode;
    camera.sendVideo(frame, `<camera n="${sent}"/>`);
    camera.flush();
    for (;;) {
      const captured = await monitor.capture(2000);
      if (captured.kind === 'none') throw new Error(`picture ${sent} did not come; ${faults.join('; ')}`);
      if (captured.kind !== 'video') continue;
      const { video } = captured;
      look(video.pixels, frame.pixels, video.metadata, video.timecode100ns);
      video.release();
      return;
    }
  };
  const close = async (): Promise<void> => {
    lane.close();
    ndi.close();
    await running;
  };
  return { lane, params, frames, faults, one, close };
}

describe('the frame path in memory', () => {
  it('hands over what it received, byte for byte, outside the label (no face is in the picture)', async () => {
    const { lane, frames, faults, one, close } = await openLane(640, 360);
    frames.forEach(({ pixels }, f) => pixels.forEach((_, i) => (pixels[i] = (i * 31 + (i >> 9) * 7 + f * 13) & 0xff)));
    for (let n = 0; n < 6; n++) {
      await one((out, sent, metadata) => {
        expect(metadata).toMatch(/^<ndi_metadata_group><camera n="\d+"\/><understudy [^>]*kind="likeness"/);
        const { x0, y0, x1, y1 } = lane.parts.label.plate;
        let changedOutside = 0,
          changedInside = 0;
        for (let i = 0; i < out.length; i++) {
          if (out[i] === sent[i]) continue;
          const x = i % 1280 >> 1,
            y = Math.floor(i / 1280);
          if (x >= x0 && x < x1 && y >= y0 && y < y1) changedInside++;
          else changedOutside++;
        }
        expect(changedOutside).toBe(0);
        expect(changedInside).toBeGreaterThan(1000);
      });
    }
    expect(faults).toEqual([]);
    await close();
  });

  it('sends the picture, concealed and labelled, where compositing fails, and says so', async () => {
    const { lane, frames, faults, one, close } = await openLane(640, 360);
    frames.forEach(({ pixels }) => pixels.forEach((_, i) => (pixels[i] = (i * 31 + (i >> 9) * 7) & 0xff)));
    lane.parts.track.cast = [{ performerId: 'robin', identity: new Float32Array(1024).fill(1) }];
    await one(() => {});
    const { composite } = lane.parts;
    const whole = composite.composite.bind(composite);
    composite.composite = () => {
      composite.composite = whole;
      throw new Error('a broken engine');
    };
    await one((out, sent, metadata) => {
      expect(metadata).toMatch(/kind="likeness"[^>]*step="unacquired"/);
      // Softened from edge to edge: neighbouring pixels of the noise are nearly alike now.
      const row = 300 * 1280;
      let roughIn = 0;
      let roughOut = 0;
      for (let i = row + 1; i < row + 1278; i += 2) {
        roughIn += Math.abs(sent[i]! - sent[i + 2]!);
        roughOut += Math.abs(out[i]! - out[i + 2]!);
      }
      expect(roughOut).toBeLessThan(roughIn / 10);
    });
    expect(faults).toEqual([expect.stringContaining('a broken engine')]);
    expect(lane.counters['track.fault']).toBe(1);
    await one(() => {});
    await close();
  });

  it('tells of each face what is shown of it: concealed where no likeness is loaded, the camera in bypass', async () => {
    const { lane, params, frames, one, close } = await openLane(640, 360);
    frames.forEach(({ pixels }) => pixels.forEach((_, i) => (pixels[i] = 40 + ((i * 31 + (i >> 9) * 7) % 160))));
    const performerId = 'robin';
    lane.parts.track.cast = [{ performerId, identity: new Float32Array(1024).fill(1) }];
    await one(() => {});
    const keyPoints = [260, 120, 340, 120, 300, 170, 300, 210, 220, 130, 380, 130];
    lane.state.pending = [{ box: [220, 60, 380, 260], keyPoints, score01: 0.9 }];
    await one(() => {});
    const face = lane.parts.track.faces[0]!;
    expect([face.active, face.step]).toEqual([true, 'unacquired']);
    lane.state.unlookedSince = -1;
    const { frameNumber, lastFrame } = lane.state;
    const keyframeAtUs = lastFrame!.captureAtUs;
    const known = {
      recognition: 'cast',
      performerId,
      presence01: 1,
      keyframeFrame: frameNumber,
      keyframeAtUs,
    } as const;
    Object.assign(face, known, { identityFrame: frameNumber + 9 });
    await one((_out, _sent, metadata) => expect(metadata).toContain('step="conceal"'));
    expect(face.step).toBe('conceal');
    params.apply({ [params.bypassAddress]: true });
    await one(() => {});
    expect(face.step).toBe('bypass');
    await close();
  });

  it('in bypass the whole picture is byte for byte the camera', async () => {
    const { params, frames, one, close } = await openLane(640, 360);
    frames.forEach(({ pixels }) => pixels.forEach((_, i) => (pixels[i] = (i * 17) & 0xff)));
    await one(() => {});
    params.apply({ [params.bypassAddress]: true });
    await one((out, sent, metadata) => {
      expect(Buffer.compare(out, sent)).toBe(0);
      expect(metadata).toContain('kind="bypass"');
    });
    params.apply({ [params.bypassAddress]: false });
    await one((out, sent) => expect(Buffer.compare(out, sent)).not.toBe(0));
    await close();
  });

  it('10 000 pictures leave in order, and the heap has grown by less than 2 MB', { timeout: 120_000 }, async () => {
    const { faults, one, close } = await openLane(64, 64);
    let before = 0n;
    let inOrder = true;
    const run = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) {
        await one((_out, _sent, _metadata, timecode) => {
          inOrder &&= timecode >= before;
          before = timecode;
        });
      }
    };
    const heapBytes = (): number => {
      collectGarbage();
      collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    await run(500);
    const startBytes = heapBytes();
    await run(10_000);
    const grownBytes = heapBytes() - startBytes;
    console.log(`heap and buffers after 10 000 pictures: ${(grownBytes / 1e6).toFixed(2)} MB more`);
    expect(inOrder).toBe(true);
    expect(grownBytes).toBeLessThan(2e6);
    expect(faults).toEqual([]);
    await close();
  });
});
