import { CodedError } from '../errors/coded-error.js';
import { type DurationUs, toMs } from '../time/time.js';
import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import type { CueState, EditState, VersionInfo } from '../protocol/show.js';
import { type Book, entriesOf, type BookEntry } from '../show/book.js';
import { isBypass, planOf } from '../show/cue-plan.js';
import { OperatorLock } from '../show/lock.js';
import { reversed, UndoHistory, type UndoChange, type UndoStep } from '../show/undo.js';
import type { Versions, VersionState } from '../show/versions.js';
import { refusal, type ActionCall, type ParamChange, type Refusal } from '../surfaces/dispatch/dispatch.js';
import { CuePlayer } from './cue-player.js';
import { checkEdit, recordLook } from './edit-check.js';
import { handleLock } from './lock-actions.js';
import type { ShowHost } from './show-host.js';
import { changesTo } from './version-changes.js';
import { isHand, labelOf, likenessIn } from './undo-rules.js';

const autosaveUs = 5 * 60_000_000;

/** What an operator does with the show as a whole: book, cues, undo, lock, versions. No socket, no timer: `tick` brings the time. */
export class ShowDesk {
  readonly book: Book;
  readonly undo = new UndoHistory();
  readonly lock = new OperatorLock();
  readonly player: CuePlayer;
  /** What stood before each change, for undo: the dispatcher tells only what stands after. */
  readonly #stood: Map<ParamAddress, ParamValue>;
  /** Changes that undo, redo and restoring make are steps of theirs. */
  #replaying = false;
  /** Changes that are one step together, while they are made. */
  #together: UndoChange[] | null = null;
  #dirty = false;
  #savedAtUs: number;
  /** Book, versions, undo or lock changed: pages are to be told. */
  onChange: () => void = () => {};

