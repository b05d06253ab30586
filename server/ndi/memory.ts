import type { Clock } from '../time/clock.js';
import { MemoryAudio, MemoryVideo } from './memory-frames.js';
import { MemoryNetwork } from './memory-network.js';
import { MemoryReceiver } from './memory-receiver.js';
import { MemorySender } from './memory-sender.js';
import type {
  FinderOptions,
  NdiFinder,
  NdiPort,
  NdiSource,
  ReceiverOptions,
  SenderOptions,
  VideoFrameShape,
} from './port.js';
import { matchSource } from './source-list.js';

export { MemoryNetwork } from './memory-network.js';

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
