import type { InstantUs } from '../../time/time.js';

/**
 * A flow network on the wire between lane and inference process (server/ipc): head JSON, payload bytes.
 *  lane → inference  NeuralEngineRequest with a FlowSpec · {type:'neural-drop', key} · FlowRequest + RGB cropPx² ×3 twice, the
 *                    earlier picture's first
 *  inference → lane  NeuralReady · NeuralFault · FlowReply + f32: forward, its confidence, backward, its confidence
 */
export interface FlowRequest {
  readonly type: 'flow';
  readonly key: string;
  readonly faceId: number;
  readonly trackNumber: number;
  /** The earlier picture. */
  readonly fromFrame: number;
  readonly frameNumber: number;
  readonly captureAtUs: InstantUs;
  readonly cropPx: number;
}
export interface FlowReply {
  readonly type: 'flow';
  readonly key: string;
  readonly faceId: number;
  readonly trackNumber: number;
  readonly fromFrame: number;
  readonly frameNumber: number;
  readonly captureAtUs: InstantUs;
  /** Of the grids, and their rows. */
  readonly columns: number;
  readonly inferenceMs: number;
}
/** The key of the one flow engine that a lane has. */
export const flowEngineKey = 'flow';
