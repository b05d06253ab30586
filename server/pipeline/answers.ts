import { type FaceTrack, landmarkCount } from '../frame/face-track.js';
import { invertAffine } from '../frame/geometry.js';
import { mapPoints } from '../frame/similarity.js';
import type { DetectReply, MatteReply } from '../stages/keyframe/contract.js';
import type { FaceAnswer } from '../stages/keyframe/stage.js';
import { after, fromMs, type InstantUs } from '../time/time.js';
import { type LaneContext, propagateSettings } from './lane-state.js';

/** Pictures that a question may be old until its crop's place is forgotten. */
const cropsKept = 64;

interface Asked {
  readonly cropToPicture: Float64Array;
  atUs: InstantUs;
}

/** What inference says, between frames: joined to the picture it was asked about, or dropped and counted. */
export class KeyframeAnswers {
  readonly #late = new Float32Array(landmarkCount * 3);
  /** The frames that were asked about, by face and number. */
  readonly #asked = new Map<number, Asked>();

  constructor(private readonly lane: LaneContext) {}

  /** Keeps where the crop of this picture lay, and when it was asked about, until the answer is in. */
  remember(face: FaceTrack, frameNumber: number, askedAtUs: InstantUs): void {
    const key = askedKey(face.faceId, frameNumber);
    let kept = this.#asked.get(key);
    if (!kept) {
      kept = { cropToPicture: new Float64Array(6), atUs: askedAtUs };
      this.#asked.set(key, kept);
    }
    kept.atUs = askedAtUs;
    invertAffine(face.toCrop, kept.cropToPicture);
  }

  /** Landmarks, and perhaps an identity, of one face of an earlier picture. */
  face(answer: FaceAnswer): void {
    const { reply, landmarks, identity } = answer;
    const { parts, state, clock, meters } = this.lane;
    const answeredAtUs = clock.nowUs();
    const { frameNumber, faceId, startedAtUs } = reply;
    const asked = this.#asked.get(askedKey(faceId, frameNumber));
    if (asked) meters.trace.add('face', asked.atUs, answeredAtUs, frameNumber, faceId);
    meters.trace.add('face model', startedAtUs, after(startedAtUs, fromMs(reply.inferenceMs)), frameNumber, faceId);
    const { track, propagate } = parts;
    const face = track.faces[reply.faceId];
    if (!face?.active || track.trackNumbers[reply.faceId] !== reply.trackNumber) {
      state.counters['keyframe.stale']!++;
      return;
    }
    if (!asked) return;
    if (reply.presence01 >= 0.5) {
      mapPoints(asked.cropToPicture, landmarks, this.#late, landmarkCount);
      const proven = identity !== null && track.proves(face, identity);
      const late = { frameNumber: reply.frameNumber, landmarks: this.#late, proven };
      const outcome = propagate.join(face, late, state.frameNumber, propagateSettings(this.lane));
      if (outcome !== 'joined') {
        state.counters[`keyframe.${outcome}`]!++;
        // Somebody is there, but not this face. A face that is in full sight by its looks is there all the same: then only the
        // answer is wrong (late, in a fast turn), and if no better one comes it grows too old to be shown.
        if (outcome === 'refused' && face.maskPtr !== 0) track.judged(face, 0, null, reply.frameNumber, answeredAtUs);
        return;
      }
      face.keyframeAtUs = reply.captureAtUs;
      state.joinedAtUs.push(reply.captureAtUs);
    }
    track.judged(face, reply.presence01, identity, reply.frameNumber, answeredAtUs);
    meters.trace.add('join', answeredAtUs, clock.nowUs(), frameNumber, faceId);
  }

  /** What of a face's crop was the person in an earlier picture. */
  matte({ faceId, trackNumber }: MatteReply, matte: Uint8Array): void {
    const { track } = this.lane.parts;
    const face = track.faces[faceId];
    if (face?.active && track.trackNumbers[faceId] === trackNumber && face.maskPtr === 0) face.matte = matte;
  }

  /** Where faces were in an earlier picture, in pixels of the small one that was looked at. */
  detected(reply: DetectReply, scaleX: number, scaleY: number): void {
    const { state, clock, meters } = this.lane;
    const { frameNumber, faces, startedAtUs } = reply;
    meters.trace.add('detect', state.detectAskedAtUs, clock.nowUs(), frameNumber);
    meters.trace.add('detect model', startedAtUs, after(startedAtUs, fromMs(reply.inferenceMs)), frameNumber);
    if (!state.lastFrame) return;
    state.arrivals.looked(frameNumber);
    if (state.unlookedSince >= 0 && frameNumber >= state.unlookedSince) state.unlookedSince = -1;
    state.pendingFrame = frameNumber;
    state.pending = faces.map((face) => ({
      box: [face.box[0] * scaleX, face.box[1] * scaleY, face.box[2] * scaleX, face.box[3] * scaleY] as const,
      keyPoints: face.keyPoints.map((v, i) => v * (i % 2 === 0 ? scaleX : scaleY)),
      score01: face.score01,
    }));
  }
}

const askedKey = (faceId: number, frameNumber: number): number => faceId * 100_000 + (frameNumber % cropsKept);
