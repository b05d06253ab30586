import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlToLane, LaneToControl } from '../protocol/lane-link.js';
import { writeFileAtomic } from '../show/atomic-file.js';
import { refusal, type ActionCall, type Refusal } from '../surfaces/dispatch/dispatch.js';

type Enrolled = Extract<ControlToLane, { type: 'performer' }>;
export type EnrolmentNews = Extract<LaneToControl, { type: 'enrolled' | 'enrol-refused' }>;

export interface EnrolmentHost {
  /** Ids of the cast list. */
  performers(): readonly string[];
  isConnected(laneId: string): boolean;
  send(message: ControlToLane, laneId: string): void;
  lanes(): readonly string[];
  record(detail: { readonly [key: string]: string }, by: string): void;
  refused(laneId: string, performerId: string, reason: string): void;
  /** The cast list has changed. */
  onCast(): void;
}
const preparedFile = 'prepared.json';

/**
 * performer.enrol: who stands before a camera becomes a performer of the cast, for all cameras and for the next start too. A lane does
 * the looking; this asks it, keeps what came of it in the state folder, tells the other lanes and puts all of it on record.
 */
export class LiveEnrolments {
  readonly #enrolled = new Map<string, Enrolled>();
  readonly #folder: string;

  constructor(
    stateFolder: string,
    private readonly host: EnrolmentHost,
  ) {
    this.#folder = join(stateFolder, 'performers');
    if (!existsSync(this.#folder)) return;
    for (const performerId of readdirSync(this.#folder)) {
      const kept = readKept(join(this.#folder, performerId, preparedFile));
      if (kept) this.#enrolled.set(performerId, { type: 'performer', performerId, ...kept });
    }
  }

  has(performerId: string): boolean {
    return this.#enrolled.has(performerId);
  }
  /** What a lane that just connected has to be told. */
  greeting(): readonly ControlToLane[] {
    const cast = new Set(this.host.performers());
    return [...this.#enrolled.values()].filter(({ performerId }) => cast.has(performerId));
  }

  /** The argument: "performerId" or "performerId faceId". */
  begin({ address, scopeId, argument, by }: ActionCall): Refusal | null {
    const laneId = scopeId.split('/')[1] ?? '';
    const [performerId = '', face, more] = String(argument ?? '')
      .trim()
      .split(/\s+/);
    if (!this.host.performers().includes(performerId))
      return refusal(address, 'CAST_UNKNOWN_PERFORMER', { performer: performerId });
    const faceId = face === undefined ? null : Number(face);
    if (more !== undefined || (faceId !== null && !(Number.isInteger(faceId) && faceId >= 0)))
      return refusal(address, 'ENROLMENT_REFUSED', {
        performer: performerId,
        lane: laneId,
        reason: `"${face}" is no face's number`,
      });
    if (!this.host.isConnected(laneId)) return refusal(address, 'ENROLMENT_NO_CAMERA', { lane: laneId });
    this.host.record({ did: 'asked', performerId, laneId }, by);
    this.host.send({ type: 'enrol', performerId, faceId, by }, laneId);
    return null;
  }

  news(message: EnrolmentNews, laneId: string): void {
    const { performerId, by } = message;
    if (message.type === 'enrol-refused') {
      this.host.record({ did: 'refused', performerId, laneId, reason: message.reason }, by);
      this.host.refused(laneId, performerId, message.reason);
      return;
    }
    const { identityFile, bakeFile } = message;
    const enrolled: Enrolled = { type: 'performer', performerId, identityFile, bakeFile };
    this.#enrolled.set(performerId, enrolled);
    const folder = join(this.#folder, performerId);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileAtomic(join(folder, preparedFile), JSON.stringify({ identityFile, bakeFile }));
    this.host.record({ did: 'enrolled', performerId, laneId }, by);
    for (const other of this.host.lanes()) if (other !== laneId) this.host.send(enrolled, other);
    this.host.onCast();
  }
}

/** Null where there is none, or its files have gone: the next start makes them anew from the photos. */
function readKept(path: string): { identityFile: string; bakeFile: string } | null {
  if (!existsSync(path)) return null;
  try {
    const { identityFile, bakeFile } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
    if (identityFile === undefined || bakeFile === undefined) return null;
    return existsSync(identityFile) && existsSync(bakeFile) ? { identityFile, bakeFile } : null;
  } catch {
    return null;
  }
}
