export type ElementType = 'float32' | 'int32' | 'int64' | 'bool';

/** A tensor whose every element is known at conversion time. int64 values (shapes, axes) fit an Int32Array; bool is 0 or 1. */
export interface Constant {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

export const elementCount = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

export const floats = (shape: readonly number[], data: Float32Array): Constant => ({ type: 'float32', shape, data });
export const ints = (shape: readonly number[], data: readonly number[]): Constant => ({
  type: 'int32',
  shape,
  data: Int32Array.from(data),
});

/** Row-major steps between neighbours along each axis. */
export function strides(shape: readonly number[]): number[] {
  const steps = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) steps[axis] = steps[axis + 1]! * shape[axis + 1]!;
  return steps;
}

/** NumPy's broadcasting rule for two shapes. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[a.length - rank + axis] ?? 1;
    const right = b[b.length - rank + axis] ?? 1;
    if (left !== right && left !== 1 && right !== 1) throw new RangeError(`[${a}] and [${b}] do not broadcast`);
    return left === 1 ? right : left;
  });
}

const blank = (like: Float32Array | Int32Array, length: number): Float32Array | Int32Array =>
  like instanceof Float32Array ? new Float32Array(length) : new Int32Array(length);

/**
 * Reads a tensor through a strided view: element (i, j, …) of the result is source[offset + i·steps[0] + j·steps[1] + …].
 * Transposing, slicing, tiling and broadcasting are all such views.
 */
export function readView(source: Constant, shape: readonly number[], steps: readonly number[], offset = 0): Constant {
  const total = elementCount(shape);
  const data = blank(source.data, total);
  const index = new Array<number>(shape.length).fill(0);
  let at = offset;
  for (let i = 0; i < total; i++) {
    data[i] = source.data[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += steps[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= steps[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { type: source.type, shape, data };
}

export function transposeConstant(source: Constant, permutation: readonly number[]): Constant {
  const steps = strides(source.shape);
  return readView(
    source,
    permutation.map((axis) => source.shape[axis]!),
    permutation.map((axis) => steps[axis]!),
  );
}

export function broadcastConstant(source: Constant, shape: readonly number[]): Constant {
  const lead = shape.length - source.shape.length;
  const steps = strides(source.shape);
  return readView(
    source,
    shape,
    shape.map((_, axis) => (axis < lead || source.shape[axis - lead] === 1 ? 0 : steps[axis - lead]!)),
  );
}

export const reshapeConstant = (source: Constant, shape: readonly number[]): Constant => ({ ...source, shape });
