import type { Clock } from '../../time/clock.js';
import { bundleHeadBytes, encodeBundle, encodeMessage, type OscOut } from './codec.js';
import type { OscProfile } from './profile.js';

export interface OutboxCounters {
  sent: number;
  /** A newer value of the same address took the place of one that was still waiting. */
  coalesced: number;
  /** A message that does not fit the desk's largest packet, or one too many waiting. */
  dropped: number;
}

const mostWaiting = 4096;
/** Values that change in one turn of the loop share a bundle. */
const gatherMs = 2;

/**
 * What waits to go to one desk. Sends at once while the desk's rate allows it; beyond that each address waits with its
 * newest value, so that a fast fader costs a slow desk its rate and never a queue. Answers (`say`) are never coalesced.
 */
export class Outbox {
  readonly #waiting = new Map<string, { readonly address: string; readonly args: readonly OscOut[] }>();
  #tokens: number;
  #filledAtUs: number;
  #timer: NodeJS.Timeout | null = null;
  #answers = 0;

  constructor(
    readonly profile: OscProfile,
    private readonly clock: Clock,
    private readonly counters: OutboxCounters,
    private readonly transmit: (packet: Uint8Array) => void,
  ) {
    this.#tokens = profile.rateHz;
    this.#filledAtUs = clock.nowUs();
  }

  /** A value: the newest of its address is enough. */
  put(address: string, args: readonly OscOut[]): void {
    this.#enter(address, address, args);
  }
  /** An answer: each is sent, in order. */
  say(address: string, args: readonly OscOut[]): void {
    this.#answers += 1;
    this.#enter(`${this.#answers} ${address}`, address, args);
  }
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #enter(key: string, address: string, args: readonly OscOut[]): void {
    if (this.#waiting.has(key)) this.counters.coalesced += 1;
    else if (this.#waiting.size >= mostWaiting) {
      this.counters.dropped += 1;
      return;
    }
    this.#waiting.set(key, { address, args });
    if (this.#timer !== null) return;
    if (this.profile.bundles) this.#later(gatherMs);
    else this.#flush();
  }

  #later(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#flush();
    }, ms);
    this.#timer.unref();
  }

  #flush(): void {
    this.#refill();
    const ready: Uint8Array[] = [];
    for (const [key, { address, args }] of this.#waiting) {
      if (this.#tokens < 1) break;
      this.#waiting.delete(key);
      const message = encodeMessage(address, args);
      if (message.length > this.profile.largestPacketBytes) {
        this.counters.dropped += 1;
        continue;
      }
      this.#tokens -= 1;
      this.counters.sent += 1;
      if (this.profile.bundles) ready.push(message);
      else this.transmit(message);
    }
    this.#bundle(ready);
    // Ten at a time: a timer for each message would cost more than the messages.
    if (this.#waiting.size > 0) this.#later(Math.max(2, Math.ceil(10_000 / this.profile.rateHz)));
  }

  #bundle(messages: readonly Uint8Array[]): void {
    let bundle: Uint8Array[] = [];
    let bytes = bundleHeadBytes;
    const send = (): void => {
      if (bundle.length === 1) this.transmit(bundle[0]!);
      else if (bundle.length > 1) this.transmit(encodeBundle(bundle));
      bundle = [];
      bytes = bundleHeadBytes;
    };
    for (const message of messages) {
      if (bytes + 4 + message.length > this.profile.largestPacketBytes) send();
      bundle.push(message);
      bytes += 4 + message.length;
    }
    send();
  }

  #refill(): void {
    const now = this.clock.nowUs();
    const earned = ((now - this.#filledAtUs) / 1_000_000) * this.profile.rateHz;
    this.#tokens = Math.min(this.profile.rateHz, this.#tokens + earned);
    this.#filledAtUs = now;
  }
}
