import { cropSizePx, type FaceTrack, landmarkCount, surfaceCount } from '../../frame/face-track.js';
import { type Affine, affine, composeAffine, invertAffine } from '../../frame/geometry.js';
import { rims } from '../../frame/face-rims.js';
import { alignFace, mapPoints } from '../../frame/similarity.js';
import type { FlowPresetName } from '../../kernels/flow-presets.js';
import { DisFlow } from '../../kernels/flow.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { RegionKernel } from '../../kernels/region.js';
import type { RegionView } from '../../frame/region-view.js';
import type { JoinOutcome, KeyframeLandmarks, PropagateSettings, Propagator } from './contract.js';
import type { MeshNeighbours } from '../../frame/mesh-neighbours.js';
import { Appearances } from './appearance.js';
import type { OcclusionKernel } from '../../kernels/occlusion.js';
import { Regulariser } from './regularise.js';

/** Pictures that a keyframe may be late and still be carried to the present. 24 are about half a second at 50 Hz. */
export const ringFrames = 24;
/** MediaPipe's region of interest is 1.5 × the face box; flow, keyframe and mesh share it. */
export const roiMargin = 1.5;

interface FaceFlow {
  flow: DisFlow;
  preset: FlowPresetName;
  /** Made when first wanted, kept: kernel memory is not given back. */
  readonly flows: Map<FlowPresetName, DisFlow>;
  /** The crops of this picture and the last, by slot. */
  readonly lumaPtr: readonly [number, number];
  /** ringFrames grids: flow from picture n − 1 to picture n, at n mod ringFrames. */
  readonly ringPtr: number;
  /** The confidence grid that belongs to each. */
  readonly ringConfidencePtr: number;
  readonly toCropRing: Affine[];
  readonly frameRing: Int32Array;
  slot: 0 | 1;
  /** Picture pixels. */
  readonly anchor: { x: number; y: number };
}

const newFlow = (memory: KernelMemory, preset: FlowPresetName): DisFlow =>
  new DisFlow(memory, { sizePx: cropSizePx, preset, slots: 2 });
const firstPreset: FlowPresetName = 'fast';

const newFace = (memory: KernelMemory): FaceFlow => {
  const flow = newFlow(memory, firstPreset);
  const lumaBytes = cropSizePx * cropSizePx;
  return {
    flow,
    preset: firstPreset,
    flows: new Map([[firstPreset, flow]]),
    lumaPtr: [memory.allocate(lumaBytes), memory.allocate(lumaBytes)],
    ringPtr: memory.allocate(flow.gridBytes * ringFrames),
    ringConfidencePtr: memory.allocate((flow.gridBytes / 2) * ringFrames),
    toCropRing: Array.from({ length: ringFrames }, () => affine(1, 0, 0, 0, 1, 0)),
    frameRing: new Int32Array(ringFrames).fill(-1),
    slot: 0,
    anchor: { x: 0, y: 0 },
  };
};

/** The flow-carrying propagator. Everything is allocated in the constructor; one FaceFlow per face slot of the lane. */
export class FlowPropagator implements Propagator {
  readonly #faces: FaceFlow[];
  readonly #appearances: Appearances;
  readonly #regulariser: Regulariser;
  readonly #paramsPtr: number;
  readonly #pointsPtr: number;
  readonly #confidencePtr: number;
  readonly #before = new Float32Array(landmarkCount * 2);
  readonly #points: Float32Array;
  readonly #confidence: Float32Array;
  readonly #late = new Float32Array(landmarkCount * 3);
  /** The keyframe that is being joined explains the picture better than the landmarks that were carried. */
  #fitsBetter = false;
  readonly #toRegion = affine(1, 0, 0, 0, 1, 0);
  readonly #shift = affine(1, 0, 0, 0, 1, 0);

