import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RgbPicture } from '../../server/stages/keyframe/analysis/picture.js';
import { encodeTiny, floats, type TinyModel } from '../golden/tiny-onnx.js';
import { Lpips } from './lpips.js';

const folder = mkdtempSync(join(tmpdir(), 'understudy-lpips-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function opened(name: string, model: TinyModel): Promise<Lpips> {
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, encodeTiny(model));
  return await Lpips.open(path);
}
const plain = (rgb: readonly [number, number, number], widthPx = 8, heightPx = 6): RgbPicture => ({
  data: Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, i) => rgb[i % 3]!),
  widthPx,
  heightPx,
});

const picture = (name: string, side: number | string = 'side'): { name: string; shape: (number | string)[] } => ({
  name,
  shape: [1, 3, side === 'side' ? 'height' : side, side === 'side' ? 'width' : side],
});

/** LPIPS as a whole: here the mean square of the difference of both pictures. */
const wholeModel: TinyModel = {
  inputs: [picture('in0'), picture('in1')],
  outputs: [{ name: 'distance', shape: [1, 1, 1, 1] }],
  nodes: [
    { op: 'Sub', inputs: ['in0', 'in1'], outputs: ['difference'] },
    { op: 'Mul', inputs: ['difference', 'difference'], outputs: ['square'] },
    { op: 'ReduceMean', inputs: ['square'], outputs: ['distance'], ints: { axes: [1, 2, 3] } },
  ],
  constants: [],
};
/** A backbone of two layers, in which red and green are features: as they are normalised, and green doubled. */
const backbone = (side: number | string): TinyModel => ({
  inputs: [picture('picture', side)],
  outputs: [
    { name: 'first', shape: [1, 3, 'h1', 'w1'] },
    { name: 'second', shape: [1, 3, 'h2', 'w2'] },
  ],
  nodes: [
    { op: 'Mul', inputs: ['picture', 'one'], outputs: ['first'] },
    { op: 'Mul', inputs: ['picture', 'greenTwice'], outputs: ['second'] },
  ],
  constants: [floats('one', [1, 3, 1, 1], [1, 1, 0]), floats('greenTwice', [1, 3, 1, 1], [1, 2, 0])],
});

describe('LPIPS by a file that is brought', () => {
  it('a whole network gets both pictures as −1…1 and its number is the distance', async () => {
    const lpips = await opened('whole', wholeModel);
    expect(await lpips.distance(plain([255, 0, 51]), plain([255, 0, 51]))).toBe(0);
    // Red differs by 2 of −1…1, green by 0.4, blue not.
    expect(await lpips.distance(plain([255, 51, 9]), plain([0, 0, 9]))).toBeCloseTo((4 + 0.16) / 3, 5);
    await lpips.close();
  });

  it("a backbone's layers are brought to length 1 at every place, and their distances added", async () => {
    const lpips = await opened('backbone', backbone('side'));
    const normalised = ([r, g]: readonly [number, number]): [number, number] => [
      (r / 255 - 0.485) / 0.229,
      (g / 255 - 0.456) / 0.224,
    ];
    const apart = (p: readonly [number, number], q: readonly [number, number], green: number): number => {
      const of = (colour: readonly [number, number]): [number, number] => {
        const [r, g] = normalised(colour);
        return [r / Math.hypot(r, g * green), (g * green) / Math.hypot(r, g * green)];
      };
      return (of(p)[0] - of(q)[0]) ** 2 + (of(p)[1] - of(q)[1]) ** 2;
    };
    const expected = apart([200, 90], [30, 250], 1) + apart([200, 90], [30, 250], 2);
    expect(expected).toBeGreaterThan(1);
    expect(await lpips.distance(plain([200, 90, 7]), plain([30, 250, 7]))).toBeCloseTo(expected, 4);
    await lpips.close();
  });

  it('pictures are resampled to the sides that a file insists on', async () => {
    const [open, fixed] = [await opened('open', backbone('side')), await opened('fixed', backbone(16))];
    const [a, b] = [plain([200, 90, 7], 24, 40), plain([30, 250, 7], 24, 40)];
    expect(await fixed.distance(a, b)).toBeCloseTo(await open.distance(a, b), 5);
    await open.close();
    await fixed.close();
  });

  it('a file of another signature is refused, with what it has', async () => {
    const vectors: TinyModel = {
      inputs: [{ name: 'vector', shape: [1, 512] }],
      outputs: [{ name: 'out', shape: [1, 512] }],
      nodes: [{ op: 'Add', inputs: ['vector', 'vector'], outputs: ['out'] }],
      constants: [],
    };
    await expect(opened('vectors', vectors)).rejects.toThrow('1×512 in and 1×512 out');
  });
});
