import { rims } from '../../frame/face-rims.js';
import type { MeshNeighbours } from '../../frame/mesh-neighbours.js';
import { turnAbout } from '../../frame/similarity.js';

/**
 * Keeps carried landmarks a face: a weighted affine motion explains most of what flow says; what is left over is smoothed
 * over the mesh by confidence, so that a point whose flow was lost follows its neighbours.
 */
const iterations = 3;
/** Weight of a neighbour's residual beside the point's own. */
const stiffness = 0.35;
/** Of the stiff fit: a third of a face, 100 points at 45 px from their middle, outweighs it. */
const ridgePx2 = 200_000;
/**
 * What a point may move by itself from one picture to the next, crop px: a jaw that drops, a nose that passes a cheek in a fast turn.
 * What goes its own way faster than that is in front of the face.
 */
const mostOwnPx = 9;
/**
 * Geman–McClure scales, crop px², coarse to fine; the first round trusts all. An affine motion begins as a similarity: a strip at the face's edge that
 * goes elsewhere could bend the one at once, hardly the other.
 */
const similarityScalesPx2 = [Infinity, 256, 64, 16, 4] as const;
const affineStartScalesPx2 = [Infinity, 256, 64] as const;
const affineScalesPx2 = [16, 4] as const;

export class Regulariser {
  readonly #residual: Float32Array;
  readonly #next: Float32Array;
  /** How far each point is believed in this round; what a neighbour's residual weighs. */
  readonly #trusts: Float64Array;
  readonly #pull: Float64Array;
  readonly #fit = new Float64Array(6);
  readonly #middles = { mx: 0, my: 0, mu: 0, mv: 0 };
  private readonly mesh: MeshNeighbours;
  constructor(
    mesh: MeshNeighbours,
    private readonly pointCount: number,
  ) {
    this.mesh = withoutOpenings(mesh);
    this.#residual = new Float32Array(pointCount * 2);
    this.#next = new Float32Array(pointCount * 2);
    this.#trusts = new Float64Array(pointCount);
    this.#pull = new Float64Array(pointCount);
  }

  /**
   * before, after: x, y pairs (before and after flow); weights: 0…1 per point. Rewrites `after` for the first pointCount
   * points; any further points (irises) follow the affine motion by their own weight.
   */
  apply(before: Float32Array, after: Float32Array, weights: Float32Array, allPoints: number): void {
    this.#fitAffine(before, after, weights);
    const fit = this.#fit;
    const residual = this.#residual;
    for (let i = 0; i < allPoints; i++) {
      const x = before[i * 2],
        y = before[i * 2 + 1];
      const px = fit[0] * x + fit[1] * y + fit[2];
      const py = fit[3] * x + fit[4] * y + fit[5];
      if (i < this.pointCount) {
        const ex = after[i * 2] - px,
          ey = after[i * 2 + 1] - py;
        const over = (ex * ex + ey * ey) / (mostOwnPx * mostOwnPx);
        const keep = over > 1 ? 1 / over : 1;
        weights[i] *= keep;
        residual[i * 2] = ex * keep;
        residual[i * 2 + 1] = ey * keep;
      } else {
        const w = weights[i];
        after[i * 2] = px + (after[i * 2] - px) * w;
        after[i * 2 + 1] = py + (after[i * 2 + 1] - py) * w;
      }
    }
    this.#smooth(weights);
    for (let i = 0; i < this.pointCount; i++) {
      const x = before[i * 2],
        y = before[i * 2 + 1];
      after[i * 2] = fit[0] * x + fit[1] * y + fit[2] + this.#residual[i * 2];
      after[i * 2 + 1] = fit[3] * x + fit[4] * y + fit[5] + this.#residual[i * 2 + 1];
    }
  }

  /**
   * The stiff one, for a face that something is in front of: a similarity motion of the points in sight carries all; `give` (0…1) of
   * what is left over is granted to each point by its weight.
   */
  applyStiff(before: Float32Array, after: Float32Array, weights: Float32Array, allPoints: number, give: number): void {
    this.#fitSimilarity(before, after, weights, similarityScalesPx2);
    const fit = this.#fit;
    for (let i = 0; i < allPoints; i++) {
      const x = before[i * 2],
        y = before[i * 2 + 1];
      const px = fit[0] * x + fit[1] * y + fit[2];
      const py = fit[3] * x + fit[4] * y + fit[5];
      const ex = after[i * 2] - px,
        ey = after[i * 2 + 1] - py;
      // What disagrees by more than two crop pixels follows something else.
      const w = (give * weights[i]) / (1 + (ex * ex + ey * ey) / 4);
      after[i * 2] = px + ex * w;
      after[i * 2 + 1] = py + ey * w;
    }
  }

