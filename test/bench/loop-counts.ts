import type { SeenFrame } from './loop-probe.js';

/** What the eye counted over all its turns of one kind. */
export class LoopCounts {
  frames = 0;
  /** Numbers that the camera sent between the first and the last seen of a turn, and that never came. */
  lost = 0;
  /** A number that is not above the one before it (a repeat counts too). */
  outOfOrder = 0;
  black = 0;
  /** Carries a likeness by its mark without the visible label; or carries no mark at all. */
  unlabelled = 0;
  unstamped = 0;
  /** Frames in any step but "likeness". */
  notLikeness = 0;
  readonly delaysUs: number[] = [];

  /** Quantile 0…1 of the delay, ms. */
  delayMs(share: number): number {
    const sorted = [...this.delaysUs].sort((a, b) => a - b);
    return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN) / 1000;
  }
}

/** Adds the frames of one turn. */
export function countFrames(to: LoopCounts, frames: readonly SeenFrame[]): void {
  let highest: number | null = null;
  const numbers = new Set<number>();
  let first = Infinity;
  for (const frame of frames) {
    to.frames++;
    if (frame.black) to.black++;
    if (frame.kind === null || (frame.kind === 'likeness' && !frame.plate)) to.unlabelled++;
    if (frame.step !== 'likeness') to.notLikeness++;
    if (frame.delayUs !== null) to.delaysUs.push(frame.delayUs);
    if (frame.stamp === null) {
      to.unstamped++;
      continue;
    }
    if (highest !== null && frame.stamp <= highest) to.outOfOrder++;
    highest = Math.max(highest ?? 0, frame.stamp);
    first = Math.min(first, frame.stamp);
    numbers.add(frame.stamp);
  }
  if (highest !== null) to.lost += highest - first + 1 - numbers.size;
}
