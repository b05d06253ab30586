import type { Value } from '../graph/builder.js';
import type { TfNode } from '../tfjs/graph-model.js';
import { constantOf, numbersOf, type Lowering, type LoweringContext } from './context.js';

const reduce =
  (op: string): Lowering =>
  (node, [input, axesValue], { graph }) => {
    const rank = input!.shape.length;
    const axes = numbersOf(axesValue, node).map((axis) => (axis < 0 ? axis + rank : axis));
    const keep = node.attributes.flag('keep_dims');
    const kept = input!.shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
    const shape = keep ? kept : kept.filter((_, axis) => !axes.includes(axis));
    // The mean over a picture is a pool, which ONNX Runtime keeps in the blocked layout.
    if (op === 'ReduceMean' && rank === 4 && axes.join() === '1,2') {
      const pooled = graph.fromNchw(graph.emit('GlobalAveragePool', [graph.nchwName(input!)]), kept);
      return graph.reshape(pooled, shape);
    }
    const name = graph.emit(op, [graph.plainName(input!)], { axes: { ints: axes }, keepdims: { int: keep ? 1 : 0 } });
    return graph.fromPlain(name, shape, input!.type);
  };

function transposedLast({ graph }: LoweringContext, value: Value): Value {
  const axes = value.shape.map((_, axis) => axis);
  const order = [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!];
  const name = graph.emit('Transpose', [graph.plainName(value)], { perm: { ints: order } });
  return graph.fromPlain(
    name,
    order.map((axis) => value.shape[axis]!),
    value.type,
  );
}

function product(context: LoweringContext, a: Value, b: Value): Value {
  const { graph } = context;
  const name = graph.emit('MatMul', [graph.plainName(a), graph.plainName(b)]);
  const lead = a.shape.length >= b.shape.length ? a.shape : b.shape;
  return graph.fromPlain(name, [...lead.slice(0, -2), a.shape.at(-2)!, b.shape.at(-1)!], a.type);
}

const batchMatMul: Lowering = (node, [a, b], context) =>
  product(
    context,
    node.attributes.flag('adj_x') ? transposedLast(context, a!) : a!,
    node.attributes.flag('adj_y') ? transposedLast(context, b!) : b!,
  );

/** A dense layer: Gemm, with the bias and activation that TensorFlow's optimiser fused behind it. */
const fusedMatMul: Lowering = (node, [input, weights, bias], { graph }) => {
  const [, activation, ...more] = fusedAfterBias(node);
  const operands = [graph.plainName(input!), graph.plainName(weights!), graph.constantName(constantOf(bias, node))];
  const name = graph.emit('Gemm', operands);
  if (more.length > 0 || (activation !== undefined && activation !== 'Relu')) {
    throw new RangeError(`"${node.name}" fuses [${node.attributes.texts('fused_ops')}], which is not supported`);
  }
  return graph.fromPlain(activation === undefined ? name : graph.emit('Relu', [name]), [
    input!.shape[0]!,
    weights!.shape[1]!,
  ]);
};

function fusedAfterBias(node: TfNode): string[] {
  const fused = node.attributes.texts('fused_ops');
  if (fused[0] !== 'BiasAdd' || node.attributes.flag('transpose_a') || node.attributes.flag('transpose_b')) {
    throw new RangeError(`"${node.name}" is not a plain dense layer`);
  }
  return fused;
}

const softmax: Lowering = (_node, [input], { graph }) =>
  graph.fromPlain(graph.emit('Softmax', [graph.plainName(input!)], { axis: { int: -1 } }), input!.shape);

export const reduceAndMatMulLowerings: Readonly<Record<string, Lowering>> = {
  Mean: reduce('ReduceMean'),
  Min: reduce('ReduceMin'),
  Max: reduce('ReduceMax'),
  BatchMatMulV2: batchMatMul,
  _FusedMatMul: fusedMatMul,
  Softmax: softmax,
};
