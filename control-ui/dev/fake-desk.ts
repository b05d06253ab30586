import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ParamDescriptor, ParamValue } from '../../server/protocol/descriptors.js';
import {
  protocolVersion,
  type AlarmMessage,
  type CastMember,
  type ClientMessage,
  type LikenessSummary,
  type Role,
  type ScopeInfo,
  type ServerMessage,
} from '../../server/protocol/messages.js';
import { serveFake } from './fake-http.js';
import { fakeDescriptors } from './fake-descriptors.js';
import { fakeCast, fakeLikenesses } from './fake-people.js';
import { type FakeClient, FakePictures } from './fake-pictures.js';
import { fakeActions, FakeShow } from './fake-show.js';
import { fakeLane, fakeProcesses } from './fake-status.js';

const frameMs = 66;
/**
 * The server's side of the protocol over an in-memory show, for working on the page and for its own test. No NDI, no inference: the
 * picture is a drawing.
 */
export class FakeDesk {
  readonly values = new Map<string, ParamValue>();
  readonly received: ClientMessage[] = [];
  alarms: AlarmMessage[] = [];
  cast: CastMember[] = [...fakeCast];
  likenesses: LikenessSummary[] = [...fakeLikenesses];
  /** Of whoever comes next. */
  nextRole: Role = 'operator';
  readonly show = new FakeShow({
    values: this.values,
    change: (address, value, by) => this.change(address, value, by),
    moved: () => this.tellShow(),
    recast: (edit) => {
      const id = edit.kind === 'performer-set' ? edit.performer.performerId : edit.id;
      this.cast = this.cast.filter(({ performerId }) => performerId !== id);
      if (edit.kind === 'performer-set')
        this.cast.push({ performerId: id, name: edit.performer.name ?? id, likenessId: null, enrolled: false });
      this.broadcast({ type: 'cast', cast: this.cast, likenesses: this.likenesses });
    },
  });
  private readonly clients = new Set<FakeClient>();
  private readonly keys: string[] = [];
  private readonly addresses = new Map<string, ParamDescriptor>();
  private readonly scopes: ScopeInfo[];
  private readonly pictures: FakePictures;
  private readonly http: Server;
  private readonly sockets: WebSocketServer;
  private timer: ReturnType<typeof setInterval> | null = null;
  private frameNumber = 0;
  private painting = false;

  constructor(
    private readonly pageFolder: string,
    private readonly laneIds: readonly string[] = ['cam-a'],
  ) {
    this.pictures = new FakePictures(laneIds, this.values);
    this.scopes = [
      { id: 'show', label: 'Show: Night Shift' },
      ...laneIds.flatMap((id) => [
        { id: `lane/${id}`, label: `Camera ${id}` },
        { id: `output/${id}`, label: `Output ${id}` },
      ]),
    ];
    for (const scope of this.scopes) {
      for (const descriptor of fakeDescriptors) {
        if (descriptor.scope !== scope.id.split('/')[0]) continue;
        const address = `/understudy/${scope.id}/${descriptor.group}/${descriptor.name}`;
        this.addresses.set(address, descriptor);
        this.values.set(address, descriptor.default);
      }
    }
    this.http = createServer((request, response) => serveFake(request, response, this.pageFolder, this.show.audit));
    this.sockets = new WebSocketServer({ server: this.http, path: '/ws' });
    this.sockets.on('connection', (socket, request) =>
      this.welcome(socket, new URL(request.url ?? '/', 'http://page').searchParams),
    );
  }

  /** Listens on loopback and starts the show. Port 0: any free one. Returns the page's address. */
  async open(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.http.listen(port, '127.0.0.1', resolve));
    this.timer = setInterval(() => void this.tick(), frameMs);
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.dropClients();
    this.sockets.close();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  /** As if the network went away: every page must come back by itself. */
  dropClients(): void {
    for (const { socket } of this.clients) socket.terminate();
  }

  /** A change from another surface. */
  change(address: string, value: ParamValue, by: string): void {
    this.values.set(address, value);
    this.broadcast({ type: 'params', changes: [{ address, value, by }] });
  }

  setAlarms(alarms: AlarmMessage[]): void {
    this.alarms = alarms;
    this.broadcast({ type: 'alarms', alarms });
  }

  private welcome(socket: WebSocket, asked: URLSearchParams): void {
    const key = asked.get('client') ?? '';
    if (!this.keys.includes(key)) this.keys.push(key);
    const clientId = `page ${this.keys.indexOf(key) + 1}`;
    const name = asked.get('name') ?? '';
    const client: FakeClient = {
      ...{ socket, clientId, role: this.nextRole, name, place: '' },
      ...{ want: [], meshLanes: [], onTheWay: new Map() },
    };
    this.clients.add(client);
    socket.on('close', () => {
      this.clients.delete(client);
      this.tellPresence();
    });
    socket.on('message', (data: Buffer) => this.take(client, JSON.parse(data.toString('utf8')) as ClientMessage));
    const { likenesses, cast, scopes } = this;
    const values = Object.fromEntries(this.values);
    const notices = [
      'NDI® is a registered trademark of Vizrt NDI AB.',
      'Every likeness is shown under a consent record and carries a visible label.',
    ];
    const product = { name: 'Understudy', version: '0.1.0 (fake desk)' };
    this.tell(client, {
      type: 'hello',
      protocolVersion,
      product,
      descriptors: fakeDescriptors,
      scopes,
      values,
      likenesses,
      cast,
      notices,
    });
    this.tell(client, {
      type: 'controls',
      you: { clientId, role: client.role, name },
      actions: fakeActions,
      meters: [],
      meterValues: {},
      writers: {},
    });
    this.tell(client, { type: 'alarms', alarms: this.alarms });
    this.tellShow();
    this.tellPresence();
  }

