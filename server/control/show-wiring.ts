import type { ServerMessage } from '../protocol/messages.js';
import type { ClientInfo } from '../protocol/show.js';
import type { ShowFile } from '../show/schema.js';
import type { ShowRoutes } from '../surfaces/http/show-routes.js';
import { since, type InstantUs } from '../time/time.js';
import type { Clock } from '../time/clock.js';
import type { AuditLog } from '../trust/audit-log.js';
import type { Desk } from './desk.js';
import { feedShow } from './meter-feed.js';

/** A fade needs at least 50 steps a second; this leaves room for a late timer. */
const fadeEveryMs = 12;
const idleEveryMs = 1000;
const tellEveryMs = 100;
/** A holder whose page has been gone for this long holds nothing any more. */
const lockWithoutPageUs = 60_000_000;

interface Pages {
  broadcast(message: ServerMessage): void;
  has(holder: string): boolean;
  readonly clients: readonly ClientInfo[];
}

/** Brings the show desk its time and tells pages and meters what it did. */
export class ShowWiring {
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #tellTimer: NodeJS.Timeout | null = null;
  #holderGoneAtUs: InstantUs | null = null;

  constructor(
    private readonly desk: Desk,
    private readonly clock: Clock,
    private readonly pages: () => Pages,
  ) {
    const { show } = desk;
    show.player.onChange = () => this.#cuesChanged();
    show.onChange = () => {
      this.#broadcastShow();
      this.#feed();
    };
    this.#feed();
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#tellTimer !== null) clearTimeout(this.#tellTimer);
  }
  /** What a page is told when it connects. */
  welcome(): readonly ServerMessage[] {
    const { show } = this.desk;
    return [
      { type: 'show', book: show.book.content, versions: show.versionList() },
      { type: 'cues', state: show.cueState() },
      { type: 'edit-state', state: show.editState() },
    ];
  }
  routes(auditLog: AuditLog): ShowRoutes {
    const { desk } = this;
    return {
      state: () => ({
        book: desk.show.book.content,
        versions: desk.show.versionList(),
        cues: desk.show.cueState(),
        edit: desk.show.editState(),
        clients: this.pages().clients,
      }),
      file: () => showFileOf(desk.showFile, desk),
      edit: (edit, by) => desk.show.edit(edit, by),
      assign: (performerId, likenessId, by) => desk.assign(performerId, likenessId, by),
      audit: (after, most) => ({ head: auditLog.head, entries: auditLog.read(after, most) }),
    };
  }

  #schedule(): void {
    if (this.#closed) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const { busy } = this.desk.show.player;
    this.#timer = setTimeout(
      () => {
        this.desk.show.tick();
        if (this.desk.show.player.busy) this.#tellSoon();
        else this.#checkHolder();
        this.#schedule();
      },
      busy ? fadeEveryMs : idleEveryMs,
    );
    // An idle show does not keep a process alive that has closed its sockets.
    if (!busy) this.#timer.unref();
  }
  #cuesChanged(): void {
    this.desk.tellCue();
    this.#tell();
    this.#schedule();
  }
  #tellSoon(): void {
    this.#tellTimer ??= setTimeout(() => this.#tell(), tellEveryMs);
  }
  #tell(): void {
    if (this.#tellTimer !== null) clearTimeout(this.#tellTimer);
    this.#tellTimer = null;
    this.pages().broadcast({ type: 'cues', state: this.desk.show.cueState() });
    this.#feed();
  }
  #broadcastShow(): void {
    const [book, , edit] = this.welcome();
    this.pages().broadcast(book!);
    this.pages().broadcast(edit!);
    this.pages().broadcast({ type: 'cues', state: this.desk.show.cueState() });
  }
  #feed(): void {
    const { show, dispatcher } = this.desk;
    feedShow(dispatcher, show.cueState(), show.editState(), show.book.content, show.versions.newest);
  }
  #checkHolder(): void {
    const holder = this.desk.show.lock.state?.holder ?? null;
    if (holder?.startsWith('page ') !== true || this.pages().has(holder)) {
      this.#holderGoneAtUs = null;
      return;
    }
    const nowUs = this.clock.nowUs();
    this.#holderGoneAtUs ??= nowUs;
    if (since(nowUs, this.#holderGoneAtUs) < lockWithoutPageUs) return;
    this.#holderGoneAtUs = null;
    this.desk.show.dropLock();
  }
}

/** The show file as it would have to be written to start the show as it stands: values that differ from their defaults, cast, book. */
function showFileOf(show: ShowFile, desk: Desk): ShowFile {
  const values = desk.registry.instances.flatMap(({ address, descriptor }) => {
    const value = desk.dispatcher.get(address);
    return value === undefined || value === descriptor.default ? [] : [[address, value] as const];
  });
  const likenesses = new Map(desk.cast().map(({ performerId, likenessId }) => [performerId, likenessId]));
  const inFile = new Map(show.cast.map((member) => [member.performerId, member]));
  const { looks, cues, stage } = desk.show.book.content;
  return {
    ...show,
    cast: desk.show.book.performers.map(({ performerId, name }) => ({
      // Photos of who was enrolled before a camera are in the state folder, not in a file that is handed on.
      ...(inFile.get(performerId) ?? { enrolment: [] }),
      ...{ performerId, name, likeness: likenesses.get(performerId) ?? null },
    })),
    looks: looks.map((look) => ({ ...look })),
    cues: cues.map((cue) => ({ ...cue })),
    stage: structuredClone(stage) as NonNullable<ShowFile['stage']>,
    values: Object.fromEntries(values),
  };
}
