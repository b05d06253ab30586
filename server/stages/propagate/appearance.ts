import { type FaceTrack, isConfirmed } from '../../frame/face-track.js';
import { placeSurround, surroundPoints } from '../../frame/face-surround.js';
import type { RegionView } from '../../frame/region-view.js';
import type { KernelMemory } from '../../kernels/memory.js';
import { occlusionCellCount, type OcclusionKernel } from '../../kernels/occlusion.js';
import type { OcclusionGrids } from '../../kernels/occlusion-grids.js';
import type { RegionKernel } from '../../kernels/region.js';
import { AppearanceCrop } from './appearance-crop.js';
import { type FaceAppearance, type FaceSight, newFaceAppearance } from './appearance-state.js';
import { seeLandmarks } from './landmark-sight.js';
import { KnownAppearances, modelFloats } from './known-appearances.js';
import { bestOf, likeCells, type Match, searchRadius } from './face-search.js';

/** Pictures of a face that are learned before it is compared with anything. */
const picturesToKnow = 8;
/** Half-life of the memory, in pictures: about two seconds at 50 Hz. */
const memoryFrames = 90;
/** Pictures learned from one time that the performer's model is put by to the next. */
const keepEvery = 10;
/** Less of a face in sight than this is chance. */
const leastVisible01 = 0.02;
/** More of the face hidden than this, and light is not fitted; less than the other, and it is sure. */
const lightHidden01 = 0.3;
const sureHidden01 = 0.15;
/** More of the face than this, hidden from one picture to the next, is light and no thing: nothing moves that fast. */
const suddenShare01 = 0.35;
/** With less of it in sight than this a face is not known by its embedding. */
const provenVisible01 = 0.6;
/** Pictures for which a face that changed all at once is not masked, while it is learned anew. */
const relearnFrames = 25;
/** Looks at which a performer is known by identity, and not by looks, before the looks are learned anew. */
const doubtsToRelearn = 6;
/** The same for a performer who comes back. */
const adoptFrames = 5;
/**
 * Cells over which something else moves than the face, as a share of it, from which on something is coming over it, and for how many pictures that is
 * believed. docs/decisions/what-is-in-front.md has the figures: faces of their own up to 0.03, hands and people 0.1 to 0.7.
 */
const cameShare = 0.04;
const cameFrames = 12;
const leastComparedCells = 300;
const coveredHidden01 = 0.04;
/** A face that nothing comes near is compared in one of so many pictures only; whether something comes is looked at in each. */
const calmEvery = 4;
/** It is placed in one of so many: after three pictures of a fast turn, cells behind the cheek would count as its own, and as something new. */
const placeEvery = 2;
/** A crop in which this share of the face looks as learned is that face. */
const likeItself01 = 0.6;

/**
 * Each performer's appearance, learned in texture space while nothing is in doubt, and what does not look like it: hands, props, people
 * in front. Light is taken out first (gain, slopes, cast), so that a flash is no hand.
 */
export class Appearances {
  readonly #faces: FaceAppearance[];
  readonly #known: KnownAppearances;
  readonly #pointsPtr: number;
  readonly #points: Float32Array;
  readonly #crop: AppearanceCrop;
  readonly #trial: OcclusionGrids;
  readonly #match: Match = { like: 0, compared: 0 };
  readonly #shift = { x: 0, y: 0 };

  constructor(
    private readonly memory: KernelMemory,
    region: RegionKernel,
    private readonly kernel: OcclusionKernel,
    faceSlots: number,
  ) {
    this.#faces = Array.from({ length: faceSlots }, () => newFaceAppearance(kernel));
    this.#known = new KnownAppearances(memory, kernel);
    this.#trial = kernel.newGrids();
    this.#pointsPtr = memory.allocate(surroundPoints * 12);
    this.#points = memory.f32.subarray(this.#pointsPtr >> 2, (this.#pointsPtr >> 2) + surroundPoints * 3);
    this.#crop = new AppearanceCrop(memory, region, kernel);
  }

  /** A new track: nothing is known of it. */
  start(face: FaceTrack): void {
    const own = this.#faces[face.faceId]!;
    own.learned = 0;
    own.hidden01 = 0;
    own.cameUntilFrame = -1;
    own.straying01 = 0;
    own.openUntilFrame = -1;
    own.fits = false;
    own.doubts = 0;
    own.performerId = null;
    this.#clear(own);
    this.#unmask(face);
  }

