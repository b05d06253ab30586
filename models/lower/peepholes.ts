import type { GraphBuilder, OnnxNode, Value } from '../graph/builder.js';
import type { Constant } from '../graph/tensor.js';

const isAll = (constant: Constant | null | undefined, wanted: number): boolean =>
  constant != null && constant.data.every((value) => Math.abs(value - wanted) <= 1e-6 * Math.abs(wanted));

const producerOf = (graph: GraphBuilder, value: Value): OnnxNode | null => graph.producer(value.nchw ?? value.plain);

/** The tensor and the constant of a two-operand node, whichever way round they stand; null when there is no such pair. */
function withConstant(
  graph: GraphBuilder,
  node: OnnxNode | null,
  op: string,
): { input: string; constant: Constant } | null {
  if (node?.op !== op) return null;
  for (const [input, other] of [node.inputs, [...node.inputs].reverse()]) {
    const constant = graph.initialisers.get(other!);
    if (constant !== undefined) return { input: input!, constant };
  }
  return null;
}

/** min(relu(x), 6) → Clip(x, 0, 6): ONNX Runtime fuses a Clip into the convolution before it. */
export function asRelu6(graph: GraphBuilder, [value, limit]: readonly Value[]): Value | null {
  const made = producerOf(graph, value!);
  if (made?.op !== 'Relu' || !isAll(limit!.constant, 6) || value!.nchw === null) return null;
  const bounds = [0, 6].map((bound) =>
    graph.constantName({ type: 'float32', shape: [], data: Float32Array.of(bound) }),
  );
  return graph.fromNchw(graph.emit('Clip', [made.inputs[0]!, ...bounds]), value!.shape);
}

/** (x / 6) · clip(x + 3, 0, 6), TensorFlow's spelling of hard swish → x · HardSigmoid(x). */
export function asHardSwish(graph: GraphBuilder, [a, b]: readonly Value[]): Value | null {
  for (const [scaled, gate] of [
    [a!, b!],
    [b!, a!],
  ] as const) {
    const sixth = withConstant(graph, producerOf(graph, scaled), 'Mul');
    const clip = producerOf(graph, gate);
    if (sixth === null || clip?.op !== 'Clip' || gate.nchw === null) continue;
    const shifted = withConstant(graph, graph.producer(clip.inputs[0]!), 'Add');
    if (shifted === null || shifted.input !== sixth.input) continue;
    const [low, high] = clip.inputs.slice(1).map((name) => graph.initialisers.get(name));
    if (!isAll(sixth.constant, 1 / 6) || !isAll(shifted.constant, 3) || !isAll(low, 0) || !isAll(high, 6)) continue;
    const gated = graph.emit('HardSigmoid', [sixth.input], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
    return graph.fromNchw(graph.emit('Mul', [sixth.input, gated]), gate.shape);
  }
  return null;
}
