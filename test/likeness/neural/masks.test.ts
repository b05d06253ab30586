import { describe, expect, it } from 'vitest';
import { erodeCross, gaussian } from '../../../server/likeness/neural/blur.js';
import {
  areaMask,
  boxMask,
  leastOf,
  occlusionMask,
  regionMask,
  withinCrop,
} from '../../../server/likeness/neural/masks.js';
import { newPicture, type FloatPicture } from '../../../server/likeness/neural/picture.js';
import type { ModelRole, OccluderContract } from '../../../server/likeness/neural/roles.js';
import { openWeights } from '../../../server/likeness/neural/weights.js';
import { openForeign } from '../../../server/onnx/foreign.js';
import { goldenOccluder, goldenParser } from '../../golden/neural-models.js';
import { fiveOf, landmarksOf, type Rgb, Shelf } from './scene.js';

const shelf = new Shelf();
const at = (mask: FloatPicture, x: number, y: number): number => mask.data[y * mask.widthPx + x]!;
/** Left half one colour, right half another. */
function halves(sidePx: number, left: Rgb, right: Rgb): FloatPicture {
  const out = newPicture(sidePx, sidePx, 3);
  for (let i = 0; i < sidePx * sidePx; i++) out.data.set(i % sidePx < sidePx / 2 ? left : right, i * 3);
  return out;
}
const open = (role: ModelRole, bytes: Uint8Array) => openWeights(openForeign, shelf.put(role, bytes));

describe('masks', () => {
  it('the box is one within, nothing at the edge, and half where its border was', () => {
    const mask = boxMask(256);
    // blur 0.3 of half the side is 38 px, a border of 19, sigma 9.5.
    expect(at(mask, 128, 128)).toBeCloseTo(1, 5);
    expect(at(mask, 0, 128)).toBeLessThan(0.06);
    expect((at(mask, 18, 128) + at(mask, 19, 128)) / 2).toBeCloseTo(0.5, 2);
    const padded = boxMask(100, { blur01: 0, padding01: [0.1, 0.2, 0.3, 0.4] });
    expect([at(padded, 50, 9), at(padded, 50, 10), at(padded, 79, 50), at(padded, 80, 50)]).toEqual([0, 1, 1, 0]);
    expect([at(padded, 50, 69), at(padded, 50, 70), at(padded, 40, 50), at(padded, 39, 50)]).toEqual([1, 0, 1, 0]);
  });

  it('a template that reaches past the crop fades before its edge', () => {
    // Patch px 0…128 are crop px −256…256: half of the patch has no picture under it.
    const mask = withinCrop(128, Float64Array.of(0.25, 0, 64, 0, 0.25, 64), 512);
    expect([at(mask, 20, 100), at(mask, 100, 20), at(mask, 63, 100)]).toEqual([0, 0, 0]);
    expect(at(mask, 100, 100)).toBe(1);
    expect(at(mask, 66, 100)).toBeGreaterThan(0.2);
    expect(at(mask, 66, 100)).toBeLessThan(0.5);
  });

  it('a Gaussian keeps flat pictures and sums, and has the stated width', () => {
    const dot = newPicture(101, 101, 1);
    dot.data[50 * 101 + 50] = 1;
    const soft = gaussian(dot, 5);
    const sum = soft.data.reduce((total, value) => total + value, 0);
    let variance = 0;
    soft.data.forEach((value, i) => (variance += value * ((i % 101) - 50) ** 2));
    expect(sum).toBeCloseTo(1, 4);
    expect(variance / sum).toBeCloseTo(25, 0);
  });

  it('erosion takes the least of a cross, not of a square', () => {
    const ones = newPicture(5, 5, 1);
    ones.data.fill(1);
    ones.data[12] = 0;
    const eroded = erodeCross(ones);
    expect([at(eroded, 2, 1), at(eroded, 1, 2), at(eroded, 1, 1)]).toEqual([0, 0, 1]);
  });

  it.each(['xseg', 'xseg-nchw', 'occluder'] as const)(
    '%s is asked in its own layout and colour order',
    async (role) => {
      const occluder = await open(role, goldenOccluder(role));
      // What is blue is visible to the golden network; red and green alone are not.
      const mask = await occlusionMask(
        occluder as typeof occluder & { contract: OccluderContract },
        halves(300, [0.9, 0.9, 0.1], [0.1, 0.1, 0.9]),
      );
      await occluder.session.close();
      expect(mask.widthPx).toBe(300);
      expect(at(mask, 60, 150)).toBeCloseTo(0, 3);
      expect(at(mask, 240, 150)).toBeCloseTo(1, 3);
      // The upper half of the ramp is stretched: nothing is left of the border itself.
      expect(at(mask, 148, 150)).toBeLessThan(0.2);
    },
  );

  it('the parser sees ImageNet-scaled RGB and only the named parts of the face are kept', async () => {
    const parser = await open('bisenet', goldenParser());
    // Red above ImageNet’s mean of 0.485 scores above the background.
    const crop = halves(256, [0.52, 0.9, 0.9], [0.45, 0.9, 0.9]);
    const skin = await regionMask(parser, crop, ['skin']),
      nose = await regionMask(parser, crop, ['nose']);
    await parser.session.close();
    expect(at(skin, 60, 128)).toBeCloseTo(1, 3);
    expect(at(skin, 200, 128)).toBeCloseTo(0, 3);
    expect(at(nose, 60, 128)).toBeCloseTo(0, 3);
  });

  it('areas are hulls of the face’s own points, and masks combine to the least', () => {
    const landmarks = landmarksOf(fiveOf(256));
    const identity = Float64Array.of(1, 0, 0, 0, 1, 0);
    const mouth = areaMask(landmarks, identity, 256, ['mouth']);
    const five = fiveOf(256);
    expect(at(mouth, Math.round((five[6]! + five[8]!) / 2), Math.round((five[7]! + five[9]!) / 2) - 4)).toBeGreaterThan(
      0.5,
    );
    expect(at(mouth, 20, 20)).toBe(0);
    // The whole face's hull holds every part's.
    const face = areaMask(landmarks, identity, 256, ['face']);
    const parts = areaMask(landmarks, identity, 256, ['upper', 'lower', 'mouth']);
    expect(face.data.every((value, i) => value >= parts.data[i]! - 1e-3)).toBe(true);
    expect(at(face, 2, 2)).toBe(0);
    const a = newPicture(2, 1, 1),
      b = newPicture(2, 1, 1);
    a.data.set([0.2, 0.9]);
    b.data.set([0.5, 0.4]);
    [0.2, 0.4].forEach((value, i) => expect(leastOf(a, b).data[i]).toBeCloseTo(value, 6));
  });
});
