import type { Clock } from '../time/clock.js';
import { ndiFault } from './fault.js';
import { timeUndefined } from './layout.js';
import { MemoryVideo } from './memory-frames.js';
import type { MemoryNetwork } from './memory-network.js';
import type { NdiAudioFrame, NdiMetadataFrame, NdiSender, NdiVideoFrame, SenderOptions, Tally } from './port.js';

/** A sender of the in-memory port; a second one of the same full name is refused, as libndi does on one machine. */
export class MemorySender implements NdiSender {
  readonly sourceName: string;
  readonly url: string;
  failover: string | null = null;
  readonly connectionMetadata: string[] = [];
  readonly #network: MemoryNetwork;
  readonly #clock: Clock;
  readonly #received: NdiMetadataFrame[] = [];
  #inFlight: MemoryVideo | null = null;
  #closed = false;

  constructor(network: MemoryNetwork, clock: Clock, machineName: string, { name }: SenderOptions) {
    this.sourceName = `${machineName} (${name})`;
    if (network.senders.some((sender) => sender.sourceName === this.sourceName)) {
      throw ndiFault('NDI_CREATE_FAILED', { what: 'sender', name });
    }
    this.#network = network;
    this.#clock = clock;
    this.url = network.url();
    network.senders.push(this);
    network.changed();
  }

  sendVideo(frame: NdiVideoFrame, metadata?: string | null): void {
    this.#mustBeOpen();
    if (!(frame instanceof MemoryVideo)) throw new TypeError('A frame of another NDI port cannot be sent in memory');
    frame.beginSend();
    const wallClock100ns = BigInt(this.#clock.wallClockUs()) * 10n;
    for (const receiver of this.#network.receivers) {
      if (receiver.sender === this) receiver.videoArrived(frame, metadata, wallClock100ns);
    }
    const previous = this.#inFlight;
    this.#inFlight = frame;
    previous?.endSend();
  }
  flush(): void {
    const last = this.#inFlight;
    this.#inFlight = null;
    last?.endSend();
  }
  sendAudio(frame: NdiAudioFrame): void {
    this.#mustBeOpen();
    for (const receiver of this.#network.receivers) if (receiver.sender === this) receiver.audioArrived(frame);
  }
  sendMetadata(xml: string, timecode100ns: bigint = timeUndefined): void {
    this.#mustBeOpen();
    for (const receiver of this.#network.receivers) {
      if (receiver.sender === this) receiver.metadataArrived({ xml, timecode100ns });
    }
  }
  addConnectionMetadata(xml: string): void {
    this.connectionMetadata.push(xml);
    for (const receiver of this.#network.receivers) if (receiver.sender === this) receiver.greet([xml]);
  }
  clearConnectionMetadata(): void {
    this.connectionMetadata.length = 0;
  }
  tally(): Tally {
    let onProgram = false;
    let onPreview = false;
    for (const receiver of this.#network.receivers) {
      if (receiver.sender !== this) continue;
      onProgram ||= receiver.tally.onProgram;
      onPreview ||= receiver.tally.onPreview;
    }
    return { onProgram, onPreview };
  }
  connections(): number {
    return [...this.#network.receivers].filter(({ sender }) => sender === this).length;
  }
  takeMetadata(): NdiMetadataFrame[] {
    return this.#received.splice(0);
  }
  setFailover(source: { readonly name: string; readonly url?: string | null } | null): void {
    this.failover = source?.name ?? null;
  }
  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.#network.senders.splice(this.#network.senders.indexOf(this), 1);
    this.#network.changed();
  }
  metadataArrived(frame: NdiMetadataFrame): void {
    this.#received.push(frame);
  }
  #mustBeOpen(): void {
    if (this.#closed) throw ndiFault('NDI_CLOSED', { what: 'sender', name: this.sourceName });
  }
}
