import { rising01 } from '../../frame/ramps.js';
import { surfaceCount } from '../../frame/face-track.js';
import { rasterVertexFloats } from '../../kernels/raster.js';
import type { FaceTopology } from './canonical.js';
import type { FacePose } from './pose.js';
import { textureSizePx } from './unwrap.js';
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
/** Landmarks a little further down than each of the lower lid's, and a little further up than each of the upper one's. */
const belowLower = [
  [25, 110, 24, 23, 22, 26, 112],
  [255, 339, 254, 253, 252, 256, 341],
] as const;
const aboveUpper = [
  [247, 30, 29, 27, 28, 56, 190],
  [467, 260, 259, 257, 258, 286, 414],
] as const;
/** Of the way there: of an open eye, and how much more of a shut one. */
const inset01 = 0.3;
const insetShut = 0.3;
/** Where a shut lid's upper end has its texture from: of the way from the open eye's upper lid to the lower one. */
const lidBegins01 = 0.3;
/** Where the bake has painted the edge of a shut lid: above the open eye's lower one, texels of the texture. */
export const edgeTexels = 3;
/** What a shut eye's lids lose of their light where they meet. */
const upperSeam = 0.1;
const lowerSeam = 0.22;
/** Of the two lids in the middle. */
const middle = 3;
/** Lid gap, as a share of the performer's own at rest, which the landmark model leaves of a shut eye (stage, truth too: 0.2–0.45). */
const shut = 0.42;
/** … and from which on it is as open as at rest: a turned head's is read a little narrow. */
const wholeAt = 0.92;
/** No eye is torn open further than this beside its rest. */
const mostOpen = 1.3;
/** Lid gap at rest over the nose's length of a performer who was not enrolled. */
const usualRest = 0.2;
/** Width of an eye in the picture beside the other one's, from which on it is turned away so far that it says little, and enough. */
const turnedAway = 0.6;
const wellSeen = 0.85;
/** … and from which on, and at which, it is hidden. */
const hiddenFrom = 0.5;
const hiddenTo = 0.3;
/** By so much of the rest must two eyes that are well seen differ to be a wink, and surely. */
const winkFrom = 0.32,
  winkAt = 0.5;
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
/** Between an eye's corners, in the picture. */
const widthOf = (points: Float32Array, { corners: [a, b] }: (typeof eyes)[number]): number =>
  Math.hypot(points[a * 3]! - points[b * 3]!, points[a * 3 + 1]! - points[b * 3 + 1]!);
/** Lid gap in the middle over the nose's length. */
const gapOf = (points: Float32Array, { upper, lower }: (typeof eyes)[number]): number =>
  between(points, upper[middle], lower[middle]) / Math.max(1e-3, between(points, nose[0], nose[1]));

/**
 * The likeness's lids on the performer's eyes. Both faces at rest are known: the likeness's own corners and lower lids are drawn, and
 * the upper ones where its own would be on an eye as far open as the performer's, of what each is at rest. A blink shuts both.
 */
export class Lids {
  /** Of each eye at rest. */
  readonly #rest: readonly [number, number];
  readonly #open: [number, number] = [1, 1];
  /** Each eye by itself: its gap as a share of the rest. */
  readonly #read01: [number, number] = [1, 1];
  /** From every lower lid point to its upper one at rest: eye, point, (x, y, z), canonical cm. */
  readonly #gaps: Float32Array;
  /** What an eye's rim and the rings round it differ by from the rim's middle: vertices × (x, y, z), canonical cm; likeness less performer. */
  readonly #own = new Float32Array(surfaceCount * 3);
  readonly #moved: Uint16Array;

