import type { Clock } from '../../time/clock.js';
import { after, fromMs, type InstantUs } from '../../time/time.js';
import { compilePattern, isPattern, type AddressMatcher } from './pattern.js';
import type { OscPeer } from './peer.js';

export interface Subscription {
  readonly peer: OscPeer;
  readonly covers: AddressMatcher;
  /** null: a target of the show file, which has no lease. */
  readonly until: InstantUs | null;
  /** What the desk calls this address. */
  readonly nameOf: (address: string) => string;
  /** Whether `by` is this desk itself, so that a motor fader does not fight the finger on it. */
  readonly isOwn: (by: string) => boolean;
}

const defaultLeaseSeconds = 60;
const longestLeaseSeconds = 3600;
const mostSubscriptions = 64;

// A pattern's star and slash would end a block comment here.
// A prefix ("/understudy/output") or a pattern. null where it cannot be read.
export function coverage(text: string): AddressMatcher | null {
  if (isPattern(text)) return compilePattern(text);
  return (address) => address.startsWith(text);
}

/** Who wants feedback, for how long. A desk that goes away stops costing anything when its lease ends. */
export class Subscribers {
  readonly #leased = new Map<string, Subscription>();
  readonly #standing = new Set<Subscription>();
  constructor(private readonly clock: Clock) {}

  /** Renews where peer and pattern are known. Returns the seconds granted; 0 where there is no room or no sense in it. */
  add(peer: OscPeer, text: string, leaseSeconds = defaultLeaseSeconds): number {
    this.#expire();
    const key = `${peer.by} ${text}`;
    const covers = coverage(text);
    if (covers === null || (!this.#leased.has(key) && this.#leased.size >= mostSubscriptions)) return 0;
    const granted = Math.min(longestLeaseSeconds, Math.max(1, Math.round(leaseSeconds)));
    const until = after(this.clock.nowUs(), fromMs(granted * 1000));
    this.#leased.set(key, { peer, covers, until, nameOf: (address) => address, isOwn: (by) => by === peer.by });
    return granted;
  }
  /** A target of the show file; gives what ends it. */
  addStanding(subscription: Subscription): () => void {
    this.#standing.add(subscription);
    return () => this.#standing.delete(subscription);
  }
  /** All of a peer's. */
  remove(peer: OscPeer): void {
    for (const [key, subscription] of this.#leased) if (subscription.peer.by === peer.by) this.#leased.delete(key);
  }
  /** One for each peer at most: two overlapping patterns are no reason to tell it twice. */
  of(address: string): readonly Subscription[] {
    this.#expire();
    if (this.#leased.size + this.#standing.size === 0) return [];
    const told = new Set<string>();
    return [...this.#leased.values(), ...this.#standing].filter(({ peer, covers }) => {
      if (told.has(peer.by) || !covers(address)) return false;
      told.add(peer.by);
      return true;
    });
  }
  get size(): number {
    this.#expire();
    return this.#leased.size;
  }
  #expire(): void {
    if (this.#leased.size === 0) return;
    const now = this.clock.nowUs();
    for (const [key, { until }] of this.#leased) if (until !== null && until <= now) this.#leased.delete(key);
  }
}
