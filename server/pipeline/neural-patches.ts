import type { FaceTrack } from '../frame/face-track.js';
import type { ReceivedFrame } from '../frame/frames.js';
import type { YuvMatrix } from '../frame/format.js';
import type { RegionView } from '../frame/region-view.js';
import type { EngineControls, FlowSpec } from '../likeness/neural/spec.js';
import type { PatchReply } from '../stages/keyframe/patch-contract.js';
import { faceSlots } from '../stages/track/contract.js';
import { type LaneContext, propagateSettings } from './lane-state.js';
import { NeuralFlow } from './neural-flow.js';

/** A face of which less is in sight gives an engine a hand to work on. */
const leastVisible01 = 0.6;

/** Neural patches on the frame path: carried with every picture, asked for one at a time, joined between pictures. */
export class NeuralPatches {
  readonly #tracks = new Int32Array(faceSlots).fill(-1);
  readonly #askedFrame = new Int32Array(faceSlots).fill(-1000);
  readonly flow: NeuralFlow;
  readonly #model: (YuvMatrix | 'rgb')[] = Array.from({ length: faceSlots }, () => 'rgb' as const);

  constructor(
    private readonly lane: LaneContext,
    flowModel: FlowSpec['model'] | null,
  ) {
    const { params, parts } = lane;
    this.flow = new NeuralFlow(lane, flowModel);
    parts.shelf.choice = () => {
      const { likeness, neural } = params.snapshot;
      return { engine: likeness.engine, switchFrames: likeness.switchFrames, maxAgeFrames: neural.maxAgeFrames };
    };
  }

  /** propagate.carry, and the patches of the face with it. */
  carry(face: FaceTrack, region: RegionView, frameNumber: number): void {
    const { propagate, carrier, track, patches } = this.lane.parts;
    const number = track.trackNumbers[face.faceId]!;
    if (this.#tracks[face.faceId] !== number) {
      this.#tracks[face.faceId] = number;
      carrier.reset(face.faceId);
      patches.forget(face.faceId);
      this.flow.forget(face.faceId);
    }
    carrier.before(face);
    propagate.carry(face, region, frameNumber, propagateSettings(this.lane));
    carrier.after(face, propagate.flowOf(face));
  }

  ask(frame: ReceivedFrame): void {
    const { parts, state, params } = this.lane;
    const { patches, shelf, track, regions, carrier } = parts;
    this.flow.ask(frame, (face) => this.#isFit(face));
    const interval = params.snapshot.keyframe.intervalFrames * state.load.keyframeStretch;
    for (const face of track.faces) {
      if (!face.active || !this.#isFit(face) || patches.isAsked(face.faceId)) continue;
      if (frame.frameNumber - this.#askedFrame[face.faceId]! < interval) continue;
      const engine = shelf.engineOf(face.performerId)?.wantsPatchesOf((key) => patches.isReady(key));
      if (!engine) continue;
      const region = regions.view(face);
      const asked = patches.ask({
        face,
        trackNumber: track.trackNumbers[face.faceId]!,
        region,
        matrix: frame.matrix,
        frameNumber: frame.frameNumber,
        captureAtUs: frame.captureAtUs,
        key: engine.engineKey,
        controls: this.#controls(),
      });
      if (!asked) continue;
      this.#askedFrame[face.faceId] = frame.frameNumber;
      this.#model[face.faceId] = region.format === 1 || region.format === 2 ? 'rgb' : frame.matrix;
      carrier.ask(face);
    }
  }

  arrived(reply: PatchReply, rgba: Uint8Array): void {
    const { parts, params, state, clock, meters } = this.lane;
    const { faceId, frameNumber, key } = reply;
    meters.trace.add('patch', reply.captureAtUs, clock.nowUs(), frameNumber, faceId);
    const current = parts.track.trackNumbers[faceId] === reply.trackNumber;
    const { crossfadeFrames } = params.snapshot.keyframe;
    const joined =
      current && parts.carrier.arrived(faceId, { ...reply, rgba }, key, this.#model[faceId]!, crossfadeFrames);
    if (!joined) state.counters['patch.stale']!++;
  }

  #isFit(face: FaceTrack): boolean {
    return (
      face.recognition === 'cast' &&
      face.keyframeFrame >= 0 &&
      face.presence01 >= 0.5 &&
      face.visible01 >= leastVisible01 &&
      face.confidence01 >= this.lane.params.snapshot.flow.minConfidence01
    );
  }
  #controls(): EngineControls {
    const { weight01, morph01, enhance01 } = this.lane.params.snapshot.neural;
    return { weight01, morph01, enhance01 };
  }
}
