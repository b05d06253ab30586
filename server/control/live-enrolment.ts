import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlToLane, LaneToControl } from '../protocol/lane-link.js';
import type { PerformerFiles } from '../protocol/prepared.js';
import { writeFileAtomic } from '../show/atomic-file.js';
import { idPattern } from '../show/id-pattern.js';
import { refusal, type ActionCall, type Refusal } from '../surfaces/dispatch/dispatch.js';
import { wordsOf } from './cast-actions.js';

export type EnrolmentNews = Extract<LaneToControl, { type: 'enrolled' | 'enrol-refused' }>;

export interface EnrolmentHost {
  /** Ids of the cast list. */
  performers(): readonly string[];
  isConnected(laneId: string): boolean;
  send(message: ControlToLane, laneId: string): void;
  lanes(): readonly string[];
  /** Whether somebody's lock keeps this hand from changing the cast list. */
  lockedFor(by: string): Refusal | null;
  /** Adds to the cast list; nothing where the performer is in it. */
  join(performerId: string, by: string): Refusal | null;
  /** Whether consent lets this likeness be shown; on record. */
  mayShow(likenessId: string, address: string, by: string): Refusal | null;
  assign(performerId: string, likenessId: string, by: string): Refusal | null;
  record(detail: { readonly [key: string]: string }, by: string): void;
  refused(laneId: string, performerId: string, reason: string): void;
  /** The cast list has changed. */
  onCast(): void;
}
const preparedFile = 'prepared.json';

interface Wish {
  readonly performerId: string;
  readonly faceId: number | null;
  /** To be given as soon as the performer is enrolled; null: whatever the cast list says stands. */
  readonly likenessId: string | null;
}

/**
 * Identity and face of every performer, as the lanes are told. performer.enrol: who stands before a camera becomes a performer of the
 * cast, for all cameras and for the next start too; a lane does the looking. What came of it is kept in the state folder and wins over
 * what the supervisor made of the show file's photos.
 */
export class LiveEnrolments {
  /** Enrolled before a camera. */
  readonly #live = new Map<string, PerformerFiles>();
  /** Made of photos by the supervisor. */
  #fromPhotos = new Map<string, PerformerFiles>();
  readonly #wishes = new Map<string, Wish>();
  readonly #folder: string;

  constructor(
    stateFolder: string,
    private readonly host: EnrolmentHost,
  ) {
    this.#folder = join(stateFolder, 'performers');
    if (!existsSync(this.#folder)) return;
    for (const performerId of readdirSync(this.#folder)) {
      const kept = readKept(join(this.#folder, performerId, preparedFile));
      if (kept) this.#live.set(performerId, { performerId, ...kept });
    }
  }

  has(performerId: string): boolean {
    return this.#live.has(performerId) || this.#fromPhotos.has(performerId);
  }
  /** What a lane that just connected has to be told; so are all lanes when somebody joins the cast list. Known ones cost a lane nothing. */
  greeting(): readonly ControlToLane[] {
    return this.host.performers().flatMap((performerId) => {
      const files = this.#live.get(performerId) ?? this.#fromPhotos.get(performerId);
      return files === undefined ? [] : [{ type: 'performer' as const, ...files }];
    });
  }
  tellAll(): void {
    for (const message of this.greeting()) for (const laneId of this.host.lanes()) this.host.send(message, laneId);
  }
  /** The supervisor made these of photos: at start, and when the show file changed. */
  prepared(performers: readonly PerformerFiles[]): void {
    this.#fromPhotos = new Map(performers.map((files) => [files.performerId, files]));
    this.tellAll();
    this.host.onCast();
  }

  begin({ address, scopeId, argument, by }: ActionCall): Refusal | null {
    const laneId = scopeId.split('/')[1] ?? '';
    const wish = wishOf(argument);
    if ('reason' in wish)
      return refusal(address, 'ENROLMENT_REFUSED', { performer: wish.performerId, lane: laneId, reason: wish.reason });
    const { performerId, faceId, likenessId } = wish;
    const joins = !this.host.performers().includes(performerId);
    const locked = joins || likenessId !== null ? this.host.lockedFor(by) : null;
    // Before anybody is looked at: without consent there is no use in it.
    const refused = locked ?? (likenessId === null ? null : this.host.mayShow(likenessId, address, by));
    if (refused !== null) return refused;
    if (!this.host.isConnected(laneId)) return refusal(address, 'ENROLMENT_NO_CAMERA', { lane: laneId });
    this.host.record({ did: 'asked', performerId, laneId, ...(likenessId === null ? {} : { likenessId }) }, by);
    this.#wishes.set(`${laneId} ${performerId}`, wish);
    this.host.send({ type: 'enrol', performerId, faceId, by }, laneId);
    return null;
  }

  news(message: EnrolmentNews, laneId: string): void {
    const { performerId, by } = message;
    const wish = this.#wishes.get(`${laneId} ${performerId}`);
    this.#wishes.delete(`${laneId} ${performerId}`);
    if (message.type === 'enrol-refused') {
      this.host.record({ did: 'refused', performerId, laneId, reason: message.reason }, by);
      this.host.refused(laneId, performerId, message.reason);
      return;
    }
    const { identityFile, bakeFile } = message;
    const folder = join(this.#folder, performerId);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileAtomic(join(folder, preparedFile), JSON.stringify({ identityFile, bakeFile }));
    this.#live.set(performerId, { performerId, identityFile, bakeFile });
    this.host.record({ did: 'enrolled', performerId, laneId }, by);
    const refused = this.host.join(performerId, by) ?? this.#giveLikeness(performerId, wish?.likenessId ?? null, by);
    if (refused !== null) this.host.refused(laneId, performerId, refused.message);
    this.tellAll();
    this.host.onCast();
  }
  #giveLikeness(performerId: string, likenessId: string | null, by: string): Refusal | null {
    return likenessId === null ? null : this.host.assign(performerId, likenessId, by);
  }
}

/** "performerId", and after it, in this order, a face's number and a likeness's id, each where it is wanted. */
function wishOf(argument: ActionCall['argument']): Wish | { readonly performerId: string; readonly reason: string } {
  const [performerId = '', ...more] = wordsOf(argument);
  const faceId = /^\d+$/.test(more[0] ?? '') ? Number(more.shift()) : null;
  const [likenessId = null, odd] = more;
  const no = (reason: string) => ({ performerId, reason });
  const isId = (text: string): boolean => new RegExp(idPattern).test(text);
  if (!isId(performerId)) return no(`"${performerId.slice(0, 40)}" is no id: lower-case letters, digits and hyphens`);
  if (odd !== undefined || (likenessId !== null && !isId(likenessId)))
    return no(`"${(odd ?? likenessId)!.slice(0, 40)}" is no face's number and no likeness's id`);
  return { performerId, faceId, likenessId };
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
