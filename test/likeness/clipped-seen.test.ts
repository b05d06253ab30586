import { describe, expect, it } from 'vitest';
import { unclipSeen } from '../../server/likeness/mesh/clipped-seen.js';
import { rgbToYuv } from '../../server/likeness/mesh/sample.js';

const yuv = (r: number, g: number, b: number): Float32Array => {
  const out = new Float32Array(3);
  rgbToYuv(r, g, b, 'bt709', out, 0);
  return out;
};
const light = (tintCr = 0): { gain: Float32Array; tintCb: Float32Array; tintCr: Float32Array } => ({
  gain: Float32Array.of(1),
  tintCb: Float32Array.of(0),
  tintCr: Float32Array.of(tintCr),
});
const reference = yuv(220, 168, 136);
const chromaByLuma = (of: Float32Array): number => (of[2]! - 128) / (of[0]! - 16);

describe('skin that the camera clips in red', () => {
  it('is read in the colour of the skin and not as bluer light', () => {
    const seen = yuv(255, 218, 177);
    expect(chromaByLuma(seen)).toBeLessThan(0.75 * chromaByLuma(reference));
    unclipSeen(seen, reference, 0, light(), 0, 'bt709');
    expect(chromaByLuma(seen)).toBeCloseTo(chromaByLuma(reference), 3);
  });

  it('keeps the light that was there in the picture before', () => {
    const seen = yuv(255, 218, 177);
    unclipSeen(seen, reference, 0, light(0.05), 0, 'bt709');
    expect(chromaByLuma(seen)).toBeCloseTo(chromaByLuma(reference) + 0.05, 3);
  });

  it('says what it says where nothing is clipped, however blue', () => {
    for (const [r, g, b] of [
      [225, 172, 139],
      [120, 120, 190],
    ] as const) {
      const seen = yuv(r, g, b);
      const before = [...seen];
      unclipSeen(seen, reference, 0, light(), 0, 'bt709');
      expect([...seen]).toEqual(before);
    }
  });
});
