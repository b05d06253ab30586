import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer, type RawData } from 'ws';
import type { PreviewSide } from '../../protocol/binary.js';
import type { ClientMessage, ServerMessage } from '../../protocol/messages.js';
import { refusal, type Dispatcher, type ParamChange, type Refusal } from '../dispatch/dispatch.js';
import { originFault, type AllowedHosts } from '../http/origin.js';
import { parseClientMessage } from './client-message.js';
import { PreviewFlow } from './preview-flow.js';

export interface WsSurfaceOptions {
  readonly dispatcher: Dispatcher;
  readonly allowed: AllowedHosts;
  readonly hello: () => Extract<ServerMessage, { type: 'hello' }>;
  /** Sent after the hello, so that a page is complete at once. */
  readonly welcome: () => readonly ServerMessage[];
  readonly assign: (performerId: string, likenessId: string | null, by: string) => Refusal | null;
  /** Somebody began or stopped looking: ask `wanted` again. */
  readonly onWantsChanged: () => void;
  readonly heartbeatMs?: number;
}
/** What all clients together want of one lane. */
export interface Wanted {
  readonly want: readonly PreviewSide[];
  readonly maxFps: number;
  readonly widthPx: number;
  readonly meshes: boolean;
}

interface Client {
  readonly socket: WebSocket;
  readonly previews: PreviewFlow;
  meshes: ReadonlySet<string>;
  alive: boolean;
}

/** Beyond this many unsent bytes a client gets no more pictures; beyond the second it is let go and may come back. */
const congestedBytes = 1 << 20;
const hopelessBytes = 16 << 20;

/** The page's door: /ws on every HTTP server of the show. Text frames are ServerMessage and ClientMessage. */
export class WsSurface {
  readonly #wss = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024, perMessageDeflate: false });
  readonly #clients = new Set<Client>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #stopListening: () => void;
  #pending: ParamChange[] = [];
  #flushTimer: NodeJS.Timeout | null = null;
  readonly counters = {
    refusedConnections: 0,
    invalidMessages: 0,
    droppedPreviews: 0,
    sentPreviews: 0,
    droppedMeshes: 0,
    droppedClients: 0,
  };

  constructor(private readonly options: WsSurfaceOptions) {
    this.#stopListening = options.dispatcher.onChange((change) => this.#queue(change));
    this.#heartbeat = setInterval(() => this.#beat(), options.heartbeatMs ?? 5000);
    this.#heartbeat.unref();
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      const path = (request.url ?? '').split('?', 1)[0];
      const fault = originFault(request.headers, this.options.allowed);
      if (path !== '/ws' || fault !== null) {
        this.counters.refusedConnections += 1;
        socket.end(
          `HTTP/1.1 ${path === '/ws' ? '403 Forbidden' : '404 Not Found'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
        );
        return;
      }
      this.#wss.handleUpgrade(request, socket, head, (client) => this.#welcome(client));
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
    this.#stopListening();
    clearInterval(this.#heartbeat);
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    for (const { socket } of this.#clients) {
      socket.close(1001, 'the server is closing');
      socket.terminate();
    }
    this.#wss.close();
  }

  #welcome(socket: WebSocket): void {
    const client: Client = { socket, previews: new PreviewFlow(), meshes: new Set(), alive: true };
    this.#clients.add(client);
    socket.on('pong', () => (client.alive = true));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      this.#clients.delete(client);
      this.options.onWantsChanged();
    });
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) this.#invalid(client, 'binary frames go to the page only');
      else this.#take(client, (data as Buffer).toString('utf8'));
    });
    for (const message of [this.options.hello(), ...this.options.welcome()])
      this.#send(client, JSON.stringify(message));
  }

  #take(client: Client, text: string): void {
    client.alive = true;
    const message = parseClientMessage(text);
    if (message.type === 'invalid') this.#invalid(client, message.reason);
    else this.#act(client, message);
  }
  #act(client: Client, message: ClientMessage): void {
    const { dispatcher } = this.options;
    switch (message.type) {
      case 'set':
      case 'reset': {
        const answer =
          message.type === 'set'
            ? dispatcher.dispatch(message.address, message.value, 'page')
            : dispatcher.reset(message.address, 'page');
        if (!answer.ok) this.#refuse(client, answer);
        // Taken otherwise than it was sent, or nothing new for the others: the sender must still see the true value.
        else if (answer.clamped || !answer.changed)
          this.#reply(client, {
            type: 'params',
            changes: [{ address: answer.address, value: answer.value, by: 'page' }],
          });
        return;
      }
      case 'previews':
        client.previews.want(message.want, message.maxFps, message.widthPx);
        this.options.onWantsChanged();
        return;
      case 'meshes':
        client.meshes = new Set(message.laneIds);
        this.options.onWantsChanged();
        return;
      case 'drawn':
        client.previews.drawn(message.laneId, message.which, message.frameNumber);
        return;
      case 'assign': {
        const stopped = this.options.assign(message.performerId, message.likenessId, 'page');
        if (stopped !== null) this.#refuse(client, stopped);
        return;
      }
      case 'ping':
        this.#reply(client, { type: 'pong', sentAtMs: message.sentAtMs });
        return;
    }
  }

  #invalid(client: Client, reason: string): void {
    this.counters.invalidMessages += 1;
    this.#refuse(client, refusal('', 'CONTROL_MESSAGE_INVALID', { reason }));
  }
  #refuse(client: Client, { address, code, message, advice }: Refusal): void {
    this.#reply(client, { type: 'refused', address, code, message, advice });
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

  /** Changes of one turn of the loop travel together: a cue that sets fifty values is one message. */
  #queue(change: ParamChange): void {
    this.#pending.push(change);
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = null;
      const changes = this.#pending;
      this.#pending = [];
      this.broadcast({ type: 'params', changes });
    }, 4);
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
