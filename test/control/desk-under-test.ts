import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditTrail } from '../../server/control/audit-trail.js';
import { Desk } from '../../server/control/desk.js';
import { sha256Of } from '../../server/likeness/package/manifest.js';
import { writeLikeness } from '../../server/likeness/package/package-file.js';
import type { ControlToLane } from '../../server/protocol/lane-link.js';
import { StateJournal } from '../../server/show/journal.js';
import type { ShowFile } from '../../server/show/schema.js';
import { demoShow } from '../../server/show/show-file.js';
import { Versions } from '../../server/show/versions.js';
import { SimulatedClock } from '../../server/time/clock.js';
import { AuditLog, type AuditEntry } from '../../server/trust/audit-log.js';

export const synthetic = { schemaVersion: 1, id: 's', synthetic: true, provenance: 'simulated stage, seed 7' };

export interface OpenDesk {
  readonly desk: Desk;
  readonly sent: { message: ControlToLane; laneId: string | null }[];
  readonly audit: AuditTrail;
  /** As SIGTERM does; idempotent. */
  readonly close: () => void;
}

/** A desk without sockets in a folder of its own: one camera, a likeness that may be shown and one that may not. */
export class DeskUnderTest {
  readonly folder = mkdtempSync(join(tmpdir(), 'us-desk-'));
  readonly clock = new SimulatedClock(1_780_000_000_000_000);
  readonly #closers: (() => void)[] = [];

  constructor() {
    this.makePackage('placeholder', null);
    this.makePackage('likeness', synthetic);
  }

  makePackage(id: string, consent: unknown): void {
    const bytes = Buffer.from(`photo of ${id}`);
    const photo = {
      file: 'photo-1.jpg',
      sha256: sha256Of(bytes),
      widthPx: 8,
      heightPx: 8,
      landmarksPx: new Array<number>(1434).fill(1),
      confidence01: 1,
      yawDeg: 0,
    };
    writeLikeness(join(this.folder, 'likenesses', id), {
      manifest: { schemaVersion: 1, id, name: id, createdIso: '2026-01-01T00:00:00.000Z', photos: [photo], consent },
      photos: new Map([['photo-1.jpg', bytes]]),
    });
  }

  /** Again on the same folder: the same show after a crash, where the one before was not closed. */
  open(show: ShowFile = demoShow()): OpenDesk {
    const journal = new StateJournal(join(this.folder, 'state'));
    const log = new AuditLog(join(this.folder, 'state', 'audit.jsonl'), this.clock);
    const audit = new AuditTrail(log, () => {});
    const desk = new Desk(
      { show, likenessFolders: [join(this.folder, 'likenesses')], version: '1' },
      this.clock,
      journal,
      audit,
      new Versions(join(this.folder, 'state', 'versions')),
    );
    const sent: OpenDesk['sent'] = [];
    desk.send = (message, laneId) => sent.push({ message, laneId });
    let closed = false;
    const close = (): void => {
      if (closed) return;
      closed = true;
      audit.flush();
      journal.close();
      log.close();
    };
    this.#closers.push(close);
    return { desk, sent, audit, close };
  }

  auditEntries(): AuditEntry[] {
    const text = readFileSync(join(this.folder, 'state', 'audit.jsonl'), 'utf8');
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntry);
  }
  close(): void {
    for (const close of this.#closers) close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
