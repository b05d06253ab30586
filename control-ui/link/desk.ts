import { computed, signal } from '@preact/signals';
import { decodeBinary, meshKind, type MeshFrame } from '../../server/protocol/binary.js';
import type { ParamAddress, ParamDescriptor, ParamValue } from '../../server/protocol/descriptors.js';
import {
  protocolVersion,
  type AlarmMessage,
  type CastMember,
  type ClientMessage,
  type LaneStatus,
  type LikenessSummary,
  type ProcessStatus,
  type ScopeInfo,
  type ServerMessage,
} from '../../server/protocol/messages.js';
import type { MultiviewStatus } from '../../server/protocol/multiview-link.js';
import type { ClientInfo, CueState, EditState, ShowBook, ShowEdit, VersionInfo } from '../../server/protocol/show.js';
import { instancesForLane } from './addresses.js';
import { ParamCells } from './cells.js';
import type { DeskHost } from './desk-host.js';
import { emptyHistory, record, type LaneHistory } from './history.js';
import { Link, type LinkState } from './link.js';
import { MakingWay } from './making-way.js';
import { Outbox } from './outbox.js';
import { Pictures, type Picture } from './pictures.js';
import { Requests, type Refused } from './requests.js';
import { editsAddress, mayChange } from './rights.js';

export interface Toast {
  readonly id: number;
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

const previewMaxFps = 15;
/** While the page makes way. */
const previewFpsMakingWay = 5;
const toastMs = 9000;
const toastsKept = 4;

/** Everything the page knows about the server, as signals; everything it can ask of it, as methods. */
export class Desk<P extends Picture = Picture> {
  readonly linkState = signal<LinkState>({ phase: 'connecting', attempt: 0, retryAtMs: 0, roundTripMs: null });
  readonly live = computed(() => this.linkState.value.phase === 'live' && this.product.value !== null);
  readonly product = signal<{ readonly name: string; readonly version: string } | null>(null);
  readonly otherProtocol = signal<number | null>(null);
  readonly descriptors = signal<readonly ParamDescriptor[]>([]);
  readonly scopes = signal<readonly ScopeInfo[]>([]);
  readonly lanes = signal<readonly LaneStatus[]>([]);
  readonly processes = signal<readonly ProcessStatus[]>([]);
  readonly alarms = signal<readonly AlarmMessage[]>([]);
  readonly likenesses = signal<readonly LikenessSummary[]>([]);
  readonly cast = signal<readonly CastMember[]>([]);
  readonly notices = signal<readonly string[]>([]);
  /** Who this page is, and the actions and meters there are; null before the first connection. */
  readonly controls = signal<Extract<ServerMessage, { type: 'controls' }> | null>(null);
  readonly meters = signal<Readonly<Record<ParamAddress, ParamValue>>>({});
  readonly multiviews = signal<readonly MultiviewStatus[]>([]);
  readonly book = signal<ShowBook | null>(null);
  readonly versions = signal<readonly VersionInfo[]>([]);
  readonly cueState = signal<CueState | null>(null);
  readonly editState = signal<EditState | null>(null);
  readonly clients = signal<readonly ClientInfo[]>([]);
  readonly toasts = signal<readonly Toast[]>([]);
  readonly makingWay: MakingWay;
  readonly chosenLaneId = signal<string | null>(null);
  /** Counts statuses: plots redraw on it. */
  readonly statusCount = signal(0);
  readonly histories = new Map<string, LaneHistory>();
  readonly lane = computed(() => {
    const lanes = this.lanes.value;
    return lanes.find((lane) => lane.laneId === this.chosenLaneId.value) ?? lanes[0] ?? null;
  });
  readonly laneId = computed(() => this.lane.value?.laneId ?? null);
  readonly you = computed(() => this.controls.value?.you ?? null);
  readonly activeAlarms = computed(() => this.alarms.value.filter((alarm) => alarm.active));

  readonly cells: ParamCells;
  readonly pictures: Pictures<P>;
  private readonly link: Link;
  private readonly outbox: Outbox;
  private readonly requests: Requests;
  private readonly meshSinks = new Map<(mesh: MeshFrame) => void, string>();
  private toastCount = 0;
  private said: { readonly name?: string; readonly place?: string } = {};

  constructor(private readonly host: DeskHost<P>) {
    this.makingWay = new MakingWay(host);
    this.cells = new ParamCells(host.now, host.later);
    this.outbox = new Outbox((address, value) => this.send({ type: 'set', address, value }), host.later);
    this.requests = new Requests((message) => this.send(message), host.later);
    this.pictures = new Pictures<P>({
      decode: host.decode,
      beforeDraw: host.beforeDraw,
      send: (message) => this.send(message),
      maxFps: previewMaxFps,
    });
    this.link = new Link({
      ...host,
      onState: (state) => (this.linkState.value = state),
      onMessage: (message) => this.receive(message),
      onBinary: (bytes) => this.receiveBinary(bytes),
    });
  }

  open(): void {
    this.link.open();
  }
  close(): void {
    this.link.close();
  }
  retryNow(): void {
    this.link.retryNow();
  }

  set(address: ParamAddress, value: ParamValue): void {
    if (this.refuseOffline(address)) return;
    this.cells.setLocally(address, value);
    this.outbox.put(address, value);
  }

  reset(address: ParamAddress): void {
    if (!this.refuseOffline(address)) this.send({ type: 'reset', address });
  }

  assign(performerId: string, likenessId: string | null): void {
    if (!this.refuseOffline(performerId)) this.send({ type: 'assign', performerId, likenessId });
  }

