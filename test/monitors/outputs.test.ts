import { beforeEach, describe, expect, it } from 'vitest';
import { asComposited, type ReceivedFrame } from '../../server/frame/frames.js';
import { LutKernel } from '../../server/kernels/lut.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { MonitorKernel } from '../../server/kernels/monitor.js';
import { PictureKernel } from '../../server/kernels/picture.js';
import { BurnIn } from '../../server/monitors/burn-in.js';
import { monitorKinds } from '../../server/monitors/params.js';
import { MonitorPictures } from '../../server/monitors/pictures.js';
import { MemoryNdi } from '../../server/ndi/memory.js';
import type { NdiReceiver } from '../../server/ndi/port.js';
import { LaneParams } from '../../server/pipeline/lane-params.js';
import { Monitors, type ShownFacts } from '../../server/pipeline/monitors.js';
import { drawGlyph } from '../../server/stages/label/glyphs.js';
import { LabelStage } from '../../server/stages/label/stage.js';
import { SendStage } from '../../server/stages/send/stage.js';
import { SimulatedClock } from '../../server/time/clock.js';
import { durationUs } from '../../server/time/time.js';

const widthPx = 640,
  heightPx = 360;
const clock = new SimulatedClock(1e9);
let ndi: MemoryNdi;
let monitors: Monitors;
let number = 0;
const intervalUs = durationUs(40_000);

/** A lane's monitors, one of each kind, without the lane. */
beforeEach(() => {
  ndi = new MemoryNdi({ clock });
  const memory = new KernelMemory(64);
  const picture = new PictureKernel(memory);
  const lut = new LutKernel(memory);
  const values = Object.fromEntries(monitorKinds.map((kind) => [`/understudy/output/m-${kind}/monitor/mode`, kind]));
  const ids = monitorKinds.map((kind) => `m-${kind}`);
  const params = new LaneParams('cam-a', '/nonexistent', values, ids);
  monitors = new Monitors(
    {
      clock,
      pictures: new MonitorPictures(
        { memory, picture, monitor: new MonitorKernel(memory), lut },
        new BurnIn(memory, picture, drawGlyph),
      ),
      lut,
      onLutFault: () => {},
      openLabel: () => new LabelStage(),
      createFrame: (shape) => ndi.createVideoFrame(shape),
      openSend: (outputName, onSent) =>
        new SendStage(
          ndi,
          clock,
          { outputName, groups: null, connectionMetadata: [], failover: null },
          { onSent: (_latency, _slack, frame) => onSent(frame) },
        ),
    },
    monitorKinds.map((kind) => ({ id: `m-${kind}`, outputName: `M ${kind}`, lutFile: null })),
    () => params.snapshot,
  );
});

const watch = (name: string): NdiReceiver =>
  ndi.createReceiver({ source: { name }, receiverName: 'test', color: 'fastest', allowFields: true });
async function seen(receiver: NdiReceiver): Promise<{ pixels: Uint8Array; metadata: string } | null> {
  for (;;) {
    const captured = await receiver.capture(0);
    if (captured.kind === 'none') return null;
    if (captured.kind !== 'video') continue;
    const got = { pixels: captured.video.pixels.slice(), metadata: captured.video.metadata ?? '' };
    captured.video.release();
    return got;
  }
}
function received(): ReceivedFrame {
  const video = ndi.createVideoFrame({ widthPx, heightPx, format: 'UYVY', frameRateNum: 25, frameRateDen: 1 });
  number++;
  video.pixels.forEach((_, i, all) => (all[i] = i % 2 ? 60 + ((i >> 5) % 90) : 120 + (i % 7)));
  const { pixels, strideBytes } = video;
  const shape = {
    widthPx,
    heightPx,
    strideBytes,
    format: 'UYVY',
    pictureAspectRatio: 16 / 9,
    frameRateNum: 25,
    frameRateDen: 1,
  } as const;
  return { frameNumber: number, captureAtUs: clock.nowUs(), video, pixels, matrix: 'bt709', shape };
}
const facts: ShownFacts = {
  ...{ step: 'likeness', likenessId: 'sasha', consentId: 'c-1', delayFrames: 0, bypass: false },
  ...{ faces: [], faceCount: 0, delayUs: durationUs(0), corner: 'top-right', plate: null },
};
/** Comparing arrays of this size element by element would take a minute. */
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
/** One picture as composite and showing take it: a block of it becomes another. */
function pass(more: Partial<ShownFacts> = {}): { camera: Uint8Array; drawn: Uint8Array } | null {
  const frame = received();
  const camera = frame.pixels.slice();
  const tap = monitors.tap(frame);
  if (!tap) return null;
  tap.plain(frame);
  expect(same(frame.pixels, camera)).toBe(true);
  for (let y = 150; y < 200; y++) frame.pixels.fill(90, y * widthPx * 2 + 400, y * widthPx * 2 + 600);
  const drawn = frame.pixels.slice();
  tap.concealed({ x0: 200, y0: 150, x1: 300, y1: 200 });
  tap.drawn(frame);
  expect(same(frame.pixels, drawn)).toBe(true);
  monitors.show(asComposited(frame, 'likeness'), { ...facts, ...more }, intervalUs, 1);
  return { camera, drawn };
}