  /** Something came into the face's picture lately, or stands before it. A face that only turns is never covered. */
  mayBeCovered(face: FaceTrack): boolean {
    const own = this.#faces[face.faceId]!;
    return own.frameNumber <= own.cameUntilFrame || (face.maskPtr !== 0 && own.hidden01 > coveredHidden01);
  }
  #notice(own: FaceAppearance, straying: number, frameNumber: number): void {
    if (straying > Math.max(own.compared, leastComparedCells) * cameShare)
      own.cameUntilFrame = frameNumber + cameFrames;
  }

  knows(face: FaceTrack): boolean {
    const own = this.#faces[face.faceId]!;
    return own.learned >= picturesToKnow && own.fits;
  }

  /** Looks at this picture's crop. Sets face.visible01, face.maskPtr and the visibility of every landmark. */
  observe(face: FaceTrack, region: RegionView, sight: FaceSight): void {
    const { frameNumber } = sight;
    const own = this.#faces[face.faceId]!;
    this.#adopt(own, face, frameNumber);
    if (own.performerId === null) return this.#unmask(face);
    const { grids } = own;
    const isNew = frameNumber !== own.frameNumber;
    if (isNew) {
      // Without the picture just before, nothing says what came in.
      own.follows = frameNumber === own.frameNumber + 1;
      this.kernel.turn(grids);
    }
    own.frameNumber = frameNumber;
    this.#crop.take(face, region, sight.shift);
    this.kernel.gather(grids, sight.lumaPtr);
    const mayRest = isNew && own.follows && frameNumber % calmEvery !== 0 && this.#isCalm(own, face);
    // In its own crop a calm face lies about as it lay: the last picture's placing says which cells are its own.
    const layNow = !mayRest || frameNumber % placeEvery === 0;
    if (layNow) this.#lay(grids, face, region);
    if (own.follows) {
      const straying = this.kernel.stray(grids, sight.backwardPtr, sight.motion);
      if (isNew) this.#notice(own, straying, frameNumber);
    }
    if (mayRest) {
      if (this.#isCalm(own, face)) {
        if (own.believes) this.#uncover(own);
        return this.#unmask(face);
      }
      if (!layNow) this.#lay(grids, face, region);
    }
    if (own.learned >= picturesToKnow) this.#compare(own, face, sight);
    else this.#unmask(face);
    if (!this.#mayLearn(own, face)) return;
    if (face.maskPtr === 0) this.memory.u8.fill(255, grids.maskPtr, grids.maskPtr + occlusionCellCount);
    const isYoung = own.learned < picturesToKnow || frameNumber < own.openUntilFrame;
    const memory = this.#isCalm(own, face) ? memoryFrames / calmEvery : memoryFrames;
    this.kernel.learn(grids, isYoung ? picturesToKnow : memory);
    own.learned++;
    if (own.learned >= picturesToKnow && own.learned % keepEvery === 0)
      this.#known.keep(own.performerId, own.grids.modelPtr, own.learned);
  }

  #lay(grids: OcclusionGrids, face: FaceTrack, region: RegionView): void {
    this.#place(grids, face.carried);
    this.#crop.cutOff(grids, face, region);
  }

  /** How well other landmarks (crop px of this picture) explain the picture that was observed last. The result is reused. */
  match(face: FaceTrack, points: Float32Array): Match {
    this.#place(this.#trial, points);
    const result = this.#match;
    result.compared = this.kernel.compareAt(this.#faces[face.faceId]!.grids, this.#trial);
    result.like = likeCells(this.memory.f32, this.#trial.evidencePtr >> 2);
    return result;
  }

  /**
   * Where, beside its place, what is in sight of a face fits best: crop px. `far`: it is lost, and looked for further away. The result
   * is reused.
   */
  bestShift(face: FaceTrack, far: boolean): { x: number; y: number } {
    const { grids } = this.#faces[face.faceId]!;
    const scores = this.kernel.shiftScores(grids, searchRadius(far), far ? 2 : 1);
    bestOf(scores, far, face.visible01, this.#shift);
    return this.#shift;
  }

  /**
   * The performer beyond doubt, and unlike what was learned. After several such looks in a row the face is not masked for a while, and
   * learned anew; true then.
   */
  doubt(face: FaceTrack, frameNumber: number): boolean {
    const own = this.#faces[face.faceId]!;
    if (++own.doubts < doubtsToRelearn) return false;
    own.doubts = 0;
    own.fits = false;
    own.openUntilFrame = frameNumber + relearnFrames;
    this.#unmask(face);
    return true;
  }
  /** A face that is mostly hidden is nobody's to a keyframe: one that knows the performer there has seen the face. */
  prove(face: FaceTrack): void {
    if (face.maskPtr !== 0 && face.visible01 < provenVisible01) this.#uncover(this.#faces[face.faceId]!);
  }
  trust(face: FaceTrack): void {
    this.#faces[face.faceId]!.doubts = 0;
  }

  /** The model follows the performer, not the slot: who leaves and comes back is compared from the first picture on. */
  #adopt(own: FaceAppearance, face: FaceTrack, frameNumber: number): void {
    if (face.performerId === own.performerId) return;
    // A face in doubt keeps what was learned of it; another performer does not.
    if (face.performerId === null) return;
    this.#clear(own);
    own.performerId = face.performerId;
    own.fits = false;
    own.learned = this.#known.recall(face.performerId, own.grids.modelPtr);
    if (own.learned === 0) return;
    // The first landmarks of a track are a guess: what does not fit them hides nothing.
    own.openUntilFrame = frameNumber + adoptFrames;
  }

  #compare(own: FaceAppearance, face: FaceTrack, sight: FaceSight): void {
    const { grids } = own;
    const { frameNumber } = sight;
    const { kernel } = this;
    // With half the face hidden, the light that explains most is that on the hand: the last sure one is kept then.
    const halfHidden = own.hidden01 > lightHidden01;
    if (halfHidden) this.memory.f32.set(own.sureLight, grids.lightPtr >> 2);
    let compared = kernel.compare(grids);
    if (!halfHidden) compared = kernel.relight(grids);
    own.compared = compared;
    const covered = own.follows && this.mayBeCovered(face);
    if (covered) kernel.compareBeside(grids);
    const hidden = covered ? kernel.segment(grids, sight.backwardPtr) : 0;
    if (covered) own.believes = true;
    else this.#uncover(own);
    const hidden01 = compared > 0 ? Math.min(1, hidden / compared) : 0;
    const sudden = own.hidden01 < 0.1 && hidden01 > suddenShare01 && face.alike01 > 0.6;
    own.hidden01 = hidden01;
    if (hidden01 < sureHidden01)
      for (let i = 0; i < own.sureLight.length; i++) own.sureLight[i] = this.memory.f32[(grids.lightPtr >> 2) + i];
    if (sudden) {
      own.openUntilFrame = frameNumber + relearnFrames;
      own.fits = false;
    }
    if (hidden01 < sureHidden01) own.fits = true;
    if (hidden === 0 || !own.fits || frameNumber < own.openUntilFrame) return this.#unmask(face);
    face.visible01 = 1 - hidden01;
    // Scraps that happen to look alike are no face: somebody stands before all of it.
    if (face.visible01 < leastVisible01) this.memory.u8.fill(0, grids.maskPtr, grids.maskPtr + occlusionCellCount);
    kernel.guide(grids);
    face.maskPtr = grids.guidedPtr;
    seeLandmarks(this.memory, this.#points, own.grids.maskPtr, face);
  }

  /** Known, and nothing has come near it: then few pictures are compared and learned. Light changes slowly enough for that. */
  #isCalm(own: FaceAppearance, face: FaceTrack): boolean {
    return own.learned >= picturesToKnow && own.fits && own.hidden01 === 0 && !this.mayBeCovered(face);
  }

  #mayLearn(own: FaceAppearance, face: FaceTrack): boolean {
    if (face.recognition !== 'cast' || face.presence01 < 0.9 || face.confidence01 < 0.5 || !isConfirmed(face))
      return false;
    return face.maskPtr === 0 && (!own.fits || own.hidden01 < 1 - likeItself01);
  }

  #place(grids: OcclusionGrids, points: Float32Array): void {
    this.#points.set(points);
    placeSurround(this.#points);
    this.kernel.place(grids, this.#pointsPtr);
  }

  #unmask(face: FaceTrack): void {
    face.maskPtr = 0;
    face.visible01 = 1;
    face.landmarkVisible01.fill(1);
  }

  /** Nothing is in front, nor believed to be. */
  #uncover(own: FaceAppearance): void {
    const { grids } = own;
    this.memory.u8.fill(255, grids.maskPtr, grids.maskPtr + occlusionCellCount);
    this.kernel.believeNothing(grids);
    own.believes = false;
  }

  #clear(own: FaceAppearance): void {
    const { f32 } = this.memory;
    const { modelPtr, lightPtr } = own.grids;
    this.#uncover(own);
    f32.fill(0, modelPtr >> 2, (modelPtr >> 2) + modelFloats);
    f32.fill(0, lightPtr >> 2, (lightPtr >> 2) + 8);
    f32[lightPtr >> 2] = 1;
  }
}