  /** Link, role and lock allow it, as far as this page knows. Reads signals: a widget that asks is drawn again. */
  may(address: ParamAddress): boolean {
    return this.live.value && mayChange(this.you.value, this.editState.value?.lock ?? null, address);
  }
  mayEdit(): boolean {
    return this.may(editsAddress);
  }

  /** Does an action, such as "/understudy/show/cue/go". True where it was done; a refusal is shown. */
  async do(address: ParamAddress, value?: ParamValue): Promise<boolean> {
    if (this.refuseOffline(address)) return false;
    return this.shown(await this.requests.ask({ type: 'do', address, ...(value === undefined ? {} : { value }) }));
  }

  /** Changes looks, cues or stage: one step of undo, nothing on an output. True where it was done; a refusal is shown. */
  async edit(edit: ShowEdit): Promise<boolean> {
    if (this.refuseOffline(editsAddress)) return false;
    return this.shown(await this.requests.ask({ type: 'edit', edit }));
  }

  /** Tells the others who sits here and which desk is open; said again after every reconnect. */
  identify(who: { readonly name?: string; readonly place?: string }): void {
    this.said = { ...this.said, ...who };
    this.send({ type: 'identify', ...this.said });
  }

  /** All bypasses of the lane: to clean if any shows a likeness, back if all are clean. */
  toggleBypass(laneId: string | null): void {
    const outputs = instancesForLane(this.descriptors.value, this.scopes.value, laneId, 'output.bypass');
    const allOn = outputs.every(({ address }) => this.cells.find(address)?.value.shown === true);
    for (const { address } of outputs) this.set(address, !allOn);
  }

  watchMesh(laneId: string, sink: (mesh: MeshFrame) => void): () => void {
    this.meshSinks.set(sink, laneId);
    this.requestMeshes();
    return () => {
      this.meshSinks.delete(sink);
      this.requestMeshes();
    };
  }

  dismissToast(id: number): void {
    this.toasts.value = this.toasts.value.filter((toast) => toast.id !== id);
  }

  showToast(code: string, message: string, advice: string): void {
    const id = ++this.toastCount;
    this.toasts.value = [...this.toasts.value.slice(1 - toastsKept), { id, code, message, advice }];
    this.host.later(() => this.dismissToast(id), toastMs);
  }

  private shown(refused: Refused | null): boolean {
    if (refused) this.showToast(refused.code, refused.message, refused.advice);
    return refused === null;
  }

  private send(message: ClientMessage): void {
    this.link.send(message);
  }

  private refuseOffline(address: string): boolean {
    if (this.live.value) return false;
    this.cells.settle(address);
    this.showToast(
      'page.offline',
      'Nothing was changed: the desk has no link to the server.',
      'Wait for the link, then set it again.',
    );
    return true;
  }

  private requestMeshes(): void {
    this.send({ type: 'meshes', laneIds: [...new Set(this.meshSinks.values())] });
  }

  private receiveBinary(bytes: Uint8Array): void {
    const frame = decodeBinary(bytes);
    if (frame?.kind === meshKind) {
      for (const [sink, laneId] of this.meshSinks) if (laneId === frame.laneId) sink(frame);
    } else if (frame) this.pictures.accept(frame);
  }

  private receive(message: ServerMessage): void {
    switch (message.type) {
      case 'hello':
        this.greet(message);
        break;
      case 'params':
        for (const { address, value, by } of message.changes) this.cells.echo(address, value, by);
        break;
      case 'status':
        this.noteStatus(message);
        break;
      case 'alarms':
        this.alarms.value = message.alarms;
        break;
      case 'cast':
        this.likenesses.value = message.likenesses;
        this.cast.value = message.cast;
        break;
      case 'refused':
        this.cells.settle(message.address);
        this.showToast(message.code, message.message, message.advice);
        break;
      case 'controls':
        this.controls.value = message;
        this.cells.me = message.you.clientId;
        this.cells.noteWriters(message.writers);
        if (Object.keys(this.said).length > 0) this.send({ type: 'identify', ...this.said });
        this.meters.value = message.meterValues;
        break;
      case 'meters':
        this.meters.value = { ...this.meters.value, ...message.values };
        break;
      case 'show':
        this.book.value = message.book;
        this.versions.value = message.versions;
        break;
      case 'cues':
        this.cueState.value = message.state;
        break;
      case 'edit-state':
        this.editState.value = message.state;
        break;
      case 'presence':
        this.clients.value = message.clients;
        break;
      case 'answer':
        this.requests.answered(message);
        break;
      case 'pong':
        break;
    }
  }

  private greet(hello: Extract<ServerMessage, { type: 'hello' }>): void {
    this.otherProtocol.value = hello.protocolVersion === protocolVersion ? null : hello.protocolVersion;
    this.cells.load(hello.values);
    this.descriptors.value = hello.descriptors;
    this.scopes.value = hello.scopes;
    this.likenesses.value = hello.likenesses;
    this.cast.value = hello.cast;
    this.notices.value = hello.notices;
    this.product.value = hello.product;
    this.pictures.request();
    this.requestMeshes();
  }

  private noteStatus(status: Extract<ServerMessage, { type: 'status' }>): void {
    const { atMs, lanes, processes, multiviews } = status;
    for (const lane of lanes) {
      let history = this.histories.get(lane.laneId);
      if (!history) this.histories.set(lane.laneId, (history = emptyHistory()));
      record(history, atMs, lane);
    }
    this.lanes.value = lanes;
    this.processes.value = processes;
    this.multiviews.value = multiviews ?? [];
    this.makingWay.note(lanes);
    this.pictures.slowTo(this.makingWay.on.peek() ? previewFpsMakingWay : null);
    this.statusCount.value++;
  }
}
