import type { LadderStep } from '../protocol/messages.js';
import type { InstantUs } from '../time/time.js';
import { type Affine, type BoxPx, affine } from './geometry.js';

export const landmarkCount = 478;
/** The first 468 are the face surface (MediaPipe canonical face); 468–477 are the two irises. */
export const surfaceCount = 468;
/** Side of the face-aligned crop. */
export const cropSizePx = 256;
/** Side of the matte that lies over the whole of that crop. */
export const matteSidePx = 64;

/** Who a face is, as far as the identity lock knows. */
export type Recognition = 'unknown' | 'cast' | 'stranger';

/**
 * One face of a lane while it is in the picture: preallocated, reused. Track, propagate and composite each own some fields
 * and only read the others'.
 */
export class FaceTrack {
  active = false;
  /** Landmarks, 478 × (x, y, z): x, y in picture pixels (corner origin), z in the same scale, smaller is nearer. Shown. */
  readonly landmarks = new Float32Array(landmarkCount * 3);
  /** The same without the fading correction: what flow carries on. In face-aligned crop pixels. */
  readonly carried = new Float32Array(landmarkCount * 3);
  /** What is still to be faded out after a keyframe, crop pixels. */
  readonly correction = new Float32Array(landmarkCount * 2);
  correctionLeft = 0;
  correctionFrames = 1;
  /** Flow confidence per landmark. */
  readonly landmarkConfidence = new Float32Array(landmarkCount);
  /** Of the whole face, 0…1. */
  confidence01 = 0;
  /** Of the least sure of the two eyes and the mouth: falls when they open or close faster than flow can follow. */
  rimConfidence01 = 0;
  /** How much the face's crop looks like the last picture's, whatever the light did. 1 while flow is sure of itself. */
  alike01 = 1;
  /** How much of the face is in sight, by its learned appearance; 1 while nothing is known. */
  visible01 = 1;
  /** The same per landmark, 0 or 1. */
  readonly landmarkVisible01 = new Float32Array(landmarkCount).fill(1);
  /** Guided mask of what hides the face (kernel pointer, kernels/occlusion.ts); 0: nothing does. */
  maskPtr = 0;
  /** What of the crop is the person, 64 × 64 bytes, 255 sure; null: not known yet. Its picture may be some pictures old; the crop moves with the face. */
  matte: Uint8Array | null = null;
  matteAskedFrame = -1;
  /** A keyframe knew the performer where the learned appearance does not: neither is to be trusted. */
  unlikeItself = false;
  /** Picture → crop of this frame, and its inverse. */
  readonly toCrop: Affine = affine(1, 0, 0, 0, 1, 0);
  readonly fromCrop: Affine = affine(1, 0, 0, 0, 1, 0);
  /** Picture pixels per frame of the face's centre, smoothed. */
  velocityX = 0;
  velocityY = 0;
  readonly box: BoxPx = { x0: 0, y0: 0, x1: 0, y1: 0 };

  recognition: Recognition = 'unknown';
  performerId: string | null = null;
  identity01 = 0;
  identityFrame = -1;
  /** The newest picture in which flow was unsure of the face: since then somebody else may be in its place. */
  shakenFrame = -1;
  /** Keyframe requests: the newest asked for and the newest whose result is in. */
  askedFrame = -1;
  keyframeFrame = -1;
  keyframeAtUs = 0 as InstantUs;
  presence01 = 0;
  /** Frames since the last keyframe that agreed with a face being there. */
  lostSinceUs: InstantUs | null = null;
  /** The picture in which the track began. */
  startedFrame = -1;
  step: LadderStep = 'unacquired';

  constructor(readonly faceId: number) {}

  /** Everything of another, which may be written to afterwards. The mask stays the other's. */
  copyFrom(other: FaceTrack): void {
    this.landmarks.set(other.landmarks);
    this.carried.set(other.carried);
    this.correction.set(other.correction);
    this.landmarkConfidence.set(other.landmarkConfidence);
    this.landmarkVisible01.set(other.landmarkVisible01);
    this.toCrop.set(other.toCrop);
    this.fromCrop.set(other.fromCrop);
    this.active = other.active;
    this.correctionLeft = other.correctionLeft;
    this.correctionFrames = other.correctionFrames;
    this.confidence01 = other.confidence01;
    this.rimConfidence01 = other.rimConfidence01;
    this.alike01 = other.alike01;
    this.visible01 = other.visible01;
    this.maskPtr = other.maskPtr;
    this.matte = other.matte;
    this.matteAskedFrame = other.matteAskedFrame;
    this.velocityX = other.velocityX;
    this.velocityY = other.velocityY;
    this.box.x0 = other.box.x0;
    this.box.y0 = other.box.y0;
    this.box.x1 = other.box.x1;
    this.box.y1 = other.box.y1;
    this.shakenFrame = other.shakenFrame;
    this.askedFrame = other.askedFrame;
    this.startedFrame = other.startedFrame;
    this.step = other.step;
    this.knowAs(other);
  }

  /** Who the face is and whether it is one, as another look at the same track has it. */
  knowAs(other: FaceTrack): void {
    this.recognition = other.recognition;
    this.performerId = other.performerId;
    this.identity01 = other.identity01;
    this.identityFrame = other.identityFrame;
    this.keyframeFrame = other.keyframeFrame;
    this.keyframeAtUs = other.keyframeAtUs;
    this.presence01 = other.presence01;
    this.lostSinceUs = other.lostSinceUs;
    this.unlikeItself = other.unlikeItself;
  }

  reset(): void {
    this.active = false;
    this.correctionLeft = 0;
    this.confidence01 = 0;
    this.rimConfidence01 = 0;
    this.alike01 = 1;
    this.visible01 = 1;
    this.landmarkVisible01.fill(1);
    this.maskPtr = 0;
    this.matte = null;
    this.matteAskedFrame = -1;
    this.unlikeItself = false;
    this.velocityX = 0;
    this.velocityY = 0;
    this.recognition = 'unknown';
    this.performerId = null;
    this.identity01 = 0;
    this.identityFrame = -1;
    this.shakenFrame = -1;
    this.askedFrame = -1;
    this.keyframeFrame = -1;
    this.presence01 = 0;
    this.lostSinceUs = null;
    this.startedFrame = -1;
    this.step = 'unacquired';
  }
}

/** Whether who this is has been confirmed since flow was last unsure of it. */
export const isConfirmed = (face: FaceTrack): boolean => face.identityFrame >= face.shakenFrame;
