import type { ErrorCode } from '../errors/registry.js';
import type { ErrorContext } from '../errors/coded-error.js';
import type { PerformerFiles } from '../protocol/prepared.js';
import type { ReceivedFrame } from '../frame/frames.js';
import type { SourceState } from '../stages/receive/contract.js';

/** What a lane tells its process; none of it may delay a frame. */
export interface LaneEvents {
  onSourceState(state: SourceState, previous: SourceState): void;
  onSourceChanged(before: string, after: string): void;
  onInference(up: boolean): void;
  /** What the lane gives up, 0 (nothing) to 3; see LoadShedding. */
  onLoad?(level: number): void;
  /** The least delay that can be kept, asked for by `output.delayFrom`. */
  onDelayMeasured?(frames: number): void;
  /** Somebody was enrolled before this camera, or could not be. */
  onEnrolled?(performer: PerformerFiles, by: string): void;
  onEnrolRefused?(performerId: string, reason: string, by: string): void;
  /** A neural engine, by its key on the shelf, draws no more and why; null: it is ready. */
  onEngine?(key: string, reason: string | null): void;
  onAlarm(code: ErrorCode, context: ErrorContext): void;
  /** The camera's own picture, for the input preview. */
  beforeComposite(frame: ReceivedFrame): void;
  /** The frame has been handed to send; `frame.pixels` may be read until the next one is. */
  afterSend(frame: ReceivedFrame): void;
}
