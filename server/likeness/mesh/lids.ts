import { surfaceCount } from '../../frame/face-track.js';
import { rasterVertexFloats } from '../../kernels/raster.js';
import type { FaceTopology } from './canonical.js';
import type { FacePose } from './pose.js';
import { eyesTogether, rimRings } from './shape-transfer.js';

/** MediaPipe landmarks of both eyes: corners, then upper lid points with the lower ones that they meet; the performer's right eye first. */
export const eyes = [
  {
    corners: [33, 133],
    upper: [246, 161, 160, 159, 158, 157, 173],
    lower: [7, 163, 144, 145, 153, 154, 155],
  },
  {
    corners: [263, 362],
    upper: [466, 388, 387, 386, 385, 384, 398],
    lower: [249, 390, 373, 374, 380, 381, 382],
  },
] as const;
/** Landmarks a little further down than each of the lower lid's. */
const belowLower = [
  [25, 110, 24, 23, 22, 26, 112],
  [255, 339, 254, 253, 252, 256, 341],
] as const;
/** Of the way there. */
const inset01 = 0.3;
/** What a shut eye's lids lose of their light where they meet. */
const upperSeam = 0.34;
const lowerSeam = 0.22;
/** Of the two lids in the middle. */
const middle = 3;
/** Lid gap, as a share of the performer's own at rest, at which the landmark model means a shut eye, and at which it is surely open (talk, stage: 0.2–0.42 shut, from 0.68 on with iris in sight). */
const shut = 0.46;
const open = 0.68;
/** Lid gap at rest over the nose's length of a performer who was not enrolled. */
const usualRest = 0.2;
/** The nose's top and base: what a turn of the head shortens no more than a lid gap; the eye's own width it does. */
const nose = [168, 2] as const;
/** No two pairs of eyes at rest differ by more than this. */
const leastOpening = 0.5;
const mostOpening = 1.6;

const between = (points: Float32Array, a: number, b: number): number =>
  Math.hypot(
    points[a * 3]! - points[b * 3]!,
    points[a * 3 + 1]! - points[b * 3 + 1]!,
    points[a * 3 + 2]! - points[b * 3 + 2]!,
  );
/** Lid gap in the middle over the nose's length. */
const gapOf = (points: Float32Array, { upper, lower }: (typeof eyes)[number]): number =>
  between(points, upper[middle], lower[middle]) / Math.max(1e-3, between(points, nose[0], nose[1]));

/**
 * The likeness's lids on the performer's eyes. Both faces at rest are known: the likeness's own corners and lower lids are drawn, and
 * the upper ones as much lower or higher as its eyes at rest are narrower or wider than the performer's. A blink shuts both.
 */
export class Lids {
  /** Of each eye at rest. */
  readonly #rest: readonly [number, number];
  readonly #opening: readonly [number, number];
  readonly #open01: [number, number] = [1, 1];
  /** What an eye's rim and the rings round it differ by from the rim's middle: vertices × (x, y, z), canonical cm; likeness less performer. */
  readonly #own = new Float32Array(surfaceCount * 3);
  readonly #moved: Uint16Array;

  /** likeness, performer: shapes of the bakes; null where the performer was not enrolled. */
  constructor(likeness: Float32Array, performer: Float32Array | null, topology: FaceTopology) {
    this.#rest = performer ? [gapOf(performer, eyes[0]), gapOf(performer, eyes[1])] : [usualRest, usualRest];
    this.#opening = performer ? openings(likeness, performer, topology) : [1, 1];
    const moved: number[] = [];
    const rims = performer ? topology.rims.slice(0, eyes.length) : [];
    for (const { vertices, ringFrom } of rims) {
      const { scale } = eyesTogether(likeness, performer!, topology);
      const differs = (i: number, k: number): number => likeness[i * 3 + k]! * scale - performer![i * 3 + k]!;
      for (let i = 0; i < surfaceCount; i++) {
        if (ringFrom[i]! >= rimRings) continue;
        moved.push(i);
        for (let k = 0; k < 3; k++) {
          const mean = vertices.reduce((sum, j) => sum + differs(j, k), 0) / vertices.length;
          // The shape transfer gives the rings round the rim the rest of it.
          this.#own[i * 3 + k] = (differs(i, k) - mean) * (1 - ringFrom[i]! / rimRings);
        }
      }
    }
    this.#moved = Uint16Array.from(moved);
  }

