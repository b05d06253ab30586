import { describe, expect, it } from 'vitest';
import { invertAffine } from '../../../server/frame/geometry.js';
import { loadEngine } from '../../../server/likeness/load-engine.js';
import type { AlignedFace } from '../../../server/likeness/neural/enhancer.js';
import { contractOf, type ModelRole, type SwapperContract } from '../../../server/likeness/neural/roles.js';
import type { EngineSpec } from '../../../server/likeness/neural/spec.js';
import { templates } from '../../../server/likeness/neural/templates.js';
import { openForeign } from '../../../server/onnx/foreign.js';
import {
  goldenConverter,
  goldenFault,
  goldenRecogniser,
  goldenSwapper,
  plainArithmetic,
} from '../../golden/neural-models.js';
import { evenControls, fiveOf, landmarksOf, ramp, rampAt, type Rgb, rgbAt, Shelf } from '../neural/scene.js';

const cropPx = 512;
const crop = ramp(cropPx);
const five = fiveOf(cropPx);
const landmarks = landmarksOf(five);
const shelf = new Shelf();

async function run(spec: EngineSpec, controls = evenControls): Promise<AlignedFace> {
  const engine = await loadEngine(spec, openForeign);
  const face = await engine.face(crop, landmarks, controls);
  await engine.close();
  return face;
}

/** The network's scale and back, from the reference table rather than from the product's own. */
const table: Readonly<Record<string, { side: number; mean: Rgb; std: Rgb; back: boolean }>> = {
  inswapper: { side: 128, mean: [0, 0, 0], std: [1, 1, 1], back: false },
  hyperswap: { side: 256, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], back: true },
  ghost: { side: 256, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], back: true },
  'simswap-256': { side: 256, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], back: false },
  'simswap-512': { side: 512, mean: [0, 0, 0], std: [1, 1, 1], back: false },
  hififace: { side: 256, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], back: true },
  blendswap: { side: 256, mean: [0, 0, 0], std: [1, 1, 1], back: false },
  uniface: { side: 256, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], back: true },
};
const templateOf: Readonly<Record<string, keyof typeof templates>> = {
  inswapper: 'arcface-128',
  hyperswap: 'arcface-128',
  ghost: 'arcface-112-v1',
  'simswap-256': 'arcface-112-v1',
  'simswap-512': 'arcface-112-v1',
  hififace: 'mtcnn-512',
  blendswap: 'ffhq-512',
  uniface: 'ffhq-512',
};

/** What golden arithmetic must give at a pixel of the patch, for source values of its three picked elements. */
function expected(role: string, face: AlignedFace, x: number, y: number, source: Rgb): Rgb {
  const { mean, std, back } = table[role]!;
  const [a, b, tx, c, d, ty] = invertAffine(face.toPatch) as unknown as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const colour = rampAt(cropPx, a * (x + 0.5) + b * (y + 0.5) + tx, c * (x + 0.5) + d * (y + 0.5) + ty);
  return colour.map((value, k) => {
    const scaled = ((value - mean[k]!) / std[k]!) * plainArithmetic.keep[k]! + source[k]! * plainArithmetic.tint;
    return Math.min(Math.max(back ? scaled * std[k]! + mean[k]! : scaled, 0), 1);
  }) as unknown as Rgb;
}
function expectFace(role: string, face: AlignedFace, source: Rgb): void {
  const { side } = table[role]!;
  expect(face.picture.widthPx).toBe(side);
  for (const [u, v] of [
    [0.3, 0.3],
    [0.5, 0.6],
    [0.7, 0.45],
  ] as const) {
    const x = Math.floor(u * side),
      y = Math.floor(v * side);
    expected(role, face, x, y, source).forEach((value, k) =>
      expect(rgbAt(face.picture, x, y)[k]!, `${role} channel ${k}`).toBeCloseTo(value, 4),
    );
  }
}
/** Least squares of five points leaves residuals that a similarity cannot take away, but none along shift, turn or scale. */
function expectAligned(role: string, face: AlignedFace): void {
  const { side } = table[role]!;
  const m = face.toPatch;
  let sx = 0,
    sy = 0,
    turned = 0,
    stretched = 0;
  const target = templates[templateOf[role]!];
  for (let i = 0; i < 5; i++) {
    const x = m[0]! * five[i * 2]! + m[1]! * five[i * 2 + 1]! + m[2]! - target[i * 2]! * side - 0.5;
    const y = m[3]! * five[i * 2]! + m[4]! * five[i * 2 + 1]! + m[5]! - target[i * 2 + 1]! * side - 0.5;
    sx += x;
    sy += y;
    const px = five[i * 2]!,
      py = five[i * 2 + 1]!;
    turned += m[0]! * (px * y - py * x) + m[1]! * (py * y + px * x);
    stretched += m[0]! * (px * x + py * y) + m[1]! * (py * x - px * y);
  }
  for (const rest of [sx, sy, turned / cropPx, stretched / cropPx]) expect(Math.abs(rest)).toBeLessThan(1e-2);
}

