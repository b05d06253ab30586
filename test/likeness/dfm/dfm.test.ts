import { describe, expect, it } from 'vitest';
import { invertAffine } from '../../../server/frame/geometry.js';
import { matchColours } from '../../../server/likeness/dfm/colour-match.js';
import { loadEngine } from '../../../server/likeness/load-engine.js';
import { newPicture } from '../../../server/likeness/neural/picture.js';
import { openForeign } from '../../../server/onnx/foreign.js';
import { goldenDfm, goldenParser, goldenSwapper } from '../../golden/neural-models.js';
import { evenControls, fiveOf, landmarksOf, ramp, rampAt, rgbAt, Shelf } from '../neural/scene.js';

const cropPx = 512;
const shelf = new Shelf();
const crop = ramp(cropPx);
const landmarks = landmarksOf(fiveOf(cropPx));

describe('DFM exports', () => {
  it.each([
    { title: 'with morph', withMorph: true, openSides: false, side: 192 },
    { title: 'without morph', withMorph: false, openSides: false, side: 128 },
    { title: 'with open sides', withMorph: true, openSides: true, side: 224 },
  ])('$title: NHWC, BGR, whole-face template, celebrity and masks by role', async ({ withMorph, openSides, side }) => {
    const spec = shelf.spec(shelf.put('dfm', goldenDfm(side, withMorph, openSides)));
    const engine = await loadEngine(spec, openForeign);
    const face = await engine.face(crop, landmarks, evenControls);
    await engine.close();
    expect(face.picture.widthPx).toBe(side);
    const [a, b, tx, c, d, ty] = invertAffine(face.toPatch) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const x = side >> 1,
      y = (side * 0.55) | 0;
    const [, green] = rampAt(cropPx, a * (x + 0.5) + b * (y + 0.5) + tx, c * (x + 0.5) + d * (y + 0.5) + ty);
    const shown = rgbAt(face.picture, x, y),
      lower = rgbAt(face.picture, x, y + (side >> 3));
    expect(shown[1]).toBeCloseTo(green, 1);
    expect(face.mask.data[y * side + x]!).toBeGreaterThan(0.95);
    // Downwards the crop's blue rises and its red stays. The golden DFM changes the first channel and the last over, so it is red
    // that rises: what goes in is BGR, and comes out as BGR.
    expect(lower[0] - shown[0]).toBeGreaterThan(0.02);
    expect(Math.abs(lower[2] - shown[2])).toBeLessThan((lower[0] - shown[0]) / 2);
  });

  it('the morph reaches the network: half of it is half as bright before colours are matched', async () => {
    const engine = await loadEngine(shelf.spec(shelf.put('dfm', goldenDfm(128, true))), openForeign);
    const whole = await engine.face(crop, landmarks, evenControls),
      none = await engine.face(crop, landmarks, { ...evenControls, morph01: 0 });
    await engine.close();
    const mean = (data: Float32Array): number => data.reduce((sum, value) => sum + value, 0) / data.length;
    expect(mean(none.picture.data)).toBeLessThan(mean(whole.picture.data) - 0.05);
  });

  it('the parts of a face that a parser finds on the celebrity bound it too', async () => {
    const model = shelf.put('dfm', goldenDfm(128, false));
    const parser = shelf.put('bisenet', goldenParser());
    const maskOf = async (more: object): Promise<Float32Array> => {
      const engine = await loadEngine(shelf.spec(model, more), openForeign);
      const { mask } = await engine.face(crop, landmarks, evenControls);
      await engine.close();
      return mask.data;
    };
    const middle = 70 * 128 + 64;
    const whole = await maskOf({});
    expect(whole[middle]!).toBeGreaterThan(0.95);
    // The golden parser calls skin what is red, and everything else background.
    expect((await maskOf({ parser, regions: ['mouth'] }))[middle]!).toBeLessThan(0.01);
    const skin = await maskOf({ parser, regions: ['skin'] });
    skin.forEach((value, i) => expect(value).toBeLessThanOrEqual(whole[i]! + 1e-6));
  });

  it('a swapper that is called a DFM is refused with what was found', async () => {
    const spec = shelf.spec(shelf.put('dfm', goldenSwapper('hyperswap')));
    await expect(loadEngine(spec, openForeign)).rejects.toMatchObject({ code: 'MODEL_ROLE_MISMATCH' });
  });

  it('colours are matched wholly between pictures of one tint, half between pictures that share none', () => {
    const from = newPicture(64, 64, 3),
      to = newPicture(64, 64, 3);
    for (let i = 0; i < 64 * 64; i++) {
      const t = (i % 64) / 64;
      from.data.set([0.4 + 0.2 * t, 0.3 + 0.15 * t, 0.2 + 0.1 * t], i * 3);
      to.data.set([0.8 * (0.5 + 0.25 * t), 0.6 * (0.5 + 0.25 * t), 0.4 * (0.5 + 0.25 * t)], i * 3);
    }
    const matched = matchColours(from, to);
    for (let i = 0; i < 64 * 64; i += 97) {
      expect(Math.abs(matched.data[i * 3]! - to.data[i * 3]!)).toBeLessThan(0.02);
    }
    const blue = newPicture(64, 64, 3);
    for (let i = 0; i < 64 * 64; i++) blue.data.set([0.1, 0.2, 0.9], i * 3);
    expect(matchColours(from, blue).data[2]!).toBeLessThan(0.65);
  });
});