  /** How far an eye is open, 0 shut … 1, from landmarks (stride 3). eye: 0 the performer's right, 1 the left. */
  openness01(landmarks: Float32Array, eye: 0 | 1): number {
    const t = Math.min(1, Math.max(0, (gapOf(landmarks, eyes[eye]) / this.#rest[eye] - shut) / (open - shut)));
    return t * t * (3 - 2 * t);
  }

  /**
   * Gives the likeness's lids their place. The landmark model leaves a slit in a shut eye, in which the performer's own lid would show: the upper
   * lid is drawn down to the lower one as the eye shuts.
   *
   * @param shaped vertices × (x, y), picture px, in which an eye's rim has moved as one piece; changed in place
   * @param shape01 how much of the likeness's shape is wanted
   */
  lay(landmarks: Float32Array, shaped: Float32Array, { rotation: R, scale }: FacePose, shape01: number): void {
    const gaps = this.#gaps;
    this.#measure(shaped, gaps);
    const own = this.#own,
      s = scale * shape01;
    for (let n = 0; n < this.#moved.length; n++) {
      const i = this.#moved[n]!;
      const x = own[i * 3]!,
        y = own[i * 3 + 1]!,
        z = own[i * 3 + 2]!;
      shaped[i * 2]! += s * (R[0]! * x + R[1]! * y + R[2]! * z);
      shaped[i * 2 + 1]! -= s * (R[3]! * x + R[4]! * y + R[5]! * z);
    }
    for (const eye of [0, 1] as const) {
      const open01 = this.openness01(landmarks, eye);
      this.#open01[eye] = open01;
      const opening = (1 + (this.#opening[eye] - 1) * shape01) * open01;
      const { upper, lower } = eyes[eye];
      for (let k = 0; k < upper.length; k++) {
        const at = (eye * upper.length + k) * 2;
        shaped[upper[k]! * 2] = shaped[lower[k]! * 2]! + gaps[at]! * opening;
        shaped[upper[k]! * 2 + 1] = shaped[lower[k]! * 2 + 1]! + gaps[at + 1]! * opening;
      }
    }
  }

  /**
   * What the skin's vertices (layout of the rasteriser, f32s from `at`) need after they were filled. Landmarks of a lower lid lie now and then on the
   * eyeball, and its white would be drawn as skin: the lid's edge takes its texture from a little further out. Where lids meet, lashes lie and
   * no light falls between them: a shut eye is a dark line. As last laid.
   */
  finish(f32: Float32Array, at: number): void {
    for (const eye of [0, 1] as const) {
      const { upper, lower } = eyes[eye],
        below = belowLower[eye];
      const shut01 = 1 - this.#open01[eye];
      for (let k = 0; k < lower.length; k++) {
        const edge = at + lower[k]! * rasterVertexFloats,
          lid = at + upper[k]! * rasterVertexFloats,
          skin = at + below[k]! * rasterVertexFloats;
        for (let c = 3; c <= 4; c++) f32[edge + c]! += (f32[skin + c]! - f32[edge + c]!) * inset01;
        for (let c = 5; c <= 7; c++) {
          f32[edge + c]! *= 1 - lowerSeam * shut01;
          f32[lid + c]! *= 1 - upperSeam * shut01;
        }
      }
    }
  }

  /** From every lower lid point to its upper one. */
  #measure(shaped: Float32Array, gaps: Float32Array): void {
    let at = 0;
    for (const { upper, lower } of eyes) {
      for (let k = 0; k < upper.length; k++) {
        gaps[at++] = shaped[upper[k]! * 2]! - shaped[lower[k]! * 2]!;
        gaps[at++] = shaped[upper[k]! * 2 + 1]! - shaped[lower[k]! * 2 + 1]!;
      }
    }
  }
  readonly #gaps = new Float32Array(eyes.length * eyes[0].upper.length * 2);
}

/** How much wider the likeness's eyes are at rest, in the performer's size. */
function openings(likeness: Float32Array, performer: Float32Array, topology: FaceTopology): [number, number] {
  const { scale } = eyesTogether(likeness, performer, topology);
  const [right, left] = eyes.map(({ upper, lower }) => {
    const gap = (shape: Float32Array): number => between(shape, upper[middle], lower[middle]);
    return Math.min(mostOpening, Math.max(leastOpening, (gap(likeness) * scale) / Math.max(1e-3, gap(performer))));
  });
  return [right!, left!];
}