  constructor(
    private readonly memory: KernelMemory,
    private readonly region: RegionKernel,
    occlusion: OcclusionKernel,
    mesh: MeshNeighbours,
    faceSlots: number,
  ) {
    this.#appearances = new Appearances(memory, region, occlusion, faceSlots);
    this.#faces = Array.from({ length: faceSlots }, () => newFace(memory));
    this.#regulariser = new Regulariser(mesh, surfaceCount);
    this.#paramsPtr = memory.allocate(64);
    this.#pointsPtr = memory.allocate(landmarkCount * 8);
    this.#confidencePtr = memory.allocate(landmarkCount * 4);
    this.#points = memory.f32.subarray(this.#pointsPtr >> 2, (this.#pointsPtr >> 2) + landmarkCount * 2);
    this.#confidence = memory.f32.subarray(this.#confidencePtr >> 2, (this.#confidencePtr >> 2) + landmarkCount);
  }

  place(face: FaceTrack): void {
    alignFace(face.landmarks, surfaceCount, cropSizePx, roiMargin, 0, 0, face.toCrop, face.fromCrop);
    boxOf(face.landmarks, face);
  }

  start(face: FaceTrack, region: RegionView, frameNumber: number): void {
    const own = this.#faces[face.faceId]!;
    own.frameRing.fill(-1);
    this.#appearances.start(face);
    this.place(face);
    mapPoints(face.toCrop, face.landmarks, face.carried, landmarkCount);
    face.correctionLeft = 0;
    face.confidence01 = 1;
    face.rimConfidence01 = 1;
    face.landmarkConfidence.fill(1);
    this.#crop(own, face, region);
    own.flow.prepare(own.slot, own.lumaPtr[own.slot], cropSizePx);
    this.#remember(own, face, frameNumber);
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
    const from = own.slot;
    if (settings.preset !== own.preset) this.#usePreset(own, settings.preset);
    own.slot = from === 0 ? 1 : 0;
    this.#crop(own, face, region);
    own.flow.prepare(own.slot, own.lumaPtr[own.slot], cropSizePx);
    own.flow.runBoth(from, own.slot);
    this.#remember(own, face, frameNumber);
    const at = frameNumber % ringFrames;
    if (this.#isLost(face)) this.#coast(own, face, at);
    else this.#follow(own, face, at);
    this.#observe(own, face, region, frameNumber);
    if (face.visible01 < wholeVisible01) this.#settle(own, face, region, frameNumber);
    this.#anchor(own, face);
    // What still looks like itself has not been anybody else meanwhile.
    const itself = this.#appearances.knows(face) && face.visible01 >= itselfVisible01;
    if (face.confidence01 < unsureConfidence01 && !itself) face.shakenFrame = frameNumber;
    if (face.confidence01 === 0) return;
    // Prediction for the next picture: a third of the memory is the past, so that a stop does not overshoot.
    const centreX = (face.box.x0 + face.box.x1) / 2 - beforeX;
    const centreY = (face.box.y0 + face.box.y1) / 2 - beforeY;
    const sure = face.confidence01 >= settings.minConfidence01 && face.visible01 >= anchorVisible01;
    const trust = sure ? 0.7 : 0;
    face.velocityX = face.velocityX * (1 - trust) * 0.9 + centreX * trust;
    face.velocityY = face.velocityY * (1 - trust) * 0.9 + centreY * trust;
  }

  /** The flow that carried this face to the present picture, both ways, with its confidence. */
  flowOf(face: FaceTrack): DisFlow {
    return this.#faces[face.faceId]!.flow;
  }

  /** Moves the face by the flow of what is in sight of it. */
  #follow(own: FaceFlow, face: FaceTrack, at: number): void {
    this.#step(own, face.carried, at, face.visible01 < 1 ? face.landmarkVisible01 : null);
    let sum = 0,
      seen = 1e-6;
    for (let i = 0; i < surfaceCount; i++) {
      const c = this.#confidence[i];
      face.landmarkConfidence[i] = c;
      sum += c;
      seen += face.landmarkVisible01[i];
    }
    face.confidence01 = sum / seen;
    face.rimConfidence01 = leastRim(face.landmarkConfidence);
    face.alike01 = face.confidence01 < 0.5 ? this.#alike(own) : 1;
    this.#show(face);
  }

