import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../server/errors/coded-error.js';
import { projectRoot } from '../server/paths.js';
import type { Target } from './lower/context.js';

export interface HashedFile {
  /** Relative: of a source file to its package, of a made file to build/models. */
  readonly path: string;
  readonly sha256: string;
}

export interface TensorContract {
  /** Name in the ONNX file; it says the tensor's role. */
  readonly name: string;
  readonly type: 'float32';
  readonly shape: readonly number[];
  /** What the numbers are: unit, origin, order. */
  readonly meaning: string;
  /** Node of the source graph; absent where the graph is built by hand. */
  readonly sourceNode?: string;
  readonly layout?: 'NHWC';
  readonly colourOrder?: 'RGB';
  /** Values for black and for white. */
  readonly range?: readonly [number, number];
}

/** What is known of a model: where it is from, who allows what, which bytes were checked, what goes in and out. */
export interface ModelManifest {
  readonly id: string;
  readonly title: string;
  readonly licence: { readonly name: string; readonly basis: string };
  readonly provenance: string;
  readonly source: {
    readonly package: string;
    readonly version: string;
    readonly format: 'tfjs-graph' | 'micro-facemesh' | 'mediapipe-assets';
    readonly files: readonly HashedFile[];
  };
  readonly inputs: readonly TensorContract[];
  readonly outputs: readonly TensorContract[];
  readonly files: Readonly<Partial<Record<Target, HashedFile>>>;
}

export const manifestsRoot = join(projectRoot, 'models', 'manifests');

export const manifestIds = (folder = manifestsRoot): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();

/** Throws MODEL_UNKNOWN when nothing of that name is committed. */
export function readManifest(id: string, folder = manifestsRoot): ModelManifest {
  const file = join(folder, `${id}.json`);
  if (!/^[a-z0-9-]+$/.test(id) || !existsSync(file)) {
    throw new CodedError('MODEL_UNKNOWN', { model: id, known: manifestIds(folder).join(', ') });
  }
  return JSON.parse(readFileSync(file, 'utf8')) as ModelManifest;
}
