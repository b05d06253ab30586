import { join } from 'node:path';
import { manifestIds, readManifest, type ModelManifest } from '../../models/manifest.js';
import { readVerifiedModel, readVerifiedSources } from '../../models/verify.js';
import { listAdded, stateOfAdded } from '../likeness/neural/added-models.js';
import { CodedError, describeError } from '../errors/coded-error.js';
import { modelsRoot, projectRoot } from '../paths.js';

export interface ModelReport {
  readonly id: string;
  readonly title: string;
  readonly licence: string;
  readonly licenceBasis: string;
  readonly provenance: string;
  readonly source: string;
  readonly file: string | null;
  readonly sha256: string | null;
  /** 'verified': these are the very bytes that were checked against the reference. */
  readonly state: 'verified' | 'missing' | 'tampered';
  /** What to do, where it is not verified. */
  readonly advice: string | null;
}

function stateOf(error: unknown): Pick<ModelReport, 'state' | 'advice'> {
  if (!(error instanceof CodedError)) throw error;
  const { advice } = describeError(error.code, error.context);
  return { state: error.code.endsWith('TAMPERED') ? 'tampered' : 'missing', advice };
}

/** Reads and hashes a model; with `sources`, also the package files that it was made from. */
export function reportModel(manifest: ModelManifest, options: { sources: boolean; folder?: string }): ModelReport {
  const file = manifest.files.cpu ?? null;
  let outcome: Pick<ModelReport, 'state' | 'advice'> = { state: 'verified', advice: null };
  try {
    readVerifiedModel(manifest.id, 'cpu', options.folder ?? modelsRoot);
    if (options.sources) readVerifiedSources(manifest, join(projectRoot, 'node_modules'));
  } catch (error) {
    outcome = stateOf(error);
  }
  return {
    id: manifest.id,
    title: manifest.title,
    licence: manifest.licence.name,
    licenceBasis: manifest.licence.basis,
    provenance: manifest.provenance,
    source: `${manifest.source.package}@${manifest.source.version}`,
    file: file?.path ?? null,
    sha256: file?.sha256 ?? null,
    ...outcome,
  };
}

export const reportModels = (options: { sources: boolean; folder?: string }): ModelReport[] =>
  manifestIds().map((id) => reportModel(readManifest(id), options));

/** Weights that a production brought, read and hashed. */
export const reportAdded = (folder: string): ModelReport[] =>
  listAdded(folder).map((model) => {
    const state = stateOfAdded(folder, model);
    return {
      id: model.id,
      title: `${model.role}, added ${model.addedIso.slice(0, 10)}`,
      licence: model.licence,
      licenceBasis: 'as whoever added it said',
      provenance: model.source,
      source: 'added',
      file: `${model.id}.onnx`,
      sha256: model.sha256,
      state,
      advice: state === 'verified' ? null : 'Add it again: npx understudy models add.',
    };
  });
