import { readManifest } from '../../models/manifest.js';
import type { SessionFactory, Tensors } from './port.js';
import { allocateTensors, QueuedSession } from './queued-session.js';

/** What a fake model does: writes the outputs from the inputs, at once. */
export type FakeModel = (inputs: Tensors, outputs: Tensors) => void;

/**
 * Sessions without ONNX Runtime and without model files: the real manifests, the real queue, and functions in place of the
 * networks. A model that is not listed writes zeros.
 */
export const fakeSessions =
  (models: Readonly<Record<string, FakeModel>>): SessionFactory =>
  (modelId) => {
    const manifest = readManifest(modelId);
    const inputs = allocateTensors(manifest.inputs),
      outputs = allocateTensors(manifest.outputs);
    const engine = {
      run: () => Promise.resolve(models[modelId]?.(inputs, outputs)),
      close: () => Promise.resolve(),
    };
    return Promise.resolve(new QueuedSession(manifest, { inputs, outputs }, engine));
  };
