import type { SessionOptions } from './port.js';

/** Element types that are exchanged; all of them are Float32Array on our side. */
export type ForeignType = 'float32' | 'float16' | 'float64';

export interface ForeignTensor {
  readonly name: string;
  readonly type: ForeignType;
  /** null where the file leaves the side open. */
  readonly shape: readonly (number | null)[];
}
export interface TensorData {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}
/** What goes in and out of one run, by the names in the file. */
export type ForeignTensors = Readonly<Record<string, TensorData>>;

/**
 * A model that a production brings: nothing of it is known but its file, so tensors are resolved by role and shape and its
 * outputs' shapes are what a run gives.
 */
export interface ForeignSession {
  readonly inputs: readonly ForeignTensor[];
  readonly outputs: readonly ForeignTensor[];
  /** One run at a time, in the order of the calls. Rejects with MODEL_RUN_FAILED. The answer is the caller's own. */
  run(feeds: ForeignTensors): Promise<ForeignTensors>;
  close(): Promise<void>;
}

/** Rejects with MODEL_RUNTIME_MISSING or MODEL_LOAD_FAILED, or MODEL_TENSOR_MISMATCH for element types that are not exchanged. */
export type ForeignSessionFactory = (
  modelId: string,
  bytes: Uint8Array,
  options?: Partial<SessionOptions>,
) => Promise<ForeignSession>;
