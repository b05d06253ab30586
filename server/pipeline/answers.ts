import type { DetectedBox } from '../frame/detected-box.js';
import { type FaceTrack, landmarkCount } from '../frame/face-track.js';
import { invertAffine } from '../frame/geometry.js';
import { mapPoints } from '../frame/similarity.js';
import type { FaceAnswer } from '../stages/keyframe/stage.js';
import { type LaneContext, propagateSettings } from './lane-state.js';

/** Pictures that a question may be old until its crop's place is forgotten. */
const cropsKept = 64;

/** What inference says, between frames: joined to the picture it was asked about, or dropped and counted. */
export class KeyframeAnswers {
  readonly #late = new Float32Array(landmarkCount * 3);
  /** Crop → picture of the frames that were asked about. */
  readonly #cropToPicture = new Map<number, Float64Array>();

  constructor(private readonly lane: LaneContext) {}

  /** Keeps where the crop of this picture lay, until the answer is in. */
  rememberCrop(face: FaceTrack, frameNumber: number): void {
    const key = cropKey(face.faceId, frameNumber);
    let kept = this.#cropToPicture.get(key);
    if (!kept) {
      kept = new Float64Array(6);
      this.#cropToPicture.set(key, kept);
    }
    invertAffine(face.toCrop, kept);
  }

  /** Landmarks, and perhaps an identity, of one face of an earlier picture. */
  face(answer: FaceAnswer): void {
    const { reply, landmarks, identity } = answer;
    const { parts, state, clock } = this.lane;
    const { track, propagate } = parts;
    const face = track.faces[reply.faceId];
    if (!face?.active || track.trackNumbers[reply.faceId] !== reply.trackNumber) {
      state.counters['keyframe.stale']!++;
      return;
    }
    const fromCrop = this.#cropToPicture.get(cropKey(reply.faceId, reply.frameNumber));
    if (!fromCrop) return;
    if (reply.presence01 >= 0.5) {
      mapPoints(fromCrop, landmarks, this.#late, landmarkCount);
      const late = { frameNumber: reply.frameNumber, landmarks: this.#late };
      if (!propagate.join(face, late, state.frameNumber, propagateSettings(this.lane))) {
        state.counters['keyframe.late']!++;
        return;
      }
      face.keyframeAtUs = reply.captureAtUs;
    }
    track.judged(face, reply.presence01, identity, reply.frameNumber, clock.nowUs());
  }

  /** Where faces were in an earlier picture, in pixels of the small one that was looked at. */
  detected(frameNumber: number, faces: readonly DetectedBox[], scaleX: number, scaleY: number): void {
    const { state } = this.lane;
    if (!state.lastFrame) return;
    if (state.unlookedSince >= 0 && frameNumber >= state.unlookedSince) state.unlookedSince = -1;
    state.pending = faces.map((face) => ({
      box: [face.box[0] * scaleX, face.box[1] * scaleY, face.box[2] * scaleX, face.box[3] * scaleY] as const,
      keyPoints: face.keyPoints.map((v, i) => v * (i % 2 === 0 ? scaleX : scaleY)),
      score01: face.score01,
    }));
  }
}

const cropKey = (faceId: number, frameNumber: number): number => faceId * 100_000 + (frameNumber % cropsKept);
