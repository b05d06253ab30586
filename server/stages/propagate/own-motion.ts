import { cropSizePx, surfaceCount } from '../../frame/face-track.js';
import { occlusionCells, ownMotionFloats } from '../../kernels/occlusion.js';

const cellPx = cropSizePx / occlusionCells;
/** x, y, z, jaw, 1. */
const terms = 5;
/** Every so manyth landmark is enough. */
const every = 2;
/**
 * Rounds: Geman–McClure scale, crop px², coarse to fine, the first trusting all; and how stiff the face is. It begins as one that only shifts: a
 * strip of points that goes elsewhere could bend a softer one at once.
 */
const rounds = [
  { scalePx2: Infinity, stiff: 1000 },
  { scalePx2: 64, stiff: 1000 },
  { scalePx2: 64, stiff: 1 },
  { scalePx2: 16, stiff: 1 },
  { scalePx2: 4, stiff: 1 },
] as const;
/** What holds each term back where the points say nothing of it: a few points close together say where, not how large. */
const ridge = [500, 500, 2000, 1, 0.001] as const;
/** Brow, chin and both sides of the face's oval. */
const rim = [10, 152, 234, 454] as const;

/**
 * How the face itself moves, without what single points of it do: a rigid head seen from anywhere moves linearly in x, y and depth, and its jaw besides.
 * What flow says otherwise is not explained by the face. It is read off the flow under the landmarks in sight, not off the landmarks: those are also
 * moved to where they were found again. Points that something in front takes along are outvoted by the others.
 */
export class OwnMotion {
  /** As OcclusionKernel.stray wants it. */
  readonly motion = new Float64Array(ownMotionFloats);
  readonly #normal = new Float64Array(terms * terms);
  readonly #right = new Float64Array(terms * 2);
  readonly #row = new Float64Array(terms);

  constructor(private readonly jaw01: ArrayLike<number>) {}

  /**
   * `now`: landmarks, 468 and more × (x, y, z), crop px of this picture; `seen01`: which of them are in sight; `flow`: to the picture before, (u, v) per cell of 4 × 4 crop
   * px, occlusionCells a side. Writes `motion`.
   */
  fit(now: Float32Array, seen01: Float32Array, flow: Float32Array): void {
    const { motion } = this;
    motion.fill(0);
    for (let k = 0; k < rounds.length; k++) {
      const { scalePx2, stiff } = rounds[k]!;
      this.#gather(now, seen01, flow, scalePx2, stiff);
      this.#solve();
    }
    let z = 0;
    for (let k = 0; k < rim.length; k++) z += now[rim[k]! * 3 + 2] / rim.length;
    motion[2 * terms] = z;
  }

  #gather(now: Float32Array, seen01: Float32Array, flow: Float32Array, scalePx2: number, stiff: number): void {
    const normal = this.#normal,
      right = this.#right,
      row = this.#row;
    normal.fill(0);
    right.fill(0);
    for (let k = 0; k < terms; k++) normal[k * terms + k] = ridge[k]! * (k < terms - 1 ? stiff : 1);
    row[4] = 1;
    for (let i = 0; i < surfaceCount; i += every) {
      const column = Math.floor(now[i * 3] / cellPx),
        line = Math.floor(now[i * 3 + 1] / cellPx);
      const isIn = column >= 0 && line >= 0 && column < occlusionCells && line < occlusionCells;
      if (!isIn || seen01[i] === 0) continue;
      const at = (line * occlusionCells + column) * 2;
      row[0] = now[i * 3] - cropSizePx / 2;
      row[1] = now[i * 3 + 1] - cropSizePx / 2;
      row[2] = now[i * 3 + 2];
      row[3] = this.jaw01[i]!;
      const dx = flow[at],
        dy = flow[at + 1];
      const w = this.#weight(dx, dy, scalePx2);
      for (let k = 0; k < terms; k++) {
        const wk = w * row[k];
        for (let l = k; l < terms; l++) normal[k * terms + l] += wk * row[l];
        right[k] += wk * dx;
        right[terms + k] += wk * dy;
      }
    }
  }
  #weight(dx: number, dy: number, scalePx2: number): number {
    if (scalePx2 === Infinity) return 1;
    const m = this.motion,
      row = this.#row;
    let ex = dx,
      ey = dy;
    for (let k = 0; k < terms; k++) {
      ex -= m[k] * row[k];
      ey -= m[terms + k] * row[k];
    }
    const r = 1 + (ex * ex + ey * ey) / scalePx2;
    return 1 / (r * r);
  }

  /** Cholesky, in place: the ridge keeps it positive. */
  #solve(): void {
    const a = this.#normal,
      b = this.#right,
      m = this.motion;
    for (let k = 0; k < terms; k++) {
      for (let l = k; l < terms; l++) {
        let sum = a[k * terms + l];
        for (let n = 0; n < k; n++) sum -= a[n * terms + k] * a[n * terms + l];
        a[k * terms + l] = l === k ? Math.sqrt(sum) : sum / a[k * terms + k];
      }
    }
    for (let side = 0; side < 2 * terms; side += terms) {
      for (let k = 0; k < terms; k++) {
        let sum = b[side + k];
        for (let n = 0; n < k; n++) sum -= a[n * terms + k] * b[side + n];
        b[side + k] = sum / a[k * terms + k];
      }
      for (let k = terms - 1; k >= 0; k--) {
        let sum = b[side + k];
        for (let n = k + 1; n < terms; n++) sum -= a[k * terms + n] * m[side + n];
        m[side + k] = sum / a[k * terms + k];
      }
    }
  }
}
