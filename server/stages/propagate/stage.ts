import { cropSizePx, type FaceTrack, landmarkCount, surfaceCount } from '../../frame/face-track.js';
import { alignFace, mapPoints } from '../../frame/similarity.js';
import type { DisFlow } from '../../kernels/flow.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { RegionKernel } from '../../kernels/region.js';
import type { RegionView } from '../../frame/region-view.js';
import type { JoinOutcome, KeyframeLandmarks, PropagateSettings, Propagator } from './contract.js';
import type { RefinedPoints } from './refined-flow.js';
import type { MeshNeighbours } from '../../frame/mesh-neighbours.js';
import { coveredVisible01, holdToAnchor, itselfVisible01, wholeVisible01 } from './anchor.js';
import { Appearances } from './appearance.js';
import { FaceSight } from './appearance-state.js';
import { coast } from './coast.js';
import { boxOf, correctFace, leastRim, meanMotion } from './correction.js';
import { FaceFlow, PointMover, ringFrames } from './face-flow.js';
import type { OcclusionKernel } from '../../kernels/occlusion.js';
import { LumaCrop } from './luma-crop.js';
import { OwnMotion } from './own-motion.js';
import { PartGauge } from './part-gauge.js';
import { Regulariser } from './regularise.js';
import { ShownLandmarks } from './shown-landmarks.js';

/** MediaPipe's region of interest is 1.5 × the face box; flow, keyframe and mesh share it. */
export const roiMargin = 1.5;

/** The flow-carrying propagator. Everything is allocated in the constructor; one FaceFlow per face slot of the lane. */
export class FlowPropagator implements Propagator {
  readonly #faces: FaceFlow[];
  readonly #appearances: Appearances;
  readonly #regulariser: Regulariser;
  readonly #shown: ShownLandmarks;
  readonly #parts: PartGauge;
  readonly #crop: LumaCrop;
  readonly #mover: PointMover;
  readonly #late = new Float32Array(landmarkCount * 3);
  /** Where the landmarks were in the last picture, crop px of it. */
  readonly #before = new Float32Array(landmarkCount * 3);
  readonly #drifted = new Float32Array(landmarkCount * 3);
  /** The keyframe that is being joined explains the picture better than the landmarks that were carried. */
  #fitsBetter = false;
  readonly #own: OwnMotion;
  /** Written anew at every look. */
  readonly #sight = new FaceSight();

  constructor(
    private readonly memory: KernelMemory,
    region: RegionKernel,
    occlusion: OcclusionKernel,
    mesh: MeshNeighbours,
    faceSlots: number,
  ) {
    this.#appearances = new Appearances(memory, region, occlusion, faceSlots);
    this.#own = new OwnMotion(occlusion.jaw01);
    this.#sight.motion = this.#own.motion;
    this.#faces = Array.from({ length: faceSlots }, () => new FaceFlow(memory));
    this.#regulariser = new Regulariser(mesh, surfaceCount);
    this.#mover = new PointMover(memory, this.#regulariser);
    this.#shown = new ShownLandmarks(this.#mover, faceSlots);
    this.#parts = new PartGauge(memory, mesh, faceSlots);
    this.#crop = new LumaCrop(memory, region);
  }

  place(face: FaceTrack): void {
    alignFace(face.landmarks, surfaceCount, cropSizePx, roiMargin, 0, 0, face.toCrop, face.fromCrop);
    boxOf(face.landmarks, face);
  }

  start(face: FaceTrack, region: RegionView, frameNumber: number, seenFrame: number): void {
    const own = this.#faces[face.faceId]!;
    own.forget();
    own.measured.measure(face.landmarks, seenFrame, face);
    this.#appearances.start(face);
    this.place(face);
    mapPoints(face.toCrop, face.landmarks, face.carried, landmarkCount);
    this.#shown.start(face);
    this.#parts.start(face);
    face.correctionLeft = 0;
    face.confidence01 = 1;
    face.rimConfidence01 = 1;
    face.landmarkConfidence.fill(1);
    this.#crop.take(face, region, own.lumaPtr[own.slot]);
    own.prepare();
    own.remember(face, frameNumber);
  }

