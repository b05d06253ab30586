import { describe, expect, it } from 'vitest';
import { arrivalColumns, Arrivals, arrivalRows } from '../../server/pipeline/arrivals.js';

const box = { x0: 0, y0: 0, x1: 0, y1: 0 };
/** One picture: every cell 100 codes and `light`, but for those named. */
function picture(
  arrivals: Arrivals,
  frame: number,
  changed: readonly (readonly [number, number])[],
  light = 0,
): boolean {
  const grid = arrivals.gridOf(frame).fill(100 + light);
  for (const [x, y] of changed) grid[y * arrivalColumns + x]! += 20;
  return arrivals.find(frame, 1600, 900, box);
}

describe('who may be coming in', () => {
  it('is nobody before anybody has looked', () => {
    expect(picture(new Arrivals(), 1, [[0, 4]])).toBe(false);
  });

  it('is what changed at an edge, with a cell round it, until that picture has been looked at', () => {
    const arrivals = new Arrivals();
    picture(arrivals, 1, []);
    arrivals.looked(1);
    const body = [
      [15, 3],
      [15, 4],
      [14, 4],
    ] as const;
    expect(picture(arrivals, 2, body)).toBe(true);
    expect(box).toEqual({ x0: 1300, y0: 200, x1: 1600, y1: 600 });
    arrivals.looked(2);
    expect(picture(arrivals, 3, body)).toBe(false);
  });

  it('is neither a change in the middle, nor at the lower edge, nor the light of the whole picture', () => {
    const arrivals = new Arrivals();
    picture(arrivals, 1, []);
    arrivals.looked(1);
    expect(picture(arrivals, 2, [[7, 4]])).toBe(false);
    expect(picture(arrivals, 3, [[7, arrivalRows - 1]])).toBe(false);
    expect(picture(arrivals, 4, [], 40)).toBe(false);
  });

  it('forgets with the picture: after a cut nothing is compared', () => {
    const arrivals = new Arrivals();
    picture(arrivals, 1, []);
    arrivals.looked(1);
    arrivals.forget();
    expect(picture(arrivals, 2, [[0, 4]])).toBe(false);
  });
});
