import type { TfAttributes } from '../tfjs/graph-model.js';

export interface ResolvedSlice {
  /** By axis of the input: first index, index after the last, step. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps: readonly number[];
  /** Shape of the cut with every axis kept, and after the axes taken by a single index are dropped. */
  readonly slicedShape: readonly number[];
  readonly shape: readonly number[];
}

/** TensorFlow's strided slice (`x[1:, ..., 2]`) with its bit masks, resolved against a known shape. Steps are positive. */
export function resolveSlice(
  inputShape: readonly number[],
  bounds: { begin: readonly number[]; end: readonly number[]; step: readonly number[] },
  attributes: TfAttributes,
): ResolvedSlice {
  const masked = (name: string, axis: number): boolean => ((attributes.int(name) >> axis) & 1) === 1;
  const starts = inputShape.map(() => 0),
    ends = [...inputShape],
    steps = inputShape.map(() => 1);
  const dropped = inputShape.map(() => false);
  let axis = 0;
  for (let i = 0; i < bounds.begin.length; i++) {
    if (masked('new_axis_mask', i)) throw new RangeError('A strided slice that adds an axis is not supported');
    if (masked('ellipsis_mask', i)) {
      axis = inputShape.length - (bounds.begin.length - 1 - i);
      continue;
    }
    const size = inputShape[axis]!;
    const fromEnd = (index: number): number => Math.min(Math.max(index < 0 ? index + size : index, 0), size);
    steps[axis] = bounds.step[i]!;
    if (steps[axis]! < 1) throw new RangeError('A strided slice that runs backwards is not supported');
    if (!masked('begin_mask', i)) starts[axis] = fromEnd(bounds.begin[i]!);
    if (!masked('end_mask', i)) ends[axis] = fromEnd(bounds.end[i]!);
    if (masked('shrink_axis_mask', i)) {
      ends[axis] = starts[axis]! + 1;
      dropped[axis] = true;
    }
    axis++;
  }
  const slicedShape = starts.map((start, at) => Math.ceil((ends[at]! - start) / steps[at]!));
  return { starts, ends, steps, slicedShape, shape: slicedShape.filter((_, at) => !dropped[at]) };
}