const unit = (values: readonly number[]): Float32Array => {
  const out = new Float32Array(512);
  out.set(values);
  out[500] = 2;
  return out;
};
const raw = unit([0.8, -0.4, 1.2]);
const norm = Math.hypot(...raw);
const three = (vector: ArrayLike<number>, scale = 1): Rgb => [
  vector[0]! * scale,
  vector[1]! * scale,
  vector[2]! * scale,
];

/** An emap that is no multiple of the identity: element i goes to (i + 1) % 512, doubled, and the first also stays. */
function emap(): Float32Array {
  const out = new Float32Array(512 * 512);
  for (let i = 0; i < 512; i++) out[i * 512 + ((i + 1) % 512)] = 2;
  out[0] = 0.5;
  return out;
}
const mapped = ((): Float32Array => {
  const out = new Float32Array(512);
  for (let i = 0; i < 512; i++) out[(i + 1) % 512] = (raw[i]! / norm) * 2;
  out[0]! += (raw[0]! / norm) * 0.5;
  return out;
})();

describe('swappers show their arithmetic, pixel by pixel', () => {
  const embedding = Array.from(raw);

  it('inswapper: emap by shape, made of length one again as InsightFace does', async () => {
    const face = await run(
      shelf.spec(shelf.put('inswapper', goldenSwapper('inswapper', plainArithmetic, { emap: emap() })), { embedding }),
    );
    expectAligned('inswapper', face);
    expectFace('inswapper', face, three(mapped, 1 / Math.hypot(...mapped)));
  });

  it('inswapper: without that, as FaceFusion does', async () => {
    const model = shelf.put('inswapper', goldenSwapper('inswapper', plainArithmetic, { emap: emap() }));
    expectFace('inswapper', await run(shelf.spec(model, { embedding, emapRenorm: false })), three(mapped));
  });

  it('inswapper: an emap that an optimiser moved to the front and halved is found, and names do not matter', async () => {
    const names = { target: 'onnx::Conv_3', source: 'onnx::Gemm_1', output: '1549' };
    const bytes = goldenSwapper('inswapper', plainArithmetic, {
      names,
      sourceFirst: true,
      emap: emap(),
      emapHalf: true,
      emapLast: false,
    });
    const face = await run(shelf.spec(shelf.put('inswapper', bytes), { embedding, emapRenorm: false }));
    expectFace('inswapper', face, three(mapped));
  });

  it('inswapper: a file without the emap is refused', async () => {
    const model = shelf.put('inswapper', goldenSwapper('inswapper'));
    await expect(run(shelf.spec(model, { embedding }))).rejects.toMatchObject({ code: 'MODEL_EMAP_MISSING' });
  });

  it('hyperswap takes the embedding of length one', async () => {
    const face = await run(shelf.spec(shelf.put('hyperswap', goldenSwapper('hyperswap')), { embedding }));
    expectAligned('hyperswap', face);
    expectFace('hyperswap', face, three(raw, 1 / norm));
  });

  it('ghost takes its converter’s answer as it is', async () => {
    const converter = shelf.put('crossface-ghost', goldenConverter(0.3));
    const face = await run(shelf.spec(shelf.put('ghost', goldenSwapper('ghost')), { embedding, converter }));
    expectAligned('ghost', face);
    expectFace('ghost', face, three(raw, 0.3));
  });

  it.each(['simswap-256', 'simswap-512', 'hififace'] as const)('%s takes it of length one', async (role) => {
    const converter = shelf.put(role === 'hififace' ? 'crossface-hififace' : 'crossface-simswap', goldenConverter(0.3));
    const face = await run(shelf.spec(shelf.put(role, goldenSwapper(role)), { embedding, converter }));
    expectAligned(role, face);
    expectFace(role, face, three(raw, 1 / norm));
  });

  it.each(['blendswap', 'uniface'] as const)(
    '%s takes a photo in 0…1, whatever its target is scaled to',
    async (role) => {
      const photo: Rgb = [0.2, 0.6, 0.4];
      const face = await run(shelf.spec(shelf.put(role, goldenSwapper(role)), { sourceFile: shelf.photo(photo) }));
      expectAligned(role, face);
      expectFace(role, face, photo);
    },
  );

  it('a recogniser sees RGB in −1…1, and photos give the embedding', async () => {
    const photo: Rgb = [0.2, 0.6, 0.4];
    const seen = unit(photo.map((value) => value * 2 - 1));
    const spec = shelf.spec(shelf.put('hyperswap', goldenSwapper('hyperswap')), {
      recogniser: shelf.put('arcface', goldenRecogniser()),
      sourceFile: shelf.photo(photo),
    });
    expectFace('hyperswap', await run(spec), three(seen, 1 / Math.hypot(...seen)));
  });

  it('lacking a converter or a recogniser is told, by name', async () => {
    await expect(run(shelf.spec(shelf.put('ghost', goldenSwapper('ghost')), { embedding }))).rejects.toMatchObject({
      code: 'ENGINE_INCOMPLETE',
    });
    const spec = shelf.spec(shelf.put('hyperswap', goldenSwapper('hyperswap')), { sourceFile: shelf.photo([0, 0, 0]) });
    await expect(run(spec)).rejects.toThrow(/arcface/);
  });

  it('pixel boost shows the same arithmetic at twice and three times the side', async () => {
    for (const pixelBoost of [2, 3]) {
      const model = shelf.put('inswapper', goldenSwapper('inswapper', plainArithmetic, { emap: emap() }));
      const face = await run(shelf.spec(model, { embedding, emapRenorm: false, pixelBoost }));
      expect(face.picture.widthPx).toBe(128 * pixelBoost);
      for (const [x, y] of [
        [150, 170],
        [151, 170],
        [152, 171],
      ] as const) {
        expected('inswapper', face, x, y, three(mapped)).forEach((value, k) =>
          expect(rgbAt(face.picture, x, y)[k]!).toBeCloseTo(value, 4),
        );
      }
    }
  });

  it.each([1, 2])(
    'hyperswap’s own mask counts where it is asked for, at %i × the side; the reference leaves it out',
    async (pixelBoost) => {
      const model = shelf.put('hyperswap', goldenSwapper('hyperswap', plainArithmetic, { mask: true }));
      const without = await run(shelf.spec(model, { embedding, pixelBoost })),
        face = await run(shelf.spec(model, { embedding, pixelBoost, ownMask: true }));
      expectAligned('hyperswap', await run(shelf.spec(model, { embedding })));
      const [a, b, tx] = invertAffine(face.toPatch) as unknown as [number, number, number];
      const side = face.picture.widthPx;
      const y = side >> 1;
      let cut = 0;
      for (let x = Math.ceil(side * 0.2); x < side * 0.8; x++) {
        const at = y * side + x;
        // The ramp's red is over its middle in the right half of the crop.
        const over = (a * (x + 0.5) + b * (y + 0.5) + tx) / cropPx - 0.5;
        if (Math.abs(over) < 0.02) continue;
        expect(face.mask.data[at]!).toBeCloseTo(over > 0 ? without.mask.data[at]! : 0, 2);
        if (over < 0) cut++;
      }
      expect(cut).toBeGreaterThan(side * 0.1);
      expect(without.mask.data[y * side + Math.ceil(side * 0.3)]!).toBeGreaterThan(0.9);
      const plain = shelf.put('hyperswap', goldenSwapper('hyperswap'));
      await expect(run(shelf.spec(plain, { embedding, ownMask: true }))).rejects.toMatchObject({
        code: 'ENGINE_INCOMPLETE',
      });
    },
  );

  it('the weight slider mixes in the performer’s own vector by up to 35 %', async () => {
    const spec = shelf.spec(shelf.put('hyperswap', goldenSwapper('hyperswap')), {
      embedding,
      recogniser: shelf.put('arcface', goldenRecogniser()),
    });
    const even = await run(spec),
      least = await run(spec, { ...evenControls, weight01: 0 });
    // The performer's vector by the golden recogniser: the mean colours of the aligned crop, of length one.
    const change = [0, 1, 2].map((k) => rgbAt(least.picture, 128, 128)[k]! - rgbAt(even.picture, 128, 128)[k]!);
    const aligned = await run(spec, { ...evenControls, weight01: 1 });
    const back = [0, 1, 2].map((k) => rgbAt(aligned.picture, 128, 128)[k]! - rgbAt(even.picture, 128, 128)[k]!);
    change.forEach((value, k) => expect(value).toBeCloseTo(-back[k]!, 4));
    expect(Math.hypot(...change)).toBeGreaterThan(0.005);
  });

  it('a network that gives no numbers is refused before it can be shown', async () => {
    await expect(run(shelf.spec(shelf.put('inswapper', goldenFault('nan')), { embedding }))).rejects.toMatchObject({
      code: 'MODEL_OUTPUT_NOT_FINITE',
    });
  });

  it('a file whose bytes changed since it was added is not loaded', async () => {
    const model = shelf.put('hyperswap', goldenSwapper('hyperswap'));
    await expect(run(shelf.spec({ ...model, sha256: '0'.repeat(64) }, { embedding }))).rejects.toMatchObject({
      code: 'MODEL_CHANGED',
    });
  });

  it('the table of this test names every swapper', () => {
    const roles = Object.keys(table) as ModelRole[];
    for (const role of roles) expect((contractOf(role) as SwapperContract).sidePx).toBe(table[role]!.side);
  });
});
