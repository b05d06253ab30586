import { describe, expect, it } from 'vitest';
import { GraphBuilder, type Value } from '../../models/graph/builder.js';
import {
  broadcastConstant,
  broadcastShape,
  elementCount,
  floats,
  readView,
  transposeConstant,
} from '../../models/graph/tensor.js';
import type { LoweringContext, Target } from '../../models/lower/context.js';
import { padChannels, prelu, resolveWindow } from '../../models/lower/layers.js';
import { pointwiseLowerings } from '../../models/lower/pointwise.js';
import { resolveSlice } from '../../models/lower/strided-slice.js';
import type { ModelManifest } from '../../models/manifest.js';
import { encodeModel } from '../../models/onnx/model-proto.js';
import { TfAttributes, type TfNode } from '../../models/tfjs/graph-model.js';
import { halfToFloat } from '../../models/tfjs/float16.js';
import { openModel } from '../../server/onnx/ort.js';
import { seeded } from './golden.js';

/** Builds a one-input graph, runs it in ONNX Runtime and returns its output. */
async function run(
  target: Target,
  shape: readonly number[],
  input: readonly number[],
  build: (context: LoweringContext, value: Value) => Value,
): Promise<number[]> {
  const graph = new GraphBuilder();
  const result = build({ graph, target }, graph.input('x', shape));
  graph.output('y', result);
  graph.removeDeadCode();
  const tensor = (name: string, of: readonly number[]): ModelManifest['inputs'][number] => ({
    name,
    type: 'float32',
    shape: of,
    meaning: '',
  });
  const manifest = {
    id: 'test',
    inputs: [tensor('x', shape)],
    outputs: [tensor('y', result.shape)],
  } as unknown as ModelManifest;
  const session = await openModel({ manifest, bytes: encodeModel(graph, 'test') });
  const output = await session.infer(
    ({ x }) => x!.set(input),
    ({ y }) => Array.from(y!),
  );
  await session.close();
  return output;
}

const random = seeded(7);
const picture = (shape: readonly number[]): number[] =>
  Array.from({ length: elementCount(shape) }, () => Math.fround(random() * 4 - 2));
const near = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found.length).toBe(wanted.length);
  found.forEach((value, i) => expect(Math.abs(value - wanted[i]!), `element ${i}`).toBeLessThan(2e-6));
};

describe('rewrites for the CPU compute what they replace', () => {
  const shape = [1, 3, 5, 4];
  for (const target of ['cpu', 'gpu'] as const) {
    it.each([
      { title: 'PReLU with slopes below 1', slopes: [0.25, -0.5, 0, 0.99] },
      { title: 'PReLU with a slope above 1', slopes: [0.25, 1.75, 0, -3] },
    ])(`$title, ${target}`, async ({ slopes }) => {
      const x = picture(shape);
      const y = await run(target, shape, x, (context, value) => prelu(context, value, Float32Array.from(slopes)));
      near(
        y,
        x.map((value, i) => (value >= 0 ? value : value * slopes[i % 4]!)),
      );
    });

    it(`channels of zeros appended, ${target}`, async () => {
      const x = picture(shape);
      const y = await run(target, shape, x, (context, value) => padChannels(context, value, 7));
      near(
        y,
        Array.from({ length: 15 * 7 }, (_, i) => (i % 7 < 4 ? x[Math.floor(i / 7) * 4 + (i % 7)]! : 0)),
      );
    });
  }

  it('atan2 in every quadrant and on the axes', async () => {
    const pairs = [
      [1, 1],
      [1, -1],
      [-1, -1],
      [-1, 1],
      [0, 1],
      [0, -1],
      [1, 0],
      [-1, 0],
      [0, 0],
      [0.3, -2],
    ] as const;
    const node: TfNode = { name: 'atan2', op: 'Atan2', inputs: [], attributes: new TfAttributes() };
    const y = await run(
      'cpu',
      [10],
      pairs.map((pair) => pair[0]),
      (context, value) =>
        pointwiseLowerings['Atan2']!(
          node,
          [
            value,
            context.graph.fromConstant(
              floats(
                [10],
                Float32Array.from(pairs, (pair) => pair[1]),
              ),
            ),
          ],
          context,
        ),
    );
    near(
      y,
      pairs.map(([a, b]) => Math.atan2(a, b)),
    );
  });

  it('hard swish, spelt with Relu6, is recognised and right', async () => {
    const x = picture([1, 2, 2, 3]);
    const node = (op: string): TfNode => ({ name: op, op, inputs: [], attributes: new TfAttributes() });
    const operators: string[] = [];
    const y = await run('cpu', [1, 2, 2, 3], x, (context, value) => {
      const constant = (number: number): Value => context.graph.fromConstant(floats([], Float32Array.of(number)));
      const lower = (op: string, ...inputs: Value[]): Value => pointwiseLowerings[op]!(node(op), inputs, context);
      context.graph.nchwName(value);
      const gate = lower('Relu6', lower('AddV2', value, constant(3)));
      const result = lower('Mul', lower('Mul', constant(1 / 6), value), gate);
      operators.push(...context.graph.nodes.map(({ op }) => op));
      return result;
    });
    expect(operators).toContain('HardSigmoid');
    near(
      y,
      x.map((value) => (value * Math.min(Math.max(value + 3, 0), 6)) / 6),
    );
  });
});

