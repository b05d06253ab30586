import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { rmSync } from 'node:fs';

/**
 * Framed messages between the processes of one machine, over a local socket (Unix domain socket; named pipe on Windows):
 * u32 length of all that follows · u32 length of the JSON head · head · payload bytes. Little-endian. The payload carries
 * pixels and JPEGs; the head says what they are. A channel that cannot drain drops what is marked droppable.
 */
export interface IpcMessage {
  readonly head: { readonly type: string } & Readonly<Record<string, unknown>>;
  readonly payload: Uint8Array;
}
const nothing = new Uint8Array(0);
/** A face's crop and a picture to search, each under way and the next being cut. */
const mostSpare = 6;
const largestMessageBytes = 64 * 1024 * 1024;

export class IpcChannel {
  readonly #socket: Socket;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Copies of payloads that the socket has taken. */
  readonly #spare: Buffer[] = [];
  #closed = false;
  onMessage: (message: IpcMessage) => void = () => {};
  onClose: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay?.(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#closed) return;
      this.#closed = true;
      this.onClose();
    });
  }

  get open(): boolean {
    return !this.#closed && !this.#socket.destroyed;
  }
  /** Bytes that the other side has not taken yet. */
  get backlogBytes(): number {
    return this.#socket.writableLength;
  }

  /** Never blocks. Returns false where the channel is closed. The payload is kept until sent: it may not change meanwhile. */
  send(head: IpcMessage['head'], payload: Uint8Array = nothing): boolean {
    return this.#write(head, payload, undefined);
  }

  /**
   * The same for a payload that changes after the call, such as a crop in kernel memory. The copies are used again once the socket has
   * taken them: pixels at picture rate would otherwise fill memory outside V8's heap, and make it collect the whole of it.
   */
  sendCopy(head: IpcMessage['head'], payload: Uint8Array): boolean {
    if (!this.open) return false;
    const at = this.#spare.findIndex((one) => one.length === payload.length);
    const copy = at < 0 ? Buffer.allocUnsafeSlow(payload.length) : this.#spare.splice(at, 1)[0]!;
    copy.set(payload);
    return this.#write(head, copy, () => {
      if (this.#spare.length >= mostSpare) this.#spare.shift();
      this.#spare.push(copy);
    });
  }

  #write(head: IpcMessage['head'], payload: Uint8Array, onTaken: (() => void) | undefined): boolean {
    if (!this.open) return false;
    const json = Buffer.from(JSON.stringify(head));
    const start = Buffer.allocUnsafe(8);
    start.writeUInt32LE(4 + json.length + payload.length, 0);
    start.writeUInt32LE(json.length, 4);
    this.#socket.cork();
    this.#socket.write(start);
    this.#socket.write(json);
    if (payload.length > 0) this.#socket.write(payload, onTaken);
    this.#socket.uncork();
    return true;
  }

  close(): void {
    this.#socket.end();
    this.#socket.destroySoon();
  }

  #take(chunk: Buffer): void {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    while (this.#pendingBytes >= 4) {
      if (this.#pending[0]!.length < 4) this.#pending = [Buffer.concat(this.#pending)];
      const length = this.#pending[0]!.readUInt32LE(0);
      if (length > largestMessageBytes) {
        this.#socket.destroy(new Error('message too large'));
        return;
      }
      if (this.#pendingBytes < 4 + length) return;
      const all = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending);
      const rest = all.subarray(4 + length);
      this.#pending = rest.length > 0 ? [rest] : [];
      this.#pendingBytes = rest.length;
      const jsonBytes = all.readUInt32LE(4);
      const head = JSON.parse(all.toString('utf8', 8, 8 + jsonBytes)) as IpcMessage['head'];
      this.onMessage({ head, payload: all.subarray(8 + jsonBytes, 4 + length) });
    }
  }
}

/** Listens at a path; every connection becomes a channel. */
export function listenIpc(path: string, onChannel: (channel: IpcChannel) => void): Promise<Server> {
  if (process.platform !== 'win32') rmSync(path, { force: true });
  const server = createServer((socket) => onChannel(new IpcChannel(socket)));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve(server));
  });
}

/**
 * Keeps one connection to a path alive: connects, calls `onOpen`, and tries again `retryMs` after every failure or loss,
 * until closed. A dead process at the other end is an event, never an exception.
 */
export class IpcClient {
  #channel: IpcChannel | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  constructor(
    private readonly path: string,
    private readonly handlers: {
      onOpen: (channel: IpcChannel) => void;
      onMessage: (message: IpcMessage) => void;
      onLost: () => void;
    },
    private readonly retryMs = 100,
  ) {
    this.#connect();
  }
  get channel(): IpcChannel | null {
    return this.#channel?.open === true ? this.#channel : null;
  }
  close(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#channel?.close();
  }
  #connect(): void {
    const socket = createConnection(this.path);
    let opened = false;
    socket.once('connect', () => {
      opened = true;
      const channel = new IpcChannel(socket);
      channel.onMessage = this.handlers.onMessage;
      channel.onClose = () => {
        this.#channel = null;
        this.handlers.onLost();
        this.#again();
      };
      this.#channel = channel;
      this.handlers.onOpen(channel);
    });
    socket.on('error', () => {
      socket.destroy();
      if (!opened) this.#again();
    });
  }
  #again(): void {
    if (this.#stopped || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (!this.#stopped) this.#connect();
    }, this.retryMs);
    this.#timer.unref();
  }
}

/** A socket path for a process of one show: short, since Unix limits it to about 100 bytes. */
export const ipcPath = (runFolder: string, name: string): string =>
  process.platform === 'win32'
    ? `\\\\.\\pipe\\understudy-${name}-${runFolder.replace(/\W/g, '-')}`
    : `${runFolder}/${name}.sock`;
