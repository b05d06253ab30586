import { describe, expect, it } from 'vitest';
import { edgeSpreadPx } from '../../server/likeness/mesh/camera-match.js';

/** Squared differences over one and four pixels of a step edge blurred by a Gaussian of σ px. */
function edge(sigma: number): [number, number] {
  const value = (x: number): number => {
    let sum = 0;
    for (let k = -200; k <= 200; k++) {
      const t = k / 40;
      if (x + t * sigma >= 0) sum += Math.exp(-t * t * 0.5);
    }
    return sum;
  };
  let near = 0,
    far = 0;
  for (let x = -60; x < 60; x += 0.25) {
    near += (value(x + 1) - value(x)) ** 2;
    far += (value(x + 4) - value(x)) ** 2;
  }
  return [near, far];
}

describe('focus read from edges', () => {
  it.each([0.5, 1, 2, 3, 5, 8])('a step edge of %f px spread is read within 6 percent', (sigma) => {
    const [near, far] = edge(sigma);
    expect(edgeSpreadPx(near, far) / sigma).toBeGreaterThan(0.94);
    expect(edgeSpreadPx(near, far) / sigma).toBeLessThan(1.06);
  });

  it('does not fail on a picture without edges', () => {
    expect(Number.isFinite(edgeSpreadPx(0, 0))).toBe(true);
  });
});
