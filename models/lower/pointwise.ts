import type { Value } from '../graph/builder.js';
import { broadcastShape, floats, type Constant, type ElementType } from '../graph/tensor.js';
import type { Lowering, LoweringContext } from './context.js';
import { asHardSwish, asRelu6 } from './peepholes.js';

/** Emits an element-wise operation in whichever layout its picture operands already have. */
export function elementWise(
  { graph }: LoweringContext,
  op: string,
  inputs: readonly Value[],
  type: ElementType = inputs[0]!.type,
): Value {
  const shape = inputs.reduce<number[]>((joined, input) => broadcastShape(joined, input.shape), []);
  if (shape.length === 4 && inputs.some((input) => input.nchw !== null && input.constant === null)) {
    const operands = inputs.map((input) => graph.nchwOperand(input));
    if (operands.every((operand) => operand !== null)) return graph.fromNchw(graph.emit(op, operands), shape, type);
  }
  return graph.fromPlain(
    graph.emit(
      op,
      inputs.map((input) => graph.plainName(input)),
    ),
    shape,
    type,
  );
}

const simple =
  (op: string): Lowering =>
  (_node, inputs, context) =>
    elementWise(context, op, inputs);
const comparison =
  (op: string): Lowering =>
  (_node, inputs, context) =>
    elementWise(context, op, inputs, 'bool');
const scalar = (value: number): Constant => floats([], Float32Array.of(value));

const addAll: Lowering = (_node, [first, ...rest], context) =>
  rest.reduce((sum, next) => elementWise(context, 'Add', [sum, next]), first!);

/**
 * ONNX has no atan2(y, x). With x nudged off zero, atan(y / x) is right for x > 0; for x < 0 half a turn is added on y's side.
 */
const arcTangent2: Lowering = (_node, [y, x], context) => {
  const constant = (value: number): Value => context.graph.fromConstant(scalar(value));
  const emit = (op: string, ...inputs: Value[]): Value => elementWise(context, op, inputs);
  const compare = (op: string, ...inputs: Value[]): Value => elementWise(context, op, inputs, 'bool');
  const choose = (condition: Value, yes: Value, no: Value): Value =>
    elementWise(context, 'Where', [condition, yes, no], 'float32');
  const zero = constant(0);
  const divisor = choose(compare('Equal', x!, zero), constant(1e-30), x!);
  const turn = choose(compare('Less', y!, zero), constant(-Math.PI), constant(Math.PI));
  return emit('Add', emit('Atan', emit('Div', y!, divisor)), choose(compare('Less', x!, zero), turn, zero));
};

const onnxType: Readonly<Record<string, { code: number; type: ElementType }>> = {
  DT_FLOAT: { code: 1, type: 'float32' },
  DT_INT32: { code: 6, type: 'int32' },
  DT_BOOL: { code: 9, type: 'bool' },
};

const cast: Lowering = (node, [input], { graph }) => {
  const to = onnxType[node.attributes.type('DstT')];
  if (to === undefined) throw new RangeError(`"${node.name}" casts to ${node.attributes.type('DstT')}`);
  return graph.fromPlain(
    graph.emit('Cast', [graph.plainName(input!)], { to: { int: to.code } }),
    input!.shape,
    to.type,
  );
};

const relu6: Lowering = (_node, [input], context) => clip(context, input!, 0, 6);

function clip(context: LoweringContext, input: Value, low: number, high: number): Value {
  return elementWise(context, 'Clip', [
    input,
    context.graph.fromConstant(scalar(low)),
    context.graph.fromConstant(scalar(high)),
  ]);
}

/** min(relu(x), 6) and max(…, 0) around it are one Clip. */
const minimum: Lowering = (_node, inputs, context) =>
  asRelu6(context.graph, inputs) ?? elementWise(context, 'Min', inputs);
const maximum: Lowering = (_node, [input, other], context) => {
  const made = context.graph.producer(input!.nchw ?? input!.plain);
  const floor = other!.constant;
  const isClipped = made?.op === 'Clip' && floor !== null && floor.data.every((value) => value === 0);
  return isClipped ? input! : elementWise(context, 'Max', [input!, other!]);
};
const multiply: Lowering = (_node, inputs, context) =>
  asHardSwish(context.graph, inputs) ?? elementWise(context, 'Mul', inputs);

export const pointwiseLowerings: Readonly<Record<string, Lowering>> = {
  Add: simple('Add'),
  AddV2: simple('Add'),
  AddN: addAll,
  Sub: simple('Sub'),
  Mul: multiply,
  Minimum: minimum,
  Maximum: maximum,
  Neg: simple('Neg'),
  Sin: simple('Sin'),
  Cos: simple('Cos'),
  Floor: simple('Floor'),
  Relu: simple('Relu'),
  Relu6: relu6,
  Sigmoid: simple('Sigmoid'),
  Atan2: arcTangent2,
  LessEqual: comparison('LessOrEqual'),
  GreaterEqual: comparison('GreaterOrEqual'),
  LogicalAnd: comparison('And'),
  Cast: cast,
};
