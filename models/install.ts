import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CodedError } from '../server/errors/coded-error.js';
import { extractCanonicalFace } from './canonical-face.js';
import { buildFaceMeshV2 } from './facemesh-v2.js';
import type { GraphBuilder } from './graph/builder.js';
import type { Target } from './lower/context.js';
import type { ModelManifest, TensorContract } from './manifest.js';
import { encodeModel } from './onnx/model-proto.js';
import { convertGraph } from './tfjs/convert-graph.js';
import { parseGraphModel } from './tfjs/graph-model.js';
import { readVerifiedSources, sha256, verifyMadeFile } from './verify.js';

export interface InstallFolders {
  /** node_modules */
  readonly packages: string;
  /** build/models */
  readonly made: string;
}

export type InstallOutcome = 'up-to-date' | 'made' | 'made-again';

/** Makes the file of a model from its package, in memory. Equal sources give equal bytes. Throws MODEL_CONVERSION_FAILED. */
export function makeModel(manifest: ModelManifest, sources: readonly Uint8Array[], target: Target): Uint8Array {
  try {
    const [description, weights] = sources as [Uint8Array, Uint8Array];
    switch (manifest.source.format) {
      case 'tfjs-graph':
        return encodeModel(
          convertGraph(parseGraphModel(description, weights), bindingOf(manifest), target),
          manifest.id,
        );
      case 'micro-facemesh':
        return encodeModel(matching(manifest, buildFaceMeshV2(description, weights, target)), manifest.id);
      case 'mediapipe-assets':
        return new TextEncoder().encode(JSON.stringify(extractCanonicalFace(description, weights)) + '\n');
    }
  } catch (error) {
    throw new CodedError(
      'MODEL_CONVERSION_FAILED',
      { model: manifest.id, reason: error instanceof Error ? error.message : String(error) },
      { cause: error },
    );
  }
}

const node = ({
  sourceNode,
  name,
  shape,
}: TensorContract): { node: string; name: string; shape: readonly number[] } => {
  if (sourceNode === undefined) throw new RangeError(`The manifest does not say which node is "${name}"`);
  return { node: sourceNode, name, shape };
};

const bindingOf = (manifest: ModelManifest): Parameters<typeof convertGraph>[1] => ({
  input: node(manifest.inputs[0]!),
  outputs: manifest.outputs.map(node),
});

/** A graph built by hand must have the tensors that its manifest promises. */
function matching(manifest: ModelManifest, graph: GraphBuilder): GraphBuilder {
  const described = (tensors: readonly { name: string; shape: readonly number[] }[]): string =>
    tensors.map(({ name, shape }) => `${name}[${shape}]`).join(' ');
  const [wanted, found] = [
    described([...manifest.inputs, ...manifest.outputs]),
    described([...graph.inputs, ...graph.outputs]),
  ];
  if (wanted !== found) throw new RangeError(`the manifest promises ${wanted}; the graph has ${found}`);
  return graph;
}

/**
 * Brings one model into build/models. A file that is already there and right is left alone; one that is not right is made
 * again. Throws MODEL_SOURCE_MISSING, MODEL_SOURCE_TAMPERED, MODEL_CONVERSION_FAILED or MODEL_OUTPUT_TAMPERED; nothing is
 * written then.
 */
export function installModel(manifest: ModelManifest, target: Target, folders: InstallFolders): InstallOutcome {
  const file = manifest.files[target];
  if (file === undefined) throw new CodedError('MODEL_FILE_MISSING', { file: `${manifest.id} (${target})` });
  const path = join(folders.made, file.path);
  const wasThere = existsSync(path);
  if (wasThere && sha256(readFileSync(path)) === file.sha256) return 'up-to-date';
  const bytes = makeModel(manifest, readVerifiedSources(manifest, folders.packages), target);
  verifyMadeFile(bytes, file);
  writeWhole(path, bytes);
  return wasThere ? 'made-again' : 'made';
}

/** A file appears under its name only when it is complete. */
function writeWhole(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, bytes);
  renameSync(partial, path);
}