  #observe(own: FaceFlow, face: FaceTrack, region: RegionView, frameNumber: number): void {
    const shift = this.#shift;
    shift[2] = -region.box.x0;
    shift[5] = -region.box.y0;
    this.#appearances.observe(
      face,
      region,
      shift,
      own.lumaPtr[own.slot],
      face.carried,
      own.flow.backwardPtr,
      frameNumber,
    );
  }

  /**
   * Where a face was last in full sight, moved on as it moved. While it is half hidden it may stray from there only so far: what fits
   * a piece of skin further away is a hand.
   */
  #anchor(own: FaceFlow, face: FaceTrack): void {
    const { box } = face;
    const x = (box.x0 + box.x1) / 2,
      y = (box.y0 + box.y1) / 2;
    const { anchor } = own;
    if (!this.#appearances.knows(face) || face.visible01 >= anchorVisible01) {
      anchor.x = x;
      anchor.y = y;
      return;
    }
    anchor.x += face.velocityX;
    anchor.y += face.velocityY;
    const dx = x - anchor.x,
      dy = y - anchor.y;
    const most = face.visible01 < coveredVisible01 ? mostStrayCovered01 : mostStray01;
    // Who is on the move may be slowing down or not.
    const reachPx = most * (box.x1 - box.x0) + 0.5 * Math.hypot(face.velocityX, face.velocityY);
    const far = Math.hypot(dx, dy) / reachPx;
    if (far <= 1) return;
    const [backX, backY] = [dx / far - dx, dy / far - dy];
    const { carried, toCrop } = face;
    for (let i = 0; i < landmarkCount; i++) {
      carried[i * 3] += toCrop[0]! * backX + toCrop[1]! * backY;
      carried[i * 3 + 1] += toCrop[3]! * backX + toCrop[4]! * backY;
    }
    this.#show(face);
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
  #coast(own: FaceFlow, face: FaceTrack, at: number): void {
    const previous = own.toCropRing[(at + ringFrames - 1) % ringFrames]!;
    const { toCrop } = face;
    // Picture position of the crop's content: last alignment, moved by the velocity that this picture's crop was given.
    composeAffine(toCrop, invertAffine(previous, this.#toRegion), this.#toRegion);
    this.#toRegion[2]! += toCrop[0]! * face.velocityX + toCrop[1]! * face.velocityY;
    this.#toRegion[5]! += toCrop[3]! * face.velocityX + toCrop[4]! * face.velocityY;
    mapPoints(this.#toRegion, face.carried, face.carried, landmarkCount);
    face.velocityX *= coastingDecay;
    face.velocityY *= coastingDecay;
    face.confidence01 = 0;
    face.rimConfidence01 = 0;
    this.#show(face);
  }

  join(face: FaceTrack, keyframe: KeyframeLandmarks, frameNumber: number, settings: PropagateSettings): JoinOutcome {
    const own = this.#faces[face.faceId]!;
    const k = keyframe.frameNumber;
    if (own.frameRing[k % ringFrames] !== k || frameNumber - k >= ringFrames) return 'late';
    const late = this.#late;
    mapPoints(own.toCropRing[k % ringFrames]!, keyframe.landmarks, late, landmarkCount);
    for (let n = k + 1; n <= frameNumber; n++) {
      if (own.frameRing[n % ringFrames] !== n) return 'late';
      this.#step(own, late, n % ringFrames, null);
    }
    if (this.#isSomebodyElse(face, late, keyframe.proven, frameNumber)) return 'refused';
    // A face that was out of sight is where the model says, at once.
    const found = this.#isLost(face) || this.#fitsBetter;
    if (face.maskPtr !== 0 && !found) this.#onlyVisible(face, late);
    this.#correct(face, late, settings);
    if (found && face.maskPtr !== 0) face.correctionLeft = 0;
    this.#show(face);
    return 'joined';
  }

  /** The model found a face where what is known of this one does not fit: whoever stands in front, or a hand that it took for one. */
  #isSomebodyElse(face: FaceTrack, late: Float32Array, proven: boolean, frameNumber: number): boolean {
    const appearances = this.#appearances;
    this.#fitsBetter = false;
    if (!appearances.knows(face)) return false;
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

  /** Hidden points of a keyframe are a guess of the model: they go with the motion of those in sight. */
  #onlyVisible(face: FaceTrack, late: Float32Array): void {
    const { carried, landmarkVisible01 } = face;
    const before = this.#before,
      after = this.#points;
    for (let i = 0; i < landmarkCount; i++) {
      before[i * 2] = carried[i * 3];
      before[i * 2 + 1] = carried[i * 3 + 1];
      after[i * 2] = late[i * 3];
      after[i * 2 + 1] = late[i * 3 + 1];
    }
    this.#regulariser.applyStiff(before, after, landmarkVisible01, landmarkCount, stiffGive);
    for (let i = 0; i < landmarkCount; i++) {
      late[i * 3] = after[i * 2];
      late[i * 3 + 1] = after[i * 2 + 1];
      late[i * 3 + 2] = carried[i * 3 + 2];
    }
  }

  /** Flow is the prediction, the keyframe the measurement: a Kalman-like gain that grows with the innovation. */
  #correct(face: FaceTrack, late: Float32Array, settings: PropagateSettings): void {
    const { carried, correction } = face;
    const fade = face.correctionLeft / face.correctionFrames;
    const restless = face.confidence01 < settings.minConfidence01;
    const floor = 1 - 0.75 * settings.smoothAmount01;
    for (let i = 0; i < landmarkCount; i++) {
      const shownX = carried[i * 3] + correction[i * 2] * fade;
      const shownY = carried[i * 3 + 1] + correction[i * 2 + 1] * fade;
      const ex = late[i * 3] - carried[i * 3];
      const ey = late[i * 3 + 1] - carried[i * 3 + 1];
      // Crop pixels; the face is about 170 of them, so 1.5 is the landmark model's own jitter (under 1 %).
      const surprise = Math.min(1, (ex * ex + ey * ey) / (1.5 * 1.5));
      // Lids and lips are what expression is read from: they follow the measurement, and half of it at once.
      const rim = isRim[i] === 1;
      const gain = restless || rim ? 1 : floor + (1 - floor) * surprise;
      carried[i * 3] += ex * gain;
      carried[i * 3 + 1] += ey * gain;
      carried[i * 3 + 2] += (late[i * 3 + 2] - carried[i * 3 + 2]) * Math.max(gain, 0.5);
      const fadeShare = rim ? 0.5 : 1;
      correction[i * 2] = (shownX - carried[i * 3]) * fadeShare;
      correction[i * 2 + 1] = (shownY - carried[i * 3 + 1]) * fadeShare;
    }
    face.correctionFrames = Math.max(1, settings.crossfadeFrames);
    face.correctionLeft = face.correctionFrames;
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
    if (face.correctionLeft > 0) face.correctionLeft--;
    boxOf(landmarks, face);
  }

  /** Moves crop-space triples by the flow stored at ring place `at`, then keeps them a face. `visible`: 0…1 per point, or all. */
  #step(own: FaceFlow, points: Float32Array, at: number, visible: Float32Array | null): void {
    const xy = this.#points;
    const before = this.#before;
    for (let i = 0; i < landmarkCount; i++) {
      // The flow kernel's pixel centres are whole numbers; ours lie at +0.5.
      before[i * 2] = points[i * 3] - 0.5;
      before[i * 2 + 1] = points[i * 3 + 1] - 0.5;
    }
    xy.set(before);
    const { flow } = own;
    flow.carryPoints(
      own.ringPtr + at * flow.gridBytes,
      own.ringConfidencePtr + (at * flow.gridBytes) / 2,
      this.#pointsPtr,
      this.#pointsPtr,
      this.#confidencePtr,
      landmarkCount,
    );
    if (visible) {
      for (let i = 0; i < landmarkCount; i++) this.#confidence[i] *= visible[i];
      this.#regulariser.applyStiff(before, xy, this.#confidence, landmarkCount, stiffGive);
    } else this.#regulariser.apply(before, xy, this.#confidence, landmarkCount);
    for (let i = 0; i < landmarkCount; i++) {
      points[i * 3] = xy[i * 2] + 0.5;
      points[i * 3 + 1] = xy[i * 2 + 1] + 0.5;
    }
  }

  /**
   * Normalised correlation of the two crops, sampled: a flash changes gain and offset and leaves it high, a cut puts
   * something else there. 0…1.
   */
  #alike(own: FaceFlow): number {
    const { u8 } = this.memory;
    const a = own.lumaPtr[0],
      b = own.lumaPtr[1];
    let n = 0,
      sa = 0,
      sb = 0,
      saa = 0,
      sbb = 0,
      sab = 0;
    for (let y = 40; y < cropSizePx - 40; y += 6) {
      for (let x = 40; x < cropSizePx - 40; x += 6) {
        const p = u8[a + y * cropSizePx + x],
          q = u8[b + y * cropSizePx + x];
        n++;
        sa += p;
        sb += q;
        saa += p * p;
        sbb += q * q;
        sab += p * q;
      }
    }
    const va = saa - (sa * sa) / n,
      vb = sbb - (sb * sb) / n;
    return va > 0 && vb > 0 ? Math.max(0, (sab - (sa * sb) / n) / Math.sqrt(va * vb)) : 0;
  }

  /** Another precision: the last picture's pyramid is built anew, so that no picture goes without flow. */
  #usePreset(own: FaceFlow, preset: FlowPresetName): void {
    const flow = own.flows.get(preset) ?? newFlow(this.memory, preset);
    own.flows.set(preset, flow);
    own.flow = flow;
    own.preset = preset;
    flow.prepare(own.slot, own.lumaPtr[own.slot], cropSizePx);
  }

  #remember(own: FaceFlow, face: FaceTrack, frameNumber: number): void {
    const at = frameNumber % ringFrames;
    own.frameRing[at] = frameNumber;
    own.toCropRing[at]!.set(face.toCrop);
    const { flow } = own;
    const { u8 } = this.memory;
    u8.copyWithin(own.ringPtr + at * flow.gridBytes, flow.flowPtr, flow.flowPtr + flow.gridBytes);
    const half = flow.gridBytes / 2;
    u8.copyWithin(own.ringConfidencePtr + at * half, flow.confidencePtr, flow.confidencePtr + half);
  }

  /** 256×256 luma of the face under the predicted alignment. */
  #crop(own: FaceFlow, face: FaceTrack, region: RegionView): void {
    const shift = this.#shift;
    shift[2] = -region.box.x0;
    shift[5] = -region.box.y0;
    const map = composeAffine(shift, face.fromCrop, this.#toRegion);
    this.memory.f32.set(map, this.#paramsPtr >> 2);
    this.region.cropLuma(
      region.ptr,
      region.format,
      region.widthPx,
      region.heightPx,
      region.strideBytes,
      region.chromaPtr,
      own.lumaPtr[own.slot],
      cropSizePx,
      this.#paramsPtr,
    );
  }
}

