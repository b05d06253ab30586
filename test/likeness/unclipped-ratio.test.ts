import { describe, expect, it } from 'vitest';
import { rgbToYuv } from '../../server/likeness/mesh/sample.js';
import { UnclippedRatio } from '../../server/likeness/mesh/unclipped-ratio.js';

const matrix = 'bt709';
const skins = [
  [211, 164, 138],
  [190, 140, 110],
  [120, 80, 60],
  [170, 128, 104],
] as const;
const yuvOf = (rgb: readonly number[]): Float32Array => {
  const out = new Float32Array(12);
  for (let at = 0; at < 12; at += 3) rgbToYuv(rgb[0]!, rgb[1]!, rgb[2]!, matrix, out, at);
  return out;
};
/** As a camera shows skin under a light of this gain and colour. */
const shown = (skin: readonly number[], gain: number, colour: readonly number[]): number[] =>
  skin.map((code, c) => Math.min(255, code * gain * colour[c]!));

type Read = Parameters<UnclippedRatio['read']>;
function readBy(ratio: UnclippedRatio, ...what: Read): number {
  ratio.read(...what);
  return ratio.gain[0]!;
}

describe('the gain of light that is read off skin', () => {
  it('is the ratio of lumas where nothing clips', () => {
    for (const skin of skins) {
      const [was, now] = [yuvOf(skin), yuvOf(shown(skin, 0.8, [1, 1, 1]))];
      const ratio = new UnclippedRatio();
      expect(readBy(ratio, now, was, 3, matrix, true)).toBeCloseTo(0.8, 4);
      expect(Array.from(ratio.yuv)).toEqual(Array.from(now.subarray(3, 6)));
    }
  });

  it.each([
    ['white', [1, 1, 1]],
    ['warm', [1.08, 1, 0.8]],
  ] as const)('is whole under a flash of %s light that clips red and green', (_, colour) => {
    const ratio = new UnclippedRatio();
    // Pictures before the flash say what colour the light has.
    for (let picture = 0; picture < 30; picture++) {
      ratio.begin();
      for (let i = 0; i < 12; i++)
        for (const skin of skins) readBy(ratio, yuvOf(shown(skin, 1, colour)), yuvOf(skin), 0, matrix, true);
    }
    ratio.begin();
    const [r, g, b] = colour;
    const luma = (skin: readonly number[], by: readonly number[]): number =>
      0.2126 * skin[0]! * by[0]! + 0.7152 * skin[1]! * by[1]! + 0.0722 * skin[2]! * by[2]!;
    for (const skin of skins) {
      const now = shown(skin, 1.7, colour);
      const truth = (1.7 * luma(skin, [r, g, b])) / luma(skin, [1, 1, 1]);
      const read = readBy(ratio, yuvOf(now), yuvOf(skin), 0, matrix, true);
      expect(read / truth).toBeGreaterThan(0.93);
      expect(read / truth).toBeLessThan(1.07);
    }
    // The lightest skin clips in red and in green: by luma alone the flash is a tenth and more weaker than it is.
    const [light] = skins;
    const byLuma = (yuvOf(shown(light, 1.7, colour))[0]! - 16) / (yuvOf(light)[0]! - 16);
    expect(byLuma / ((1.7 * luma(light, colour)) / luma(light, [1, 1, 1]))).toBeLessThan(0.9);
  });

  it('does not learn the colour of light from what is in front of the face', () => {
    const ratio = new UnclippedRatio();
    for (let picture = 0; picture < 30; picture++) {
      ratio.begin();
      for (let i = 0; i < 12; i++)
        for (const skin of skins) readBy(ratio, yuvOf([20, 24, 28]), yuvOf(skin), 0, matrix, false);
    }
    const [light] = skins;
    const read = readBy(ratio, yuvOf(shown(light, 1.4, [1, 1, 1])), yuvOf(light), 0, matrix, true);
    expect(read).toBeCloseTo(1.4, 1);
    // As red as the skin is: the clipped channel is given back in its own colour.
    const [, cb, cr] = yuvOf(light.map((code) => code * 1.4));
    expect(Math.abs(ratio.yuv[1]! - cb!)).toBeLessThan(4);
    expect(Math.abs(ratio.yuv[2]! - cr!)).toBeLessThan(4);
  });
});
