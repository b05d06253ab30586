import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CodedError } from '../../errors/coded-error.js';
import type { ForeignSessionFactory } from '../../onnx/foreign-port.js';
import { contractOf, resolveTensors, type ModelContract } from './roles.js';
import type { WeightsFile } from './spec.js';
import type { RoledSession } from './tensors.js';

/** Reads a file of weights; the bytes that were hashed are those that are used. Throws MODEL_NOT_ADDED or MODEL_CHANGED. */
export async function readWeights({ id, path, sha256 }: WeightsFile): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new CodedError('MODEL_NOT_ADDED', { model: id }, { cause: error });
  });
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new CodedError('MODEL_CHANGED', { model: id, found, expected: sha256 });
  return bytes;
}

export interface OpenWeights extends RoledSession {
  readonly contract: ModelContract;
  readonly bytes: Uint8Array;
}

/** Loads weights and finds its tensors by role. Throws what readWeights, the session and resolveTensors throw. */
export async function openWeights(open: ForeignSessionFactory, file: WeightsFile): Promise<OpenWeights> {
  const bytes = await readWeights(file);
  const session = await open(file.id, bytes);
  return {
    modelId: file.id,
    session,
    bytes,
    contract: contractOf(file.role),
    inputs: resolveTensors(file.id, file.role, 'inputs', session.inputs),
    outputs: resolveTensors(file.id, file.role, 'outputs', session.outputs),
  };
}
