import { cropSizePx, type FaceTrack, landmarkCount } from '../../frame/face-track.js';
import { affine, type Affine, composeAffine, invertAffine } from '../../frame/geometry.js';
import type { MeshNeighbours } from '../../frame/mesh-neighbours.js';
import { fitSimilarity } from '../../frame/similarity.js';
import type { KernelMemory } from '../../kernels/memory.js';
import { loadPartKernel, type PartKernel } from '../../kernels/part.js';
import { lookBytes, PartLooks } from './part-looks.js';
import { rising01 } from '../../frame/ramps.js';
import { gapOf, lookHeightPx, lookWidthPx, type PartShape, partShapes } from './part-shape.js';

/** Pictures of which looks are kept for the keyframe that will say what they were. */
const ringFrames = 24;
/** Where flow and looks differ in an opening by less than the first, flow is finer; by more than the second, it has lost the lid or lip. Crop px. */
const agreePx = 0.6;
const lostPx = 1.6;
/** A look whose corners were cut further than this beside its part, on the mean, is no look at it. Look px. */
const besidePx = 2;
/** A part of which less than this is in sight is not looked at. */
const leastVisible01 = 0.9;

interface FaceParts {
  readonly looks: readonly PartLooks[];
  /** By picture and part: look px → crop px of that picture, and the looks themselves (raw, then levelled). */
  readonly frames: readonly Affine[][];
  readonly looksPtr: number;
  readonly frameRing: Int32Array;
  /** Where the parts are, in the newest picture that was looked at. */
  readonly now: readonly Affine[];
}

/**
 * Eyes and mouth open and close faster than flow can follow: in a blink the iris is gone in one picture. What an opening looks like is
 * learned at keyframes and read from the picture itself in between, so that it is never a picture late.
 */
export class PartGauge {
  readonly #kernel: PartKernel;
  readonly #faces: readonly FaceParts[];
  readonly #shapes: readonly PartShape[];
  readonly #paramsPtr: number;
  readonly #toLook = affine(1, 0, 0, 0, 1, 0);
  readonly #steadyFrom: Float32Array;
  readonly #steadyTo: Float32Array;
  readonly #motion = affine(1, 0, 0, 0, 1, 0);
  readonly #laid: readonly Float32Array[];
  readonly #shownPoints = new Float32Array(landmarkCount * 3);

  constructor(
    private readonly memory: KernelMemory,
    mesh: MeshNeighbours,
    faceSlots: number,
  ) {
    this.#kernel = loadPartKernel(memory);
    this.#shapes = partShapes(mesh);
    this.#paramsPtr = memory.allocate(24);
    this.#laid = this.#shapes.map(({ points }) => new Float32Array(points.length * 2));
    this.#faces = Array.from({ length: faceSlots }, () => ({
      looks: this.#shapes.map((shape) => new PartLooks(memory, this.#kernel, shape)),
      frames: Array.from({ length: ringFrames }, () => this.#shapes.map(() => affine(1, 0, 0, 0, 1, 0))),
      looksPtr: memory.allocate(ringFrames * this.#shapes.length * 2 * lookBytes),
      frameRing: new Int32Array(ringFrames).fill(-1),
      now: this.#shapes.map(() => affine(1, 0, 0, 0, 1, 0)),
    }));
    const most = Math.max(...this.#shapes.map(({ steady }) => steady.length));
    this.#steadyFrom = new Float32Array(most * 3);
    this.#steadyTo = new Float32Array(most * 3);
  }

  /** A new track. What is known of eyes and mouth is kept: after a cut it is mostly the same face, and another's looks are unlike them. */
  start(face: FaceTrack): void {
    const own = this.#faces[face.faceId]!;
    own.frameRing.fill(-1);
    this.#shapes.forEach((shape, part) => shape.frame(face.carried, own.now[part]!));
  }

