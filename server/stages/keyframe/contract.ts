import type { DetectedBox } from '../../frame/detected-box.js';
import type { InstantUs } from '../../time/time.js';

/**
 * keyframe: expensive inference, off the frame path. The lane's half (stage.ts) cuts crops out of the picture and asks; the
 * inference process (pipeline/inference-process.ts) answers. Every answer names the picture it came from; a late one is
 * carried forward by propagate, or dropped and counted.
 *
 * On the wire (server/ipc): head JSON, payload RGB bytes.
 *  lane → inference  {type:'hello', laneId} · {type:'priority', program, preview} · DetectRequest + RGB w×h×3 ·
 *                    FaceRequest + RGB 256×256×3 · MatteRequest + the same RGB
 *  inference → lane  {type:'ready', engine} · {type:'engine', engine} · DetectReply · FaceReply + landmarks (478×3 f32), then identity (1024 f32) where asked ·
 *                    MatteReply + matte (64×64 u8)
 */
export interface DetectRequest {
  readonly type: 'detect';
  readonly frameNumber: number;
  readonly captureAtUs: InstantUs;
  readonly widthPx: number;
  readonly heightPx: number;
}
export interface FaceRequest {
  readonly type: 'face';
  readonly faceId: number;
  /** Changes whenever the slot is given to another face, so that an answer cannot reach the wrong one. */
  readonly trackNumber: number;
  readonly frameNumber: number;
  readonly captureAtUs: InstantUs;
  readonly wantIdentity: boolean;
}
/** How much of each part of a face's crop is the person: hair, ears, neck and shoulders included. */
export interface MatteRequest {
  readonly type: 'matte';
  readonly faceId: number;
  readonly trackNumber: number;
  readonly frameNumber: number;
}
export interface MatteReply {
  readonly type: 'matte';
  readonly faceId: number;
  readonly trackNumber: number;
  readonly frameNumber: number;
}
export interface DetectReply {
  readonly type: 'detected';
  readonly frameNumber: number;
  readonly faces: readonly DetectedBox[];
  /** When the inference process took it up, on the machine's monotonic base. */
  readonly startedAtUs: InstantUs;
  readonly inferenceMs: number;
}
export interface FaceReply {
  readonly type: 'face';
  readonly faceId: number;
  readonly trackNumber: number;
  readonly frameNumber: number;
  readonly captureAtUs: InstantUs;
  readonly presence01: number;
  readonly hasIdentity: boolean;
  /** When the inference process took it up, on the machine's monotonic base. */
  readonly startedAtUs: InstantUs;
  readonly inferenceMs: number;
}
