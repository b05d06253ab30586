import type { EngineControls, NeuralSpec } from '../../likeness/neural/spec.js';
import type { InstantUs } from '../../time/time.js';

/**
 * Neural patches on the wire between lane and inference process (server/ipc): head JSON, payload bytes.
 *  lane → inference  NeuralEngineRequest · {type:'neural-drop', key} · PatchRequest + RGB cropPx² ×3, then landmarks (478×3 f32, crop px)
 *  inference → lane  NeuralReady · NeuralFault · PatchReply + RGBA sidePx² (8 bits, or 8.8 little-endian)
 */
export interface NeuralEngineRequest {
  readonly type: 'neural-engine';
  readonly key: string;
  readonly spec: NeuralSpec;
}
export interface NeuralReady {
  readonly type: 'neural-ready';
  readonly key: string;
  /** Loading and the warming run. */
  readonly loadMs: number;
}
export interface NeuralFault {
  readonly type: 'neural-fault';
  readonly key: string;
  readonly message: string;
}
export interface PatchRequest {
  readonly type: 'patch';
  readonly key: string;
  readonly faceId: number;
  readonly trackNumber: number;
  readonly frameNumber: number;
  readonly captureAtUs: InstantUs;
  readonly cropPx: number;
  /** Of the answer. */
  readonly depth: 8 | 16;
  readonly controls: EngineControls;
}
export interface PatchReply {
  readonly type: 'patch';
  readonly key: string;
  readonly faceId: number;
  readonly trackNumber: number;
  readonly frameNumber: number;
  readonly captureAtUs: InstantUs;
  readonly depth: 8 | 16;
  readonly sidePx: number;
  /** Px of the 256 crop → patch px. */
  readonly toPatch: readonly number[];
  readonly inferenceMs: number;
}
