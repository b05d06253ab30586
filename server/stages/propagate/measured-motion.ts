import { type FaceTrack, landmarkCount } from '../../frame/face-track.js';
import { mapPoints } from '../../frame/similarity.js';
import type { KeyframeLandmarks } from './contract.js';

/** Pictures between two measurements over which a motion may be read off them. */
const mostApartFrames = 4;
/** Of the face's width, a picture: slower than this, flow follows. */
const leastSpeed01 = 0.06;
/** Corners of both eyes: where a detection's guess and a keyframe's landmarks mean the same place. */
const eyes = [33, 133, 362, 263] as const;

/**
 * How a face moves that flow cannot follow: from where one measurement found it to where the next one does. Who runs into the picture is
 * a third of a face further in every picture, and flow reaches a tenth.
 */
export class MeasuredMotion {
  #frameNumber = -1;
  #x = 0;
  #y = 0;
  /** Picture px a picture, after `measure` has given true. */
  velocityX = 0;
  velocityY = 0;

  forget(): void {
    this.#frameNumber = -1;
  }

  /**
   * Landmarks (picture px) of a picture are known by detection or keyframe; true where these and the ones before say that the face moves
   * faster than flow can follow.
   */
  measure(landmarks: Float32Array, frameNumber: number, { box }: FaceTrack): boolean {
    let x = 0,
      y = 0;
    for (const i of eyes) {
      x += landmarks[i * 3]! / eyes.length;
      y += landmarks[i * 3 + 1]! / eyes.length;
    }
    const apart = frameNumber - this.#frameNumber;
    const isKnown = this.#frameNumber >= 0 && apart > 0 && apart <= mostApartFrames;
    this.velocityX = (x - this.#x) / apart;
    this.velocityY = (y - this.#y) / apart;
    this.#frameNumber = frameNumber;
    this.#x = x;
    this.#y = y;
    return isKnown && Math.hypot(this.velocityX, this.velocityY) > leastSpeed01 * (box.x1 - box.x0);
  }

  /** The face goes on as measured: a keyframe's landmarks from their picture to this one, into `late` (crop px). */
  runAlong(
    face: FaceTrack,
    { landmarks, frameNumber: from }: KeyframeLandmarks,
    frameNumber: number,
    late: Float32Array,
  ): void {
    const { toCrop } = face;
    face.velocityX = this.velocityX;
    face.velocityY = this.velocityY;
    const since = frameNumber - from;
    const dx = since * (toCrop[0]! * this.velocityX + toCrop[1]! * this.velocityY);
    const dy = since * (toCrop[3]! * this.velocityX + toCrop[4]! * this.velocityY);
    mapPoints(toCrop, landmarks, late, landmarkCount);
    for (let i = 0; i < landmarkCount * 3; i += 3) {
      late[i]! += dx;
      late[i + 1]! += dy;
    }
  }
}
