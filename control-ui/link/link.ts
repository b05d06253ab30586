import type { ClientMessage, ServerMessage } from '../../server/protocol/messages.js';

/** The part of the browser's WebSocket that the link uses. */
export interface LinkSocket {
  binaryType: string;
  readonly readyState: number;
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface LinkState {
  /** 'connecting': first try or a retry under way; 'live'; 'waiting': lost, next try at `retryAtMs`. */
  readonly phase: 'connecting' | 'live' | 'waiting';
  readonly attempt: number;
  readonly retryAtMs: number;
  /** Last ping's round trip; null before the first. */
  readonly roundTripMs: number | null;
}

export interface LinkOptions {
  readonly connect: () => LinkSocket;
  readonly now: () => number;
  /** Runs once after the delay; returns a canceller. */
  readonly later: (run: () => void, delayMs: number) => () => void;
  readonly random01: () => number;
  readonly onState: (state: LinkState) => void;
  readonly onMessage: (message: ServerMessage) => void;
  readonly onBinary: (bytes: Uint8Array) => void;
}

const openState = 1;
export const pingEveryMs = 2000;
/** Silence after which a socket that still looks open is given up: a pulled network cable sends no close. */
export const silenceMs = 7000;

/** 250 ms, then longer by 1.7 each time up to 5 s, plus up to 30 % so that many tablets do not come back in step. */
export function retryDelayMs(attempt: number, random01: number): number {
  return Math.min(5000, 250 * 1.7 ** attempt) * (1 + 0.3 * random01);
}

/** A WebSocket that comes back by itself. Nothing is queued while it is away: a stale command must not fire on return. */
export class Link {
  private socket: LinkSocket | null = null;
  private cancelTimer: () => void = () => undefined;
  private state: LinkState = { phase: 'connecting', attempt: 0, retryAtMs: 0, roundTripMs: null };
  private heardAtMs = 0;
  private closed = false;

  constructor(private readonly options: LinkOptions) {}

  open(): void {
    this.closed = false;
    this.dial();
  }

  close(): void {
    this.closed = true;
    this.cancelTimer();
    this.socket?.close();
  }

  /** False when there is no connection: the message is not sent and not kept. */
  send(message: ClientMessage): boolean {
    if (this.state.phase !== 'live' || this.socket?.readyState !== openState) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** Try now instead of at the end of the wait (the operator pressed the button, or the tab came back). */
  retryNow(): void {
    if (this.state.phase !== 'waiting') return;
    this.cancelTimer();
    this.dial();
  }

  private dial(): void {
    this.become({ phase: 'connecting' });
    const socket = this.options.connect();
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    this.heardAtMs = this.options.now();
    socket.onopen = () => {
      if (socket === this.socket) this.opened();
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
    socket.onmessage = (event) => {
      if (socket === this.socket) this.heard(event.data);
    };
    this.watch(socket);
  }

  private opened(): void {
    this.heardAtMs = this.options.now();
    this.become({ phase: 'live', attempt: 0, roundTripMs: null });
    this.ping();
  }

  private ping(): void {
    this.send({ type: 'ping', sentAtMs: this.options.now() });
  }

  /** Pings while live; gives the socket up after too long a silence, also while it is still connecting. */
  private watch(socket: LinkSocket): void {
    this.cancelTimer();
    this.cancelTimer = this.options.later(() => {
      if (socket !== this.socket || this.closed) return;
      if (this.options.now() - this.heardAtMs > silenceMs) {
        socket.close();
        this.lost();
        return;
      }
      this.ping();
      this.watch(socket);
    }, pingEveryMs);
  }

  private lost(): void {
    this.socket = null;
    this.cancelTimer();
    if (this.closed) return;
    const delayMs = retryDelayMs(this.state.attempt, this.options.random01());
    const retryAtMs = this.options.now() + delayMs;
    this.become({ phase: 'waiting', attempt: this.state.attempt + 1, retryAtMs, roundTripMs: null });
    this.cancelTimer = this.options.later(() => this.dial(), delayMs);
  }

  private heard(data: unknown): void {
    this.heardAtMs = this.options.now();
    if (data instanceof ArrayBuffer) {
      this.options.onBinary(new Uint8Array(data));
      return;
    }
    const message = parseServerMessage(data);
    if (!message) return;
    if (message.type === 'pong') this.become({ roundTripMs: this.options.now() - message.sentAtMs });
    else this.options.onMessage(message);
  }

  private become(change: Partial<LinkState>): void {
    this.state = { ...this.state, ...change };
    this.options.onState(this.state);
  }
}

/** Null for anything that is not JSON with a type: a newer server may say more than this page knows. */
function parseServerMessage(data: unknown): ServerMessage | null {
  if (typeof data !== 'string') return null;
  try {
    const parsed: unknown = JSON.parse(data);
    return typeof parsed === 'object' && parsed !== null && 'type' in parsed ? (parsed as ServerMessage) : null;
  } catch {
    return null;
  }
}
