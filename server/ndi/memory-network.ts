import type { MemoryReceiver } from './memory-receiver.js';
import type { MemorySender } from './memory-sender.js';
import type { NdiSource } from './port.js';
import { matchSource } from './source-list.js';

/**
 * Senders and receivers that see each other. Several ports may share one, as several processes share a stage network.
 * Pictures are copied between them (so an output never shares memory with an input), formats are never converted.
 */
export class MemoryNetwork {
  readonly senders: MemorySender[] = [];
  readonly receivers = new Set<MemoryReceiver>();
  #nextPort = 5961;

  url(): string {
    return `127.0.0.1:${this.#nextPort++}`;
  }
  sources(): NdiSource[] {
    return this.senders.map(({ sourceName, url }) => ({ name: sourceName, url }));
  }
  resolve(name: string | undefined, url: string | undefined): MemorySender | null {
    const byUrl = url === undefined ? undefined : this.senders.find((sender) => sender.url === url);
    if (byUrl !== undefined) return byUrl;
    const match = name === undefined ? null : matchSource(this.sources(), name);
    return this.senders.find((sender) => sender.url === match?.url) ?? null;
  }
  changed(): void {
    for (const receiver of this.receivers) receiver.follow();
  }
}
