import type { Clock } from '../time/clock.js';
import { ndiFault } from './fault.js';
import { MemoryAudio, MemoryVideo } from './memory-frames.js';
import type { MemoryNetwork } from './memory-network.js';
import type { MemorySender } from './memory-sender.js';
import type { Captured, NdiAudioFrame, NdiMetadataFrame, NdiReceiver, ReceiverOptions, Tally } from './port.js';

/** What a receiver keeps for a reader that is late, as libndi does: the oldest picture goes first. */
const queuedVideoFrames = 4;

/** A receiver of the in-memory port: one queue of everything, in order of arrival. */
export class MemoryReceiver implements NdiReceiver {
  sender: MemorySender | null = null;
  tally: Tally = { onProgram: false, onPreview: false };
  readonly #network: MemoryNetwork;
  readonly #clock: Clock;
  readonly #options: ReceiverOptions;
  readonly #queue: Captured[] = [];
  readonly #free: MemoryVideo[] = [];
  readonly #connectionMetadata: string[] = [];
  readonly #giveBack = (frame: MemoryVideo): void => void this.#free.push(frame);
  #source: ReceiverOptions['source'];
  #failover: string | null = null;
  #webControl: string | null = null;
  #counters = { videoFrames: 0, videoDropped: 0, audioFrames: 0 };
  #wake: ((captured: Captured) => void) | null = null;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(network: MemoryNetwork, clock: Clock, options: ReceiverOptions) {
    this.#network = network;
    this.#clock = clock;
    this.#options = options;
    this.#source = options.source;
    network.receivers.add(this);
    this.follow();
  }

  /** Finds the sender again: at first, and whenever one came or went. A failover source serves while the own one is away. */
  follow(): void {
    const { name, url } = this.#source;
    const own = this.#network.resolve(name, url);
    const next = own ?? (this.#failover === null ? null : this.#network.resolve(this.#failover, undefined));
    if (next === this.sender) return;
    if (own === null && this.sender !== null) {
      this.#failover = this.sender.failover;
      this.sender = null;
      if (next === null && this.#failover !== null) return this.follow();
    }
    this.sender = next;
    if (next === null) return;
    this.greet(next.connectionMetadata);
    for (const xml of this.#connectionMetadata) next.metadataArrived({ xml, timecode100ns: 0n });
  }

  connect(source: ReceiverOptions['source']): void {
    this.#source = source;
    this.#failover = null;
    this.follow();
  }

  capture(timeoutMs: number): Promise<Captured> {
    if (this.#wake !== null) return Promise.reject(ndiFault('NDI_CAPTURE_BUSY', { name: this.#options.receiverName }));
    const waiting = this.#queue.shift();
    if (waiting !== undefined) return Promise.resolve(waiting);
    if (this.#closed || timeoutMs <= 0) return Promise.resolve({ kind: 'none' });
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#timer = setTimeout(() => this.expireWait(), timeoutMs);
    });
  }

  /** Ends a capture that waits, as if its time were up: for tests whose clock is simulated. */
  expireWait(): void {
    this.#deliver({ kind: 'none' });
  }
  #deliver(captured: Captured): boolean {
    const wake = this.#wake;
    if (wake === null) return false;
    this.#wake = null;
    clearTimeout(this.#timer);
    wake(captured);
    return true;
  }
  #arrived(captured: Captured): void {
    if (!this.#deliver(captured)) this.#queue.push(captured);
  }

  videoArrived(sent: MemoryVideo, metadata: string | null | undefined, wallClock100ns: bigint): void {
    const { bandwidth } = this.#options;
    if (bandwidth === 'audio-only' || bandwidth === 'metadata-only') return;
    const slot = this.#free.shift() ?? new MemoryVideo(this.#giveBack);
    slot.receive(sent, metadata, wallClock100ns, this.#clock.nowUs());
    this.#counters.videoFrames++;
    if (this.#queuedVideo() >= queuedVideoFrames) this.#dropOldestVideo();
    this.#arrived(slot.captured);
  }
  #queuedVideo(): number {
    let count = 0;
    for (const { kind } of this.#queue) if (kind === 'video') count++;
    return count;
  }
  #dropOldestVideo(): void {
    const at = this.#queue.findIndex(({ kind }) => kind === 'video');
    const [dropped] = this.#queue.splice(at, 1);
    if (dropped?.kind === 'video') dropped.video.release();
    this.#counters.videoDropped++;
  }

  audioArrived(sent: NdiAudioFrame): void {
    if (this.#options.bandwidth === 'metadata-only') return;
    const { sampleRateHz, channels, samples } = sent;
    const copy = new MemoryAudio({ sampleRateHz, channels, samples }, false);
    copy.data.set(sent.data);
    copy.timecode100ns = sent.timecode100ns;
    copy.timestamp100ns = sent.timestamp100ns;
    copy.receivedAtUs = this.#clock.nowUs();
    this.#counters.audioFrames++;
    this.#arrived(copy.captured);
  }
  metadataArrived(metadata: NdiMetadataFrame): void {
    this.#arrived({ kind: 'metadata', metadata });
  }
  /** Connection metadata of the sender; a web page among it is a change of status, as with libndi. */
  greet(texts: readonly string[]): void {
    for (const xml of texts) {
      this.metadataArrived({ xml, timecode100ns: 0n });
      const page = /<ndi_capabilities\b[^>]*\bweb_control\s*=\s*"([^"]*)"/.exec(xml)?.[1];
      if (page === undefined) continue;
      this.#webControl = page;
      this.#arrived({ kind: 'status-change' });
    }
  }

  setTally(tally: Tally): void {
    this.tally = tally;
  }
  addConnectionMetadata(xml: string): void {
    this.#connectionMetadata.push(xml);
    this.sender?.metadataArrived({ xml, timecode100ns: 0n });
  }
  sendMetadata(xml: string): void {
    this.sender?.metadataArrived({ xml, timecode100ns: 0n });
  }
  connections(): number {
    return this.sender === null ? 0 : 1;
  }
  performance(): { videoFrames: number; videoDropped: number; audioFrames: number; queuedVideoFrames: number } {
    return { ...this.#counters, queuedVideoFrames: this.#queuedVideo() };
  }
  webControl(): string | null {
    return this.#webControl;
  }
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#network.receivers.delete(this);
    this.sender = null;
    this.#queue.length = 0;
    this.expireWait();
  }
}
