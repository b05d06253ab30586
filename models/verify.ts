import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CodedError } from '../server/errors/coded-error.js';
import { modelsRoot } from '../server/paths.js';
import type { Target } from './lower/context.js';
import { readManifest, type HashedFile, type ModelManifest } from './manifest.js';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Reads the package files a model is made from. Throws MODEL_SOURCE_MISSING or MODEL_SOURCE_TAMPERED. */
export function readVerifiedSources(manifest: ModelManifest, packagesRoot: string): Uint8Array[] {
  return manifest.source.files.map((file) => {
    const path = join(packagesRoot, manifest.source.package, file.path);
    const named = `${manifest.source.package}/${file.path}`;
    if (!existsSync(path)) throw new CodedError('MODEL_SOURCE_MISSING', { model: manifest.id, file: named });
    const bytes = readFileSync(path);
    const found = sha256(bytes);
    if (found !== file.sha256) {
      throw new CodedError('MODEL_SOURCE_TAMPERED', { model: manifest.id, file: named, found, expected: file.sha256 });
    }
    return bytes;
  });
}

/** Throws MODEL_OUTPUT_TAMPERED unless these are the very bytes that were checked against the reference. */
export function verifyMadeFile(bytes: Uint8Array, file: HashedFile): void {
  const found = sha256(bytes);
  if (found !== file.sha256) {
    throw new CodedError('MODEL_OUTPUT_TAMPERED', { file: basename(file.path), found, expected: file.sha256 });
  }
}

export interface VerifiedModel {
  readonly manifest: ModelManifest;
  /** The bytes that were hashed: hand these on, do not read the file again. */
  readonly bytes: Uint8Array;
}

/**
 * Reads a made model from build/models and checks it. Throws MODEL_UNKNOWN, MODEL_FILE_MISSING or MODEL_OUTPUT_TAMPERED.
 */
export function readVerifiedModel(id: string, target: Target = 'cpu', folder = modelsRoot): VerifiedModel {
  const manifest = readManifest(id);
  const file = manifest.files[target];
  const path = file === undefined ? null : join(folder, file.path);
  if (file === undefined || path === null || !existsSync(path)) {
    throw new CodedError('MODEL_FILE_MISSING', { file: file?.path ?? `${id} (${target})` });
  }
  const bytes = readFileSync(path);
  verifyMadeFile(bytes, file);
  return { manifest, bytes };
}