describe("a lane's monitors", () => {
  it('cost nothing while nobody watches one', () => {
    expect(pass()).toBeNull();
  });

  it('show the camera to the bit as plain, and say so in name and metadata', async () => {
    const plain = watch('M plain PLAIN');
    const beside = watch('M pair CAMERA PLAIN');
    const { camera } = pass()!;
    for (const receiver of [plain, beside]) {
      const got = await seen(receiver);
      expect(same(got!.pixels, camera)).toBe(true);
      expect(got!.metadata).toContain('kind="plain"');
      expect(got!.metadata).not.toMatch(/AI|\bai=/);
    }
  });

  it.each(['programme', 'pair', 'wipe', 'side-by-side', 'difference', 'fill', 'confidence'])(
    'a %s carries the likeness: it bears the label and its metadata says AI',
    async (kind) => {
      const receiver = watch(`M ${kind}`);
      pass();
      const got = await seen(receiver);
      expect(got!.metadata).toContain('kind="likeness" ai="modified"');
      // The plate: black with white letters, top right. Nothing else in this picture is white.
      const top = got!.pixels.subarray(0, widthPx * 2 * 50);
      expect(Math.max(...top.filter((_, i) => i % 2 === 1))).toBeGreaterThan(220);
    },
  );

  it('a key over the camera with its fill is the picture that was shown', async () => {
    const key = watch('M key MATTE');
    const fill = watch('M fill');
    const { camera, drawn } = pass()!;
    const [keyed, filled] = [(await seen(key))!, (await seen(fill))!];
    expect(keyed.metadata).toContain('kind="matte"');
    let worst = 0;
    for (let i = widthPx * 2 * 60 + 1; i < drawn.length; i += 2) {
      const alpha = (keyed.pixels[i]! - 16) / 219;
      const over = filled.pixels[i]! + (1 - alpha) * (camera[i]! - 16);
      worst = Math.max(worst, Math.abs(over - drawn[i]!));
    }
    expect(worst).toBeLessThanOrEqual(1);
  });

  it('bypass shows the camera on every monitor, without a label', async () => {
    const receiver = watch('M programme');
    const frame = received();
    const tap = monitors.tap(frame)!;
    tap.plain(frame);
    tap.drawn(frame);
    monitors.show(asComposited(frame, 'bypass'), { ...facts, bypass: true }, intervalUs, 1);
    const got = await seen(receiver);
    expect(same(got!.pixels, frame.pixels)).toBe(true);
    expect(got!.metadata).toContain('kind="bypass"');
  });

  it('a monitor whose time is not there leaves its picture out, counts it, and has its turn again', async () => {
    const receiver = watch('M difference');
    const late = received();
    const tap = monitors.tap(late)!;
    tap.plain(late);
    tap.drawn(late);
    clock.advanceUs(intervalUs);
    monitors.show(asComposited(late, 'likeness'), facts, intervalUs, 1);
    expect(await seen(receiver)).toBeNull();
    const dropped = (): number => monitors.status().find(({ id }) => id === 'm-difference')!.framesDropped;
    expect(dropped()).toBe(1);
    pass();
    expect(await seen(receiver)).not.toBeNull();
    expect(dropped()).toBe(1);
  });
});
