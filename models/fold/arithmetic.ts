import { broadcastConstant, broadcastShape, type Constant, type ElementType } from '../graph/tensor.js';
import type { Folding } from '../lower/context.js';

/** Typed arrays round a float to 32 bits and an integer to its low 32 bits on store, as the tensors they stand for do. */
const blank = (type: ElementType, length: number): Float32Array | Int32Array =>
  type === 'float32' ? new Float32Array(length) : new Int32Array(length);

const binary =
  (compute: (a: number, b: number) => number, result?: ElementType): Folding =>
  (_node, [left, right]) => {
    const shape = broadcastShape(left!.shape, right!.shape);
    const a = broadcastConstant(left!, shape),
      b = broadcastConstant(right!, shape);
    const type = result ?? a.type;
    const data = blank(type, a.data.length);
    for (let i = 0; i < data.length; i++) data[i] = compute(a.data[i]!, b.data[i]!);
    return { type, shape, data };
  };

const unary =
  (compute: (a: number) => number): Folding =>
  (_node, [input]) => ({ ...input!, data: input!.data.map(compute) as Constant['data'] });

const targetTypes: Readonly<Record<string, ElementType>> = { DT_FLOAT: 'float32', DT_INT32: 'int32', DT_BOOL: 'bool' };

const cast: Folding = (node, [input]) => {
  const type = targetTypes[node.attributes.type('DstT')];
  if (type === undefined) throw new RangeError(`"${node.name}" casts to ${node.attributes.type('DstT')}`);
  const data = blank(type, input!.data.length);
  for (let i = 0; i < data.length; i++) data[i] = type === 'bool' ? Number(input!.data[i] !== 0) : input!.data[i]!;
  return { type, shape: input!.shape, data };
};

const matMul: Folding = (node, [a, b]) => {
  if (node.attributes.flag('transpose_a') || node.attributes.flag('transpose_b'))
    throw new RangeError(`"${node.name}" transposes`);
  const [rows, inner] = a!.shape as [number, number];
  const columns = b!.shape[1]!;
  const data = blank(a!.type, rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let i = 0; i < inner; i++) sum += a!.data[row * inner + i]! * b!.data[i * columns + column]!;
      data[row * columns + column] = sum;
    }
  }
  return { type: a!.type, shape: [rows, columns], data };
};

export const arithmeticFoldings: Readonly<Record<string, Folding>> = {
  Add: binary((a, b) => a + b),
  AddV2: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Minimum: binary(Math.min),
  Maximum: binary(Math.max),
  LessEqual: binary((a, b) => Number(a <= b), 'bool'),
  GreaterEqual: binary((a, b) => Number(a >= b), 'bool'),
  LogicalAnd: binary((a, b) => a & b, 'bool'),
  Neg: unary((a) => -a),
  Floor: unary(Math.floor),
  Cast: cast,
  MatMul: matMul,
};