function boxOf(landmarks: Float32Array, face: FaceTrack): void {
  let x0 = Infinity,
    y0 = Infinity,
    x1 = -Infinity,
    y1 = -Infinity;
  for (let i = 0; i < surfaceCount * 3; i += 3) {
    const x = landmarks[i],
      y = landmarks[i + 1];
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
  }
  face.box.x0 = x0;
  face.box.y0 = y0;
  face.box.x1 = x1;
  face.box.y1 = y1;
}

const isRim = new Uint8Array(landmarkCount);
for (const rim of rims) for (const i of rim) isRim[i] = 1;

function leastRim(confidence: Float32Array): number {
  let least = 1;
  for (const rim of rims) {
    let sum = 0;
    for (let k = 0; k < rim.length; k++) sum += confidence[rim[k]];
    least = Math.min(least, sum / rim.length);
  }
  return least;
}

/** Below this, flow may have gone over to whoever passes in front. */
const unsureConfidence01 = 0.48;
/** Per picture, of the velocity of a face that is covered: half gone after five. */
const coastingDecay = 0.87;
/** How much of what a stiff motion leaves over a visible point of a half-hidden face may keep. */
const stiffGive = 0.4;
/** Less of a known face in sight than this is not enough to be followed. */
const coveredVisible01 = 0.45;
/** Less than this, and the face is looked for round its place. */
const wholeVisible01 = 0.92;
/** From here a face is in full sight, as far as its place goes. */
const anchorVisible01 = 0.65;
/** Of its width: how far a half-hidden face may be from where it is expected. */
const mostStray01 = 0.05;
const mostStrayCovered01 = 0.02;
/** From here a known face proves by its looks that it is still there. */
const itselfVisible01 = 0.75;
