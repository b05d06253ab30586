import type { ModelManifest } from '../../models/manifest.js';

export type ExecutionProvider = 'cpu' | 'cuda' | 'tensorrt' | 'coreml' | 'dml' | 'webgpu';

export interface SessionOptions {
  /** Threads that one run may use. More than one never spins: several sessions share the machine. */
  readonly threads: number;
  readonly executionProvider: ExecutionProvider;
}

export const defaultSessionOptions: SessionOptions = { threads: 1, executionProvider: 'cpu' };

/** Tensors by name, row-major; the memory belongs to the session and is valid only inside the callback that gets it. */
export type Tensors = Readonly<Record<string, Float32Array>>;

/** One loaded model. Calls are queued: the tensors are allocated once and one run owns them at a time. */
export interface ModelSession {
  readonly manifest: ModelManifest;
  /**
   * Writes the inputs, runs, reads the outputs. `fill` must write every element; `read` must copy what it keeps.
   * Rejects with MODEL_RUN_FAILED, or with whatever `fill` or `read` throws; the session stays usable.
   */
  infer<T>(fill: (inputs: Tensors) => void, read: (outputs: Tensors) => T): Promise<T>;
  /** Frees the model after the runs that are queued. May be called twice. */
  close(): Promise<void>;
}

/** Loads a model by its id. Production takes `createSession` of ort.ts; unit tests take a fake. */
export type SessionFactory = (modelId: string, options?: Partial<SessionOptions>) => Promise<ModelSession>;
