import type { CastMember } from '../protocol/messages.js';
import type { ControlToLane } from '../protocol/lane-link.js';
import type { Book } from '../show/book.js';
import type { StateJournal } from '../show/journal.js';
import type { ShowFile } from '../show/schema.js';
import { refusal, type Refusal } from '../surfaces/dispatch/dispatch.js';
import type { LikenessShelf } from './likeness-shelf.js';
import type { ShowHost } from './show-host.js';

/** What casting needs of the desk. */
export interface CastingHost extends Pick<ShowHost, 'write' | 'record'> {
  showFile(): ShowFile;
  book(): Pick<Book, 'performers' | 'performer'>;
  journal(): Pick<StateJournal, 'state'>;
  /** Reads the package anew and asks its consent; on record either way. */
  load(likenessId: string, place: string, by: string): ReturnType<LikenessShelf['load']>;
  alarmRefused(refused: Refusal): void;
  send(message: ControlToLane): void;
  /** The list, or who carries what, changed. */
  onCast(): void;
  /** Somebody's likeness was changed by a hand: for undo. */
  assigned(performerId: string, before: string | null, after: string | null, by: string): void;
}

/**
 * Who is in the cast and who carries which likeness. The list is the book's (show file, and over it what was changed since);
 * lanes are told of each change, so that a performer comes and goes while cameras run.
 */
export class Casting {
  readonly #assignments = new Map<string, string | null>();
  /** Whether a performer was enrolled before a camera. Set by the process. */
  enrolledLive: (performerId: string) => boolean = () => false;
  /** Lanes are to be told whose face is whose. Set by the process. */
  onJoined: () => void = () => {};

  constructor(private readonly host: CastingHost) {}

  get assignments(): ReadonlyMap<string, string | null> {
    return this.#assignments;
  }
  get performerIds(): readonly string[] {
    return this.host.book().performers.map(({ performerId }) => performerId);
  }
  has(performerId: string): boolean {
    return this.host.book().performer(performerId) !== null;
  }
  members(): readonly CastMember[] {
    const inFile = new Map(this.host.showFile().cast.map((entry) => [entry.performerId, entry]));
    return this.host.book().performers.map(({ performerId, name }) => {
      const { enrolment = [], embedding } = inFile.get(performerId) ?? {};
      return {
        performerId,
        name,
        likenessId: this.#assignments.get(performerId) ?? null,
        enrolled: enrolment.length > 0 || embedding !== undefined || this.enrolledLive(performerId),
      };
    });
  }

  /** At start and when the show file was changed: what an operator assigned wins over the file. Lanes are told by `greeting`. */
  followFile(): ReadonlySet<string> {
    const { cast } = this.host.showFile();
    const { assignments } = this.host.journal().state;
    const fromFile = new Map(cast.map(({ performerId, likeness }) => [performerId, likeness ?? null]));
    const changed = new Set<string>();
    for (const id of [...this.#assignments.keys()]) if (!this.has(id)) this.#assignments.delete(id);
    for (const id of this.performerIds) {
      const likenessId = id in assignments ? (assignments[id] ?? null) : (fromFile.get(id) ?? null);
      if (this.#assignments.has(id) && this.#assignments.get(id) === likenessId) continue;
      this.#assignments.set(id, likenessId);
      changed.add(id);
    }
    return changed;
  }
  /** The list in the book was changed. Whoever is taken out takes nothing along: who comes back under the id begins without a likeness. */
  followBook(by: string): void {
    for (const [performerId, likenessId] of [...this.#assignments]) {
      if (this.has(performerId)) continue;
      this.#assignments.delete(performerId);
      if (likenessId !== null) this.host.write({ kind: 'assign', performerId, likenessId: null, by });
    }
    for (const id of this.performerIds) if (!this.#assignments.has(id)) this.#assignments.set(id, null);
    this.tell(new Set());
  }
  /** Tells all lanes the list, and anew who of these carries what. */
  tell(changed: ReadonlySet<string>): void {
    for (const message of this.greeting((id) => changed.has(id))) this.host.send(message);
    this.onJoined();
    this.host.onCast();
  }

  /** Gives a performer a likeness, or none. null where it is done; the refusal names the consent fault. */
  assign(performerId: string, likenessId: string | null, by: string): Refusal | null {
    const place = `cast/${performerId}`;
    if (!this.has(performerId)) return refusal(place, 'CAST_UNKNOWN_PERFORMER', { performer: performerId });
    const before = this.#assignments.get(performerId) ?? null;
    let packagePath: string | null = null;
    if (likenessId !== null) {
      const loaded = this.host.load(likenessId, place, by);
      if (!loaded.ok) return loaded;
      packagePath = loaded.path;
    }
    this.#assignments.set(performerId, likenessId);
    this.host.write({ kind: 'assign', performerId, likenessId, by });
    this.host.record('assign', by, { performerId, likenessId });
    this.host.send({ type: 'assign', performerId, likenessId, packagePath });
    this.host.assigned(performerId, before, likenessId, by);
    this.host.onCast();
    return null;
  }
  /** The list, and who carries what, as a lane has to be told. */
  *greeting(isWanted: (performerId: string) => boolean = () => true): Iterable<ControlToLane> {
    for (const [performerId, likenessId] of this.#assignments) {
      if (!isWanted(performerId)) continue;
      const loaded = likenessId === null ? null : this.host.load(likenessId, `cast/${performerId}`, 'restart');
      if (loaded !== null && !loaded.ok) this.host.alarmRefused(loaded);
      const path = loaded?.ok === true ? loaded.path : null;
      yield { type: 'assign', performerId, likenessId: path === null ? null : likenessId, packagePath: path };
    }
    yield { type: 'cast', performerIds: this.performerIds };
  }
}
