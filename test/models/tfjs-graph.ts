import { loadGraphModel } from '@tensorflow/tfjs-converter';
import type * as tf from '@tensorflow/tfjs-core';
import type { ModelManifest } from '../../models/manifest.js';

interface Node {
  readonly name: string;
  readonly attr?: { shape?: { shape: { dim: { size: string }[] } } };
}

/**
 * The package's own graph in TensorFlow.js. Its placeholder gets the manifest's size, which for a convolutional network may be another
 * than the package's. Gives the outputs in the manifest's order.
 */
export async function tfjsGraph(
  manifest: ModelManifest,
  description: Buffer,
  weights: Buffer,
): Promise<(input: tf.Tensor4D) => tf.Tensor[]> {
  const json = JSON.parse(description.toString('utf8')) as {
    modelTopology: { node: Node[] };
    weightsManifest: { weights: [] }[];
  };
  const { sourceNode, shape } = manifest.inputs[0]!;
  const placeholder = json.modelTopology.node.find(({ name }) => name === sourceNode);
  if (placeholder?.attr?.shape) placeholder.attr.shape.shape.dim = shape.map((side) => ({ size: String(side) }));
  const model = await loadGraphModel({
    load: () =>
      Promise.resolve({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest[0]!.weights,
        weightData: Uint8Array.from(weights).buffer,
      }),
  });
  const outputs = manifest.outputs.map((output) => output.sourceNode!);
  return (input) => {
    const result = model.execute(input, outputs);
    return Array.isArray(result) ? result : [result];
  };
}
