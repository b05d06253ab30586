import { join } from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { ModelManifest } from '../../models/manifest.js';
import { readVerifiedSources } from '../../models/verify.js';
import { projectRoot } from '../../server/paths.js';
import { faceMeshV2 } from '../models/facemesh-v2-reference.js';
import { tfjsGraph } from '../models/tfjs-graph.js';

type Forward = (input: tf.Tensor4D) => tf.Tensor[];

async function openWasm(): Promise<void> {
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  multiplyIntegers();
}

let multiplies = false;
/**
 * The wasm backend multiplies matrices of floats only; facemesh-attention multiplies integers too, a few small ones that place its
 * crops. They go through floats, exactly below 2²⁴, so that the model runs there at all: the cost of it counts against nobody.
 */
function multiplyIntegers(): void {
  const kernel = tf.getKernel('BatchMatMul', 'wasm');
  if (multiplies || !kernel) return;
  multiplies = true;
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    ...kernel,
    kernelFunc: (call) => {
      const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      if (a.dtype !== 'int32' || b.dtype !== 'int32') return kernel.kernelFunc(call);
      const cast = tf.getKernel('Cast', 'wasm')!.kernelFunc;
      const as = (x: tf.TensorInfo, dtype: tf.DataType): tf.TensorInfo =>
        cast({ inputs: { x }, backend: call.backend, attrs: { dtype } }) as tf.TensorInfo;
      const floats = { a: as(a, 'float32'), b: as(b, 'float32') };
      return as(kernel.kernelFunc({ ...call, inputs: floats }) as tf.TensorInfo, 'int32');
    },
  });
}

/** The package's own graph; for facemesh-v2, whose package has bare weights, the graph that its golden test is made with. */
async function forwardOf(manifest: ModelManifest): Promise<Forward> {
  const [description, weights] = readVerifiedSources(manifest, join(projectRoot, 'node_modules')) as [Buffer, Buffer];
  if (manifest.source.format === 'micro-facemesh') return faceMeshV2(description, weights);
  return tfjsGraph(manifest, description, weights);
}

/** One run of the model in TensorFlow.js, wasm backend with SIMD on one thread; its outputs are read and freed. */
export async function tfjsRun(manifest: ModelManifest, input: Float32Array): Promise<() => Promise<Float32Array[]>> {
  await openWasm();
  const forward = await forwardOf(manifest);
  const tensor = tf.tensor4d(input, manifest.inputs[0]!.shape as [number, number, number, number]);
  return async () => {
    const outputs = tf.tidy(() => forward(tensor));
    const read: Float32Array[] = [];
    for (const output of outputs) {
      read.push((await output.data()) as Float32Array);
      output.dispose();
    }
    return read;
  };
}
