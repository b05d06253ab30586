import { join } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { installModel } from '../../models/install.js';
import { type ModelManifest, readManifest, type TensorContract } from '../../models/manifest.js';
import { readVerifiedModel, type VerifiedModel } from '../../models/verify.js';
import { CodedError } from '../errors/coded-error.js';
import { modelsRoot, projectRoot } from '../paths.js';
import { defaultSessionOptions, type ModelSession, type SessionOptions, type Tensors } from './port.js';
import { PlacementProfile } from './placement.js';
import { runtimeOptions } from './providers.js';
import { allocateTensors, QueuedSession, type SessionEngine } from './queued-session.js';

/** The only door to onnxruntime-node: nothing else may import it. */
export type Runtime = typeof import('onnxruntime-node');
let runtime: Promise<Runtime> | null = null;

/**
 * The library reports usage to its maker unless this is set before it is loaded (seen with 1.30 on Linux: a log in the temporary
 * folder, a database in ~/.cache), hence the import on first use.
 */
export function loadRuntime(): Promise<Runtime> {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  runtime ??= import('onnxruntime-node').catch((error: unknown) => {
    runtime = null;
    throw new CodedError('MODEL_RUNTIME_MISSING', { reason: reasonOf(error) }, { cause: error });
  });
  return runtime;
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Providers that this build of the runtime knows, by our names; some need libraries that are not there. */
export async function builtInProviders(): Promise<string[]> {
  const { listSupportedBackends } = await loadRuntime();
  return listSupportedBackends().map(({ name }) => (name === 'dml' ? 'directml' : name));
}

export async function runtimeVersion(): Promise<string> {
  return (await loadRuntime()).env.versions.node ?? 'unknown';
}

/**
 * Loads a default model from build/models and hands the very bytes that were hashed to ONNX Runtime. Rejects with MODEL_UNKNOWN,
 * MODEL_FILE_MISSING, MODEL_OUTPUT_TAMPERED, MODEL_TENSOR_MISMATCH, MODEL_RUNTIME_MISSING, MODEL_LOAD_FAILED or what openModel names.
 */
export async function createSession(modelId: string, options: Partial<SessionOptions> = {}): Promise<ModelSession> {
  if ((options.executionProvider ?? defaultSessionOptions.executionProvider) === 'cpu')
    return openModel(readVerifiedModel(modelId, 'cpu'), options);
  // The graphs for GPUs are not made at set-up, since few need them; the same hashes are checked.
  const packages = join(projectRoot, 'node_modules');
  installModel(readManifest(modelId), 'gpu', { packages, made: modelsRoot });
  return openModel(readVerifiedModel(modelId, 'gpu'), options);
}

/**
 * Opens a model whose bytes the caller has checked, and runs it once: the first real picture is then as quick as the rest, and
 * it is known what really runs. Rejects with MODEL_PROVIDER_MISSING where the provider asked for cannot be used here, and with
 * MODEL_PROVIDER_UNUSED where it is there but took nothing of this model; never runs on the CPU instead.
 */
export async function openModel(
  { manifest, bytes }: VerifiedModel,
  options: Partial<SessionOptions> = {},
): Promise<ModelSession> {
  const ort = await loadRuntime();
  const chosen = { ...defaultSessionOptions, ...options };
  const profile = chosen.executionProvider === 'cpu' ? null : new PlacementProfile();
  try {
    const native = await createNative(ort, manifest.id, bytes, chosen, profile?.options);
    checkTensors(manifest, native.inputMetadata, manifest.inputs);
    checkTensors(manifest, native.outputMetadata, manifest.outputs);
    const inputs = allocateTensors(manifest.inputs),
      outputs = allocateTensors(manifest.outputs);
    const session = new QueuedSession(
      manifest,
      { inputs, outputs },
      engineOf(manifest.id, native, wrap(ort, inputs, manifest.inputs), wrap(ort, outputs, manifest.outputs)),
    );
    await session.infer(fillMidGrey(manifest), () => undefined);
    if (profile) session.placement = profile.read(native, manifest.id, chosen.executionProvider);
    return session;
  } finally {
    profile?.remove();
  }
}

/** A native session, or the coded reason why there is none. */
export async function createNative(
  ort: Runtime,
  model: string,
  bytes: Uint8Array,
  options: SessionOptions,
  further: InferenceSession.SessionOptions = {},
): Promise<InferenceSession> {
  try {
    return await ort.InferenceSession.create(bytes, { ...runtimeOptions(options), ...further });
  } catch (error) {
    const reason = reasonOf(error);
    const { executionProvider: provider } = options;
    if (provider === 'cpu') throw new CodedError('MODEL_LOAD_FAILED', { model, reason }, { cause: error });
    throw new CodedError('MODEL_PROVIDER_MISSING', { provider, reason }, { cause: error });
  }
}

function checkTensors(
  manifest: ModelManifest,
  found: readonly InferenceSession.ValueMetadata[],
  promised: readonly TensorContract[],
): void {
  for (const { name, shape } of promised) {
    const tensor = found.find((candidate) => candidate.name === name);
    const foundShape = tensor?.isTensor === true ? tensor.shape.join('×') : 'nothing';
    if (foundShape !== shape.join('×')) {
      throw new CodedError('MODEL_TENSOR_MISMATCH', {
        model: manifest.id,
        tensor: name,
        found: foundShape,
        expected: shape.join('×'),
      });
    }
  }
}

const wrap = (ort: Runtime, arrays: Tensors, contracts: readonly TensorContract[]): Record<string, Tensor> =>
  Object.fromEntries(contracts.map(({ name, shape }) => [name, new ort.Tensor('float32', arrays[name]!, shape)]));

/** Input and output tensors are handed over once made; the library writes its results straight into the outputs. */
function engineOf(
  model: string,
  native: InferenceSession,
  feeds: Record<string, Tensor>,
  fetches: Record<string, Tensor>,
): SessionEngine {
  return {
    async run() {
      try {
        await native.run(feeds, fetches);
      } catch (error) {
        throw new CodedError('MODEL_RUN_FAILED', { model, reason: reasonOf(error) }, { cause: error });
      }
    },
    close: () => native.release(),
  };
}

const fillMidGrey =
  (manifest: ModelManifest) =>
  (inputs: Tensors): void => {
    for (const { name, range = [0, 1] } of manifest.inputs) inputs[name]!.fill((range[0] + range[1]) / 2);
  };