  constructor(
    private readonly host: ShowHost,
    book: Book,
    standsAt: string | null,
    readonly versions: Versions,
  ) {
    const { dispatcher } = host;
    this.book = book;
    this.player = new CuePlayer(host, book);
    this.player.runner.standAt(standsAt);
    this.#stood = new Map(Object.entries(dispatcher.all()));
    this.#savedAtUs = host.clock.nowUs();
    dispatcher.addGuard(({ address, by }) => this.#locked(by, address));
    dispatcher.fader = (change, lastsUs) => this.fade(change, lastsUs);
    dispatcher.handle('edit.undo', ({ by }) => this.#replay('undo', by));
    dispatcher.handle('edit.redo', ({ by }) => this.#replay('redo', by));
    handleLock(this.lock, host, () => this.onChange());
    dispatcher.handle('version.save', ({ argument, by }) => this.#save(String(argument ?? ''), false, by));
    dispatcher.handle('version.restore', ({ argument, by }) => this.#restore(Number(argument), by));
    dispatcher.handle('looks.recall', (call) => this.#recall(call));
    dispatcher.handle('looks.record', (call) => this.#snapshot(call));
  }

  cueState(): CueState {
    return this.player.state();
  }
  editState(): EditState {
    const text = (step: UndoStep | null): string | null => (step === null ? null : `${step.label} (${step.by})`);
    return { undo: text(this.undo.undoStep), redo: text(this.undo.redoStep), lock: this.lock.state };
  }
  versionList(): readonly VersionInfo[] {
    return this.versions.list();
  }

  /** Changes the book; nothing on the outputs. null where it is done. */
  edit(edit: unknown, by: string): Refusal | null {
    const locked = this.#locked(by, '');
    if (locked !== null) return locked;
    const { registry, dispatcher } = this.host;
    const checked = checkEdit(edit, registry);
    if ('reason' in checked) return refusal('', 'SHOW_EDIT_INVALID', { reason: checked.reason });
    const simple =
      checked.kind === 'look-record'
        ? recordLook(checked, registry, dispatcher.all(), this.host.assignments(), (id) => this.book.look(id) !== null)
        : checked;
    const entries = entriesOf(simple, this.book);
    if ('code' in entries) return refusal('', entries.code, entries.context);
    if (simple.kind === 'performer-remove') this.#removePerformer(entries, simple.id, labelOf(simple), by);
    else this.#put(entries, labelOf(simple), by);
    return null;
  }
  /** With the likeness, so that undo gives both back. */
  #removePerformer(entries: readonly BookEntry[], performerId: string, label: string, by: string): void {
    const changes: UndoChange[] = (this.#together = []);
    try {
      if ((this.host.assignments().get(performerId) ?? null) !== null) this.host.assign(performerId, null, by);
      this.#put(entries, label, by);
    } finally {
      this.#together = null;
    }
    this.#remember({ label, by, changes });
  }

  /** A hand set a value: remembered for undo, and a fade that moves it lets go. */
  changed({ address, value, by, transient }: ParamChange): void {
    const before = this.#stood.get(address);
    this.#stood.set(address, value);
    if (transient === true) return;
    this.player.released(address);
    this.#dirty = true;
    this.#rememberParam(address, before, value, by);
  }
  /** A hand sent a number somewhere over time: one step of undo, whatever it passes on its way. */
  fade(change: ParamChange, lastsUs: DurationUs): void {
    const { address, value, by } = change;
    this.#dirty = true;
    this.#rememberParam(address, this.#stood.get(address), value, by);
    this.host.record('param', by, { address, value, overMs: toMs(lastsUs) });
    this.player.fade(change, lastsUs);
  }
  #rememberParam(address: ParamAddress, before: ParamValue | undefined, value: ParamValue, by: string): void {
    const instance = this.host.registry.find(address);
    if (this.#replaying || instance === null || before === undefined || isBypass(address) || !isHand(by)) return;
    const change: UndoChange = { kind: 'param', address, before, after: value };
    const { key } = instance.descriptor;
    const label = instance.scopeId === 'show' ? key : `${key} of ${instance.scopeId.split('/')[1] ?? ''}`;
    this.#remember({ label, by, changes: [change] });
  }
  assigned(performerId: string, before: string | null, after: string | null, by: string): void {
    this.#dirty = true;
    if (this.#replaying || !isHand(by) || before === after) return;
    this.#remember({
      label: `likeness of ${performerId}`,
      by,
      changes: [{ kind: 'assign', performerId, before, after }],
    });
  }
  /** The show file says otherwise now. No hand of the desk did it, so undo does not have it. */
  follow(book: Book): void {
    this.#stood.clear();
    for (const [address, value] of Object.entries(this.host.dispatcher.all())) this.#stood.set(address, value);
    for (const entry of this.book.difference(book.content)) this.book.put(entry);
    this.onChange();
  }
  /** Whether somebody else's lock is in the way of casting or editing. */
  lockedFor(by: string): Refusal | null {
    return this.#locked(by, '');
  }
  /** The holder's connection has been gone for too long. */
  dropLock(): void {
    this.lock.drop();
    this.onChange();
  }

  /** Steps of fades, delays, follow-ons, and now and then a version by itself. */
  tick(): void {
    this.player.tick();
    const nowUs = this.host.clock.nowUs();
    if (!this.#dirty || nowUs - this.#savedAtUs < autosaveUs) return;
    this.#save('', true, 'server');
  }

  #put(entries: readonly BookEntry[], label: string, by: string): void {
    const changes = entries.map((after): UndoChange => ({ kind: 'book', before: this.book.put(after), after }));
    for (const entry of entries) this.#noteEntry(entry, by);
    this.host.record('show-edit', by, { what: label });
    this.#remember({ label, by, changes });
  }
  #noteEntry(entry: BookEntry, by: string): void {
    this.#dirty = true;
    this.host.write({ kind: 'book', entry, by });
    if (entry.part === 'stage') this.host.onStage();
    if (entry.part === 'performer') this.host.onPerformers(by);
  }
  #remember(step: UndoStep): void {
    if (this.#together !== null) {
      this.#together.push(...step.changes);
      return;
    }
    this.undo.record(step, this.host.clock.nowUs());
    this.onChange();
  }

  #replay(way: 'undo' | 'redo', by: string): Refusal | null {
    const step = way === 'undo' ? this.undo.undoStep : this.undo.redoStep;
    if (step === null) return refusal('', 'NOTHING_TO_UNDO', { what: way });
    const refused = this.#apply(way === 'undo' ? reversed(step.changes) : step.changes, by);
    if (refused !== null) return refused;
    if (way === 'undo') this.undo.undone();
    else this.undo.redone();
    this.host.record(way, by, { what: step.label, of: step.by });
    this.onChange();
    return null;
  }
  /** Each change to its `after`. Likenesses are asked for first, so that a refusal leaves everything as it was. */
  #apply(changes: readonly UndoChange[], by: string): Refusal | null {
    for (const change of changes) {
      const likenessId = likenessIn(change);
      const refused = likenessId === null ? null : this.host.mayShow(likenessId, '', by);
      if (refused !== null) return refused;
    }
    this.#replaying = true;
    try {
      this.host.batch(() => {
        for (const change of changes) this.#applyOne(change, by);
      });
    } finally {
      this.#replaying = false;
    }
    return null;
  }
  #applyOne(change: UndoChange, by: string): void {
    if (change.kind === 'book') {
      this.book.put(change.after);
      this.#noteEntry(change.after, by);
    } else if (change.kind === 'assign') this.host.assign(change.performerId, change.after, by);
    else this.host.dispatcher.dispatch(change.address, change.after, by);
  }

  #recall({ argument, by }: ActionCall): Refusal | null {
    const { dispatcher, registry } = this.host;
    const look = this.book.look(String(argument));
    if (look === null) return refusal('', 'SHOW_ENTRY_UNKNOWN', { entry: `look "${String(argument).slice(0, 40)}"` });
    const plan = planOf(look, registry);
    const refused = this.player.ask(plan, by);
    if (refused !== null) return refused;
    this.host.record('cue', by, { did: 'recall', look: look.id });
    const changes: UndoChange[] = (this.#together = []);
    try {
      this.host.batch(() => {
        for (const { address, to } of plan.numbers) dispatcher.dispatch(address, to, by);
        for (const { address, value } of plan.switches) dispatcher.dispatch(address, value, by);
        for (const [performerId, likenessId] of Object.entries(plan.cast))
          this.host.assign(performerId, likenessId, by);
      });
    } finally {
      this.#together = null;
    }
    if (changes.length > 0) this.#remember({ label: `look "${look.name}"`, by, changes });
    return null;
  }
  #snapshot({ argument, by }: ActionCall): Refusal | null {
    const name = String(argument ?? '') || `Snapshot ${this.host.clock.wallClockIso().slice(0, 19).replace('T', ' ')}`;
    return this.edit({ kind: 'look-record', name, scopes: 'all', groups: 'all', cast: true }, by);
  }

