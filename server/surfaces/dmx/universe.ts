import type { InstantUs } from '../../time/time.js';

export const slotCount = 512;
/** A source that is silent so long is gone (E1.31 §6.7.1: network data loss). */
export const sourceTimeoutUs = 2_500_000;
const mostSources = 16;

/** One packet's worth of levels, from either wire. */
export interface DmxPacket {
  readonly universe: number;
  /** Who sends it: a CID, an address. */
  readonly source: string;
  /** 0 to 200; Art-Net has none and counts as 100. */
  readonly priority: number;
  /** 0 to 255, wrapping; null where the source does not count. */
  readonly sequence: number | null;
  /** At most 512 levels of 0 to 255, from channel 1 on. */
  readonly slots: Uint8Array;
  /** The source says that it ends. */
  readonly terminated: boolean;
}

interface Source {
  priority: number;
  sequence: number | null;
  readonly slots: Uint8Array;
  length: number;
  atUs: InstantUs;
}

/**
 * What several sources make of one universe: those of the highest priority count, and of them the highest level of each
 * channel. When all are gone the last levels stand.
 */
export class Universe {
  readonly levels = new Uint8Array(slotCount);
  readonly #sources = new Map<string, Source>();
  /** Packets out of order, or of one source too many. */
  dropped = 0;

  /** true where the levels were made anew. */
  take(packet: DmxPacket, nowUs: InstantUs): boolean {
    this.#expire(nowUs);
    const known = this.#sources.get(packet.source);
    if (packet.terminated) {
      this.#sources.delete(packet.source);
      return known !== undefined && this.#merge();
    }
    if (known !== undefined && isOld(known.sequence, packet.sequence)) {
      this.dropped += 1;
      return false;
    }
    if (known === undefined && this.#sources.size >= mostSources) {
      this.dropped += 1;
      return false;
    }
    const source = known ?? { priority: 0, sequence: null, slots: new Uint8Array(slotCount), length: 0, atUs: nowUs };
    source.priority = packet.priority;
    source.sequence = packet.sequence;
    source.length = Math.min(slotCount, packet.slots.length);
    source.slots.fill(0);
    source.slots.set(packet.slots.subarray(0, source.length));
    source.atUs = nowUs;
    this.#sources.set(packet.source, source);
    return this.#merge();
  }
  get sourceCount(): number {
    return this.#sources.size;
  }

  #expire(nowUs: InstantUs): void {
    for (const [name, { atUs }] of this.#sources) if (nowUs - atUs > sourceTimeoutUs) this.#sources.delete(name);
  }
  #merge(): boolean {
    if (this.#sources.size === 0) return false;
    const highest = Math.max(...[...this.#sources.values()].map(({ priority }) => priority));
    this.levels.fill(0);
    for (const { priority, slots, length } of this.#sources.values()) {
      if (priority !== highest) continue;
      for (let at = 0; at < length; at += 1) if (slots[at]! > this.levels[at]!) this.levels[at] = slots[at]!;
    }
    return true;
  }
}

/** E1.31 §6.7.2: a packet that is up to 20 behind came late; one further behind is a source that began anew. */
function isOld(before: number | null, now: number | null): boolean {
  if (before === null || now === null) return false;
  const ahead = ((now - before + 128) & 0xff) - 128;
  return ahead <= 0 && ahead > -20;
}
