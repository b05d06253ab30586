import { GraphBuilder, type Value } from './graph/builder.js';
import { elementCount, floats, readView, transposeConstant, type Constant } from './graph/tensor.js';
import type { LoweringContext, Target } from './lower/context.js';
import { add, convolve, maxPool, padChannels, prelu, type Window } from './lower/layers.js';

/**
 * MediaPipe FaceMesh V2. The package ships the weights as one file with a table of (name, shape, offset); the network is a
 * plain residual one and is built here from its description: a strided 3×3 convolution, then seven levels of bottleneck
 * blocks (1×1 to half the channels, 3×3 depthwise, 1×1 back, residual, PReLU) with a halving block between them, then two
 * 2×2 heads over what is left.
 */
interface WeightTable {
  readonly keys: readonly string[];
  readonly shapes: readonly (readonly number[])[];
  readonly offsets: readonly number[];
}

/** Hands out weights by the running numbers that the layers carry in the original (conv2d_81, batch_normalization_132, …). */
class Weights {
  readonly #table: WeightTable;
  readonly #bytes: Uint8Array;
  readonly #next = { conv: 81, depthwise: 60, bias: 132, slopes: 126 };

  constructor(json: Uint8Array, bytes: Uint8Array) {
    this.#table = JSON.parse(new TextDecoder().decode(json)) as WeightTable;
    this.#bytes = bytes;
  }

  /** [out, kh, kw, in] in the file, [out, in, kh, kw] here. */
  convolution(name = `conv2d_${this.#next.conv++}`): Constant {
    return transposeConstant(this.#find(new RegExp(`(^|/)${name}/Conv2D$`)), [0, 3, 1, 2]);
  }

  depthwise(): Constant {
    const found = this.#find(new RegExp(`/depthwise_conv2d_${this.#next.depthwise++}/depthwise1?$`));
    const [, height, width, channels] = found.shape as [number, number, number, number];
    return { ...transposeConstant(found, [3, 0, 1, 2]), shape: [channels, 1, height, width] };
  }

  bias(): Constant {
    return this.#find(new RegExp(`/batch_normalization_${this.#next.bias++}/`));
  }

  headBias(name: string): Constant {
    return this.#find(new RegExp(`(^|/)${name}/BiasAdd/`));
  }

  slopes(): Float32Array {
    return Float32Array.from(this.#find(new RegExp(`/p_re_lu_${this.#next.slopes++}/`)).data);
  }

  #find(pattern: RegExp): Constant {
    const at = this.#table.keys.findIndex((key) => pattern.test(key));
    if (at < 0) throw new RangeError(`FaceMesh V2 has no weight ${pattern.source}`);
    const shape = this.#table.shapes[at]!;
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#table.offsets[at]!);
    const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => view.getFloat32(i * 4, true));
    return readView(floats([data.length], data), shape, rowMajor(shape));
  }
}

const rowMajor = (shape: readonly number[]): number[] => shape.map((_, axis) => elementCount(shape.slice(axis + 1)));

const square = (kernel: number, stride: number, padding: Window['padding'] = 'SAME'): Window => ({
  kernel: [kernel, kernel],
  stride: [stride, stride],
  dilation: [1, 1],
  padding,
});

/** Channels of each level and of the halving block that opens it; the first level follows the first convolution. */
const levels = [
  { channels: 32, inner: 16 },
  { channels: 64, inner: 32 },
  { channels: 128, inner: 64 },
  { channels: 128, inner: 64 },
  { channels: 128, inner: 64 },
  { channels: 128, inner: 64 },
] as const;
const blocksPerLevel = 4;

export function buildFaceMeshV2(json: Uint8Array, bytes: Uint8Array, target: Target): GraphBuilder {
  const weights = new Weights(json, bytes);
  const graph = new GraphBuilder();
  const context: LoweringContext = { graph, target };
  let picture = convolve(context, graph.input('image', [1, 256, 256, 3]), {
    weights: weights.convolution(),
    bias: weights.bias(),
    window: square(3, 2),
    groups: 1,
  });
  picture = prelu(context, picture, weights.slopes());
  for (let block = 0; block < blocksPerLevel; block++) picture = bottleneck(context, weights, picture);
  for (const level of levels) {
    picture = halve(context, weights, picture, level);
    for (let block = 0; block < blocksPerLevel; block++) picture = bottleneck(context, weights, picture);
  }
  const head = (name: string): Value =>
    convolve(context, picture, {
      weights: weights.convolution(name),
      bias: weights.headBias(name),
      window: square(2, 1, 'VALID'),
      groups: 1,
    });
  graph.output('landmarks', head('conv2d_150'), [1, 1434]);
  // conv2d_152, which the package takes for the score, stays near 0 on faces; conv2d_151 tells faces from other pictures.
  const flag = graph.emit('Sigmoid', [graph.nchwName(head('conv2d_151'))]);
  graph.output('presence', graph.fromNchw(flag, [1, 1, 1, 1]), [1, 1]);
  graph.removeDeadCode();
  return graph;
}

/** 1×1 to half the channels, 3×3 per channel, 1×1 back, plus what came in. */
function bottleneck(context: LoweringContext, weights: Weights, input: Value): Value {
  const squeezed = pixelWise(context, weights, input);
  const inner = prelu(context, squeezed, weights.slopes());
  const widened = pixelWise(context, weights, depthwise(context, weights, inner));
  return prelu(context, add(context, widened, input), weights.slopes());
}

/** The same at half the size: a 2×2 convolution with stride 2 inside, a max pool (and channels of zeros) beside it. */
function halve(
  context: LoweringContext,
  weights: Weights,
  input: Value,
  level: { channels: number; inner: number },
): Value {
  const squeezed = convolve(context, input, {
    weights: weights.convolution(),
    bias: weights.bias(),
    window: square(2, 2),
    groups: 1,
  });
  if (squeezed.shape[3] !== level.inner) throw new RangeError('FaceMesh V2 weights are not in the expected order');
  const pooled = maxPool(context, input, square(2, 2));
  const beside = pooled.shape[3] === level.channels ? pooled : padChannels(context, pooled, level.channels);
  const inner = prelu(context, squeezed, weights.slopes());
  const widened = pixelWise(context, weights, depthwise(context, weights, inner));
  return prelu(context, add(context, widened, beside), weights.slopes());
}

const pixelWise = (context: LoweringContext, weights: Weights, input: Value): Value =>
  convolve(context, input, { weights: weights.convolution(), bias: weights.bias(), window: square(1, 1), groups: 1 });

function depthwise(context: LoweringContext, weights: Weights, input: Value): Value {
  const filter = weights.depthwise();
  return convolve(context, input, { weights: filter, bias: null, window: square(3, 1), groups: filter.shape[0]! });
}
