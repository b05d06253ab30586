import type { Clock } from '../time/clock.js';
import { ndiFault } from './fault.js';
import { timeUndefined } from './layout.js';
import { MemoryAudio, MemoryVideo } from './memory-frames.js';
import type {
  Captured,
  FinderOptions,
  NdiAudioFrame,
  NdiFinder,
  NdiMetadataFrame,
  NdiPort,
  NdiReceiver,
  NdiSender,
  NdiSource,
  NdiVideoFrame,
  ReceiverOptions,
  SenderOptions,
  Tally,
  VideoFrameShape,
} from './port.js';
import { matchSource } from './source-list.js';

/** What a receiver keeps for a reader that is late, as libndi does: the oldest picture goes first. */
const queuedVideoFrames = 4;
const dark: Tally = { onProgram: false, onPreview: false };

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
    for (const receiver of this.receivers) receiver.connect();
  }
}

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
    let { onProgram, onPreview } = dark;
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

export class MemoryReceiver implements NdiReceiver {
  sender: MemorySender | null = null;
  tally: Tally = dark;
  readonly #network: MemoryNetwork;
  readonly #clock: Clock;
  readonly #options: ReceiverOptions;
  readonly #queue: Captured[] = [];
  readonly #free: MemoryVideo[] = [];
  readonly #connectionMetadata: string[] = [];
  readonly #giveBack = (frame: MemoryVideo): void => void this.#free.push(frame);
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
    network.receivers.add(this);
    this.connect();
  }

  /** Finds the sender again: at first, and whenever one came or went. A failover source serves while the own one is away. */
  connect(): void {
    const { name, url } = this.#options.source;
    const own = this.#network.resolve(name, url);
    const next = own ?? (this.#failover === null ? null : this.#network.resolve(this.#failover, undefined));
    if (next === this.sender) return;
    if (own === null && this.sender !== null) {
      this.#failover = this.sender.failover;
      this.sender = null;
      if (next === null && this.#failover !== null) return this.connect();
    }
    this.sender = next;
    if (next === null) return;
    this.greet(next.connectionMetadata);
    for (const xml of this.#connectionMetadata) next.metadataArrived({ xml, timecode100ns: 0n });
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

class MemoryFinder implements NdiFinder {
  readonly #network: MemoryNetwork;
  constructor(network: MemoryNetwork) {
    this.#network = network;
  }
  /** Everything is known at once: never waits. */
  sources(): Promise<NdiSource[]> {
    return Promise.resolve(this.#network.sources().sort((a, b) => (a.name < b.name ? -1 : 1)));
  }
  find(name: string): Promise<NdiSource | null> {
    return Promise.resolve(matchSource(this.#network.sources(), name));
  }
  close(): void {
    // Nothing is held.
  }
}

/** An NdiPort without a network or a library, for tests of the pipeline. */
export class MemoryNdi implements NdiPort {
  readonly version = 'in memory';
  readonly libraryPath = '';
  readonly network: MemoryNetwork;
  readonly #clock: Clock;
  readonly #machineName: string;
  readonly #open: { close(): void }[] = [];
  readonly #receivers: MemoryReceiver[] = [];

  constructor(options: { readonly clock: Clock; readonly network?: MemoryNetwork; readonly machineName?: string }) {
    this.#clock = options.clock;
    this.network = options.network ?? new MemoryNetwork();
    this.#machineName = options.machineName ?? 'MEMORY';
  }
  createFinder(_options?: FinderOptions): NdiFinder {
    return new MemoryFinder(this.network);
  }
  createReceiver(options: ReceiverOptions): MemoryReceiver {
    const receiver = new MemoryReceiver(this.network, this.#clock, options);
    this.#open.push(receiver);
    this.#receivers.push(receiver);
    return receiver;
  }
  createSender(options: SenderOptions): MemorySender {
    const sender = new MemorySender(this.network, this.#clock, this.#machineName, options);
    this.#open.push(sender);
    return sender;
  }
  createVideoFrame(shape: VideoFrameShape): MemoryVideo {
    return new MemoryVideo(() => {}, shape);
  }
  createAudioFrame(shape: { sampleRateHz: number; channels: number; samples: number }): MemoryAudio {
    return new MemoryAudio(shape, true);
  }
  /** Ends every capture that waits in this port. */
  expireWaits(): void {
    for (const receiver of this.#receivers) receiver.expireWait();
  }
  close(): void {
    for (const child of this.#open.splice(0)) child.close();
  }
}
