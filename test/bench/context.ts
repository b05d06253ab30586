import type { Clock } from '../../server/time/clock.js';
import type { BenchRow } from './row.js';

/** What every row is given. */
export interface BenchContext {
  /** --seconds; null: the row's own default. */
  readonly seconds: number | null;
  /** --frames, for rows that play sequences; null: as --seconds says. */
  readonly frames: number | null;
  /** --lpips: an ONNX file that judges likeness (lpips.ts says which); null: that row is left out. */
  readonly lpips: string | null;
  readonly clock: Clock;
  /** Progress, for the person who waits (stderr; the table goes to stdout). */
  note(text: string): void;
}

/** One row, or a family of rows that are measured together. */
export interface BenchEntry {
  readonly name: string;
  /** `wanted` are the names asked for, empty for all: a family may measure only some of its rows. */
  run(context: BenchContext, wanted: readonly string[]): Promise<BenchRow[]>;
}
