import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer, type RawData } from 'ws';
import type { PreviewSide } from '../../protocol/binary.js';
import type { ServerMessage } from '../../protocol/messages.js';
import type { ClientInfo } from '../../protocol/show.js';
import { refusal, type Dispatcher, type Refusal } from '../dispatch/dispatch.js';
import type { Access } from '../http/access.js';
import { originFault, type AllowedHosts } from '../http/origin.js';
import { Changes } from './changes.js';
import { ClientActs, infoOf, type Client } from './client.js';
import { ClientKeys, nameOf } from './client-keys.js';
import { parseClientMessage } from './client-message.js';
import { PreviewFlow } from './preview-flow.js';

export interface WsSurfaceOptions {
  readonly dispatcher: Dispatcher;
  readonly allowed: AllowedHosts;
  readonly hello: () => Extract<ServerMessage, { type: 'hello' }>;
  /** Sent after the hello, so that a page is complete at once. */
  readonly welcome: () => readonly ServerMessage[];
  readonly assign: (performerId: string, likenessId: string | null, by: string) => Refusal | null;
  readonly edit: (edit: unknown, by: string) => Refusal | null;
  readonly access: Access;
  /** Somebody came or went. */
  readonly onPresence: (info: ClientInfo, there: boolean) => void;
  /** Somebody began or stopped looking: ask `wanted` again. */
  readonly onWantsChanged: () => void;
  readonly nowIso: () => string;
  readonly heartbeatMs?: number;
}
/** What all clients together want of one lane. */
export interface Wanted {
  readonly want: readonly PreviewSide[];
  readonly maxFps: number;
  readonly widthPx: number;
  readonly meshes: boolean;
}

/** Beyond this many unsent bytes a client gets no more pictures; beyond the second it is let go and may come back. */
const congestedBytes = 1 << 20;
const hopelessBytes = 16 << 20;

/** The page's door: /ws on every HTTP server of the show. Text frames are ServerMessage and ClientMessage. */
export class WsSurface {
  readonly #wss = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024, perMessageDeflate: false });
  readonly #clients = new Set<Client>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #keys = new ClientKeys();
  readonly #changes: Changes;
  #closed = false;
  readonly #acts: ClientActs;
  readonly counters = {
    refusedConnections: 0,
    invalidMessages: 0,
    droppedPreviews: 0,
    sentPreviews: 0,
    droppedMeshes: 0,
    droppedClients: 0,
  };