  /** likeness, performer: shapes of the bakes; null where the performer was not enrolled. */
  constructor(likeness: Float32Array, performer: Float32Array | null, topology: FaceTopology) {
    this.#rest = performer ? [gapOf(performer, eyes[0]), gapOf(performer, eyes[1])] : [usualRest, usualRest];
    this.#gaps = restGaps(likeness, performer ?? likeness, topology);
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
    this.#read(landmarks);
    return Math.min(1, this.#open[eye]);
  }

  /**
   * Two eyes blink together: each is read by itself only as far as it is seen, and where they differ by less than a wink, both by both.
   * 0 shut, 1 at rest, more: wide open.
   */
  #read(landmarks: Float32Array): void {
    const open = this.#open;
    const right = gapOf(landmarks, eyes[0]) / this.#rest[0],
      left = gapOf(landmarks, eyes[1]) / this.#rest[1];
    const widthRight = widthOf(landmarks, eyes[0]),
      widthLeft = widthOf(landmarks, eyes[1]);
    const widest = Math.max(1e-3, widthRight, widthLeft);
    const seenRight = 0.02 + rising01(widthRight / widest, turnedAway, wellSeen),
      seenLeft = 0.02 + rising01(widthLeft / widest, turnedAway, wellSeen);
    const both = (right * seenRight + left * seenLeft) / (seenRight + seenLeft);
    const wink01 = rising01(Math.abs(right - left), winkFrom, winkAt) * Math.min(1, seenRight, seenLeft);
    this.#read01[0] = right;
    this.#read01[1] = left;
    open[0] = openOf(trusted(both + (right - both) * wink01, right, widthRight / widest));
    open[1] = openOf(trusted(both + (left - both) * wink01, left, widthLeft / widest));
  }

