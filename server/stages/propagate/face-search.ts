import { occlusionCellCount, unlikeEvidence, mostShiftCells } from '../../kernels/occlusion.js';

/** How well a set of landmarks explains the crop: cells that look as learned, and all that could be compared. */
export interface Match {
  like: number;
  compared: number;
}

/** A face whose half is hidden is looked for this many cells round its place. */
const nearShiftCells = 2;
/** Score by which another place must be better: cells that fit, and a ratio. A forehead alone fits in many places nearly as well. */
const leastGain = 4;
const leastRatio = 1.05;
const leastRatioOfLittle = 1.25;
const littleVisible01 = 0.25;

/** The top of the parabola through three values, −½ … ½ from the middle one. */
function peak(before: number, middle: number, after: number): number {
  const bend = before - 2 * middle + after;
  return bend < -1e-6 ? Math.max(-0.5, Math.min(0.5, (0.5 * (before - after)) / bend)) : 0;
}

/** Cells for which the evidence says that they look as learned. `from`: index of the first in f32. */
export function likeCells(f32: Float32Array, from: number): number {
  let like = 0;
  for (let i = from; i < from + occlusionCellCount; i++) {
    const e = f32[i];
    if (e >= 0 && e < unlikeEvidence) like++;
  }
  return like;
}

/** Cells round its place in which a face is looked for. `far`: it is lost. */
export const searchRadius = (far: boolean): number => (far ? mostShiftCells : nearShiftCells);

/** The best of the scores of OcclusionKernel.shiftScores, crop px, to a part of a cell; writes `shift`. */
export function bestOf(scores: Float32Array, far: boolean, visible01: number, shift: { x: number; y: number }): void {
  const radius = searchRadius(far);
  const side = 2 * radius + 1;
  shift.x = 0;
  shift.y = 0;
  const middle = radius * side + radius;
  const here = scores[middle];
  let best = here * (visible01 < littleVisible01 ? leastRatioOfLittle : leastRatio) + leastGain,
    at = middle;
  for (let i = 0; i < side * side; i++) {
    const dx = (i % side) - radius,
      dy = Math.floor(i / side) - radius;
    const score = scores[i] * (1 - 0.02 * Math.hypot(dx, dy));
    if (score > best) {
      best = score;
      at = i;
    }
  }
  if (at === middle && far) return;
  const dx = (at % side) - radius,
    dy = Math.floor(at / side) - radius;
  shift.x = 4 * (dx + (Math.abs(dx) < radius ? peak(scores[at - 1], scores[at], scores[at + 1]) : 0));
  shift.y = 4 * (dy + (Math.abs(dy) < radius ? peak(scores[at - side], scores[at], scores[at + side]) : 0));
}
