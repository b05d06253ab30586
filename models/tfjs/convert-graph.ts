import { arithmeticFoldings } from '../fold/arithmetic.js';
import { shapeFoldings } from '../fold/shape.js';
import { GraphBuilder, type Value } from '../graph/builder.js';
import { elementCount, floats, ints } from '../graph/tensor.js';
import type { Folding, Lowering, LoweringContext, Target } from '../lower/context.js';
import { convolutionLowerings } from '../lower/convolution.js';
import { pointwiseLowerings } from '../lower/pointwise.js';
import { reduceAndMatMulLowerings } from '../lower/reduce-and-matmul.js';
import { shapeLowerings } from '../lower/shape.js';
import type { TfGraph, TfNode } from './graph-model.js';

const lowerings: Readonly<Record<string, Lowering>> = {
  ...convolutionLowerings,
  ...pointwiseLowerings,
  ...shapeLowerings,
  ...reduceAndMatMulLowerings,
};
const foldings: Readonly<Record<string, Folding>> = { ...arithmeticFoldings, ...shapeFoldings };

/** Where the model's tensors are in the source graph, and the names and shapes they get in ONNX. */
export interface GraphBinding {
  readonly input: { readonly node: string; readonly name: string; readonly shape: readonly number[] };
  readonly outputs: readonly { readonly node: string; readonly name: string; readonly shape: readonly number[] }[];
}

/**
 * Translates a TFJS graph to ONNX with every shape fixed. Operations are evaluated from the outputs backwards, so that
 * whatever depends on shapes and weights alone folds away. Throws a RangeError that names an operation it does not know.
 */
export function convertGraph(source: TfGraph, binding: GraphBinding, target: Target): GraphBuilder {
  const graph = new GraphBuilder();
  const evaluate = evaluator(
    source,
    { graph, target },
    graph.input(binding.input.name, binding.input.shape),
    binding.input.node,
  );
  for (const output of binding.outputs) {
    const value = evaluate(output.node);
    if (elementCount(value.shape) !== elementCount(output.shape)) {
      throw new RangeError(`Output "${output.node}" is [${value.shape}], not [${output.shape}]`);
    }
    graph.output(output.name, value, output.shape);
  }
  graph.removeDeadCode();
  return graph;
}

function evaluator(
  source: TfGraph,
  context: LoweringContext,
  input: Value,
  inputNode: string,
): (name: string) => Value {
  const done = new Map<string, Value>([[inputNode, input]]);
  return function evaluate(name: string): Value {
    let value = done.get(name);
    if (value === undefined) {
      const node = source.nodes.get(name);
      if (node === undefined) throw new RangeError(`The graph has no node "${name}"`);
      value = lowerNode(source, node, node.inputs.map(evaluate), context);
      done.set(name, value);
    }
    return value;
  };
}

function lowerNode(source: TfGraph, node: TfNode, inputs: readonly Value[], context: LoweringContext): Value {
  const { graph } = context;
  if (node.op === 'Const') {
    const weight = source.weights.get(node.name);
    if (weight === undefined) throw new RangeError(`The weight "${node.name}" is missing`);
    return graph.fromConstant(weight);
  }
  // Shapes are static, so these never depend on the tensor's contents.
  if (node.op === 'Shape') return graph.fromConstant(ints([inputs[0]!.shape.length], inputs[0]!.shape));
  if (node.op === 'ZerosLike') {
    return graph.fromConstant(floats(inputs[0]!.shape, new Float32Array(elementCount(inputs[0]!.shape))));
  }
  const folding = foldings[node.op];
  const constants = inputs.flatMap((input) => (input.constant === null ? [] : [input.constant]));
  if (folding !== undefined && inputs.length > 0 && constants.length === inputs.length) {
    return graph.fromConstant(folding(node, constants));
  }
  const lowering = lowerings[node.op];
  if (lowering === undefined) throw new RangeError(`Operation ${node.op} ("${node.name}") is not supported`);
  return lowering(node, inputs, context);
}