  /** The same for turn, scale and shift. */
  #fitSimilarity(before: Float32Array, after: Float32Array, weights: Float32Array, scalesPx2: readonly number[]): void {
    const fit = this.#fit,
      trusts = this.#trusts;
    for (let round = 0; round < scalesPx2.length; round++) {
      const scalePx2 = scalesPx2[round]!;
      this.#findMiddles(before, after, weights, scalePx2);
      const { mx, my, mu, mv } = this.#middles;
      // A few points close together say where, not how large: the ridge (crop px²) keeps scale and turn.
      let norm = ridgePx2,
        dot = ridgePx2,
        cross = 0;
      for (let i = 0; i < this.pointCount; i++) {
        const w = trusts[i]!;
        const x = before[i * 2] - mx,
          y = before[i * 2 + 1] - my;
        const u = after[i * 2] - mu,
          v = after[i * 2 + 1] - mv;
        norm += w * (x * x + y * y);
        dot += w * (x * u + y * v);
        cross += w * (x * v - y * u);
      }
      turnAbout(dot / norm, cross / norm, mx, my, mu, mv, fit);
    }
  }

  #smooth(weights: Float32Array): void {
    const { starts, indices } = this.mesh;
    const pull = this.#pull;
    for (let i = 0; i < this.pointCount; i++) pull[i] = stiffness * (weights[i] * weights[i] + 1e-3);
    for (let round = 0; round < iterations; round++) {
      const from = this.#residual,
        to = this.#next;
      for (let i = 0; i < this.pointCount; i++) {
        let w = weights[i] * weights[i] + 1e-3;
        let sx = from[i * 2] * w,
          sy = from[i * 2 + 1] * w;
        const give = 1.02 - weights[i],
          end = starts[i + 1];
        for (let k = starts[i]; k < end; k++) {
          const j = indices[k];
          const v = pull[j]! * give;
          sx += from[j * 2] * v;
          sy += from[j * 2 + 1] * v;
          w += v;
        }
        to[i * 2] = sx / w;
        to[i * 2 + 1] = sy / w;
      }
      from.set(to);
    }
  }

  /** Weighted least squares for an affine motion, in rounds that doubt ever more what disagrees. */
  #fitAffine(before: Float32Array, after: Float32Array, weights: Float32Array): void {
    const fit = this.#fit,
      trusts = this.#trusts;
    this.#fitSimilarity(before, after, weights, affineStartScalesPx2);
    for (let round = 0; round < affineScalesPx2.length; round++) {
      const scalePx2 = affineScalesPx2[round]!;
      this.#findMiddles(before, after, weights, scalePx2);
      const { mx, my, mu, mv } = this.#middles;
      let xx = 1e-3,
        xy = 0,
        yy = 1e-3,
        ux = 1e-3,
        uy = 0,
        vx = 0,
        vy = 1e-3;
      for (let i = 0; i < this.pointCount; i++) {
        const w = trusts[i]!;
        const x = before[i * 2] - mx,
          y = before[i * 2 + 1] - my;
        const u = after[i * 2] - mu,
          v = after[i * 2 + 1] - mv;
        xx += w * x * x;
        xy += w * x * y;
        yy += w * y * y;
        ux += w * u * x;
        uy += w * u * y;
        vx += w * v * x;
        vy += w * v * y;
      }
      const det = xx * yy - xy * xy;
      const a = (ux * yy - uy * xy) / det,
        b = (uy * xx - ux * xy) / det;
      const c = (vx * yy - vy * xy) / det,
        d = (vy * xx - vx * xy) / det;
      fit[0] = a;
      fit[1] = b;
      fit[2] = mu - a * mx - b * my;
      fit[3] = c;
      fit[4] = d;
      fit[5] = mv - c * mx - d * my;
    }
  }

  /** How far each point is believed, and by that the means of the points before (mx, my) and after (mu, mv). */
  #findMiddles(before: Float32Array, after: Float32Array, weights: Float32Array, scalePx2: number): void {
    let sw = 1e-9,
      sx = 0,
      sy = 0,
      su = 0,
      sv = 0;
    const trusts = this.#trusts;
    this.#weigh(before, after, weights, scalePx2);
    for (let i = 0; i < this.pointCount; i++) {
      const w = trusts[i]!;
      sw += w;
      sx += w * before[i * 2];
      sy += w * before[i * 2 + 1];
      su += w * after[i * 2];
      sv += w * after[i * 2 + 1];
    }
    const middles = this.#middles;
    middles.mx = sx / sw;
    middles.my = sy / sw;
    middles.mu = su / sw;
    middles.mv = sv / sw;
  }

  #weigh(before: Float32Array, after: Float32Array, weights: Float32Array, scalePx2: number): void {
    const trusts = this.#trusts,
      fit = this.#fit;
    if (scalePx2 === Infinity) {
      for (let i = 0; i < this.pointCount; i++) trusts[i] = weights[i] + 1e-3;
      return;
    }
    const a = fit[0],
      b = fit[1],
      c = fit[2],
      d = fit[3],
      e = fit[4],
      f = fit[5];
    for (let i = 0; i < this.pointCount; i++) {
      const x = before[i * 2],
        y = before[i * 2 + 1];
      const ex = after[i * 2] - (a * x + b * y + c),
        ey = after[i * 2 + 1] - (d * x + e * y + f);
      const r = 1 + (ex * ex + ey * ey) / scalePx2;
      trusts[i] = (weights[i] + 1e-3) / (r * r);
    }
  }
}

/** The mesh closes eyes and mouth: across such an opening nobody is a neighbour, or one lip would hold the other back. */
function withoutOpenings({ starts, indices }: MeshNeighbours): MeshNeighbours {
  const across = (i: number, j: number): boolean =>
    rims.some((rim) => {
      const a = rim.indexOf(i),
        b = rim.indexOf(j);
      if (a < 0 || b < 0) return false;
      const apart = Math.abs(a - b);
      return Math.min(apart, rim.length - apart) > 1;
    });
  const kept: number[] = [];
  const from = new Int32Array(starts.length);
  for (let i = 0; i + 1 < starts.length; i++) {
    for (let k = starts[i]; k < starts[i + 1]; k++) if (!across(i, indices[k])) kept.push(indices[k]);
    from[i + 1] = kept.length;
  }
  return { starts: from, indices: Int32Array.from(kept) };
}