  #locked(by: string, address: string): Refusal | null {
    const holder = this.#replaying ? null : this.lock.inTheWayOf(by, address);
    return holder === null ? null : refusal(address, 'LOCKED', { holder });
  }
  #now(): VersionState {
    const values = Object.entries(this.host.dispatcher.all()).filter(([address]) => !isBypass(address));
    return {
      values: Object.fromEntries(this.player.targets(values)),
      assignments: Object.fromEntries(this.host.assignments()),
      book: this.book.content,
      cue: this.player.runner.current,
    };
  }
  #save(name: string, automatic: boolean, by: string): Refusal | null {
    this.#savedAtUs = this.host.clock.nowUs();
    try {
      const atIso = this.host.clock.wallClockIso();
      const { number } = this.versions.save(this.#now(), { name, automatic, atIso, by });
      this.#dirty = false;
      if (!automatic) this.host.record('version', by, { did: 'save', number, name });
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.host.alarms.raise('version', error.code, error.context);
      return refusal('', error.code, error.context);
    }
    this.host.alarms.clear('version');
    this.onChange();
    return null;
  }
  #restore(number: number, by: string): Refusal | null {
    const version = this.versions.read(number);
    if (version === null) return refusal('', 'SHOW_VERSION_UNKNOWN', { number });
    const changes = changesTo(version.state, this.host, this.book);
    const unsaved = this.#dirty ? this.#save(`before version ${number}`, true, by) : null;
    if (unsaved !== null) return unsaved;
    this.player.stop();
    const refused = this.#apply(changes, by);
    if (refused !== null) return refused;
    this.player.standAt(version.state.cue, by);
    this.host.record('version', by, { did: 'restore', number });
    this.#remember({ label: `version ${number}`, by, changes });
    return null;
  }
}
