import type { ModelManifest } from '../../models/manifest.js';
import type { ModelSession, Placement, Tensors } from './port.js';

export interface SessionEngine {
  /** Computes the outputs in place. */
  run(): Promise<void>;
  close(): Promise<void>;
}

export const elements = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

export const allocateTensors = (contracts: ModelManifest['inputs']): Record<string, Float32Array> =>
  Object.fromEntries(contracts.map(({ name, shape }) => [name, new Float32Array(elements(shape))]));

/** Gives one run at a time the session's tensors, in the order of the calls. */
export class QueuedSession implements ModelSession {
  readonly manifest: ModelManifest;
  /** Set once it is known, after the first run. */
  placement: Placement = { asked: 'cpu', nodes: {} };
  readonly #inputs: Tensors;
  readonly #outputs: Tensors;
  readonly #engine: SessionEngine;
  #tail: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | null = null;

  constructor(manifest: ModelManifest, tensors: { inputs: Tensors; outputs: Tensors }, engine: SessionEngine) {
    this.manifest = manifest;
    this.#inputs = tensors.inputs;
    this.#outputs = tensors.outputs;
    this.#engine = engine;
  }

  infer<T>(fill: (inputs: Tensors) => void, read: (outputs: Tensors) => T): Promise<T> {
    if (this.#closed !== null) return Promise.reject(new Error(`The session of ${this.manifest.id} is closed`));
    const result = this.#tail.then(async () => {
      fill(this.#inputs);
      await this.#engine.run();
      return read(this.#outputs);
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }

  close(): Promise<void> {
    this.#closed ??= this.#tail.then(() => this.#engine.close());
    return this.#closed;
  }
}
