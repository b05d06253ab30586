// Bench rows models.<id>: each default model under ONNX Runtime with one and two threads, beside the same graph in TensorFlow.js
// (wasm backend, SIMD, one thread). Runs take turns; every run gets the same input and its outputs are read.
import { manifestIds, type ModelManifest, readManifest } from '../../models/manifest.js';
import { createSession } from '../../server/onnx/ort.js';
import type { BenchContext, BenchEntry } from './context.js';
import { benchRow, median, type BenchRow } from './row.js';
import { tfjsRun } from './tfjs-models.js';

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

type Run = () => Promise<Float32Array[]>;

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
        (outputs) => session.manifest.outputs.map(({ name: output }) => outputs[output]!.slice()),
      ),
    close: () => session.close(),
  };
}

/** The two must compute the same, or their times compare nothing. Throws where an output differs by more than 0.1 % of its range (or 1e-4: saturated outputs). */
function compare(id: string, ours: readonly Float32Array[], theirs: readonly Float32Array[]): void {
  ours.forEach((data, output) => {
    const other = theirs[output]!;
    let largest = 0,
      difference = 0;
    for (const [i, value] of data.entries()) {
      largest = Math.max(largest, Math.abs(other[i]!));
      difference = Math.max(difference, Math.abs(value - other[i]!));
    }
    if (data.length !== other.length || !(difference <= 1e-4 + largest * 1e-3))
      throw new Error(`models.${id}: output ${output} differs from the reference by ${difference} of ${largest}`);
  });
}

async function modelRows(id: string, context: BenchContext): Promise<BenchRow[]> {
  context.note(`models.${id}: ${rounds} rounds`);
  const manifest = readManifest(id);
  const input = inputOf(manifest);
  const [one, two] = [await ortRun(id, 1, input), await ortRun(id, 2, input)];
  const tfjs = await tfjsRun(manifest, input);
  compare(id, await one.run(), await tfjs());
  const sides: readonly { readonly run: Run; readonly msEach: number[] }[] = [one.run, two.run, tfjs].map((run) => ({
    run,
    msEach: [],
  }));
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
    benchRow(`models.${id}`, 'ms', ms1!, 'ms', msTfjs!, rounds),
    benchRow(`models.${id}`, 'ms.2threads', ms2!, 'ms', msTfjs!, rounds),
  ];
}

export const modelEntries: readonly BenchEntry[] = manifestIds()
  .filter((id) => readManifest(id).inputs.length > 0)
  .map((id) => ({ name: `models.${id}`, run: (context) => modelRows(id, context) }));
