import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { CodedError } from '../../errors/coded-error.js';
import type { Clock } from '../../time/clock.js';
import type { Dispatcher } from '../dispatch/dispatch.js';
import { originFault, type AllowedHosts } from '../http/origin.js';
import type { Conversation } from '../osc/conversation.js';
import { answerQuery } from './answer.js';
import { QueryClient } from './query-client.js';
import { labelsOf, ScopeChanges } from './scope-changes.js';
import { methodsOf, QueryTree, type Json } from './tree.js';

export interface QueryServerOptions {
  readonly dispatcher: Dispatcher;
  readonly talk: Conversation;
  readonly clock: Clock;
  readonly allowed: AllowedHosts;
  readonly host: string;
  readonly port: number;
  /** "Understudy – Stage 4": what clients list it under. */
  readonly name: string;
  readonly oscPort: number;
}

const mostClients = 32;
/** What of the optional parts is there. */
const extensions = [
  'ACCESS',
  'VALUE',
  'RANGE',
  'DESCRIPTION',
  'TAGS',
  'UNIT',
  'CRITICAL',
  'CLIPMODE',
  'OVERLOADS',
  'LISTEN',
  'PATH_CHANGED',
  'PATH_RENAMED',
  'PATH_ADDED',
  'PATH_REMOVED',
] as const;

/**
 * OSCQuery on one address of this machine: the registry as a tree over HTTP, changes of listened addresses as OSC packets over
 * the WebSocket of the same port. Pages of other sites are refused as the control page's door refuses them.
 */
export class QueryServer {
  readonly counters = { requests: 0, refusedConnections: 0, invalid: 0, dropped: 0 };
  readonly #http: Server;
  readonly #wss = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024, perMessageDeflate: false });
  readonly #clients = new Set<QueryClient>();
  readonly #changes: ScopeChanges;
  #tree: QueryTree | null = null;

  private constructor(private readonly options: QueryServerOptions) {
    const { registry } = options.dispatcher;
    this.#http = createServer((request, response) => this.#answer(request, response));
    this.#http.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      if (originFault(request.headers, options.allowed) !== null || this.#clients.size >= mostClients) {
        this.counters.refusedConnections += 1;
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      this.#wss.handleUpgrade(request, socket, head, (client) => {
        const { remoteAddress = '', remotePort = 0 } = request.socket;
        const name = `${remoteAddress}:${remotePort}`;
        const one = new QueryClient(client, remoteAddress, name, options.talk, options.clock, this.counters);
        this.#clients.add(one);
        client.on('close', () => {
          this.#clients.delete(one);
          one.close();
        });
      });
    });
    this.#changes = new ScopeChanges(registry, (changes) => {
      this.#tree = null;
      for (const client of this.#clients) for (const { command, data } of changes) client.tell(command, data);
    });
  }

  /** Throws CodedError where the port is taken or the address is not ours. */
  static open(options: QueryServerOptions): Promise<QueryServer> {
    const server = new QueryServer(options);
    const { host, port } = options;
    return new Promise((resolve, reject) => {
      server.#http.once('error', (error: NodeJS.ErrnoException) => {
        server.close();
        if (error.code === 'EADDRINUSE')
          reject(new CodedError('CONTROL_PORT_TAKEN', { surface: 'OSCQuery', port, host, key: 'oscQuery' }));
        else reject(error);
      });
      server.#http.listen(port, host, () => resolve(server));
    });
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }
  get clientCount(): number {
    return this.#clients.size;
  }
  close(): void {
    this.#changes.close();
    for (const client of this.#clients) client.close();
    this.#clients.clear();
    this.#wss.close();
    this.#http.close();
    this.#http.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.counters.requests += 1;
    request.resume();
    const end = (status: number, body: Json | null = null): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(body === null ? undefined : JSON.stringify(body));
    };
    if (originFault(request.headers, this.options.allowed) !== null) end(403);
    else if (request.method !== 'GET' && request.method !== 'HEAD') end(405);
    else {
      const { status, body } = answerQuery(this.#treeNow(), () => this.#hostInfo(), request.url ?? '/');
      end(status, body);
    }
  }
  #treeNow(): QueryTree {
    const { dispatcher } = this.options;
    const labels = [...labelsOf(dispatcher.registry)].map(([id, label]) => [`/understudy/${id}`, label] as const);
    this.#tree ??= new QueryTree(methodsOf(dispatcher), new Map(labels));
    return this.#tree;
  }
  #hostInfo(): Json {
    const { name, host, oscPort } = this.options;
    return {
      NAME: name,
      EXTENSIONS: Object.fromEntries(extensions.map((one) => [one, true])),
      OSC_IP: host,
      OSC_PORT: oscPort,
      OSC_TRANSPORT: 'UDP',
      WS_IP: host,
      WS_PORT: this.port,
    };
  }
}
