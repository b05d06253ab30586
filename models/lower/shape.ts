import type { Value } from '../graph/builder.js';
import { elementCount } from '../graph/tensor.js';
import type { TfNode } from '../tfjs/graph-model.js';
import { numbersOf, type Lowering } from './context.js';
import { padChannels } from './layers.js';
import { resolveSlice } from './strided-slice.js';

/** A shape operand with at most one −1, resolved against the number of elements. */
export function resolveShape(wanted: readonly number[], count: number): number[] {
  const known = wanted.filter((side) => side !== -1).reduce((product, side) => product * side, 1);
  return wanted.map((side) => (side === -1 ? count / known : side));
}

/** One new axis of length 1 at `axis`, which counts from the end when negative. */
export function expandedShape(shape: readonly number[], axis: number): number[] {
  const at = axis < 0 ? axis + shape.length + 1 : axis;
  return [...shape.slice(0, at), 1, ...shape.slice(at)];
}

const reshape: Lowering = (node, [input, shape], { graph }) =>
  graph.reshape(input!, resolveShape(numbersOf(shape, node), elementCount(input!.shape)));

const expandDims: Lowering = (node, [input, axis], { graph }) =>
  graph.reshape(input!, expandedShape(input!.shape, numbersOf(axis, node)[0]!));

const stridedSlice: Lowering = (node, [input, ...bounds], { graph }) => {
  const [begin, end, step] = bounds.map((bound) => numbersOf(bound, node)) as [number[], number[], number[]];
  const slice = resolveSlice(input!.shape, { begin, end, step }, node.attributes);
  const axes = slice.starts.map((_, axis) => axis);
  const operands = [slice.starts, slice.ends, axes, slice.steps].map((list) => graph.int64(list));
  const name = graph.emit('Slice', [graph.plainName(input!), ...operands]);
  return graph.reshape(graph.fromPlain(name, slice.slicedShape, input!.type), slice.shape);
};

const concatenated = (node: TfNode, parts: readonly Value[], axis: number): number[] => {
  const shape = [...parts[0]!.shape];
  const at = axis < 0 ? axis + shape.length : axis;
  if (shape[at] === undefined) throw new RangeError(`"${node.name}" joins along axis ${axis} of [${shape}]`);
  shape[at] = parts.reduce((sum, part) => sum + part.shape[at]!, 0);
  return shape;
};

const concat: Lowering = (node, inputs, { graph }) => {
  const parts = inputs.slice(0, -1);
  const axis = numbersOf(inputs.at(-1), node)[0]!;
  const name = graph.emit(
    'Concat',
    parts.map((part) => graph.plainName(part)),
    { axis: { int: axis } },
  );
  return graph.fromPlain(name, concatenated(node, parts, axis), parts[0]!.type);
};

const pack: Lowering = (node, inputs, { graph }) => {
  const axis = node.attributes.int('axis');
  const parts = inputs.map((input) => graph.reshape(input, expandedShape(input.shape, axis)));
  const name = graph.emit(
    'Concat',
    parts.map((part) => graph.plainName(part)),
    { axis: { int: axis } },
  );
  return graph.fromPlain(name, concatenated(node, parts, axis), parts[0]!.type);
};

const transpose: Lowering = (node, [input, order], { graph }) => {
  const permutation = numbersOf(order, node);
  const name = graph.emit('Transpose', [graph.plainName(input!)], { perm: { ints: permutation } });
  return graph.fromPlain(
    name,
    permutation.map((axis) => input!.shape[axis]!),
    input!.type,
  );
};

const gather: Lowering = (node, [table, indices, axisValue], { graph }) => {
  const axis = numbersOf(axisValue, node)[0]!;
  const name = graph.emit('Gather', [graph.plainName(table!), graph.plainName(indices!)], { axis: { int: axis } });
  const shape = [...table!.shape.slice(0, axis), ...indices!.shape, ...table!.shape.slice(axis + 1)];
  return graph.fromPlain(name, shape, table!.type);
};

/** Pads of zeros; only along the channels, the one way these models use it. */
const pad: Lowering = (node, [input, paddings], context) => {
  const amounts = numbersOf(paddings, node);
  if (amounts.length !== 8 || amounts.slice(0, 7).some((amount) => amount !== 0)) {
    throw new RangeError(`"${node.name}" pads something other than trailing channels: [${amounts}]`);
  }
  return padChannels(context, input!, input!.shape[3]! + amounts[7]!);
};

const tile: Lowering = (node, [input, repeats], { graph }) => {
  const counts = numbersOf(repeats, node);
  const name = graph.emit('Tile', [graph.plainName(input!), graph.int64(counts)]);
  return graph.fromPlain(
    name,
    input!.shape.map((side, axis) => side * counts[axis]!),
    input!.type,
  );
};

export const shapeLowerings: Readonly<Record<string, Lowering>> = {
  Identity: (_node, [input]) => input!,
  Reshape: reshape,
  ExpandDims: expandDims,
  StridedSlice: stridedSlice,
  ConcatV2: concat,
  Pack: pack,
  Transpose: transpose,
  GatherV2: gather,
  Pad: pad,
  Tile: tile,
};
