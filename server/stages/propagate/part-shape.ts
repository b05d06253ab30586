import { innerLipRing, leftEyeRing, rightEyeRing } from '../../frame/face-rims.js';
import { surfaceCount } from '../../frame/face-track.js';
import type { Affine } from '../../frame/geometry.js';
import type { MeshNeighbours } from '../../frame/mesh-neighbours.js';

/** Size of a look at a part, px. */
export const lookWidthPx = 32;
export const lookHeightPx = 24;

/** A part of the face that opens and closes: which points make it, and where it is looked at. */
export interface PartShape {
  readonly kind: 'eye' | 'mouth';
  readonly ring: readonly number[];
  /** Landmarks that an opening moves, the ring's first, and how much of it each follows. */
  readonly points: Uint16Array;
  readonly share01: Float32Array;
  /** Landmarks near by that no opening moves: where they go, the part goes. */
  readonly steady: readonly number[];
  /** Look px → crop px, from a keyframe's landmarks (triples, crop px). */
  readonly frame: (landmarks: Float32Array, out: Affine) => void;
}

const irisPoints = 5;
/** Rings round an opening, by how much they follow its rim. */
const eyeShares = [1, 0.6, 0.25] as const;
const mouthShares = [1, 1, 1, 0.7, 0.4] as const;

/** Temples, and the nose between the eyes and at its base: the face's own axes, whatever its expression. */
const templeRight = 34,
  templeLeft = 264,
  noseTop = 168,
  noseBase = 2;

/** Of the way from the nose's top to its base: above and below an eye's middle; below the nose's base, first and last row of a mouth's look. */
const eyeRows = [-0.26, 0.22] as const;
const mouthRows = [0.08, 1.16] as const;
/** Bridge of the nose, and what lies under and beside an eye; brows lift and cheeks rise with a smile. */
const bridge = [168, 6, 197, 195] as const;
const besideRight = [122, 188, 196, 174, 217, 126, 100, 119, 118, 117, 50, 101, 123, 116, 34, 227, 143] as const;
const besideLeft = [351, 412, 419, 399, 437, 355, 329, 348, 347, 346, 280, 330, 352, 345, 264, 447, 372] as const;
const noseTip = [1, 4, 5, 2, 98, 327] as const;

/** Half a look's width: of the eye's own, and of the distance between the temples. */
const eyeHalfWidth = 0.62;
const mouthHalfWidth = 0.31;

export function partShapes(mesh: MeshNeighbours): readonly PartShape[] {
  return [
    { ...eye(mesh, rightEyeRing, 33, 133, surfaceCount), steady: [...bridge, ...besideRight] },
    { ...eye(mesh, leftEyeRing, 362, 263, surfaceCount + irisPoints), steady: [...bridge, ...besideLeft] },
    {
      kind: 'mouth',
      ring: innerLipRing,
      steady: [...bridge, ...besideRight, ...besideLeft, ...noseTip],
      ...pointsRound(mesh, innerLipRing, mouthShares, []),
      frame(p, out) {
        const xx = p[templeLeft * 3]! - p[templeRight * 3]!,
          xy = p[templeLeft * 3 + 1]! - p[templeRight * 3 + 1]!;
        const nx = p[noseBase * 3]!,
          ny = p[noseBase * 3 + 1]!;
        const yx = nx - p[noseTop * 3]!,
          yy = ny - p[noseTop * 3 + 1]!;
        lookFrame(out, nx, ny, xx * mouthHalfWidth, xy * mouthHalfWidth, yx, yy, mouthRows);
      },
    },
  ];
}

function eye(
  mesh: MeshNeighbours,
  ring: readonly number[],
  left: number,
  right: number,
  iris: number,
): Omit<PartShape, 'steady'> {
  const extra = Array.from({ length: irisPoints }, (_, k) => iris + k);
  return {
    kind: 'eye',
    ring,
    ...pointsRound(mesh, ring, eyeShares, extra),
    frame(p, out) {
      const xx = p[right * 3]! - p[left * 3]!,
        xy = p[right * 3 + 1]! - p[left * 3 + 1]!;
      const yx = p[noseBase * 3]! - p[noseTop * 3]!,
        yy = p[noseBase * 3 + 1]! - p[noseTop * 3 + 1]!;
      const mx = (p[left * 3]! + p[right * 3]!) / 2,
        my = (p[left * 3 + 1]! + p[right * 3 + 1]!) / 2;
      lookFrame(out, mx, my, xx * eyeHalfWidth, xy * eyeHalfWidth, yx, yy, eyeRows);
    },
  };
}

/** Columns run from −(wx, wy) to +(wx, wy) round the middle, rows from `rows[0]` to `rows[1]` times (yx, yy) below it. */
function lookFrame(
  out: Affine,
  mx: number,
  my: number,
  wx: number,
  wy: number,
  yx: number,
  yy: number,
  rows: readonly [number, number],
): void {
  const down = (rows[1] - rows[0]) / lookHeightPx;
  out[0] = (2 * wx) / lookWidthPx;
  out[1] = yx * down;
  out[2] = mx - wx + yx * rows[0];
  out[3] = (2 * wy) / lookWidthPx;
  out[4] = yy * down;
  out[5] = my - wy + yy * rows[0];
}

function pointsRound(
  { starts, indices }: MeshNeighbours,
  ring: readonly number[],
  shares: readonly number[],
  extra: readonly number[],
): Pick<PartShape, 'points' | 'share01'> {
  const depth = new Map<number, number>(ring.map((i) => [i, 0]));
  for (const [i, rings] of depth) {
    if (rings + 1 >= shares.length) continue;
    for (let k = starts[i]!; k < starts[i + 1]!; k++) {
      const j = indices[k]!;
      if (!depth.has(j)) depth.set(j, rings + 1);
    }
  }
  for (const i of extra) depth.set(i, 0);
  return {
    points: Uint16Array.from(depth.keys()),
    share01: Float32Array.from(depth.values(), (rings) => shares[rings]!),
  };
}

/** How far apart the ring's two lids or lips are in the middle: look px down. shape: (x, y) of the part's points, look px. */
export function gapOf(ring: readonly number[], shape: Float32Array): number {
  const middle = ring.length / 4;
  let sum = 0;
  for (let k = middle - 1; k <= middle + 1; k++) sum += shape[k * 2 + 1]! - shape[(ring.length - k) * 2 + 1]!;
  // The ring of an eye begins with the lower lid, that of the mouth with the upper lip.
  return Math.abs(sum) / 3;
}
