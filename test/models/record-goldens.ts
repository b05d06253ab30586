import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { manifestIds, readManifest, type ModelManifest } from '../../models/manifest.js';
import { readVerifiedSources } from '../../models/verify.js';
import { projectRoot } from '../../server/paths.js';
import { describeTensor, fillGoldenInput, goldenInputs, goldenRoot, type Golden } from './golden.js';
import { runFaceMeshV2 } from './facemesh-v2-reference.js';
import { tfjsGraph } from './tfjs-graph.js';

/**
 * For maintainers: runs the original models in TFJS (pure JavaScript backend) and writes what they answer to
 * test/golden/models. Takes about a minute.   node build/test/models/record-goldens.js
 */
type Run = (input: tf.Tensor4D) => ArrayLike<number>[];

async function referenceOf(manifest: ModelManifest): Promise<Run> {
  const [description, weights] = readVerifiedSources(manifest, join(projectRoot, 'node_modules')) as [Buffer, Buffer];
  if (manifest.source.format !== 'tfjs-graph') return (input) => runFaceMeshV2(description, weights, input);
  const run = await tfjsGraph(manifest, description, weights);
  return (input) => run(input).map((tensor) => tensor.dataSync());
}

await tf.setBackend('cpu');
mkdirSync(goldenRoot, { recursive: true });
for (const id of manifestIds()) {
  const manifest = readManifest(id);
  if (manifest.inputs.length === 0) continue;
  const run = await referenceOf(manifest);
  const cases: Golden['cases'][number][] = [];
  for (const input of goldenInputs) {
    const outputs = run(
      tf.tensor4d(
        await fillGoldenInput(input, manifest),
        manifest.inputs[0]!.shape as [number, number, number, number],
      ),
    );
    cases.push({ input, outputs: manifest.outputs.map(({ name }, i) => describeTensor(name, outputs[i]!)) });
  }
  const golden: Golden = { model: id, reference: `tfjs ${tf.version_core}, cpu backend`, cases };
  const text = JSON.stringify(golden, (_key, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(8)) : value,
  );
  writeFileSync(join(goldenRoot, `${id}.json`), text + '\n');
  process.stdout.write(`golden ${id}\n`);
}
