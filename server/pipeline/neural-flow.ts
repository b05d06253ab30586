import { type FaceTrack, landmarkCount } from '../frame/face-track.js';
import type { ReceivedFrame } from '../frame/frames.js';
import type { FlowReply } from '../stages/keyframe/flow-contract.js';
import type { FlowSpec } from '../likeness/neural/spec.js';
import { faceSlots } from '../stages/track/contract.js';
import { type LaneContext, propagateSettings } from './lane-state.js';

/** Beyond these pictures back a face looks too different, and the ring of flows no longer reaches to the present. */
const farthestFrames = 16;

/** The earlier picture of one face, and the one that is asked about. */
interface Pair {
  trackNumber: number;
  fromFrame: number;
  /** Crop px. */
  from: Float32Array;
  to: Float32Array;
}
const newPair = (): Pair => ({
  trackNumber: -1,
  fromFrame: -1,
  from: new Float32Array(landmarkCount * 3),
  to: new Float32Array(landmarkCount * 3),
});

/**
 * `flow.engine` raft: the built-in flow carries every picture, and a network says some pictures later what it should have said from
 * one picture to another. What differs is carried on to the present and faded in: landmarks where no keyframe has spoken since, the
 * maps of neural patches always.
 */
export class NeuralFlow {
  readonly #pairs: Pair[] = Array.from({ length: faceSlots }, newPair);
  readonly #spec: FlowSpec | null;
  #saidMissing = false;

  /** `model`: the weights that may be asked for; null where none were added. */
  constructor(
    private readonly lane: LaneContext,
    model: FlowSpec['model'] | null,
  ) {
    this.#spec = model && { kind: 'raft', model };
  }

  /** The slot has another face, or none. */
  forget(faceId: number): void {
    this.#pairs[faceId]!.fromFrame = -1;
    this.lane.parts.flow.forget(faceId);
  }

  /** `isFit`: whether a face is seen well enough to be asked about. */
  ask(frame: ReceivedFrame, isFit: (face: FaceTrack) => boolean): void {
    const { parts, params, state } = this.lane;
    const { flow, track } = parts;
    if (!this.#isWanted()) return;
    const every = params.snapshot.keyframe.intervalFrames * state.load.keyframeStretch;
    for (const face of track.faces) {
      if (!face.active) continue;
      if (!isFit(face)) this.forget(face.faceId);
      else if (!flow.isAsked(face.faceId)) this.#askFor(face, frame, Math.min(every, farthestFrames));
    }
  }

  arrived(reply: FlowReply, grids: Uint8Array): void {
    const { parts, params, state, clock, meters } = this.lane;
    const { faceId, fromFrame, frameNumber } = reply;
    meters.trace.add('flow', reply.captureAtUs, clock.nowUs(), frameNumber, faceId);
    const pair = this.#pairs[faceId]!;
    const face = parts.track.faces[faceId]!;
    const refined = parts.refinedFlow;
    const isCurrent = face.active && parts.track.trackNumbers[faceId] === reply.trackNumber;
    if (!isCurrent || pair.fromFrame !== fromFrame || !refined.take(grids, reply.columns)) {
      state.counters['flow.stale']!++;
      return this.forget(faceId);
    }
    parts.carrier.refine(faceId, refined, parts.propagate.flowOf(face), params.snapshot.keyframe.crossfadeFrames);
    if (face.keyframeFrame > fromFrame) state.counters['flow.superseded']!++;
    else {
      const points = { fromFrame, toFrame: frameNumber, points: pair.from, flow: refined };
      const outcome = parts.propagate.refine(face, points, state.frameNumber, propagateSettings(this.lane));
      state.counters[`flow.${outcome}`]!++;
    }
    // The picture that was asked about is where the next one starts.
    const { from } = pair;
    pair.from = pair.to;
    pair.to = from;
    pair.fromFrame = frameNumber;
  }

  /** The network did not start, or its process ended. */
  failed(reason: string): void {
    this.lane.events.onAlarm('FLOW_NOT_READY', { reason });
    for (const pair of this.#pairs) pair.fromFrame = -1;
  }

  #isWanted(): boolean {
    const { params, parts, events } = this.lane;
    const isRaft = params.snapshot.flow.engine === 'raft';
    const spec = isRaft ? this.#spec : null;
    parts.flow.want(spec);
    if (isRaft && spec === null && !this.#saidMissing)
      events.onAlarm('FLOW_NOT_READY', { reason: 'no weights of this kind were added' });
    this.#saidMissing = isRaft && spec === null;
    return parts.flow.ready;
  }

  #askFor(face: FaceTrack, frame: ReceivedFrame, every: number): void {
    const { flow, track, regions, carrier } = this.lane.parts;
    const { faceId } = face;
    const { frameNumber, captureAtUs, matrix } = frame;
    const pair = this.#pairs[faceId]!;
    const trackNumber = track.trackNumbers[faceId]!;
    const age = frameNumber - pair.fromFrame;
    if (pair.fromFrame < 0 || pair.trackNumber !== trackNumber || age > farthestFrames) {
      pair.trackNumber = trackNumber;
      pair.fromFrame = frameNumber;
      pair.from.set(face.carried);
      flow.keep(face, regions.view(face), matrix);
      return carrier.anchor(faceId, frameNumber);
    }
    if (age < every) return;
    const about = { trackNumber, fromFrame: pair.fromFrame, frameNumber, captureAtUs };
    if (!flow.ask(face, regions.view(face), matrix, about)) return this.forget(faceId);
    pair.to.set(face.carried);
    carrier.askFlow(faceId, frameNumber);
  }
}
