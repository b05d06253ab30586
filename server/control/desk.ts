import { registryOf } from '../declarations.js';
import { addressOf } from '../params/define.js';
import type { ParamRegistry } from '../params/registry.js';
import { protocolVersion, type CastMember, type ServerMessage } from '../protocol/messages.js';
import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import type { ControlToLane, LaneToControl } from '../protocol/lane-link.js';
import type { Change, StateJournal } from '../show/journal.js';
import type { ShowFile } from '../show/schema.js';
import type { Versions } from '../show/versions.js';
import { Dispatcher, type ParamChange, type Refusal } from '../surfaces/dispatch/dispatch.js';
import type { Clock } from '../time/clock.js';
import { AlarmBoard } from './alarm-board.js';
import type { AuditTrail } from './audit-trail.js';
import { handleCastActions } from './cast-actions.js';
import { Casting, type CastingHost } from './casting.js';
import { bookOf, followCameras, monitorScopes, multiviewScopes, startValues } from './desk-start.js';
import { LikenessGate } from './likeness-gate.js';
import { LikenessShelf } from './likeness-shelf.js';
import type { ControlOptions } from './options.js';
import { ShowDesk } from './show-desk.js';
import type { ShowHost } from './show-host.js';
import { wallRegionsOf } from './wall-regions.js';

export const notices = ['NDI® is a registered trademark of Vizrt NDI AB.'] as const;

/**
 * The state of the show and its rules, without any socket: values, cast, likenesses, alarms. The journal is the truth; the
 * exception is what a lane changed by itself through its bypass door, which is newer than anything written here.
 */
export class Desk {
  readonly registry: ParamRegistry;
  readonly dispatcher: Dispatcher;
  readonly alarms: AlarmBoard;
  readonly shelf: LikenessShelf;
  readonly gate: LikenessGate;
  readonly show: ShowDesk;
  readonly casting: Casting;
  #showFile: ShowFile;
  /** While a batch runs: what goes to whom when it is over. */
  #batch: Map<string | null, Record<ParamAddress, ParamValue>> | null = null;
  /** To one lane, or to all. Set by the process; nobody listens in a unit test. */
  send: (message: ControlToLane, laneId: string | null) => void = () => {};
  onCast: () => void = () => {};

