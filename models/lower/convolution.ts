import type { Value } from '../graph/builder.js';
import { floats, readView, transposeConstant, type Constant } from '../graph/tensor.js';
import type { TfNode } from '../tfjs/graph-model.js';
import { constantOf, numbersOf, type Lowering, type LoweringContext } from './context.js';
import { averagePool, convolve, maxPool, prelu, relu, type Window } from './layers.js';

function windowOf({ attributes }: TfNode, kernel: readonly [number, number]): Window {
  const padding = attributes.text('padding');
  if (padding !== 'SAME' && padding !== 'VALID') throw new RangeError(`Padding "${padding}" is not supported`);
  const [, strideY = 1, strideX = 1] = attributes.ints('strides');
  const [, dilationY = 1, dilationX = 1] = attributes.ints('dilations');
  return { kernel, stride: [strideY, strideX], dilation: [dilationY, dilationX], padding };
}

const pair = (height: number | undefined, width: number | undefined): [number, number] => [height ?? 1, width ?? 1];

/** TensorFlow's filter [kh, kw, in, out] as ONNX's [out, in, kh, kw]. */
function convolution(
  node: TfNode,
  input: Value,
  filter: Value | undefined,
  bias: Constant | null,
  context: LoweringContext,
): Value {
  const weights = transposeConstant(constantOf(filter, node), [3, 2, 0, 1]);
  return convolve(context, input, {
    weights,
    bias,
    window: windowOf(node, pair(weights.shape[2], weights.shape[3])),
    groups: 1,
  });
}

/** Conv2D with what TensorFlow's optimiser fused behind it: a bias, then an activation. */
const fusedConvolution: Lowering = (node, [input, filter, ...rest], context) => {
  const fused = node.attributes.texts('fused_ops');
  const bias = fused[0] === 'BiasAdd' ? constantOf(rest.shift(), node) : null;
  let result = convolution(node, input!, filter, bias, context);
  for (const operation of fused.slice(bias === null ? 0 : 1)) {
    if (operation === 'Relu') result = relu(context, result);
    else if (operation === 'Prelu')
      result = prelu(context, result, channelSlopes(constantOf(rest.shift(), node), result));
    else throw new RangeError(`Fused operation ${operation} of "${node.name}" is not supported`);
  }
  return result;
};

function channelSlopes(slopes: Constant, value: Value): Float32Array {
  if (slopes.data.length !== value.shape[3]) throw new RangeError('PReLU slopes must be one per channel');
  return Float32Array.from(slopes.data);
}

/** TensorFlow's depthwise filter [kh, kw, channel, multiplier] as ONNX's grouped [channel·multiplier, 1, kh, kw]. */
const depthwise: Lowering = (node, [input, filter], context) => {
  const source = constantOf(filter, node);
  const [height, width, channels, multiplier] = source.shape as [number, number, number, number];
  const perChannel = transposeConstant(source, [2, 3, 0, 1]);
  return convolve(context, input!, {
    weights: { ...perChannel, shape: [channels * multiplier, 1, height, width] },
    bias: null,
    window: windowOf(node, [height, width]),
    groups: channels,
  });
};

/** Transposed convolution: the gradient of a Conv2D, with TensorFlow's filter [kh, kw, out, in]. */
const transposedConvolution: Lowering = (node, [sizes, filter, input], context) => {
  const [batch, height, width, channels] = numbersOf(sizes, node) as [number, number, number, number];
  const weights = transposeConstant(constantOf(filter, node), [3, 2, 0, 1]);
  const window = windowOf(node, pair(weights.shape[2], weights.shape[3]));
  const cut = ([inSize, outSize]: readonly [number, number], axis: 0 | 1): number =>
    Math.max((inSize - 1) * window.stride[axis] + window.kernel[axis] - outSize, 0);
  const rows = cut([input!.shape[1]!, height], 0),
    columns = cut([input!.shape[2]!, width], 1);
  const { graph } = context;
  const name = graph.emit('ConvTranspose', [graph.nchwName(input!), graph.constantName(weights)], {
    kernel_shape: { ints: window.kernel },
    strides: { ints: window.stride },
    pads: { ints: [rows >> 1, columns >> 1, rows - (rows >> 1), columns - (columns >> 1)] },
  });
  return graph.fromNchw(name, [batch, height, width, channels]);
};

const poolWindow = (node: TfNode): Window => {
  const [, height, width] = node.attributes.ints('ksize');
  return windowOf(node, pair(height, width));
};

/** Bilinear enlargement by a fixed factor; `scales` rather than `sizes` keeps ONNX Runtime's fast path. */
const resizeBilinear: Lowering = (node, [input, size], { graph }) => {
  const [height, width] = numbersOf(size, node) as [number, number];
  if (!node.attributes.flag('half_pixel_centers'))
    throw new RangeError(`"${node.name}" resizes without half-pixel centres`);
  const [batch, fromHeight, fromWidth, channels] = input!.shape as [number, number, number, number];
  const scales = floats([4], Float32Array.of(1, 1, height / fromHeight, width / fromWidth));
  const name = graph.emit('Resize', [graph.nchwName(input!), '', graph.constantName(scales)], {
    mode: { text: 'linear' },
    coordinate_transformation_mode: { text: 'half_pixel' },
  });
  return graph.fromNchw(name, [batch, height, width, channels]);
};

/** Slopes are stored per channel, as [1, 1, channels] or [channels]. */
const preluNode: Lowering = (node, [input, slopes], context) => {
  const constant = constantOf(slopes, node);
  const flat = readView(constant, [constant.data.length], [1]);
  return prelu(context, input!, channelSlopes(flat, input!));
};

export const convolutionLowerings: Readonly<Record<string, Lowering>> = {
  Conv2D: (node, [input, filter], context) => convolution(node, input!, filter, null, context),
  _FusedConv2D: fusedConvolution,
  DepthwiseConv2dNative: depthwise,
  Conv2DBackpropInput: transposedConvolution,
  Prelu: preluNode,
  MaxPool: (node, [input], context) => maxPool(context, input!, poolWindow(node)),
  AvgPool: (node, [input], context) => averagePool(context, input!, poolWindow(node)),
  ResizeBilinear: resizeBilinear,
};
