import { type FaceTrack, landmarkCount } from '../../frame/face-track.js';
import { mapPoints } from '../../frame/similarity.js';
import type { PropagateSettings } from './contract.js';
import { boxOf } from './correction.js';
import type { FaceFlow, PointMover } from './face-flow.js';
import { LandmarkSmoother } from './smoothing.js';

/** The landmarks that are drawn, which tremble less than those that flow goes on from; by face slot. */
export class ShownLandmarks {
  readonly #smoothers: readonly LandmarkSmoother[];
  readonly #back = new Float32Array(landmarkCount * 3);

  constructor(
    private readonly mover: PointMover,
    faceSlots: number,
  ) {
    this.#smoothers = Array.from({ length: faceSlots }, () => new LandmarkSmoother());
  }

  start(face: FaceTrack): void {
    this.#smoothers[face.faceId]!.start(face.carried);
  }
  /** The face was found anew: where it was says nothing. */
  restart(face: FaceTrack): void {
    this.#smoothers[face.faceId]!.restart();
  }

  smooth(face: FaceTrack, { smoothFilter, smoothAmount01, frameIntervalUs }: PropagateSettings): void {
    const smoother = this.#smoothers[face.faceId]!;
    // The median of three goes on.
    if (smoothFilter === 'off') return smoother.pause();
    smoother.lay(face.landmarks);
    smoother.filter(smoothFilter, smoothAmount01, face.landmarkConfidence, frameIntervalUs / 1e6);
    smoother.layBack(face.landmarks);
    boxOf(face.landmarks, face);
  }

  /**
   * What the present picture (`face`) says of the one before (`held`, a copy of the face there): its landmarks are carried back by the
   * backward flow and averaged with those that came forward, each by its confidence. `median`: then each landmark is the middle
   * one of three pictures.
   */
  lookBack(own: FaceFlow, face: FaceTrack, held: FaceTrack, median: boolean): void {
    // Carried by a guess, or hidden by something: flow knows nothing of the face there.
    if (face.confidence01 <= 0 || face.maskPtr !== 0 || held.maskPtr !== 0) return;
    const back = this.#back;
    mapPoints(face.toCrop, face.landmarks, back, landmarkCount);
    this.mover.move(own, back, own.flow.backwardPtr, own.flow.confidencePtr, null);
    mapPoints(held.fromCrop, back, back, landmarkCount);
    const { confidence } = this.mover;
    const { landmarks, landmarkConfidence } = held;
    for (let i = 0; i < landmarkCount; i++) {
      const there = confidence[i]!,
        here = landmarkConfidence[i]!;
      const share = there / (there + here + 1e-3);
      for (let k = i * 3; k < i * 3 + 2; k++) landmarks[k]! += (back[k]! - landmarks[k]!) * share;
    }
    if (median) this.#smoothers[face.faceId]!.middle(held.landmarks, face.landmarks);
    boxOf(landmarks, held);
  }
}
