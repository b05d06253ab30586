import { describe, expect, it } from 'vitest';
import { closeLids, openness01 } from '../../server/likeness/mesh/lids.js';

/** An eye 60 px wide whose lids are `gap` px apart in the middle. */
function eyeAt(gap: number): { landmarks: Float32Array; shaped: Float32Array } {
  const landmarks = new Float32Array(478 * 3),
    shaped = new Float32Array(612 * 2);
  const put = (i: number, x: number, y: number): void => {
    landmarks.set([x, y, 0], i * 3);
    shaped.set([x, y], i * 2);
  };
  put(33, 0, 0);
  put(133, 60, 0);
  [246, 161, 160, 159, 158, 157, 173].forEach((i, k) => put(i, 8 + k * 7, -gap / 2));
  [7, 163, 144, 145, 153, 154, 155].forEach((i, k) => put(i, 8 + k * 7, gap / 2));
  return { landmarks, shaped };
}
const gapOf = (shaped: Float32Array): number => shaped[145 * 2 + 1]! - shaped[159 * 2 + 1]!;

describe('lids', () => {
  it('stay where they are while the eye is open', () => {
    const { landmarks, shaped } = eyeAt(20);
    closeLids(landmarks, shaped);
    expect(gapOf(shaped)).toBe(20);
    expect(openness01(landmarks, 0)).toBe(1);
  });

  it('leave no slit in an eye that the landmark model calls shut', () => {
    const { landmarks, shaped } = eyeAt(7);
    closeLids(landmarks, shaped);
    expect(gapOf(shaped)).toBeCloseTo(0, 5);
    expect(openness01(landmarks, 0)).toBe(0);
  });

  it('close without a jump: a narrower gap is never drawn wider', () => {
    let before = Infinity;
    for (let gap = 14; gap >= 5; gap -= 0.25) {
      const { landmarks, shaped } = eyeAt(gap);
      closeLids(landmarks, shaped);
      expect(gapOf(shaped)).toBeLessThanOrEqual(before);
      expect(before === Infinity || before - gapOf(shaped) < 2).toBe(true);
      before = gapOf(shaped);
    }
  });
});