  carry(face: FaceTrack, region: RegionView, frameNumber: number, settings: PropagateSettings): void {
    const own = this.#faces[face.faceId]!;
    const beforeX = (face.box.x0 + face.box.x1) / 2;
    const beforeY = (face.box.y0 + face.box.y1) / 2;
    alignFace(
      face.landmarks,
      surfaceCount,
      cropSizePx,
      roiMargin,
      face.velocityX,
      face.velocityY,
      face.toCrop,
      face.fromCrop,
    );
    if (face.correctionLeft > 0) face.correctionLeft--;
    const from = own.slot;
    own.usePreset(settings.preset);
    own.slot = from === 0 ? 1 : 0;
    this.#crop.take(face, region, own.lumaPtr[own.slot]);
    own.prepare();
    own.flow.runBoth(from, own.slot);
    own.remember(face, frameNumber);
    this.#before.set(face.carried);
    if (this.#isLost(face)) this.#coast(own, face, frameNumber);
    else this.#follow(own, face, frameNumber);
    this.#observe(own, face, region, frameNumber);
    if (face.visible01 < 1 && face.confidence01 > 0) this.#followAgain(own, face, region, frameNumber);
    if (face.visible01 < wholeVisible01) this.#settle(own, face, region, frameNumber);
    if (this.#parts.follow(face, this.#before, own.lumaPtr[own.slot], frameNumber)) this.#show(face);
    if (holdToAnchor(own.anchor, face, this.#appearances.knows(face))) this.#show(face);
    own.motionPx = meanMotion(this.#before, face.carried);
    this.#shown.smooth(face, settings);
    // What still looks like itself has not been anybody else meanwhile.
    const itself = this.#appearances.knows(face) && face.visible01 >= itselfVisible01;
    if (face.confidence01 < unsureConfidence01 && !itself) face.shakenFrame = frameNumber;
    if (face.confidence01 === 0) return;
    // Prediction for the next picture: a third of the memory is the past, so that a stop does not overshoot.
    const centreX = (face.box.x0 + face.box.x1) / 2 - beforeX;
    const centreY = (face.box.y0 + face.box.y1) / 2 - beforeY;
    const sure = face.confidence01 >= settings.minConfidence01 && face.visible01 >= wholeVisible01;
    const trust = sure ? 0.7 : 0;
    face.velocityX = face.velocityX * (1 - trust) * 0.9 + centreX * trust;
    face.velocityY = face.velocityY * (1 - trust) * 0.9 + centreY * trust;
  }

  /** The flow that carried this face to the present picture, both ways, with its confidence. */
  flowOf(face: FaceTrack): DisFlow {
    return this.#faces[face.faceId]!.flow;
  }

  /** Moves the face by the flow of what is in sight of it. */
  #follow(own: FaceFlow, face: FaceTrack, frameNumber: number): void {
    this.#mover.step(own, face.carried, frameNumber, face.visible01 < 1 ? face.landmarkVisible01 : null);
    let sum = 0,
      seen = 1e-6;
    for (let i = 0; i < surfaceCount; i++) {
      const c = this.#mover.confidence[i];
      face.landmarkConfidence[i] = c;
      sum += c;
      seen += face.landmarkVisible01[i];
    }
    face.confidence01 = sum / seen;
    face.rimConfidence01 = leastRim(face.landmarkConfidence);
    face.alike01 = face.confidence01 < 0.5 ? own.alike01() : 1;
    this.#show(face);
  }

  /** What hides the face was taken for the face until its appearance said otherwise: moved once more, by what is in sight of it now. */
  #followAgain(own: FaceFlow, face: FaceTrack, region: RegionView, frameNumber: number): void {
    face.carried.set(this.#before);
    this.#follow(own, face, frameNumber);
    this.#observe(own, face, region, frameNumber);
  }

  /** What the present picture says of the one before: see ShownLandmarks. */
  lookBack(face: FaceTrack, held: FaceTrack, median: boolean): void {
    this.#shown.lookBack(this.#faces[face.faceId]!, face, held, median);
  }

  #observe(own: FaceFlow, face: FaceTrack, region: RegionView, frameNumber: number): void {
    const sight = this.#sight;
    sight.shift[2] = -region.box.x0;
    sight.shift[5] = -region.box.y0;
    sight.lumaPtr = own.lumaPtr[own.slot];
    sight.backwardPtr = own.flow.backwardPtr;
    this.#own.fit(face.carried, face.landmarkVisible01, own.backward);
    sight.frameNumber = frameNumber;
    this.#appearances.observe(face, region, sight);
  }

  /** A half-hidden face is moved to where what is in sight of it fits best: flow drags it along with whatever passes. */
  #settle(own: FaceFlow, face: FaceTrack, region: RegionView, frameNumber: number): void {
    const shift = this.#appearances.bestShift(face, this.#isLost(face));
    if (shift.x === 0 && shift.y === 0) return;
    const { carried } = face;
    for (let i = 0; i < landmarkCount; i++) {
      carried[i * 3] += shift.x;
      carried[i * 3 + 1] += shift.y;
    }
    this.#show(face);
    this.#observe(own, face, region, frameNumber);
  }

  /** Nothing of the face can be followed: no keyframe sees it, or what is known of it is out of sight. */
  #isLost(face: FaceTrack): boolean {
    if (this.#appearances.knows(face)) return face.visible01 < coveredVisible01;
    return face.keyframeFrame >= 0 && face.presence01 < 0.5;
  }

  /** The newest keyframe saw no face: what flow follows now is what covers it. The face goes on as it went, slower and slower. */
  #coast(own: FaceFlow, face: FaceTrack, frameNumber: number): void {
    coast(face, own.toCropOf(frameNumber - 1));
    this.#show(face);
  }

  join(face: FaceTrack, keyframe: KeyframeLandmarks, frameNumber: number, settings: PropagateSettings): JoinOutcome {
    const own = this.#faces[face.faceId]!;
    const k = keyframe.frameNumber;
    if (!own.has(k) || frameNumber - k >= ringFrames) return 'late';
    const late = this.#late;
    mapPoints(own.toCropOf(k), keyframe.landmarks, late, landmarkCount);
    this.#drifted.set(late);
    for (let n = k + 1; n <= frameNumber; n++) {
      if (!own.has(n)) return 'late';
      this.#mover.step(own, late, n, null);
    }
    // Flow has lost a face that runs, or has not begun: it goes on as it was seen to.
    const unfollowed = face.startedFrame === frameNumber || face.confidence01 < settings.minConfidence01;
    const runs = own.measured.measure(keyframe.landmarks, k, face) && unfollowed;
    if (runs && face.maskPtr === 0) own.measured.runAlong(face, keyframe, frameNumber, late);
    if (this.#isSomebodyElse(face, late, keyframe.proven, frameNumber)) return 'refused';
    this.#parts.learn(face, this.#drifted, k);
    // A face that was out of sight is where the model says, at once; unless its looks say that it is here.
    const looksAsHere = this.#appearances.knows(face) && this.#appearances.mayBeCovered(face);
    if (keyframe.proven) this.#appearances.prove(face);
    const found = this.#fitsBetter || (this.#isLost(face) && !looksAsHere);
    if (face.maskPtr !== 0 && !found) this.#mover.keepHidden(face, late);
    correctFace(face, late, settings, own.motionPx);
    if (found) this.#shown.restart(face);
    // What nobody has seen, a guess or a place that the face has long left, is not faded out.
    const unseen = face.keyframeFrame < 0 || (runs && face.maskPtr === 0);
    if (unseen) this.#shown.restart(face);
    if (unseen || (found && face.maskPtr !== 0)) face.correctionLeft = 0;
    this.#show(face);
    return 'joined';
  }

  /**
   * A better flow's word on where the points of an earlier picture went: what it says otherwise than the flow that carried them is
   * carried to the present and corrects the face as a keyframe would. Refused where it is unsure or leads to what looks less like the face.
   */
  refine(face: FaceTrack, refined: RefinedPoints, frameNumber: number, settings: PropagateSettings): JoinOutcome {
    const own = this.#faces[face.faceId]!;
    const { fromFrame, toFrame, points, flow } = refined;
    const late = this.#late,
      drifted = this.#drifted;
    if (frameNumber - fromFrame >= ringFrames) return 'late';
    drifted.set(points);
    for (let n = fromFrame + 1; n <= toFrame; n++) {
      if (!own.has(n)) return 'late';
      this.#mover.step(own, drifted, n, null);
    }
    late.set(points);
    this.#mover.move(own, late, flow.forwardPtr, flow.forwardConfidencePtr, null);
    let sure = 0;
    for (let i = 0; i < surfaceCount; i++) sure += this.#mover.confidence[i] / surfaceCount;
    if (sure < settings.minConfidence01 || this.#isLost(face)) return 'refused';
    for (let i = 0; i < landmarkCount * 3; i++) late[i] += face.carried[i] - drifted[i];
    const appearances = this.#appearances;
    if (appearances.knows(face)) {
      const here = appearances.match(face, face.carried).like;
      if (appearances.match(face, late).like < 0.95 * here) return 'refused';
    }
    correctFace(face, late, settings, own.motionPx);
    this.#show(face);
    return 'joined';
  }

  /** The model found a face where what is known of this one does not fit: whoever stands in front, or a hand that it took for one. */
  #isSomebodyElse(face: FaceTrack, late: Float32Array, proven: boolean, frameNumber: number): boolean {
    const appearances = this.#appearances;
    this.#fitsBetter = false;
    // A face that nothing has come over is itself, however a turn or a light may have changed it.
    if (!appearances.knows(face) || !appearances.mayBeCovered(face)) return false;
    const { like: likeHere, compared: comparedHere } = appearances.match(face, face.carried);
    const { like, compared } = appearances.match(face, late);
    // Unlike cells count half against: a mesh that shrinks to what fits gains nothing.
    const here = likeHere - 0.5 * (comparedHere - likeHere);
    const there = like - 0.5 * (compared - like);
    this.#fitsBetter = there > 1.05 * here && like >= 0.7 * compared;
    face.unlikeItself = false;
    if (there >= 0.85 * here && like >= 0.5 * compared) {
      appearances.trust(face);
      return false;
    }
    face.unlikeItself = proven;
    return !(proven && appearances.doubt(face, frameNumber));
  }

  /** Landmarks to be shown: carried plus what is left of the correction, in picture pixels. */
  #show(face: FaceTrack): void {
    const fade = face.correctionLeft / face.correctionFrames;
    const { landmarks, carried, correction } = face;
    for (let i = 0; i < landmarkCount; i++) {
      landmarks[i * 3] = carried[i * 3] + correction[i * 2] * fade;
      landmarks[i * 3 + 1] = carried[i * 3 + 1] + correction[i * 2 + 1] * fade;
      landmarks[i * 3 + 2] = carried[i * 3 + 2];
    }
    mapPoints(face.fromCrop, landmarks, landmarks, landmarkCount);
    boxOf(landmarks, face);
  }
}

/** Below this, flow may have gone over to whoever passes in front. */
const unsureConfidence01 = 0.48;
