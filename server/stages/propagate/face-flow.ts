import { cropSizePx, type FaceTrack, landmarkCount, surfaceCount } from '../../frame/face-track.js';
import { type Affine, affine } from '../../frame/geometry.js';
import { fitSimilarity } from '../../frame/similarity.js';
import type { FlowPresetName } from '../../kernels/flow-presets.js';
import { DisFlow } from '../../kernels/flow.js';
import type { KernelMemory } from '../../kernels/memory.js';
import { MeasuredMotion } from './measured-motion.js';
import type { Regulariser } from './regularise.js';

/** Pictures that a keyframe may be late and still be carried to the present. 24 are about half a second at 50 Hz. */
export const ringFrames = 24;
/** How much of what a stiff motion leaves over a visible point of a half-hidden face may keep. */
export const stiffGive = 0.4;
/** With less of a face in sight a keyframe's place and size are a guess; with more than the other they are measured. */
const guessedVisible01 = 0.7;
const sureVisible01 = 0.95;

const newFlow = (memory: KernelMemory, preset: FlowPresetName): DisFlow =>
  new DisFlow(memory, { sizePx: cropSizePx, preset, slots: 2 });
const firstPreset: FlowPresetName = 'fast';

/** One face slot's crops, its flow from picture to picture, and the ring of stored flows that late keyframes are carried through. */
export class FaceFlow {
  flow: DisFlow;
  preset: FlowPresetName = firstPreset;
  /** The flow from this picture to the one before, (u, v) per cell. */
  backward: Float32Array;
  slot: 0 | 1 = 0;
  /** The crops of this picture and the last, by slot. */
  readonly lumaPtr: readonly [number, number];
  /** Where the face was last in full sight, picture pixels. */
  readonly anchor = { x: 0, y: 0 };
  readonly measured = new MeasuredMotion();
  /** How far the landmarks moved within the crop from the last picture to this one, mean, crop px: what of a motion is turn and expression. */
  motionPx = 0;
  /** Made when first wanted, kept: kernel memory is not given back. */
  readonly #flows: Map<FlowPresetName, DisFlow>;
  /** ringFrames grids: flow from picture n − 1 to picture n, at n mod ringFrames. */
  readonly #ringPtr: number;
  /** The confidence grid that belongs to each. */
  readonly #ringConfidencePtr: number;
  readonly #toCropRing: Affine[];
  readonly #frameRing = new Int32Array(ringFrames).fill(-1);

  constructor(private readonly memory: KernelMemory) {
    this.flow = newFlow(memory, firstPreset);
    this.backward = this.#backwardOf(this.flow);
    this.#flows = new Map([[firstPreset, this.flow]]);
    const lumaBytes = cropSizePx * cropSizePx;
    this.lumaPtr = [memory.allocate(lumaBytes), memory.allocate(lumaBytes)];
    this.#ringPtr = memory.allocate(this.flow.gridBytes * ringFrames);
    this.#ringConfidencePtr = memory.allocate((this.flow.gridBytes / 2) * ringFrames);
    this.#toCropRing = Array.from({ length: ringFrames }, () => affine(1, 0, 0, 0, 1, 0));
  }

  /** Nothing of earlier pictures is known. */
  forget(): void {
    this.measured.forget();
    this.motionPx = 0;
    this.#frameRing.fill(-1);
  }

  /** Builds what flow needs of the crop in the present slot. */
  prepare(): void {
    this.flow.prepare(this.slot, this.lumaPtr[this.slot], cropSizePx);
  }

  /** Another precision: the last picture's pyramid is built anew, so that no picture goes without flow. */
  usePreset(preset: FlowPresetName): void {
    if (preset === this.preset) return;
    const flow = this.#flows.get(preset) ?? newFlow(this.memory, preset);
    this.#flows.set(preset, flow);
    this.flow = flow;
    this.backward = this.#backwardOf(flow);
    this.preset = preset;
    this.prepare();
  }

