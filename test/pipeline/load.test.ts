import { describe, expect, it } from 'vitest';
import { CaptureStamp } from '../../server/pipeline/capture-stamp.js';
import { DelayChoice } from '../../server/pipeline/delay-choice.js';
import { LoadShedding } from '../../server/pipeline/load-shedding.js';
import { durationUs, instantUs } from '../../server/time/time.js';

const intervalUs = durationUs(20_000);
const feed = (load: LoadShedding, frames: number, afterCaptureUs: number): void => {
  for (let i = 0; i < frames; i++) load.ready(afterCaptureUs, intervalUs);
};

describe('what a lane gives up under load', () => {
  it('is nothing while pictures are ready early, and for a single stutter', () => {
    const load = new LoadShedding();
    feed(load, 500, 8000);
    feed(load, 5, 60_000);
    feed(load, 500, 8000);
    expect(load).toMatchObject({ level: 0, sheds: 0, lateFrames: 5, keyframeStretch: 1, previewStretch: 1 });
  });
  it('is previews and keyframes, one level at a time, and ends at the last level', () => {
    const load = new LoadShedding();
    const seen: [number, number, number][] = [];
    for (let i = 0; i < 60; i++)
      if (load.ready(19_000, intervalUs)) seen.push([load.level, load.keyframeStretch, load.previewStretch]);
    expect(seen).toEqual([
      [1, 2, 4],
      [2, 4, 8],
      [3, 8, 16],
    ]);
    expect(load.sheds).toBe(3);
  });
  it('is given back one level per hundred calm pictures', () => {
    const load = new LoadShedding();
    feed(load, 60, 19_000);
    feed(load, 99, 5000);
    expect(load.level).toBe(3);
    feed(load, 1, 5000);
    expect(load.level).toBe(2);
    feed(load, 200, 5000);
    expect(load.level).toBe(0);
  });
  it('is given back under single stutters too, and kept where one picture in eight is late', () => {
    const stutter = (every: number): number => {
      const load = new LoadShedding();
      feed(load, 60, 19_000);
      for (let i = 1; i <= 1000; i++) load.ready(i % every === 0 ? 19_000 : 5000, intervalUs);
      return load.level;
    };
    expect(stutter(30)).toBe(0);
    expect(stutter(8)).toBe(3);
  });
});

describe('the delay chosen by measurement', () => {
  const choose = (readyUs: (n: number) => number): number | null => {
    const choice = new DelayChoice();
    choice.begin();
    for (let n = 0; n < 1000; n++) {
      const frames = choice.ready(readyUs(n), intervalUs, 8);
      if (frames !== null) return frames;
    }
    return null;
  };
  it('is the least number of frames that nearly all pictures keep with two milliseconds to spare', () => {
    expect(choose(() => 9000)).toBe(1);
    expect(choose(() => 17_900)).toBe(1);
    expect(choose(() => 18_100)).toBe(2);
    expect(choose((n) => (n % 20 === 0 ? 45_000 : 9000))).toBe(3);
  });
  it('does not follow one slow picture in three hundred, nor the first ones, which compile', () => {
    expect(choose((n) => (n === 120 ? 150_000 : 9000))).toBe(1);
    expect(choose((n) => (n < 50 ? 150_000 : 9000))).toBe(1);
  });
  it('is never more than the delay line holds, and only made when asked for', () => {
    expect(choose(() => 10_000_000)).toBe(8);
    expect(new DelayChoice().ready(9000, intervalUs, 8)).toBeNull();
  });
});

describe('the capture stamp', () => {
  /** The sender's clock in 100 ns since 1970, some whole hours from ours. */
  const epoch100ns = 17_000_000_000_000_000n;
  const sentAt = (n: number): bigint => epoch100ns + BigInt(n) * 200_000n;
  const travelUs = 3000;

  it('is the quickest travel after the sending, whatever the event loop was doing', () => {
    const stamp = new CaptureStamp();
    let worstUs = 0;
    for (let n = 0; n < 400; n++) {
      const arrivedUs = 5_000_000 + n * 20_000 + travelUs;
      const resumedUs = arrivedUs + (n % 7) * 2500;
      const stampUs = stamp.of(instantUs(resumedUs), sentAt(n));
      expect(stampUs).toBeLessThanOrEqual(resumedUs);
      if (n > 0) worstUs = Math.max(worstUs, Math.abs(stampUs - arrivedUs));
    }
    expect(worstUs).toBeLessThanOrEqual(1);
  });
  it('never runs backwards, and follows a sender whose clock was set', () => {
    const stamp = new CaptureStamp();
    let last = 0;
    for (let n = 0; n < 300; n++) {
      const jump = n < 100 ? 0n : n < 200 ? -36_000_000_000n : 36_000_000_000n;
      const resumedUs = 5_000_000 + n * 20_000 + travelUs;
      const stampUs = stamp.of(instantUs(resumedUs), sentAt(n) + jump);
      expect(stampUs).toBeGreaterThanOrEqual(last);
      expect(stampUs).toBeLessThanOrEqual(resumedUs);
      last = stampUs;
    }
    expect(last).toBe(5_000_000 + 299 * 20_000 + travelUs);
  });
  it('drifts with the sender: a clock that is 50 ppm off stays within half a millisecond for a minute', () => {
    for (const ppm of [50, -50]) {
      const stamp = new CaptureStamp();
      for (let n = 0; n < 3000; n++) {
        const sentUs = n * 20_000;
        const resumedUs = Math.round(5_000_000 + sentUs * (1 + ppm / 1e6)) + travelUs;
        const stampUs = stamp.of(instantUs(resumedUs), sentAt(n));
        expect(resumedUs - stampUs).toBeLessThan(501);
      }
    }
  });
  it('is the moment of receiving where the sender wrote no time', () => {
    const stamp = new CaptureStamp();
    for (const none of [0n, 0x7fff_ffff_ffff_ffffn]) expect(stamp.of(instantUs(77_000), none)).toBe(77_000);
  });
});