  constructor(private readonly options: WsSurfaceOptions) {
    this.#changes = new Changes(options.dispatcher, (message) => this.broadcast(message));
    this.#acts = new ClientActs({
      ...options,
      reply: (client, message) => this.#reply(client, message),
      tellPresence: () => this.broadcast({ type: 'presence', clients: this.clients }),
    });
    this.#heartbeat = setInterval(() => this.#beat(), options.heartbeatMs ?? 5000);
    this.#heartbeat.unref();
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  get clients(): readonly ClientInfo[] {
    return [...this.#clients].map(infoOf);
  }
  /** Cameras or cast are others now: every page draws itself from the start. */
  greetAgain(): void {
    for (const client of this.#clients) this.#greet(client);
  }
  /** Whether the holder of something, "page 3", is connected. */
  has(holder: string): boolean {
    return [...this.#clients].some(({ clientId }) => clientId === holder);
  }

  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      const [path = '', query = ''] = (request.url ?? '/').split('?');
      const fault = originFault(request.headers, this.options.allowed);
      const who = this.options.access.of(request);
      if (path !== '/ws' || fault !== null || who === null) {
        this.counters.refusedConnections += 1;
        const answer = path !== '/ws' ? '404 Not Found' : fault !== null ? '403 Forbidden' : '401 Unauthorized';
        socket.end(`HTTP/1.1 ${answer}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      this.#wss.handleUpgrade(request, socket, head, (open) => {
        const asked = new URLSearchParams(query);
        const name = nameOf(asked.get('name') ?? who.name);
        const clientId = this.#keys.idOf(asked.get('client'));
        this.#welcome(open, { clientId, name, role: who.role, address: request.socket.remoteAddress ?? '' });
      });
    });
  }

  broadcast(message: ServerMessage): void {
    const text = JSON.stringify(message);
    for (const client of this.#clients) this.#send(client, text);
  }

  /** `frame`: encodePreview of server/protocol/binary.ts. */
  preview(laneId: string, which: PreviewSide, frameNumber: number, captureAtUs: number, frame: () => Uint8Array): void {
    let bytes: Uint8Array | null = null;
    for (const { socket, previews } of this.#clients) {
      const droppedBefore = previews.dropped;
      if (previews.take(laneId, which, frameNumber, captureAtUs, socket.bufferedAmount > congestedBytes)) {
        bytes ??= frame();
        socket.send(bytes);
        this.counters.sentPreviews += 1;
      }
      this.counters.droppedPreviews += previews.dropped - droppedBefore;
    }
  }
  mesh(laneId: string, frame: Uint8Array): void {
    for (const { socket, meshes } of this.#clients) {
      if (!meshes.has(laneId)) continue;
      if (socket.bufferedAmount > congestedBytes) this.counters.droppedMeshes += 1;
      else socket.send(frame);
    }
  }

  wanted(laneId: string): Wanted {
    const clients = [...this.#clients];
    const want = (['input', 'output'] as const).filter((which) =>
      clients.some(({ previews }) => previews.wants(laneId, which)),
    );
    const watching = clients.filter(({ previews }) => want.some((which) => previews.wants(laneId, which)));
    return {
      want,
      maxFps: Math.max(0, ...watching.map(({ previews }) => previews.maxFps)),
      widthPx: Math.max(0, ...watching.map(({ previews }) => previews.widthPx)),
      meshes: clients.some(({ meshes }) => meshes.has(laneId)),
    };
  }

  close(): void {
    this.#closed = true;
    this.#changes.close();
    clearInterval(this.#heartbeat);
    for (const { socket } of this.#clients) {
      socket.close(1001, 'the server is closing');
      socket.terminate();
    }
    this.#wss.close();
  }

  #welcome(socket: WebSocket, who: Pick<Client, 'clientId' | 'name' | 'role' | 'address'>): void {
    const client: Client = {
      ...who,
      socket,
      sinceIso: this.options.nowIso(),
      place: '',
      lastChange: null,
      previews: new PreviewFlow(),
      meshes: new Set(),
      alive: true,
    };
    this.#clients.add(client);
    socket.on('pong', () => (client.alive = true));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      this.#clients.delete(client);
      this.options.onWantsChanged();
      this.#present(client, false);
    });
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) this.#invalid(client, 'binary frames go to the page only');
      else this.#take(client, (data as Buffer).toString('utf8'));
    });
    this.#greet(client);
    this.#present(client, true);
  }
  #greet(client: Client): void {
    for (const message of [this.options.hello(), this.#controls(client), ...this.options.welcome()])
      this.#reply(client, message);
  }
  #controls({ clientId, role, name }: Client): ServerMessage {
    const { dispatcher } = this.options;
    return {
      type: 'controls',
      you: { clientId, role, name },
      actions: dispatcher.registry.actionDescriptors,
      meters: dispatcher.registry.meterDescriptors,
      meterValues: dispatcher.allMeters(),
      writers: dispatcher.writers,
    };
  }
  #present(client: Client, there: boolean): void {
    if (this.#closed) return;
    this.broadcast({ type: 'presence', clients: this.clients });
    this.options.onPresence(infoOf(client), there);
  }

  #take(client: Client, text: string): void {
    client.alive = true;
    const message = parseClientMessage(text);
    if (message.type === 'invalid') this.#invalid(client, message.reason);
    else this.#acts.act(client, message);
  }

  #invalid(client: Client, reason: string): void {
    this.counters.invalidMessages += 1;
    this.#acts.refuse(client, refusal('', 'CONTROL_MESSAGE_INVALID', { reason }));
  }
  #reply(client: Client, message: ServerMessage): void {
    this.#send(client, JSON.stringify(message));
  }
  #send({ socket }: Client, text: string): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > hopelessBytes) {
      this.counters.droppedClients += 1;
      socket.terminate();
      return;
    }
    socket.send(text);
  }

  #beat(): void {
    for (const client of this.#clients) {
      if (!client.alive) {
        this.counters.droppedClients += 1;
        client.socket.terminate();
        continue;
      }
      client.alive = false;
      client.socket.ping();
    }
  }
}
