import type { Clock } from '../../time/clock.js';
import { after, fromMs, type InstantUs } from '../../time/time.js';

export interface Peer {
  readonly host: string;
  readonly port: number;
}
export interface Subscriber extends Peer {
  readonly prefix: string;
  readonly until: InstantUs;
}

const defaultLeaseSeconds = 60;
const longestLeaseSeconds = 3600;
const mostSubscribers = 64;

/** Who wants feedback, for how long. A desk that goes away stops costing anything when its lease ends. */
export class Subscribers {
  readonly #byPeer = new Map<string, Subscriber>();
  constructor(private readonly clock: Clock) {}

  /** Renews where the peer is known. Returns the seconds granted; 0 where there is no room. */
  add(peer: Peer, prefix: string, leaseSeconds = defaultLeaseSeconds): number {
    this.#expire();
    const key = `${peer.host} ${peer.port}`;
    if (!this.#byPeer.has(key) && this.#byPeer.size >= mostSubscribers) return 0;
    const granted = Math.min(longestLeaseSeconds, Math.max(1, Math.round(leaseSeconds)));
    this.#byPeer.set(key, { ...peer, prefix, until: after(this.clock.nowUs(), fromMs(granted * 1000)) });
    return granted;
  }
  remove(peer: Peer): void {
    this.#byPeer.delete(`${peer.host} ${peer.port}`);
  }
  of(address: string): readonly Subscriber[] {
    this.#expire();
    return [...this.#byPeer.values()].filter(({ prefix }) => address.startsWith(prefix));
  }
  get size(): number {
    this.#expire();
    return this.#byPeer.size;
  }
  #expire(): void {
    const now = this.clock.nowUs();
    for (const [key, { until }] of this.#byPeer) if (until <= now) this.#byPeer.delete(key);
  }
}
