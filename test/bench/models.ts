// Bench rows models.<id>: each default model under ONNX Runtime with one and two threads, beside the same graph in TensorFlow.js
// (wasm backend, SIMD, one thread). Runs take turns; every run gets the same input and its outputs are read.
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { manifestIds, type ModelManifest, readManifest } from '../../models/manifest.js';
import { readVerifiedSources } from '../../models/verify.js';
import { createSession } from '../../server/onnx/ort.js';
import { projectRoot } from '../../server/paths.js';
import type { BenchContext, BenchEntry } from './context.js';
import { benchRow, median, type BenchRow } from './row.js';

const rounds = 25;
const warmUps = 3;

/** A smooth picture in the model's own range: kernels of networks do not mind what they see. */
function inputOf(manifest: ModelManifest): Float32Array {
  const { shape, range = [0, 1] } = manifest.inputs[0]!;
  const count = shape.reduce((product, side) => product * side, 1);
  return Float32Array.from(
    { length: count },
    (_, i) => range[0] + (range[1] - range[0]) * (0.5 + 0.5 * Math.sin(i * 0.013)),
  );
}

type Run = () => Promise<unknown>;

/** Null where the package holds no TFJS graph (facemesh-v2 ships bare weights) or the wasm backend lacks an operation of it. */
async function tfjsRun(manifest: ModelManifest, input: Float32Array, note: BenchContext['note']): Promise<Run | null> {
  if (manifest.source.format !== 'tfjs-graph') return null;
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  const [description, weights] = readVerifiedSources(manifest, join(projectRoot, 'node_modules')) as [Buffer, Buffer];
  const json = JSON.parse(description.toString('utf8')) as {
    modelTopology: object;
    weightsManifest: { weights: [] }[];
  };
  const model = await loadGraphModel({
    load: () =>
      Promise.resolve({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest[0]!.weights,
        weightData: Uint8Array.from(weights).buffer,
      }),
  });
  const tensor = tf.tensor4d(input, manifest.inputs[0]!.shape as [number, number, number, number]);
  const outputs = manifest.outputs.map((output) => output.sourceNode!);
  const run = async (): Promise<void> => {
    const result = model.execute(tensor, outputs);
    for (const one of Array.isArray(result) ? result : [result]) {
      await one.data();
      one.dispose();
    }
  };
  try {
    await run();
    return run;
  } catch (error) {
    note(`models.${manifest.id}: no reference, TFJS wasm cannot run it (${(error as Error).message})`);
    return null;
  }
}

async function ortRun(
  id: string,
  threads: number,
  input: Float32Array,
): Promise<{ run: Run; close: () => Promise<void> }> {
  const session = await createSession(id, { threads });
  const name = session.manifest.inputs[0]!.name;
  return {
    run: () =>
      session.infer(
        (inputs) => inputs[name]!.set(input),
        (outputs) => Object.values(outputs).map((data) => data[0]),
      ),
    close: () => session.close(),
  };
}

async function modelRows(id: string, context: BenchContext): Promise<BenchRow[]> {
  context.note(`models.${id}: ${rounds} rounds`);
  const manifest = readManifest(id);
  const input = inputOf(manifest);
  const [one, two] = [await ortRun(id, 1, input), await ortRun(id, 2, input)];
  const tfjs = await tfjsRun(manifest, input, context.note);
  const sides: readonly { readonly run: Run; readonly msEach: number[] }[] = [
    one.run,
    two.run,
    ...(tfjs ? [tfjs] : []),
  ].map((run) => ({ run, msEach: [] }));
  try {
    for (let round = -warmUps; round < rounds; round++) {
      for (const { run, msEach } of sides) {
        const startedUs = context.clock.nowUs();
        await run();
        if (round >= 0) msEach.push((context.clock.nowUs() - startedUs) / 1000);
      }
    }
  } finally {
    await one.close();
    await two.close();
  }
  const [ms1, ms2, msTfjs] = sides.map(({ msEach }) => median(msEach));
  return [
    benchRow(`models.${id}`, 'ms', ms1!, 'ms', msTfjs ?? null, rounds),
    benchRow(`models.${id}`, 'ms.2threads', ms2!, 'ms', msTfjs ?? null, rounds),
  ];
}

export const modelEntries: readonly BenchEntry[] = manifestIds()
  .filter((id) => readManifest(id).inputs.length > 0)
  .map((id) => ({ name: `models.${id}`, run: (context) => modelRows(id, context) }));
