import { describe, expect, it } from 'vitest';
import { Phantoms } from '../../server/stages/track/phantoms.js';
import { WallRegions } from '../../server/stages/track/wall-regions.js';

describe('faces on the wall', () => {
  const walls = new WallRegions();
  walls.set([
    [
      [0.5, 0.1],
      [0.9, 0.2],
      [0.9, 0.8],
      [0.5, 0.7],
    ],
  ]);
  walls.size(1000, 500);
  it('are those wholly inside a region', () => {
    expect(walls.shows([600, 150, 700, 250])).toBe(true);
  });
  it('are not those of somebody who stands half before it, or beside it', () => {
    expect(walls.shows([450, 150, 560, 250])).toBe(false);
    expect(walls.shows([100, 150, 200, 250])).toBe(false);
  });
});

describe("the detector's own mistakes", () => {
  it('are left alone where and as large as they were, and for a while', () => {
    const phantoms = new Phantoms();
    phantoms.add({ x0: 100, y0: 100, x1: 200, y1: 200 });
    expect(phantoms.has([104, 98, 206, 201])).toBe(true);
    for (let n = 0; n < 30; n++) phantoms.age();
    expect(phantoms.has([100, 100, 200, 200])).toBe(false);
  });
  it('do not hide a face of another size in the same place', () => {
    const phantoms = new Phantoms();
    phantoms.add({ x0: 100, y0: 100, x1: 200, y1: 200 });
    expect(phantoms.has([60, 50, 260, 260])).toBe(false);
  });
});