  /**
   * Gives the likeness's lids their place. The landmark model leaves a slit in a shut eye, in which the performer's own lid would show: the upper
   * lid is drawn down to the lower one as the eye shuts.
   *
   * @param shaped vertices × (x, y), picture px, in which an eye's rim has moved as one piece; changed in place
   * @param shape01 how much of the likeness's shape is wanted
   */
  lay(landmarks: Float32Array, shaped: Float32Array, { rotation: R, scale }: FacePose, shape01: number): void {
    this.#read(landmarks);
    for (const eye of [0, 1] as const) this.#measure(shaped, eye);
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
    const gaps = this.#gaps,
      seen = this.#seen;
    for (const eye of [0, 1] as const) {
      const { upper, lower } = eyes[eye];
      const open = this.#open[eye];
      // A likeness's lids keep their own line; what is left of the performer's is drawn as far as it is not shut.
      const theirs = (1 - shape01) * Math.min(1, open / Math.max(1e-3, this.#read01[eye]));
      for (let k = 0; k < upper.length; k++) {
        const at = eye * upper.length + k;
        const x = gaps[at * 3]!,
          y = gaps[at * 3 + 1]!,
          z = gaps[at * 3 + 2]!;
        const gapX = s * open * (R[0]! * x + R[1]! * y + R[2]! * z) + theirs * seen[at * 2]!,
          gapY = -s * open * (R[3]! * x + R[4]! * y + R[5]! * z) + theirs * seen[at * 2 + 1]!;
        shaped[upper[k]! * 2] = shaped[lower[k]! * 2]! + gapX;
        shaped[upper[k]! * 2 + 1] = shaped[lower[k]! * 2 + 1]! + gapY;
      }
    }
  }

  /**
   * What the skin's vertices (layout of the rasteriser, f32s from `at`) need after they were filled. Landmarks of a lower lid lie now and then on the
   * eyeball, and its white would be drawn as skin: the lid's edge takes its texture from a little further out. A lid that comes down unrolls: its edge
   * takes its texture from further down in the opening, where the bake has painted a shut lid. The fold above it becomes plain lid, so that
   * the lashes and the white that the photo shows along the open eye are not seen there. As last laid.
   *
   * @param texture bytes of the skin's texture, four a texel; offsets: its channels' zeros, codes
   */
  finish(f32: Float32Array, at: number, texture: Uint8Array, texturePtr: number, offsets: readonly number[]): void {
    for (const eye of [0, 1] as const) {
      const { upper, lower } = eyes[eye],
        below = belowLower[eye],
        above = aboveUpper[eye];
      const shut01 = 1 - Math.min(1, this.#open[eye]);
      for (let k = 0; k < lower.length; k++) {
        const edge = at + lower[k]! * rasterVertexFloats,
          lid = at + upper[k]! * rasterVertexFloats,
          fold = at + above[k]! * rasterVertexFloats,
          skin = at + below[k]! * rasterVertexFloats;
        const openTexels = Math.hypot(f32[edge + 3]! - f32[lid + 3]!, f32[edge + 4]! - f32[lid + 4]!);
        const down01 = shut01 * Math.max(0, 1 - edgeTexels / Math.max(1, openTexels));
        if (shut01 > 0) this.#unroll(f32, fold, lid, edge, shut01, texture, texturePtr, offsets);
        for (let c = 3; c <= 4; c++) {
          f32[lid + c]! += (f32[edge + c]! - f32[lid + c]!) * down01;
          f32[edge + c]! += (f32[skin + c]! - f32[edge + c]!) * (inset01 + insetShut * shut01);
        }
        for (let c = 5; c <= 7; c++) {
          f32[edge + c]! *= 1 - lowerSeam * shut01 * shut01;
          f32[lid + c]! *= 1 - upperSeam * shut01 * shut01;
        }
      }
    }
  }

  /** The fold's texture fades to the one colour that the painted lid begins with. */
  #unroll(
    f32: Float32Array,
    fold: number,
    lid: number,
    edge: number,
    shut01: number,
    texture: Uint8Array,
    texturePtr: number,
    offsets: readonly number[],
  ): void {
    const u = f32[lid + 3]! + (f32[edge + 3]! - f32[lid + 3]!) * lidBegins01,
      v = f32[lid + 4]! + (f32[edge + 4]! - f32[lid + 4]!) * lidBegins01;
    const texel = texturePtr + (Math.floor(v) * textureSizePx + Math.floor(u)) * 4;
    for (let c = 0; c < 3; c++) {
      const gain = f32[fold + 5 + c]!;
      f32[fold + 9 + c]! += gain * (texture[texel + c]! - offsets[c]!) * shut01;
      f32[fold + 5 + c] = gain * (1 - shut01);
    }
    f32[fold + 3]! += (u - f32[fold + 3]!) * shut01;
    f32[fold + 4]! += (v - f32[fold + 4]!) * shut01;
  }

  /** The performer's own gaps, px, and how far their eye is open by them. */
  #measure(shaped: Float32Array, eye: 0 | 1): void {
    const { upper, lower } = eyes[eye];
    for (let k = 0; k < upper.length; k++) {
      const at = (eye * upper.length + k) * 2;
      this.#seen[at] = shaped[upper[k]! * 2]! - shaped[lower[k]! * 2]!;
      this.#seen[at + 1] = shaped[upper[k]! * 2 + 1]! - shaped[lower[k]! * 2 + 1]!;
    }
  }
  readonly #seen = new Float32Array(eyes.length * eyes[0].upper.length * 2);
}

/** Of an eye in profile nothing is in the picture that a wider opening could show. gap, own: shares of the rest; width01: beside the other eye's. */
function trusted(gap: number, own: number, width01: number): number {
  return gap <= own ? gap : own + (gap - own) * rising01(width01, hiddenTo, hiddenFrom);
}

/** gap: share of the rest. 0 where the landmark model means a shut eye. */
function openOf(gap: number): number {
  return gap >= 1 ? Math.min(mostOpen, gap) : Math.min(1, Math.max(0, (gap - shut) / (wholeAt - shut)));
}

/** The likeness's gaps at rest in the performer's size: eye, point, (x, y, z). No two pairs of eyes differ by more than the bounds. */
function restGaps(likeness: Float32Array, performer: Float32Array, topology: FaceTopology): Float32Array {
  const { scale } = eyesTogether(likeness, performer, topology);
  const out = new Float32Array(eyes.length * eyes[0].upper.length * 3);
  eyes.forEach(({ upper, lower }, eye) => {
    const gap = (shape: Float32Array): number => between(shape, upper[middle], lower[middle]);
    const ratio = (gap(likeness) * scale) / Math.max(1e-3, gap(performer));
    const by = (scale * Math.min(mostOpening, Math.max(leastOpening, ratio))) / Math.max(1e-3, ratio);
    upper.forEach((u, k) => {
      for (let c = 0; c < 3; c++)
        out[(eye * upper.length + k) * 3 + c] = (likeness[u * 3 + c]! - likeness[lower[k]! * 3 + c]!) * by;
    });
  });
  return out;
}
