import type { FaceTrack } from '../../frame/face-track.js';
import type { RegionView } from '../../frame/region-view.js';
import type { DurationUs } from '../../time/time.js';

/**
 * propagate: carries each face's landmarks from the last picture to this one by dense flow in face-aligned space, and
 * late keyframes from their own picture to this one through the stored flows (catch-up).
 *
 * Takes: the picture's region in kernel memory, the track as it was in the last picture.
 * Gives: the track's landmarks, confidence and alignment in this picture.
 */
export interface PropagateSettings {
  readonly minConfidence01: number;
  readonly smoothAmount01: number;
  readonly smoothFilter: 'off' | 'one-euro' | 'kalman';
  /** Time from one picture to the next. */
  readonly frameIntervalUs: DurationUs;
  readonly crossfadeFrames: number;
  readonly preset: 'fastest' | 'ultrafast' | 'fast';
}

export interface KeyframeLandmarks {
  /** The picture that the landmarks belong to. */
  readonly frameNumber: number;
  /** 478 × (x, y, z) in pixels of that picture. */
  readonly landmarks: Float32Array;
  /** The same answer's identity is the performer's beyond doubt. */
  readonly proven: boolean;
}

/** 'late': its picture is no longer in the ring. 'refused': somebody else stands there; the face goes on as it was. */
export type JoinOutcome = 'joined' | 'late' | 'refused';

export interface Propagator {
  /** Aligns a face's crop to its landmarks, before its region is known. */
  place(face: FaceTrack): void;
  /** Starts a face in this picture at landmarks that were found in `seenFrame`, this one or one shortly before. */
  start(face: FaceTrack, region: RegionView, frameNumber: number, seenFrame: number): void;
  /** Carries a face from the last picture to this one. */
  carry(face: FaceTrack, region: RegionView, frameNumber: number, settings: PropagateSettings): void;
  /** Joins a keyframe's result. */
  join(face: FaceTrack, keyframe: KeyframeLandmarks, frameNumber: number, settings: PropagateSettings): JoinOutcome;
}
