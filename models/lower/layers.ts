import type { Attribute, Value } from '../graph/builder.js';
import { floats, type Constant } from '../graph/tensor.js';
import type { LoweringContext } from './context.js';

/** Pixels added before and after, by axis: [top, left, bottom, right], as ONNX orders them. */
export type Pads = readonly [number, number, number, number];

export interface Window {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: 'SAME' | 'VALID';
}

/** TensorFlow's SAME rule: output = ceil(input / stride), the odd pixel goes to the bottom and right. */
export function resolveWindow(
  shape: readonly number[],
  window: Window,
): { pads: Pads; outHeight: number; outWidth: number } {
  const along = (axis: 0 | 1): { before: number; after: number; out: number } => {
    const size = shape[axis + 1]!;
    const reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
    const stride = window.stride[axis];
    if (window.padding === 'VALID') return { before: 0, after: 0, out: Math.floor((size - reach) / stride) + 1 };
    const out = Math.ceil(size / stride);
    const total = Math.max((out - 1) * stride + reach - size, 0);
    return { before: total >> 1, after: total - (total >> 1), out };
  };
  const rows = along(0),
    columns = along(1);
  return {
    pads: [rows.before, columns.before, rows.after, columns.after],
    outHeight: rows.out,
    outWidth: columns.out,
  };
}

const windowAttributes = (window: Window, pads: Pads): Record<string, Attribute> => ({
  kernel_shape: { ints: window.kernel },
  strides: { ints: window.stride },
  pads: { ints: pads },
});

/** Convolution of a [1,h,w,c] value with ONNX weights [out, in/groups, kh, kw]. */
export function convolve(
  { graph }: LoweringContext,
  input: Value,
  layer: { weights: Constant; bias: Constant | null; window: Window; groups: number },
): Value {
  const { pads, outHeight, outWidth } = resolveWindow(input.shape, layer.window);
  const operands = [graph.nchwName(input), graph.constantName(layer.weights)];
  if (layer.bias !== null) operands.push(graph.constantName(layer.bias));
  const output = graph.emit('Conv', operands, {
    ...windowAttributes(layer.window, pads),
    dilations: { ints: layer.window.dilation },
    group: { int: layer.groups },
  });
  return graph.fromNchw(output, [input.shape[0]!, outHeight, outWidth, layer.weights.shape[0]!]);
}

const pixelWise: Window = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding: 'VALID' };

const scaleChannels = (context: LoweringContext, input: Value, factors: Float32Array): Value =>
  convolve(context, input, {
    weights: floats([factors.length, 1, 1, 1], factors),
    bias: null,
    window: pixelWise,
    groups: factors.length,
  });

export function relu({ graph }: LoweringContext, input: Value): Value {
  return graph.fromNchw(graph.emit('Relu', [graph.nchwName(input)]), input.shape);
}

/**
 * y = x for x ≥ 0, slope·x below, one slope per channel. On the CPU it becomes slope·x + relu((1 − slope)·x), two depthwise
 * 1×1 convolutions that stay in the blocked layout; where some slope exceeds 1 the relu comes first, which is always right.
 */
export function prelu(context: LoweringContext, input: Value, slopes: Float32Array): Value {
  const { graph, target } = context;
  if (target === 'gpu') {
    const operand = graph.constantName(floats([slopes.length, 1, 1], slopes));
    return graph.fromNchw(graph.emit('PRelu', [graph.nchwName(input), operand]), input.shape);
  }
  const rest = slopes.map((slope) => 1 - slope);
  const linear = scaleChannels(context, input, slopes);
  const kinked = slopes.some((slope) => slope > 1)
    ? scaleChannels(context, relu(context, input), rest)
    : relu(context, scaleChannels(context, input, rest));
  return add(context, linear, kinked);
}

export function add({ graph }: LoweringContext, a: Value, b: Value): Value {
  return graph.fromNchw(graph.emit('Add', [graph.nchwName(a), graph.nchwName(b)]), a.shape);
}

/** Appends channels of zeros. On the CPU it is a 1×1 convolution with an identity, which keeps the blocked layout. */
export function padChannels(context: LoweringContext, input: Value, channels: number): Value {
  const { graph, target } = context;
  const shape = [...input.shape.slice(0, 3), channels];
  if (target === 'cpu') return identityConvolution(context, input, channels);
  const pads = graph.int64([0, 0, 0, 0, 0, channels - input.shape[3]!, 0, 0]);
  return graph.fromNchw(graph.emit('Pad', [graph.nchwName(input), pads]), shape);
}

function identityConvolution(context: LoweringContext, input: Value, channels: number): Value {
  const given = input.shape[3]!;
  const weights = new Float32Array(channels * given);
  for (let channel = 0; channel < given; channel++) weights[channel * given + channel] = 1;
  return convolve(context, input, {
    weights: floats([channels, given, 1, 1], weights),
    bias: null,
    window: pixelWise,
    groups: 1,
  });
}

/**
 * Largest value under the window. On the CPU a pool whose channels do not fill whole blocks of 16 leaves the blocked layout;
 * an identity convolution behind it brings the residual branch back.
 */
export function maxPool(context: LoweringContext, input: Value, window: Window): Value {
  const { graph, target } = context;
  const { pads, outHeight, outWidth } = resolveWindow(input.shape, window);
  const channels = input.shape[3]!;
  const name = graph.emit('MaxPool', [graph.nchwName(input)], windowAttributes(window, pads));
  const pooled = graph.fromNchw(name, [input.shape[0]!, outHeight, outWidth, channels]);
  return target === 'cpu' && channels % 16 !== 0 ? identityConvolution(context, pooled, channels) : pooled;
}

export function averagePool({ graph }: LoweringContext, input: Value, window: Window): Value {
  const { pads, outHeight, outWidth } = resolveWindow(input.shape, window);
  const shape = [input.shape[0]!, outHeight, outWidth, input.shape[3]!];
  const coversAll = window.kernel[0] === input.shape[1] && window.kernel[1] === input.shape[2];
  const name = coversAll
    ? graph.emit('GlobalAveragePool', [graph.nchwName(input)])
    : graph.emit('AveragePool', [graph.nchwName(input)], windowAttributes(window, pads));
  return graph.fromNchw(name, shape);
}
