import { WebSocket, type RawData } from 'ws';
import type { Clock } from '../../time/clock.js';
import type { Conversation } from '../osc/conversation.js';
import { Outbox } from '../osc/outbox.js';
import type { OscPeer } from '../osc/peer.js';
import { oscPresets } from '../osc/profile.js';

/** OSCQuery says "T" of a toggle, so T and F is what it is sent. */
const profile = { ...oscPresets.generic, toggles: 'tag', largestPacketBytes: 65_536 } as const;
const mostListened = 4096;
const hopelessBytes = 1 << 20;

export interface QueryClientCounters {
  invalid: number;
  dropped: number;
}

/** One WebSocket of an OSCQuery client: JSON commands in text frames, OSC packets in binary ones. */
export class QueryClient {
  readonly #listened = new Set<string>();
  readonly #stop: () => void;
  readonly peer: OscPeer;

  constructor(
    private readonly socket: WebSocket,
    host: string,
    name: string,
    private readonly talk: Conversation,
    clock: Clock,
    private readonly counters: QueryClientCounters,
  ) {
    const outbox = new Outbox(profile, clock, talk.counters, (packet) => this.#send(packet));
    this.peer = { by: `oscquery ${name}`, host, ratioFull: 1, outbox, at: () => null };
    // A lost connection loses what it listened to.
    this.#stop = talk.subscribers.addStanding({
      peer: this.peer,
      covers: (address) => this.#listened.has(address),
      until: null,
      nameOf: (address) => address,
      isOwn: (by) => by === this.peer.by,
    });
    socket.on('message', (data: RawData, isBinary: boolean) => this.#take(data as Buffer, isBinary));
    socket.on('error', () => socket.terminate());
  }

  tell(command: string, data: unknown): void {
    this.#send(JSON.stringify({ COMMAND: command, DATA: data }));
  }
  close(): void {
    this.#stop();
    this.talk.subscribers.remove(this.peer);
    this.peer.outbox.close();
    this.socket.terminate();
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      this.talk.receive(data, this.peer);
      return;
    }
    const said = commandOf(data.toString('utf8'));
    if (said === null) this.counters.invalid += 1;
    else if (said.listen && this.#listened.size < mostListened) this.#listened.add(said.path);
    else this.#listened.delete(said.path);
  }
  #send(data: Uint8Array | string): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > hopelessBytes) {
      this.counters.dropped += 1;
      this.socket.terminate();
      return;
    }
    this.socket.send(data);
  }
}

/** LISTEN and IGNORE; null for everything else. Never throws. */
function commandOf(text: string): { readonly listen: boolean; readonly path: string } | null {
  try {
    const { COMMAND: command, DATA: path } = JSON.parse(text) as { COMMAND?: unknown; DATA?: unknown };
    if (typeof path !== 'string' || (command !== 'LISTEN' && command !== 'IGNORE')) return null;
    return { listen: command === 'LISTEN', path };
  } catch {
    return null;
  }
}