  private tellShow(): void {
    const { book, versions } = this.show;
    this.broadcast({ type: 'show', book, versions });
    this.broadcast({ type: 'cues', state: this.show.cueState(this.nowMs()) });
    this.broadcast({ type: 'edit-state', state: this.show.editState() });
  }
  private tellPresence(): void {
    const clients = [...this.clients].map(({ clientId, name, role, place }) => ({
      ...{ clientId, name, role, place },
      ...{ address: '127.0.0.1', sinceIso: '2026-01-01T14:00:00Z', lastChange: null },
    }));
    this.broadcast({ type: 'presence', clients });
  }
  private nowMs(): number {
    return this.frameNumber * frameMs;
  }

  private take(client: FakeClient, message: ClientMessage): void {
    if (message.type !== 'ping' && message.type !== 'drawn') this.received.push(message);
    switch (message.type) {
      case 'set':
        this.set(client, message.address, message.value);
        break;
      case 'reset': {
        const descriptor = this.addresses.get(message.address);
        if (descriptor) this.change(message.address, descriptor.default, this.writer(client));
        break;
      }
      case 'previews':
        client.want = message.want;
        client.onTheWay.clear();
        break;
      case 'meshes':
        client.meshLanes = message.laneIds;
        break;
      case 'drawn': {
        const key = `${message.which} ${message.laneId}`;
        client.onTheWay.set(key, Math.max(0, (client.onTheWay.get(key) ?? 0) - 1));
        break;
      }
      case 'assign':
        this.assign(client, message.performerId, message.likenessId);
        break;
      case 'ping':
        this.tell(client, { type: 'pong', sentAtMs: message.sentAtMs });
        break;
      case 'identify':
        client.name = message.name ?? client.name;
        client.place = message.place ?? client.place;
        this.tellPresence();
        break;
      case 'do':
      case 'edit': {
        const refused =
          message.type === 'do'
            ? this.enrolled(message.address, message.value)
              ? null
              : this.show.do(message.address, message.value, client.clientId, this.nowMs())
            : this.show.edit(message.edit, client.clientId);
        if (message.requestId !== undefined)
          this.tell(client, { type: 'answer', requestId: message.requestId, ok: refused === null, refused });
        break;
      }
    }
  }

  /** Done at once: how a real enrolment goes is the server's to show. */
  private enrolled(address: string, value: ParamValue | undefined): boolean {
    if (!address.endsWith('/performer/enrol')) return false;
    const [performerId] = String(value).split(' ');
    this.cast = this.cast.map((member) =>
      member.performerId === performerId ? { ...member, enrolled: true } : member,
    );
    this.broadcast({ type: 'cast', cast: this.cast, likenesses: this.likenesses });
    return true;
  }

  private writer({ clientId, name }: FakeClient): string {
    return `${clientId} ${name}`.trim();
  }

  private set(client: FakeClient, address: string, value: ParamValue): void {
    const descriptor = this.addresses.get(address);
    if (descriptor?.kind === 'number' && typeof value === 'number') {
      const { min, max, onOutOfRange } = descriptor;
      if (onOutOfRange === 'refuse' && (value < min || value > max)) {
        this.tell(client, {
          type: 'refused',
          address,
          code: 'params.out-of-range',
          message: `${descriptor.key} takes ${min} to ${max}, not ${value}.`,
          advice: 'Choose a value within the range.',
        });
        return;
      }
      this.change(address, Math.min(max, Math.max(min, value)), this.writer(client));
    } else if (descriptor) this.change(address, value, this.writer(client));
  }

  private assign(client: FakeClient, performerId: string, likenessId: string | null): void {
    const likeness = this.likenesses.find(({ id }) => id === likenessId);
    if (likeness && likeness.consent !== 'valid') {
      this.tell(client, {
        type: 'refused',
        address: performerId,
        code: 'trust.consent-expired',
        message: `${likeness.name} was not loaded: its consent record has expired.`,
        advice: likeness.consentReason + ' Ask the producer for a new record.',
      });
      return;
    }
    this.cast = this.cast.map((member) => (member.performerId === performerId ? { ...member, likenessId } : member));
    this.broadcast({ type: 'cast', cast: this.cast, likenesses: this.likenesses });
  }

  private async tick(): Promise<void> {
    if (this.painting) return;
    this.painting = true;
    const frameNumber = ++this.frameNumber;
    const seconds = (frameNumber * frameMs) / 1000;
    if (frameNumber % 3 === 0) {
      const lanes = this.laneIds.map((id, index) => fakeLane(id, seconds, frameNumber, this.values, index));
      this.broadcast({ type: 'status', atMs: seconds * 1000, lanes, processes: fakeProcesses(this.laneIds) });
    }
    if (this.show.cueState(this.nowMs()).running) this.tellShow();
    for (const laneId of this.laneIds) await this.pictures.send(laneId, seconds, frameNumber, [...this.clients]);
    this.painting = false;
  }

  private tell(client: FakeClient, message: ServerMessage): void {
    if (client.socket.readyState === client.socket.OPEN) client.socket.send(JSON.stringify(message));
  }

  private broadcast(message: ServerMessage): void {
    for (const client of this.clients) this.tell(client, message);
  }
}