describe('shapes are resolved as TensorFlow does', () => {
  it('puts the odd pixel of SAME padding at the bottom and right', () => {
    const window = { kernel: [3, 3], stride: [2, 2], dilation: [1, 1], padding: 'SAME' } as const;
    expect(resolveWindow([1, 256, 255, 3], window)).toEqual({ pads: [0, 1, 1, 1], outHeight: 128, outWidth: 128 });
    expect(resolveWindow([1, 7, 7, 3], { ...window, padding: 'VALID' })).toEqual({
      pads: [0, 0, 0, 0],
      outHeight: 3,
      outWidth: 3,
    });
  });

  it('resolves begin, end, shrink and ellipsis masks of a strided slice', () => {
    const attributes = new TfAttributes({
      begin_mask: { i: '1' },
      end_mask: { i: '1' },
      shrink_axis_mask: { i: '4' },
      ellipsis_mask: { i: '2' },
    });
    // x[::2, ..., -1] of a 5×4×3 tensor
    const slice = resolveSlice([5, 4, 3], { begin: [3, 0, -1], end: [4, 0, 0], step: [2, 1, 1] }, attributes);
    expect(slice).toEqual({
      starts: [0, 0, 2],
      ends: [5, 4, 3],
      steps: [2, 1, 1],
      slicedShape: [3, 4, 1],
      shape: [3, 4],
    });
  });

  it('transposes, broadcasts and slices known tensors through views', () => {
    const cube = floats(
      [2, 3, 2],
      Float32Array.from({ length: 12 }, (_, i) => i),
    );
    expect(Array.from(transposeConstant(cube, [2, 0, 1]).data)).toEqual([0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]);
    expect(Array.from(broadcastConstant(floats([2, 1], Float32Array.of(1, 2)), [2, 2, 2]).data)).toEqual([
      1, 1, 2, 2, 1, 1, 2, 2,
    ]);
    expect(Array.from(readView(cube, [2, 2], [6, 4], 1).data)).toEqual([1, 5, 7, 11]);
    expect(broadcastShape([5, 1, 3], [4, 1])).toEqual([5, 4, 3]);
    expect(() => broadcastShape([2], [3])).toThrow(RangeError);
  });

  it('reads half floats exactly', () => {
    const known = [
      [0x0000, 0],
      [0x3c00, 1],
      [0xc000, -2],
      [0x0001, 2 ** -24],
      [0x7bff, 65504],
      [0x7c00, Infinity],
    ] as const;
    for (const [bits, value] of known) expect(halfToFloat(bits)).toBe(value);
    expect(halfToFloat(0x7e00)).toBeNaN();
  });
});
