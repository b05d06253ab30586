import { describe, expect, it } from 'vitest';
import { invertAffine } from '../../../server/frame/geometry.js';
import { loadEngine } from '../../../server/likeness/load-engine.js';
import type { ModelRole } from '../../../server/likeness/neural/roles.js';
import { openForeign } from '../../../server/onnx/foreign.js';
import { goldenConverter, goldenEnhancer, goldenSwapper } from '../../golden/neural-models.js';
import { evenControls, fiveOf, landmarksOf, ramp, rampAt, type Rgb, rgbAt, Shelf } from './scene.js';

const cropPx = 512;
const crop = ramp(cropPx);
const landmarks = landmarksOf(fiveOf(cropPx));
const shelf = new Shelf();
const embedding = Array.from({ length: 512 }, (_, i) => (i === 3 ? 1 : 0));
/** Halves the picture in 0…1. */
const halving = { keep: [0.5, 0.5, 0.5], add: [0, 1, 2], tint: 0 } as const;

async function enhanced(role: ModelRole, withWeight: boolean, enhance01: number) {
  const swapper = shelf.put('simswap-512', goldenSwapper('simswap-512', halving));
  const spec = shelf.spec(swapper, {
    embedding,
    converter: shelf.put('crossface-simswap', goldenConverter(1)),
    enhancer: shelf.put(role, goldenEnhancer(role, withWeight)),
  });
  const engine = await loadEngine(spec, openForeign);
  const face = await engine.face(crop, landmarks, { ...evenControls, enhance01 });
  await engine.close();
  return face;
}
describe('restorers', () => {
  it.each([
    ['gfpgan', false, 512],
    ['codeformer', true, 512],
    ['gpen-256', false, 256],
  ] as const)('%s works on the swapped face in its own template, in −1…1', async (role, withWeight, side) => {
    const face = await enhanced(role, withWeight, 1);
    expect(face.picture.widthPx).toBe(side);
    const [a, b, tx, c, d, ty] = invertAffine(face.toPatch) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const x = Math.floor(side * 0.5),
      y = Math.floor(side * 0.62);
    const colour = rampAt(cropPx, a * (x + 0.5) + b * (y + 0.5) + tx, c * (x + 0.5) + d * (y + 0.5) + ty);
    // The golden restorer halves what it sees in −1…1, and adds a quarter of its weight (a double), which is 1.
    const wanted = colour.map(
      (value) => ((value * 0.5 * 2 - 1) * 0.5 + (withWeight ? 0.25 : 0) + 1) / 2,
    ) as unknown as Rgb;
    wanted.forEach((value, k) => expect(rgbAt(face.picture, x, y)[k]!).toBeCloseTo(value, 2));
    expect(face.mask.data[y * side + x]!).toBeCloseTo(1, 2);
  });

  it('the amount mixes it with what it was given, and none leaves the swapper’s own patch', async () => {
    const whole = await enhanced('gpen-256', false, 1),
      half = await enhanced('gpen-256', false, 0.5),
      none = await enhanced('gpen-256', false, 0);
    const at = (128 + 160 * 256) * 3;
    // What the golden restorer answers is half of what it was given and a quarter.
    const before = 2 * (whole.picture.data[at]! - 0.25);
    expect(half.picture.data[at]!).toBeCloseTo((before + whole.picture.data[at]!) / 2, 3);
    expect(none.picture.widthPx).toBe(512);
  });
});
