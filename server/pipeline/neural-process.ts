import { cropSizePx, landmarkCount } from '../frame/face-track.js';
import { loadEngine, type NeuralEngine } from '../likeness/load-engine.js';
import { ofBytes } from '../likeness/neural/picture.js';
import type { EngineSpec } from '../likeness/neural/spec.js';
import { openForeign } from '../onnx/foreign.js';
import type { SessionOptions } from '../onnx/port.js';
import type { PatchReply, PatchRequest } from '../stages/keyframe/patch-contract.js';
import { machineClock } from '../time/clock.js';
import { since, toMs } from '../time/time.js';
import { encodePatch } from './patch-bytes.js';

/**
 * One neural engine, a process of its own below the inference process: loading and warming it, and its slow runs, hold up nobody's
 * landmarks, and its end takes nothing along. Messages are structured clones.
 */
export type NeuralOrder =
  | { readonly type: 'load'; readonly spec: EngineSpec; readonly session: Partial<SessionOptions> }
  | { readonly type: 'patch'; readonly ticket: number; readonly head: PatchRequest; readonly payload: Uint8Array };
export type NeuralReport =
  | { readonly type: 'ready'; readonly loadMs: number }
  | { readonly type: 'fault'; readonly message: string }
  | { readonly type: 'patch'; readonly ticket: number; readonly head: PatchReply; readonly payload: Uint8Array }
  | { readonly type: 'failed'; readonly ticket: number; readonly message: string };

const clock = machineClock;
const say = (report: NeuralReport): void => void process.send?.(report);
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
let engine: NeuralEngine | null = null;

async function load({ spec, session }: Extract<NeuralOrder, { type: 'load' }>): Promise<void> {
  const startedAtUs = clock.nowUs();
  try {
    engine = await loadEngine(spec, (id, bytes) => openForeign(id, bytes, session));
    say({ type: 'ready', loadMs: toMs(since(clock.nowUs(), startedAtUs)) });
  } catch (error) {
    say({ type: 'fault', message: textOf(error) });
  }
}

async function patch({ ticket, head, payload }: Extract<NeuralOrder, { type: 'patch' }>): Promise<void> {
  const startedAtUs = clock.nowUs();
  try {
    const { cropPx } = head;
    const rgbBytes = cropPx * cropPx * 3;
    const crop = ofBytes(payload.subarray(0, rgbBytes), cropPx, cropPx);
    // A copy: floats must start at a multiple of four.
    const landmarks = new Float32Array(
      new Uint8Array(payload.subarray(rgbBytes, rgbBytes + landmarkCount * 12)).buffer,
    );
    const face = await engine!.face(crop, landmarks, head.controls);
    // The answer's map starts from the tracker's crop, whatever side was sent.
    const scale = cropPx / cropSizePx;
    const toPatch = Array.from(face.toPatch, (value, i) => (i % 3 === 2 ? value : value * scale));
    const { key, faceId, trackNumber, frameNumber, captureAtUs, depth } = head;
    const reply: PatchReply = {
      ...{ type: 'patch', key, faceId, trackNumber, frameNumber, captureAtUs, depth },
      sidePx: face.picture.widthPx,
      toPatch,
      inferenceMs: toMs(since(clock.nowUs(), startedAtUs)),
    };
    say({ type: 'patch', ticket, head: reply, payload: encodePatch(face.picture, face.mask, depth) });
  } catch (error) {
    say({ type: 'failed', ticket, message: textOf(error) });
  }
}

process.on('message', (order: NeuralOrder) => void (order.type === 'load' ? load(order) : patch(order)));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => {});
