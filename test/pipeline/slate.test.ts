import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryNdi } from '../../server/ndi/memory.js';
import type { NdiVideoFrame } from '../../server/ndi/port.js';
import { Slate } from '../../server/pipeline/slate.js';
import type { SourceState } from '../../server/stages/receive/contract.js';
import { SimulatedClock } from '../../server/time/clock.js';

let clock: SimulatedClock;
let ndi: MemoryNdi;
let slate: Slate;
let state: SourceState;
let sent: {
  timecode: bigint;
  atUs: number;
  widthPx: number;
  heightPx: number;
  rate: number;
  meanLuma: number;
  pixels: Uint8Array;
}[];
beforeEach(() => {
  vi.useFakeTimers();
  clock = new SimulatedClock(1_000_000_000);
  ndi = new MemoryNdi({ clock });
  state = 'absent';
  sent = [];
  slate = new Slate(ndi, clock, 'STAGE (CAM)', (video: NdiVideoFrame) => {
    const { pixels } = video;
    let sum = 0;
    for (let i = 1; i < pixels.length; i += 2) sum += pixels[i]!;
    sent.push({
      timecode: video.timecode100ns,
      atUs: clock.nowUs(),
      widthPx: video.widthPx,
      heightPx: video.heightPx,
      rate: video.frameRateNum / video.frameRateDen,
      meanLuma: sum / (pixels.length / 2),
      pixels,
    });
  });
});
afterEach(() => {
  slate.close();
  vi.useRealTimers();
});
/** Real timers and the clock go on together. */
function pass(ms: number): void {
  for (let n = 0; n < ms; n++) {
    clock.advanceUs(1000);
    vi.advanceTimersByTime(1);
  }
}
const camera = (timecode100ns: bigint): NdiVideoFrame => {
  const video = ndi.createVideoFrame({
    widthPx: 640,
    heightPx: 360,
    format: 'UYVY',
    frameRateNum: 50,
    frameRateDen: 1,
  });
  video.timecode100ns = timecode100ns;
  return video;
};

describe('the slate', () => {
  it('waits a moment for a camera that may be about to come, then shows', () => {
    slate.start(() => state);
    pass(1400);
    expect(sent).toEqual([]);
    pass(1000);
    expect(sent.length).toBeGreaterThan(18);
    expect(sent[0]).toMatchObject({ widthPx: 1920, heightPx: 1080, rate: 25 });
  });

  it('is silent while the camera is there', () => {
    slate.start(() => state);
    state = 'receiving';
    slate.follow(camera(5n));
    pass(3000);
    expect(sent).toEqual([]);
  });

  it("keeps the lost camera's size and rate, and its timecode runs on as time does", () => {
    slate.start(() => state);
    state = 'receiving';
    slate.follow(camera(36_000_000_000n));
    pass(300);
    state = 'lost';
    pass(1000);
    expect(sent.length).toBeGreaterThanOrEqual(49);
    expect(sent.length).toBeLessThanOrEqual(51);
    for (const one of sent) {
      expect(one).toMatchObject({ widthPx: 640, heightPx: 360, rate: 50 });
      expect(one.timecode).toBe(36_000_000_000n + BigInt(one.atUs - 1_000_000_000) * 10n);
    }
    // The buffers take turns: libndi still reads the one that was sent last.
    expect(sent[0]!.pixels).not.toBe(sent[1]!.pixels);
  });

  it('is neither black nor bright, and says something', () => {
    slate.start(() => state);
    pass(2000);
    expect(sent[0]!.meanLuma).toBeGreaterThan(30);
    expect(sent[0]!.meanLuma).toBeLessThan(120);
    const lumas = sent[0]!.pixels.filter((_, i) => i % 2 === 1);
    expect(lumas.filter((luma) => luma > 220).length).toBeGreaterThan(1000);
  });

  it('after a pause of the whole machine it goes on at its rate: nothing is sent twice to catch up', () => {
    slate.start(() => state);
    state = 'lost';
    pass(200);
    const before = sent.length;
    clock.advanceUs(2_000_000);
    pass(200);
    expect(sent.length - before).toBeLessThanOrEqual(6);
  });
});
