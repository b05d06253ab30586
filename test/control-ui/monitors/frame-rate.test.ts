import { describe, expect, it } from 'vitest';
import { FrameRate } from '../../../control-ui/monitors/frame-rate.js';

describe('picture rate', () => {
  it('tells 12.5 pictures a second', () => {
    const rate = new FrameRate();
    for (let at = 0; at <= 4000; at += 80) rate.note(at);
    expect(rate.perSecond(4000)).toBeCloseTo(12.5, 6);
  });
  it('is nought when pictures stop, and still knows how old the last one is', () => {
    const rate = new FrameRate();
    for (let at = 0; at <= 1000; at += 40) rate.note(at);
    expect(rate.perSecond(9000)).toBe(0);
    expect(rate.lastAtMs()).toBe(1000);
  });
});
