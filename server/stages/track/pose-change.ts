import type { FaceTrack } from '../../frame/face-track.js';

/**
 * What counts as a change of pose: about 7 degrees of turn, 6 of nod, or 9 % of size. At 5 degrees and 7 % a turn asked every fifth picture and
 * a long interval saved no more than a factor of four, for landmarks that were better by 0.03 % of the inter-ocular distance.
 */
const turn = 0.08;
const nod = 0.04;
const size = 0.09;

/**
 * Which faces look another way than when they were last asked about. Read off the landmarks alone: where the nose's tip lies between
 * the cheeks and between brow and chin, and the face's height. Over such a change flow carries landmarks ever more wrongly, since skin
 * goes out of sight and comes into it.
 */
export class PoseChange {
  readonly #asked: Float32Array;
  readonly #now = new Float32Array(3);
  constructor(faceSlots: number) {
    this.#asked = new Float32Array(faceSlots * 3);
  }

  /** Whether the pose has changed since `asked`. */
  has(face: FaceTrack): boolean {
    this.#read(face);
    const at = face.faceId * 3;
    for (let k = 0; k < 3; k++) if (Math.abs(this.#now[k]! - this.#asked[at + k]!) > 1) return true;
    return false;
  }
  /** A keyframe is asked from this picture. */
  asked(face: FaceTrack): void {
    this.#read(face);
    this.#asked.set(this.#now, face.faceId * 3);
  }

  #read({ landmarks: p }: FaceTrack): void {
    const ax = p[234 * 3]!,
      ay = p[234 * 3 + 1]!,
      topX = p[10 * 3]!,
      topY = p[10 * 3 + 1]!;
    const across = Math.hypot(p[454 * 3]! - ax, p[454 * 3 + 1]! - ay) || 1;
    const tall = Math.hypot(p[152 * 3]! - topX, p[152 * 3 + 1]! - topY) || 1;
    // Along the face's own axes, so that a tilted head changes nothing.
    const downX = (p[152 * 3]! - topX) / tall,
      downY = (p[152 * 3 + 1]! - topY) / tall;
    const noseX = downY * (p[3]! - ax) - downX * (p[4]! - ay);
    const noseY = downX * (p[3]! - topX) + downY * (p[4]! - topY);
    this.#now[0] = noseX / across / turn;
    this.#now[1] = noseY / tall / nod;
    this.#now[2] = Math.log(Math.max(across, tall)) / size;
  }
}
