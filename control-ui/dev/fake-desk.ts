import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import { encodeMesh, encodePreview, type PreviewSide } from '../../server/protocol/binary.js';
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
import { fakeDescriptors } from './fake-descriptors.js';
import { FakePainter, fakeFacePoints, fakeTriangles, poseAt } from './fake-scene.js';
import { fakeActions, FakeShow } from './fake-show.js';
import { fakeEngine, fakeLane, fakeProcesses, ladderStep } from './fake-status.js';

interface Client {
  readonly socket: WebSocket;
  /** "page 3". */
  readonly clientId: string;
  readonly role: Role;
  name: string;
  place: string;
  want: readonly { readonly laneId: string; readonly which: PreviewSide }[];
  meshLanes: readonly string[];
  /** Previews sent and not yet reported as drawn. */
  readonly onTheWay: Map<string, number>;
}

const frameMs = 66;
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/**
 * The server's side of the protocol over an in-memory show, for working on the page and for its own test. No NDI, no inference: the
 * picture is a drawing.
 */
export class FakeDesk {
  readonly values = new Map<string, ParamValue>();
  readonly received: ClientMessage[] = [];
  alarms: AlarmMessage[] = [];
  cast: CastMember[] = [
    { performerId: 'mara', name: 'Mara Lind', likenessId: 'mara-71', enrolled: true },
    { performerId: 'jo', name: 'Jo Adeyemi', likenessId: null, enrolled: false },
  ];
  likenesses: LikenessSummary[] = [
    {
      id: 'mara-71',
      name: 'Mara at seventy',
      synthetic: true,
      consent: 'valid',
      consentReason: 'Synthetic person: nobody real is shown.',
      digest: '5b'.repeat(32),
      engine: fakeEngine,
      engineFault: null,
    },
    {
      id: 'otto',
      name: 'Otto Brandt',
      synthetic: false,
      consent: 'expired',
      consentReason: 'The record ran until 2026-10-31.',
      digest: 'c4'.repeat(32),
      engine: { kind: 'mesh', models: [] },
      engineFault: 'The consent record does not name the model "otto-dfm" (a1b2…).',
    },
  ];
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
  private readonly clients = new Set<Client>();
  private readonly keys: string[] = [];
  private readonly addresses = new Map<string, ParamDescriptor>();
  private readonly scopes: ScopeInfo[];
  private readonly painter = new FakePainter(640, 360);
  private readonly http: Server;
  private readonly sockets: WebSocketServer;
  private timer: ReturnType<typeof setInterval> | null = null;
  private frameNumber = 0;
  private painting = false;

  constructor(
    private readonly pageFolder: string,
    private readonly laneIds: readonly string[] = ['cam-a'],
  ) {
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
    this.http = createServer((request, response) => this.serve(request, response));
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

  private serve(request: IncomingMessage, response: ServerResponse): void {
    // As strict as the page can bear: nothing from outside, no inline code.
    response.setHeader('content-security-policy', "default-src 'self'; img-src 'self' data: blob:");
    const path = new URL(request.url ?? '/', 'http://page').pathname;
    if (path === '/canonical-face.json') {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ triangles: fakeTriangles() }));
      return;
    }
    if (path === '/audit') {
      const head = this.show.audit.at(-1)?.hash ?? '';
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ head, entries: this.show.audit }));
      return;
    }
    const file = join(this.pageFolder, normalize(path === '/' ? '/index.html' : path));
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
    createReadStream(file).pipe(response);
  }

  private welcome(socket: WebSocket, asked: URLSearchParams): void {
    const key = asked.get('client') ?? '';
    if (!this.keys.includes(key)) this.keys.push(key);
    const clientId = `page ${this.keys.indexOf(key) + 1}`;
    const name = asked.get('name') ?? '';
    const client: Client = {
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

  private take(client: Client, message: ClientMessage): void {
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

  private writer({ clientId, name }: Client): string {
    return `${clientId} ${name}`.trim();
  }

  private set(client: Client, address: string, value: ParamValue): void {
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

  private assign(client: Client, performerId: string, likenessId: string | null): void {
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
    for (const laneId of this.laneIds) await this.sendPictures(laneId, seconds, frameNumber);
    this.painting = false;
  }

  private async sendPictures(laneId: string, seconds: number, frameNumber: number): Promise<void> {
    const pose = poseAt(seconds + this.laneIds.indexOf(laneId) * 2);
    const mix01 = Number(this.values.get(`/understudy/lane/${laneId}/likeness/mix01`));
    const captureAtUs = seconds * 1e6;
    for (const which of ['input', 'output'] as const) {
      const key = `${which} ${laneId}`;
      const ready = [...this.clients].filter(
        ({ want, onTheWay }) =>
          (onTheWay.get(key) ?? 0) < 2 && want.some((wish) => wish.laneId === laneId && wish.which === which),
      );
      if (ready.length === 0) continue;
      const jpeg = await this.painter.jpeg(
        pose,
        which === 'input' ? 'camera' : ladderStep(laneId, seconds, this.values),
        frameNumber,
        mix01,
      );
      const bytes = encodePreview({ laneId, which, frameNumber, captureAtUs, jpeg });
      for (const client of ready) {
        client.onTheWay.set(key, (client.onTheWay.get(key) ?? 0) + 1);
        client.socket.send(bytes);
      }
    }
    const confidence01 = 0.62 + 0.36 * Math.sin(seconds * 0.4);
    const mesh = encodeMesh({
      laneId,
      faceId: 0,
      frameNumber,
      captureAtUs,
      confidence01,
      aspect: 16 / 9,
      points: fakeFacePoints(pose),
    });
    for (const client of this.clients) if (client.meshLanes.includes(laneId)) client.socket.send(mesh);
  }

  private tell(client: Client, message: ServerMessage): void {
    if (client.socket.readyState === client.socket.OPEN) client.socket.send(JSON.stringify(message));
  }

  private broadcast(message: ServerMessage): void {
    for (const client of this.clients) this.tell(client, message);
  }
}
