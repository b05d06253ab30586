import type { ModelManifest } from '../../models/manifest.js';

/** Where models run. All but `cpu` need a device and, for cuda and tensorrt, libraries that npm does not bring. */
export const executionProviders = ['cpu', 'cuda', 'tensorrt', 'coreml', 'directml', 'webgpu'] as const;
export type ExecutionProvider = (typeof executionProviders)[number];

export interface SessionOptions {
  /** Threads that one run may use. More than one never spins: several sessions share the machine. */
  readonly threads: number;
  readonly executionProvider: ExecutionProvider;
  /** Half precision where the provider can be told so by an option (tensorrt); the CPU always computes with 32 bits. */
  readonly fp16: boolean;
  /** Which GPU, by the provider's own count. */
  readonly deviceId: number;
  /** Folder for engines that a provider builds on this machine (tensorrt: minutes the first time); null: built at each start. */
  readonly engineCacheFolder: string | null;
}

export const defaultSessionOptions: SessionOptions = {
  threads: 1,
  executionProvider: 'cpu',
  fp16: false,
  deviceId: 0,
  engineCacheFolder: null,
};

/** What really runs, as the runtime itself recorded it while the model ran once. */
export interface Placement {
  readonly asked: ExecutionProvider;
  /** Graph nodes by the provider that ran them. For `cpu` it is not recorded: there is nothing else. */
  readonly nodes: Readonly<Record<string, number>>;
}

/** Tensors by name, row-major; the memory belongs to the session and is valid only inside the callback that gets it. */
export type Tensors = Readonly<Record<string, Float32Array>>;

/** One loaded model. Calls are queued: the tensors are allocated once and one run owns them at a time. */
export interface ModelSession {
  readonly manifest: ModelManifest;
  readonly placement: Placement;
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
