import type { FaceTrack } from '../../frame/face-track.js';

/**
 * track: which faces there are, who they are, and which picture is a keyframe for whom.
 *
 * Takes: detections (boxes and six points, in the lane's picture), identity embeddings, the faces as propagated.
 * Gives: face slots started, recognised or ended; keyframe wishes.
 */
export interface CastPerformer {
  readonly performerId: string;
  /** Mean-centred identity embedding, 1024 floats. */
  readonly identity: Float32Array;
}

export interface KeyframeWish {
  readonly face: FaceTrack;
  readonly wantIdentity: boolean;
}

/** Faces at once in one lane. More than this many people are left untouched, and counted. */
export const faceSlots = 6;
