import {
  elementCount,
  ints,
  readView,
  reshapeConstant,
  strides,
  transposeConstant,
  type Constant,
} from '../graph/tensor.js';
import type { Folding } from '../lower/context.js';
import { expandedShape, resolveShape } from '../lower/shape.js';
import { resolveSlice } from '../lower/strided-slice.js';

const list = (constant: Constant | undefined): number[] => Array.from(constant!.data);

const stridedSlice: Folding = (node, [input, begin, end, step]) => {
  const slice = resolveSlice(input!.shape, { begin: list(begin), end: list(end), step: list(step) }, node.attributes);
  const steps = strides(input!.shape);
  const offset = slice.starts.reduce((sum, start, axis) => sum + start * steps[axis]!, 0);
  const cut = readView(
    input!,
    slice.slicedShape,
    steps.map((each, axis) => each * slice.steps[axis]!),
    offset,
  );
  return reshapeConstant(cut, slice.shape);
};

/** Joins tensors of equal rank along an axis: rows of `inner` consecutive elements from each part in turn. */
function concatenate(parts: readonly Constant[], axis: number): Constant {
  const first = parts[0]!;
  const at = axis < 0 ? axis + first.shape.length : axis;
  const shape = first.shape.map((side, i) => (i === at ? parts.reduce((sum, part) => sum + part.shape[at]!, 0) : side));
  const data =
    first.data instanceof Float32Array ? new Float32Array(elementCount(shape)) : new Int32Array(elementCount(shape));
  const outer = elementCount(shape.slice(0, at));
  let to = 0;
  for (let row = 0; row < outer; row++) {
    for (const part of parts) {
      const inner = elementCount(part.shape.slice(at));
      data.set(part.data.subarray(row * inner, (row + 1) * inner), to);
      to += inner;
    }
  }
  return { type: first.type, shape, data };
}

const pack: Folding = (node, inputs) => {
  const axis = node.attributes.int('axis');
  return concatenate(
    inputs.map((input) => reshapeConstant(input, expandedShape(input.shape, axis))),
    axis,
  );
};

const range: Folding = (_node, [start, limit, delta]) => {
  const [from, to, step] = [start!.data[0]!, limit!.data[0]!, delta!.data[0]!];
  const count = Math.max(Math.ceil((to - from) / step), 0);
  return ints(
    [count],
    Array.from({ length: count }, (_, i) => from + i * step),
  );
};

const fill: Folding = (_node, [shape, value]) =>
  readView(
    value!,
    list(shape),
    list(shape).map(() => 0),
  );

const tile: Folding = (_node, [input, repeats]) => {
  const steps = strides(input!.shape);
  const counts = list(repeats);
  const interleaved = input!.shape.flatMap((side, axis) => [counts[axis]!, side]);
  const tiled = readView(
    input!,
    interleaved,
    steps.flatMap((step) => [0, step]),
  );
  return reshapeConstant(
    tiled,
    input!.shape.map((side, axis) => side * counts[axis]!),
  );
};

export const shapeFoldings: Readonly<Record<string, Folding>> = {
  Identity: (_node, [input]) => input!,
  Reshape: (_node, [input, shape]) => reshapeConstant(input!, resolveShape(list(shape), input!.data.length)),
  ExpandDims: (_node, [input, axis]) => reshapeConstant(input!, expandedShape(input!.shape, axis!.data[0]!)),
  StridedSlice: stridedSlice,
  ConcatV2: (_node, inputs) => concatenate(inputs.slice(0, -1), inputs.at(-1)!.data[0]!),
  Pack: pack,
  Range: range,
  Fill: fill,
  Tile: tile,
  Transpose: (_node, [input, order]) => transposeConstant(input!, list(order)),
};