  /**
   * Looks at every part in this picture's crop and moves the face's carried landmarks to what is seen where flow has lost it. True where
   * something was moved. before: the carried landmarks of the last picture, crop px of it.
   */
  follow(face: FaceTrack, before: Float32Array, lumaPtr: number, frameNumber: number): boolean {
    const own = this.#faces[face.faceId]!;
    const at = frameNumber % ringFrames;
    own.frameRing[at] = frameNumber;
    let moved = false;
    for (let part = 0; part < this.#shapes.length; part++) {
      const frame = own.frames[at]![part]!;
      this.#carry(own.now[part]!, this.#shapes[part]!.steady, before, face.carried);
      frame.set(own.now[part]!);
      this.memory.f32.set(frame, this.#paramsPtr >> 2);
      const rawPtr = this.#lookPtr(own, at, part);
      this.#kernel.cutLook(lumaPtr, this.#paramsPtr, rawPtr, rawPtr + lookBytes, cropSizePx, lookWidthPx, lookHeightPx);
      if (!this.#isSeen(face, this.#shapes[part]!)) continue;
      const takenFor = this.#gapOf(face.carried, part, frame);
      own.looks[part]!.ask(rawPtr + lookBytes, takenFor);
      moved = this.#move(face, own.looks[part]!, takenFor, frame) || moved;
    }
    return moved;
  }

  /** Lids and lips themselves say nothing of where their part is. */
  #carry(now: Affine, steady: readonly number[], before: Float32Array, carried: Float32Array): void {
    const from = this.#steadyFrom,
      to = this.#steadyTo;
    for (let i = 0; i < steady.length; i++) {
      for (let c = 0; c < 2; c++) {
        from[i * 3 + c] = before[steady[i]! * 3 + c]!;
        to[i * 3 + c] = carried[steady[i]! * 3 + c]!;
      }
    }
    fitSimilarity(from, to, steady.length, this.#motion);
    composeAffine(this.#motion, now, now);
  }

  /** A keyframe's landmarks, crop px of its own picture. */
  learn(face: FaceTrack, landmarks: Float32Array, frameNumber: number): void {
    const own = this.#faces[face.faceId]!;
    const at = frameNumber % ringFrames;
    if (own.frameRing[at] !== frameNumber || face.maskPtr !== 0) return;
    for (let part = 0; part < this.#shapes.length; part++) {
      this.#lay(landmarks, part, own.frames[at]![part]!);
      const looks = own.looks[part]!;
      // Where the part was then, in terms of where it was believed; the same holds now.
      this.#shapes[part]!.frame(landmarks, this.#motion);
      composeAffine(invertAffine(own.frames[at]![part]!, this.#toLook), this.#motion, this.#motion);
      const rawPtr = this.#lookPtr(own, at, part);
      // A new track is first taken for where the detector guessed it.
      if (!isBeside(this.#motion)) looks.learn(rawPtr, rawPtr + lookBytes, this.#laid[part]!);
      // The model lets the corners of a shut eye drop.
      if (looks.isOpen(this.#laid[part]!)) composeAffine(own.now[part]!, this.#motion, own.now[part]!);
    }
  }

  /** A part's points in look px. */
  #lay(landmarks: Float32Array, part: number, frame: Affine): void {
    const laid = this.#laid[part]!,
      m = invertAffine(frame, this.#toLook);
    const { points } = this.#shapes[part]!;
    for (let i = 0; i < points.length; i++) {
      const x = landmarks[points[i]! * 3]!,
        y = landmarks[points[i]! * 3 + 1]!;
      laid[i * 2] = m[0]! * x + m[1]! * y + m[2]!;
      laid[i * 2 + 1] = m[3]! * x + m[4]! * y + m[5]!;
    }
  }

  #gapOf(landmarks: Float32Array, part: number, frame: Affine): number {
    this.#lay(landmarks, part, frame);
    return gapOf(this.#shapes[part]!.ring, this.#laid[part]!);
  }

  #lookPtr(own: FaceParts, at: number, part: number): number {
    return own.looksPtr + (at * this.#shapes.length + part) * 2 * lookBytes;
  }

  #isSeen({ maskPtr, landmarkVisible01 }: FaceTrack, { ring }: PartShape): boolean {
    if (maskPtr === 0) return true;
    let sum = 0;
    for (const i of ring) sum += landmarkVisible01[i]!;
    return sum >= leastVisible01 * ring.length;
  }

  /**
   * What a keyframe corrects is faded in, lest it jumps; where the look is like what is corrected to rather than what is still shown, the part
   * has opened or closed by itself, and is shown so at once.
   */
  #catchUp(face: FaceTrack, { shape, part }: PartLooks, takenFor: number, m: Affine): boolean {
    const { carried, correction, correctionLeft, correctionFrames } = face;
    if (correctionLeft === 0) return false;
    const { points, ring, share01 } = part;
    const shown = this.#shownPoints;
    const fade = correctionLeft / correctionFrames;
    for (const i of ring) {
      shown[i * 3] = carried[i * 3]! + correction[i * 2]! * fade;
      shown[i * 3 + 1] = carried[i * 3 + 1]! + correction[i * 2 + 1]! * fade;
    }
    const shownFor = this.#gapOf(shown, this.#shapes.indexOf(part), m);
    const seen = gapOf(ring, shape);
    const nearerPx = (Math.abs(seen - shownFor) - Math.abs(seen - takenFor)) * Math.hypot(m[1]!, m[4]!);
    const share = rising01(nearerPx, agreePx, lostPx);
    if (share <= 0) return false;
    for (let i = 0; i < points.length; i++) {
      const left = 1 - share * share01[i]!;
      correction[points[i]! * 2]! *= left;
      correction[points[i]! * 2 + 1]! *= left;
    }
    return true;
  }

  #move(face: FaceTrack, looks: PartLooks, takenFor: number, m: Affine): boolean {
    const { carried, correction } = face;
    const { known01, shape, part } = looks;
    const caughtUp = this.#catchUp(face, looks, takenFor, m);
    if (known01 <= 0) return caughtUp;
    const { points, share01, ring } = part;
    // Place is flow's business: only how far the part is open is read from its looks.
    const apartPx = Math.abs(gapOf(ring, shape) - takenFor) * Math.hypot(m[1]!, m[4]!);
    const share = known01 * rising01(apartPx, agreePx, lostPx);
    if (share <= 0) return caughtUp;
    for (let i = 0; i < points.length; i++) {
      const at = points[i]! * 3,
        w = share * share01[i]!;
      carried[at]! += w * (m[0]! * shape[i * 2]! + m[1]! * shape[i * 2 + 1]! + m[2]! - carried[at]!);
      carried[at + 1]! += w * (m[3]! * shape[i * 2]! + m[4]! * shape[i * 2 + 1]! + m[5]! - carried[at + 1]!);
      correction[points[i]! * 2]! *= 1 - w;
      correction[points[i]! * 2 + 1]! *= 1 - w;
    }
    return true;
  }
}

/** Whether a look was cut beside its part: `by` leads from one's pixels to the other's. */
function isBeside(by: Affine): boolean {
  let sum = 0;
  for (let corner = 0; corner < 4; corner++) {
    const x = (corner & 1) * lookWidthPx,
      y = (corner >> 1) * lookHeightPx;
    sum += Math.hypot(by[0]! * x + by[1]! * y + by[2]! - x, by[3]! * x + by[4]! * y + by[5]! - y);
  }
  return sum > 4 * besidePx;
}