  constructor(
    readonly options: Pick<ControlOptions, 'show' | 'likenessFolders' | 'version' | 'engines'>,
    private readonly clock: Clock,
    private readonly journal: StateJournal,
    private readonly audit: AuditTrail,
    versions: Versions,
  ) {
    const { show } = options;
    this.#showFile = show;
    this.alarms = new AlarmBoard(clock);
    const cameras = show.sources.map(({ id, label }) => ({ id, label: label ?? id }));
    this.registry = registryOf(cameras, monitorScopes(show), multiviewScopes(show));
    const use = {
      production: show.production,
      scene: show.scene ?? null,
      output: show.outputUse ?? 'monitor',
      issuers: show.consentIssuers ?? [],
    };
    this.shelf = new LikenessShelf(options.likenessFolders, use, () => clock.wallClockIso(), options.engines ?? null);
    this.gate = new LikenessGate(this.shelf, this.alarms, audit, clock);
    this.dispatcher = new Dispatcher(this.registry, { ...startValues(show), ...journal.state.values }, (error) => {
      this.alarms.raise('listener', 'CONTROL_MESSAGE_INVALID', { reason: String(error) });
    });
    this.casting = new Casting(this.#castingHost());
    this.show = new ShowDesk(this.#host(), bookOf(show, journal.state.book), journal.state.cue, versions);
    this.dispatcher.addGuard((change) => this.#guardLikeness(change));
    this.dispatcher.onChange((change) => this.#changed(change));
    this.casting.followFile();
    handleCastActions(this.dispatcher, this);
    this.#sayPackageFaults();
    if (journal.setAside !== null) this.alarms.raise('state', 'STATE_UNREADABLE', { file: journal.setAside });
  }

  get showFile(): ShowFile {
    return this.#showFile;
  }
  /**
   * The show file was changed while the show runs: cameras, cast, looks and cues come and go, everything else stands. Not for
   * what was settled when the process started (ports, access, consent scope, folders): the supervisor starts it anew for those.
   */
  follow(show: ShowFile): void {
    const gone = followCameras(this.registry, this.#showFile, show);
    for (const id of gone) this.alarms.clear(`lane ${id}`);
    const { state } = this.journal;
    this.dispatcher.followScopes({ ...startValues(show), ...state.values });
    this.#showFile = show;
    this.shelf.scan();
    this.show.follow(bookOf(show, state.book));
    this.#tellStage();
    this.casting.tell(this.casting.followFile());
  }

  cast(): readonly CastMember[] {
    return this.casting.members();
  }
  castMessage(): Extract<ServerMessage, { type: 'cast' }> {
    return { type: 'cast', likenesses: this.shelf.summaries(), cast: this.cast() };
  }
  hello(): Extract<ServerMessage, { type: 'hello' }> {
    const { type: _type, ...people } = this.castMessage();
    return {
      type: 'hello',
      protocolVersion,
      product: { name: 'Understudy', version: this.options.version },
      descriptors: this.registry.descriptors,
      scopes: this.registry.scopes,
      values: this.dispatcher.all(),
      ...people,
      notices,
    };
  }

  /** Gives a performer a likeness, or none. null where it is done; the refusal names the lock or the consent fault. */
  assign(performerId: string, likenessId: string | null, by: string): Refusal | null {
    return this.show.lockedFor(by) ?? this.casting.assign(performerId, likenessId, by);
  }

  /** What a lane that just connected has to be told, in order: likenesses before the values that name them. */
  greet(hello: Extract<LaneToControl, { type: 'lane-hello' }>): readonly ControlToLane[] {
    const { laneId } = hello;
    for (const address of hello.changedAtLane ?? []) {
      const value = hello.values[address];
      if (value !== undefined) this.dispatcher.dispatch(address, value, `lane ${laneId}`);
    }
    this.alarms.clear(`lane ${laneId}`);
    const values = this.dispatcher.forLane(laneId);
    const likenessAddress = addressOf(`lane/${laneId}`, 'likeness', 'id');
    const named = String(values[likenessAddress] ?? '');
    const told: ControlToLane[] = [...this.casting.greeting()];
    if (named !== '') {
      const loaded = this.gate.load(named, likenessAddress, 'restart');
      if (loaded.ok) told.push({ type: 'likeness-path', likenessId: named, packagePath: loaded.path });
      else {
        this.gate.alarmRefused(loaded, laneId);
        values[likenessAddress] = '';
      }
    }
    told.push({ type: 'params', values, version: 0 });
    told.push({ type: 'cue', text: this.cueText() });
    told.push({ type: 'wall-regions', polygons: wallRegionsOf(this.show.book.stage, laneId) });
    return told;
  }
  laneChanged(values: Readonly<Record<ParamAddress, ParamValue>>, by: string): void {
    for (const [address, value] of Object.entries(values)) this.dispatcher.dispatch(address, value, by);
  }
  laneLost(laneId: string): void {
    this.alarms.raise(`lane ${laneId}`, 'LANE_SILENT', { lane: laneId }, laneId);
  }

  /** Asks, and tells the lanes where the package lies, since a likeness.id value that is sent next names it. */
  mayShow(likenessId: string, place: string, by: string): Refusal | null {
    const loaded = this.gate.load(likenessId, place, by);
    if (!loaded.ok) return loaded;
    this.send({ type: 'likeness-path', likenessId, packagePath: loaded.path }, null);
    return null;
  }
  /** Call now and then: packages that were made or taken away since are offered, or not; says aloud where a consent ended on air. */
  checkLikenesses(): void {
    if (this.shelf.refresh()) {
      this.#sayPackageFaults();
      this.onCast();
    }
    const named = this.registry.instances
      .filter(({ descriptor }) => descriptor.key === 'likeness.id')
      .map(({ address }) => String(this.dispatcher.get(address) ?? ''));
    const shown = [...named, ...this.casting.assignments.values()];
    this.gate.checkConsents(new Set(shown.filter((id): id is string => id !== null && id !== '')));
  }

  #sayPackageFaults(): void {
    for (const { path, error } of this.shelf.faults) this.alarms.raise(`package ${path}`, error.code, error.context);
  }

  #guardLikeness({ address, value, by }: ParamChange): Refusal | null {
    const instance = this.registry.find(address);
    if (instance?.descriptor.key !== 'likeness.id' || value === '') return null;
    const likenessId = String(value);
    const loaded = this.gate.load(likenessId, address, by);
    if (!loaded.ok) return loaded;
    this.send({ type: 'likeness-path', likenessId, packagePath: loaded.path }, this.registry.laneOf(instance.scopeId));
    return null;
  }
  #changed(change: ParamChange): void {
    const { address, value } = change;
    const instance = this.registry.find(address);
    const laneId = instance === null ? null : this.registry.laneOf(instance.scopeId);
    // The output first, the disk after: a slow disk must not delay a bypass.
    if (this.#batch === null) this.send({ type: 'params', values: { [address]: value }, version: 0 }, laneId);
    else this.#batch.set(laneId, { ...this.#batch.get(laneId), [address]: value });
    if (change.transient !== true) {
      this.#write({ kind: 'param', address, value, by: change.by });
      this.audit.param(change);
    }
    this.show.changed(change);
  }
  #host(): ShowHost {
    return {
      dispatcher: this.dispatcher,
      registry: this.registry,
      alarms: this.alarms,
      clock: this.clock,
      write: (change) => this.#write(change),
      record: (kind, by, detail) => void this.audit.record(kind, by, detail),
      mayShow: (likenessId, place, by) => this.mayShow(likenessId, place, by),
      alarmRefused: (id, refused) => this.gate.alarmRefused(refused, null, id),
      assignments: () => this.casting.assignments,
      assign: (performerId, likenessId, by) => this.casting.assign(performerId, likenessId, by),
      batch: (run) => this.#runBatch(run),
      onStage: () => this.#tellStage(),
      onPerformers: (by) => this.casting.followBook(by),
    };
  }
  #castingHost(): CastingHost {
    return {
      showFile: () => this.#showFile,
      book: () => this.show.book,
      journal: () => this.journal,
      load: (likenessId, place, by) => this.gate.load(likenessId, place, by),
      alarmRefused: (refused) => this.gate.alarmRefused(refused, null),
      write: (change) => this.#write(change),
      record: (kind, by, detail) => void this.audit.record(kind, by, detail),
      send: (message) => this.send(message, null),
      onCast: () => this.onCast(),
      assigned: (performerId, before, after, by) => this.show.assigned(performerId, before, after, by),
    };
  }
  #runBatch(run: () => void): void {
    if (this.#batch !== null) {
      run();
      return;
    }
    const batch = (this.#batch = new Map<string | null, Record<ParamAddress, ParamValue>>());
    try {
      run();
    } finally {
      this.#batch = null;
      for (const [laneId, values] of batch) this.send({ type: 'params', values, version: 0 }, laneId);
    }
  }
  /** The cue that ran last, as it is burnt into monitors. */
  cueText(): string {
    const { current } = this.show.cueState();
    const name = this.show.book.cues.find(({ number }) => number === current)?.name ?? '';
    return current === null ? '' : `${current} ${name}`.trim();
  }
  /** Tells the lanes where the cue list stands. */
  tellCue(): void {
    this.send({ type: 'cue', text: this.cueText() }, null);
  }
  #tellStage(): void {
    for (const { id } of this.#showFile.sources)
      this.send({ type: 'wall-regions', polygons: wallRegionsOf(this.show.book.stage, id) }, id);
  }
  #write(change: Change): void {
    try {
      this.journal.record(change);
      this.alarms.clear('journal');
    } catch (error) {
      this.alarms.raise('journal', 'PARAM_NOT_SAVED', {
        reason: error instanceof Error ? error.message : String(error),
        folder: 'of the state',
      });
    }
  }
}
