import type { ParamRegistry } from '../params/registry.js';
import type { Change } from '../show/journal.js';
import type { Dispatcher, Refusal } from '../surfaces/dispatch/dispatch.js';
import type { Clock } from '../time/clock.js';
import type { AuditKind } from '../trust/audit-log.js';
import type { Json } from '../trust/canonical-json.js';
import type { AlarmBoard } from './alarm-board.js';

/** What looks, cues, undo and versions need of the desk. */
export interface ShowHost {
  readonly dispatcher: Dispatcher;
  readonly registry: ParamRegistry;
  readonly alarms: AlarmBoard;
  readonly clock: Clock;
  /** To the journal; a disk that refuses is an alarm, not an exception. */
  write(change: Change): void;
  /** To the audit log. */
  record(kind: AuditKind, by: string, detail: { readonly [key: string]: Json }): void;
  /** Reads the package anew and asks its consent; on record either way. */
  mayShow(likenessId: string, place: string, by: string): Refusal | null;
  /** An alarm that says what was refused, as the operator was or would have been told. */
  alarmRefused(id: string, refused: Refusal): void;
  assignments(): ReadonlyMap<string, string | null>;
  /** Without asking locks. */
  assign(performerId: string, likenessId: string | null, by: string): Refusal | null;
  /** Values that change inside travel to each lane as one message: one frame boundary takes them all. */
  batch(run: () => void): void;
  /** The stage description changed. */
  onStage(): void;
  /** Somebody was added to the cast list, renamed, or taken out of it. */
  onPerformers(by: string): void;
}
