import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../../errors/coded-error.js';
import type { ModelRole } from './roles.js';
import type { WeightsFile } from './spec.js';

/** What is known of weights that a production brought; beside its file, as <id>.json. */
export interface AddedModel {
  readonly schemaVersion: 1;
  readonly id: string;
  readonly role: ModelRole;
  readonly licence: string;
  readonly source: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly addedIso: string;
  /** Role → name in the file, as the self-test found them. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Below the state root; the dot keeps it apart from the folders of shows. */
export const addedModelsName = 'added.models';
export const addedModelsFolder = (stateRoot: string): string => join(stateRoot, addedModelsName);
const manifestOf = (folder: string, id: string): string => join(folder, `${id}.json`);
export const weightsPath = (folder: string, id: string): string => join(folder, `${id}.onnx`);

export function listAdded(folder: string): AddedModel[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as AddedModel);
}

/** Throws MODEL_NOT_ADDED. */
export function readAdded(folder: string, id: string): AddedModel {
  const file = manifestOf(folder, id);
  if (!/^[a-z0-9][a-z0-9-]*$/.test(id) || !existsSync(file)) throw new CodedError('MODEL_NOT_ADDED', { model: id });
  return JSON.parse(readFileSync(file, 'utf8')) as AddedModel;
}
export function weightsOf(folder: string, id: string): WeightsFile {
  const { role, sha256, licence } = readAdded(folder, id);
  return { id, role, sha256, licence, path: weightsPath(folder, id) };
}

/** Whether the file still holds the bytes that were tested. */
export function stateOfAdded(folder: string, { id, sha256 }: AddedModel): 'verified' | 'missing' | 'tampered' {
  const path = weightsPath(folder, id);
  if (!existsSync(path)) return 'missing';
  return createHash('sha256').update(readFileSync(path)).digest('hex') === sha256 ? 'verified' : 'tampered';
}

/** Weights first, then what says that they are there. Throws MODEL_ID_TAKEN where other weights have the name. */
export function writeAdded(folder: string, model: AddedModel, weights: Uint8Array): void {
  mkdirSync(folder, { recursive: true });
  if (existsSync(manifestOf(folder, model.id)) && readAdded(folder, model.id).sha256 !== model.sha256)
    throw new CodedError('MODEL_ID_TAKEN', { model: model.id });
  const put = (path: string, data: Uint8Array | string): void => {
    const draft = `${path}.${process.pid}.draft`;
    writeFileSync(draft, data);
    renameSync(draft, path);
  };
  put(weightsPath(folder, model.id), weights);
  put(manifestOf(folder, model.id), `${JSON.stringify(model, null, 1)}\n`);
}

/** Throws MODEL_NOT_ADDED. */
export function removeAdded(folder: string, id: string): void {
  readAdded(folder, id);
  rmSync(manifestOf(folder, id));
  rmSync(weightsPath(folder, id), { force: true });
}
