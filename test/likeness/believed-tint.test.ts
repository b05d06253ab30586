import { describe, expect, it } from 'vitest';
import { believeTint } from '../../server/likeness/mesh/believed-tint.js';

const tinted = (cb: number, cr: number): { gain: Float32Array; tintCb: Float32Array; tintCr: Float32Array } => ({
  gain: Float32Array.of(1, 1),
  tintCb: Float32Array.of(cb, cb),
  tintCr: Float32Array.of(cr, cr),
});
const skinAndHair = Float32Array.of(0, 1);

describe('the light that is read off skin', () => {
  it('does not turn a grey beard teal where the skin is only paler than at enrolment', () => {
    const light = tinted(0.01, -0.025);
    believeTint(light, skinAndHair);
    expect(Math.hypot(light.tintCb[1]!, light.tintCr[1]!)).toBeLessThan(0.01);
  });

  it('falls on beard and skin where a wall of coloured light shines on them', () => {
    const light = tinted(0.18, -0.12);
    believeTint(light, skinAndHair);
    expect(light.tintCb[0]).toBeGreaterThan(0.175);
    expect(light.tintCb[1]).toBeGreaterThan(0.165);
    expect(light.tintCr[1]! / light.tintCb[1]!).toBeCloseTo(-0.12 / 0.18, 5);
  });

  it('grows without a step as the light gains colour', () => {
    let last = 0;
    for (let cb = 0; cb < 0.3; cb += 0.005) {
      const light = tinted(cb, 0);
      believeTint(light, skinAndHair);
      expect(light.tintCb[1]! - last).toBeGreaterThanOrEqual(0);
      expect(light.tintCb[1]! - last).toBeLessThan(0.01);
      last = light.tintCb[1]!;
    }
  });
});
