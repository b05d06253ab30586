import type { GraphBuilder, Value } from '../graph/builder.js';
import type { Constant } from '../graph/tensor.js';
import type { TfNode } from '../tfjs/graph-model.js';

/**
 * `cpu`: rewritten for ONNX Runtime's CPU kernels, which lay channels out in blocks and fall out of that layout at a PRelu
 * or a channel pad. `gpu`: the plain graph; CUDA and TensorRT have both natively.
 */
export type Target = 'cpu' | 'gpu';

export interface LoweringContext {
  readonly graph: GraphBuilder;
  readonly target: Target;
}

/** Turns one operation into ONNX nodes. Its inputs are already lowered. */
export type Lowering = (node: TfNode, inputs: readonly Value[], context: LoweringContext) => Value;

/** Computes one operation at conversion time, when every input is known. */
export type Folding = (node: TfNode, inputs: readonly Constant[]) => Constant;

/** The operand must be known at conversion time (a shape, an axis, a weight). */
export function constantOf(value: Value | undefined, node: TfNode): Constant {
  if (value?.constant == null) throw new RangeError(`${node.op} "${node.name}" needs an operand that is not constant`);
  return value.constant;
}

export const numbersOf = (value: Value | undefined, node: TfNode): number[] => Array.from(constantOf(value, node).data);
