import { refusal, type Refusal } from '../surfaces/dispatch/dispatch.js';
import type { Clock } from '../time/clock.js';
import type { AlarmBoard } from './alarm-board.js';
import type { AuditTrail } from './audit-trail.js';
import { engineFacts } from './drawn-record.js';
import type { LikenessShelf } from './likeness-shelf.js';

/** The one door a likeness takes to the air: consent is asked, the answer is written down, and what was refused is said aloud. */
export class LikenessGate {
  constructor(
    private readonly shelf: LikenessShelf,
    private readonly alarms: AlarmBoard,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * Every load is on record, and so is every refusal. Without a record nothing loads.
   *
   * @param place who wants it: a parameter's address or a performer, as alarms and the audit log name it
   */
  load(likenessId: string, place: string, by: string): ReturnType<LikenessShelf['load']> {
    const loaded = this.shelf.load(likenessId, place);
    const outcome = loaded.ok
      ? { ok: true, digest: loaded.digest, ...engineFacts(loaded.engine) }
      : { ok: false, code: loaded.code, reason: loaded.message };
    const written = this.audit.record('consent-check', by, { likenessId, place, ...outcome });
    if (!loaded.ok) return loaded;
    const facts = { likenessId, place, digest: loaded.digest, ...engineFacts(loaded.engine) };
    if (!written || !this.audit.record('likeness-load', by, facts)) {
      return refusal(place, 'AUDIT_NOT_WRITTEN', { reason: 'see the alarms' });
    }
    this.alarms.clear(`refused ${place}`);
    return loaded;
  }

  alarmRefused(refused: Refusal, laneId: string | null, id = `refused ${refused.address}`): void {
    const { code, message, advice } = refused;
    if (this.alarms.list().some((alarm) => alarm.id === id && alarm.active && alarm.message === message)) return;
    this.alarms.take({
      id,
      code,
      severity: 'alarm',
      message,
      advice,
      laneId,
      atIso: this.clock.wallClockIso(),
      active: true,
    });
  }

  /** A consent that ended on air is said aloud, and pulled by the operator, not by the clock. */
  checkConsents(onAir: ReadonlySet<string>): void {
    for (const likenessId of onAir) {
      const verdict = this.shelf.verdict(likenessId);
      if (verdict === null || verdict.state === 'valid') this.alarms.clear(`consent ${likenessId}`);
      else
        this.alarms.raise(`consent ${likenessId}`, 'CONSENT_ENDED_ON_AIR', {
          likeness: likenessId,
          reason: verdict.reason,
        });
    }
  }
}
