import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import { since, type InstantUs } from '../time/time.js';
import type { BookEntry } from './book.js';

/** One thing that changed, with both ends, so that it can be gone through in either direction. */
export type UndoChange =
  | { readonly kind: 'param'; readonly address: ParamAddress; readonly before: ParamValue; readonly after: ParamValue }
  | {
      readonly kind: 'assign';
      readonly performerId: string;
      readonly before: string | null;
      readonly after: string | null;
    }
  | { readonly kind: 'book'; readonly before: BookEntry; readonly after: BookEntry };
export interface UndoStep {
  /** What the operator reads: "likeness.mix01 of cam-a". */
  readonly label: string;
  readonly by: string;
  readonly changes: readonly UndoChange[];
}

const mostSteps = 200;
/** A fader in motion is one step: changes of one value by one hand, each within this of the one before. */
const coalesceUs = 1_000_000;

/** What can be taken back and done again. Pure: `undo` and `redo` give the step, and whoever asked applies it. */
export class UndoHistory {
  readonly #done: UndoStep[] = [];
  readonly #undone: UndoStep[] = [];
  #lastAtUs: InstantUs | null = null;

  get undoStep(): UndoStep | null {
    return this.#done.at(-1) ?? null;
  }
  get redoStep(): UndoStep | null {
    return this.#undone.at(-1) ?? null;
  }

  record(step: UndoStep, nowUs: InstantUs): void {
    this.#undone.length = 0;
    const last = this.#done.at(-1);
    const merged = last !== undefined && this.#isRecent(nowUs) ? merge(last, step) : null;
    if (merged !== null) this.#done[this.#done.length - 1] = merged;
    else this.#done.push(step);
    if (this.#done.length > mostSteps) this.#done.shift();
    this.#lastAtUs = nowUs;
  }
  /** Call `undone` once it is applied; a step whose undoing is refused stays. */
  undone(): void {
    this.#lastAtUs = null;
    const step = this.#done.pop();
    if (step !== undefined) this.#undone.push(step);
  }
  redone(): void {
    this.#lastAtUs = null;
    const step = this.#undone.pop();
    if (step !== undefined) this.#done.push(step);
  }

  #isRecent(nowUs: InstantUs): boolean {
    return this.#lastAtUs !== null && since(nowUs, this.#lastAtUs) < coalesceUs;
  }
}

function merge(last: UndoStep, step: UndoStep): UndoStep | null {
  const [before] = last.changes;
  const [now] = step.changes;
  if (last.by !== step.by || last.changes.length !== 1 || step.changes.length !== 1) return null;
  if (before?.kind !== 'param' || now?.kind !== 'param' || before.address !== now.address) return null;
  return { ...step, changes: [{ ...now, before: before.before }] };
}

/** The same changes, backwards: last first, each from its end to its start. */
export const reversed = (changes: readonly UndoChange[]): readonly UndoChange[] =>
  changes.map((change) => ({ ...change, before: change.after, after: change.before }) as UndoChange).reverse();