  #backwardOf({ backwardPtr, gridBytes }: DisFlow): Float32Array {
    return this.memory.f32.subarray(backwardPtr >> 2, (backwardPtr + gridBytes) >> 2);
  }

  /** Keeps the present picture's flow and alignment in the ring. */
  remember(face: FaceTrack, frameNumber: number): void {
    const at = frameNumber % ringFrames;
    this.#frameRing[at] = frameNumber;
    this.#toCropRing[at]!.set(face.toCrop);
    const { flow } = this;
    const { u8 } = this.memory;
    u8.copyWithin(this.#ringPtr + at * flow.gridBytes, flow.flowPtr, flow.flowPtr + flow.gridBytes);
    const half = flow.gridBytes / 2;
    u8.copyWithin(this.#ringConfidencePtr + at * half, flow.confidencePtr, flow.confidencePtr + half);
  }

  /** Whether that picture's flow is still in the ring. */
  has(frameNumber: number): boolean {
    return this.#frameRing[frameNumber % ringFrames] === frameNumber;
  }
  /** Picture → crop, as it was in that picture. */
  toCropOf(frameNumber: number): Affine {
    return this.#toCropRing[(frameNumber + ringFrames) % ringFrames]!;
  }
  /** Kernel pointers of that picture's flow and its confidence. */
  gridOf(frameNumber: number): number {
    return this.#ringPtr + (frameNumber % ringFrames) * this.flow.gridBytes;
  }
  confidenceOf(frameNumber: number): number {
    return this.#ringConfidencePtr + ((frameNumber % ringFrames) * this.flow.gridBytes) / 2;
  }

  /**
   * Normalised correlation of the two crops, sampled: a flash changes gain and offset and leaves it high, a cut puts
   * something else there. 0…1.
   */
  alike01(): number {
    const { u8 } = this.memory;
    const a = this.lumaPtr[0],
      b = this.lumaPtr[1];
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
}

/** Moves points in crop space by stored flows. Its buffers are shared by all faces of a lane. */
export class PointMover {
  /** x, y pairs before and after the last move, and the confidence of each point's flow. */
  readonly before = new Float32Array(landmarkCount * 2);
  readonly after: Float32Array;
  readonly confidence: Float32Array;
  readonly #pointsPtr: number;
  readonly #confidencePtr: number;
  readonly #motion = affine(1, 0, 0, 0, 1, 0);

  constructor(
    memory: KernelMemory,
    private readonly regulariser: Regulariser,
  ) {
    this.#pointsPtr = memory.allocate(landmarkCount * 8);
    this.#confidencePtr = memory.allocate(landmarkCount * 4);
    this.after = memory.f32.subarray(this.#pointsPtr >> 2, (this.#pointsPtr >> 2) + landmarkCount * 2);
    this.confidence = memory.f32.subarray(this.#confidencePtr >> 2, (this.#confidencePtr >> 2) + landmarkCount);
  }

  /** Moves triples by the flow of that picture, then keeps them a face. `visible`: 0…1 per point, or all. */
  step(own: FaceFlow, points: Float32Array, frameNumber: number, visible: Float32Array | null): void {
    this.move(own, points, own.gridOf(frameNumber), own.confidenceOf(frameNumber), visible);
  }

  /** The same by any flow and confidence grid of this face's size (kernel pointers). */
  move(
    own: FaceFlow,
    points: Float32Array,
    flowPtr: number,
    confidencePtr: number,
    visible: Float32Array | null,
  ): void {
    const { before, after, confidence } = this;
    for (let i = 0; i < landmarkCount; i++) {
      // The flow kernel's pixel centres are whole numbers; ours lie at +0.5.
      before[i * 2] = points[i * 3] - 0.5;
      before[i * 2 + 1] = points[i * 3 + 1] - 0.5;
    }
    after.set(before);
    own.flow.carryPoints(flowPtr, confidencePtr, this.#pointsPtr, this.#pointsPtr, this.#confidencePtr, landmarkCount);
    if (visible) {
      for (let i = 0; i < landmarkCount; i++) confidence[i] *= visible[i];
      this.regulariser.applyStiff(before, after, confidence, landmarkCount, stiffGive);
    } else this.regulariser.apply(before, after, confidence, landmarkCount);
    for (let i = 0; i < landmarkCount; i++) {
      points[i * 3] = after[i * 2] + 0.5;
      points[i * 3 + 1] = after[i * 2 + 1] + 0.5;
    }
  }

  /**
   * Hidden points of a keyframe are a guess of the model: they go with the motion of those in sight. Of half a face the model guesses
   * place and size as well: flow and the learned looks know better then, and only the expression is taken.
   */
  keepHidden(face: FaceTrack, late: Float32Array): void {
    const { carried, landmarkVisible01 } = face;
    const { before, after } = this;
    for (let i = 0; i < landmarkCount; i++) {
      before[i * 2] = carried[i * 3];
      before[i * 2 + 1] = carried[i * 3 + 1];
      after[i * 2] = late[i * 3];
      after[i * 2 + 1] = late[i * 3 + 1];
    }
    this.regulariser.applyStiff(before, after, landmarkVisible01, landmarkCount, stiffGive);
    for (let i = 0; i < landmarkCount; i++) {
      late[i * 3] = after[i * 2];
      late[i * 3 + 1] = after[i * 2 + 1];
      late[i * 3 + 2] = carried[i * 3 + 2];
    }
    const doubt =
      1 - Math.max(0, Math.min(1, (face.visible01 - guessedVisible01) / (sureVisible01 - guessedVisible01)));
    const m = this.#motion;
    fitSimilarity(carried, late, surfaceCount, m);
    for (let i = 0; i < landmarkCount * 3; i += 3) {
      const x = carried[i],
        y = carried[i + 1];
      late[i] -= doubt * (m[0]! * x + m[1]! * y + m[2]! - x);
      late[i + 1] -= doubt * (m[3]! * x + m[4]! * y + m[5]! - y);
    }
  }
}
