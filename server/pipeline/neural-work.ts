import { cropSizePx, landmarkCount } from '../frame/face-track.js';
import { loadEngine } from '../likeness/load-engine.js';
import { RaftEngine } from '../likeness/neural/flow-engine.js';
import { ofBytes } from '../likeness/neural/picture.js';
import type { EngineSpec, FlowSpec, NeuralSpec } from '../likeness/neural/spec.js';
import type { FlowReply, FlowRequest } from '../stages/keyframe/flow-contract.js';
import type { PatchReply, PatchRequest } from '../stages/keyframe/patch-contract.js';
import type { Clock } from '../time/clock.js';
import { since, toMs } from '../time/time.js';
import { bytesOf } from './inference-jobs.js';
import { encodePatch } from './patch-bytes.js';

/** The door to files that a production brings. */
type OpenForeign = Parameters<typeof loadEngine>[1];
export type WorkRequest = PatchRequest | FlowRequest;
export interface WorkAnswer {
  readonly head: PatchReply | FlowReply;
  readonly payload: Uint8Array;
}
/** What one neural process does, over and over. */
export type Work = (head: WorkRequest, payload: Uint8Array) => Promise<WorkAnswer>;

/** Loads and warms what a spec names. Rejects with what the engines reject with. */
export const openWork = (spec: NeuralSpec, open: OpenForeign, clock: Clock): Promise<Work> =>
  spec.kind === 'raft' ? flowWork(spec, open, clock) : patchWork(spec, open, clock);

/** RGB crop and landmarks → the likeness's face as RGBA. */
async function patchWork(spec: EngineSpec, open: OpenForeign, clock: Clock): Promise<Work> {
  const engine = await loadEngine(spec, open);
  return async (request, payload) => {
    const startedAtUs = clock.nowUs();
    const { key, faceId, trackNumber, frameNumber, captureAtUs, depth, cropPx, controls } = request as PatchRequest;
    const rgbBytes = cropPx * cropPx * 3;
    const crop = ofBytes(payload.subarray(0, rgbBytes), cropPx, cropPx);
    // A copy: floats must start at a multiple of four.
    const landmarks = new Float32Array(
      new Uint8Array(payload.subarray(rgbBytes, rgbBytes + landmarkCount * 12)).buffer,
    );
    const face = await engine.face(crop, landmarks, controls);
    // The answer's map starts from the tracker's crop, whatever side was sent.
    const scale = cropPx / cropSizePx;
    const toPatch = Array.from(face.toPatch, (value, i) => (i % 3 === 2 ? value : value * scale));
    const head: PatchReply = {
      ...{ type: 'patch', key, faceId, trackNumber, frameNumber, captureAtUs, depth },
      sidePx: face.picture.widthPx,
      toPatch,
      inferenceMs: toMs(since(clock.nowUs(), startedAtUs)),
    };
    return { head, payload: encodePatch(face.picture, face.mask, depth) };
  };
}

/** Two RGB crops → flow both ways, with confidence. */
async function flowWork(spec: FlowSpec, open: OpenForeign, clock: Clock): Promise<Work> {
  const engine = await RaftEngine.open(spec, open, cropSizePx);
  return async (request, payload) => {
    const startedAtUs = clock.nowUs();
    const { key, faceId, trackNumber, fromFrame, frameNumber, captureAtUs, cropPx } = request as FlowRequest;
    const bytes = cropPx * cropPx * 3;
    const answer = await engine.flow(payload.subarray(0, bytes), payload.subarray(bytes, bytes * 2), cropPx);
    const head: FlowReply = {
      ...{ type: 'flow', key, faceId, trackNumber, fromFrame, frameNumber, captureAtUs },
      columns: answer.columns,
      inferenceMs: toMs(since(clock.nowUs(), startedAtUs)),
    };
    const grids = [answer.forward, answer.forwardConfidence, answer.backward, answer.backwardConfidence];
    return { head, payload: Buffer.concat(grids.map(bytesOf)) };
  };
}
