import { machineClock, type Clock } from '../time/clock.js';
import { OwnAudio } from './audio-frame.js';
import { askedAddresses, applyNdiConfig, loopbackOnly, noteLibraryStart, type NdiNetwork } from './config.js';
import { ndiFault } from './fault.js';
import { LibndiFinder } from './finder.js';
import { loadLibrary, type LoadedLibrary } from './library.js';
import { bindNative, type Native } from './native.js';
import type {
  FinderOptions,
  NdiFinder,
  NdiPort,
  NdiReceiver,
  NdiSender,
  ReceiverOptions,
  SenderOptions,
  VideoFrameShape,
} from './port.js';
import { LibndiReceiver } from './receiver.js';
import { LibndiSender } from './sender.js';
import { OwnVideo } from './video-frame.js';

export interface LibndiOptions {
  readonly clock?: Clock;
  /** Loopback only by default. */
  readonly network?: NdiNetwork;
  /** A folder of ours for ndi-config.v1.json. Without it the environment's NDI_CONFIG_DIR stands as it is. */
  readonly configFolder?: string;
  readonly library?: LoadedLibrary;
}

/** The real library. One per process is enough; all it made is closed with it. */
class Libndi implements NdiPort {
  readonly version: string;
  readonly libraryPath: string;
  readonly #native: Native;
  readonly #clock: Clock;
  readonly #asked: string;
  readonly #open = new Set<{ close(): void }>();
  #closed = false;
  #ended = false;

  constructor(library: LoadedLibrary, clock: Clock, network: NdiNetwork) {
    this.#native = bindNative(library.handle);
    this.#clock = clock;
    this.#asked = askedAddresses(network).join(',');
    this.libraryPath = library.path;
    noteLibraryStart();
    if (!this.#native.initialize()) throw ndiFault('NDI_LIBRARY_REFUSED', { path: library.path });
    this.version = this.#native.version();
  }

  createFinder(options: FinderOptions = {}): NdiFinder {
    const asked = { extraIps: this.#asked, ...options };
    return this.#keep((ended) => new LibndiFinder(this.#native, this.#clock, asked, ended));
  }
  createReceiver(options: ReceiverOptions): NdiReceiver {
    return this.#keep((ended) => new LibndiReceiver(this.#native, this.#clock, options, ended));
  }
  createSender(options: SenderOptions): NdiSender {
    return this.#keep((ended) => new LibndiSender(this.#native, options, ended));
  }
  createVideoFrame(shape: VideoFrameShape): OwnVideo {
    return new OwnVideo(shape);
  }
  createAudioFrame(shape: { sampleRateHz: number; channels: number; samples: number }): OwnAudio {
    return new OwnAudio(shape);
  }

  /** Senders first: they hold frames of receivers. What is still lent out is given back to libndi as it is released. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const open = [...this.#open];
    for (const child of open) if (child instanceof LibndiSender) child.close();
    for (const child of open) child.close();
    this.#endIfIdle();
  }

  #keep<Child extends { close(): void }>(make: (ended: () => void) => Child): Child {
    if (this.#closed) throw ndiFault('NDI_CLOSED', { what: 'library', name: this.libraryPath });
    const child = make(() => {
      this.#open.delete(child);
      this.#endIfIdle();
    });
    this.#open.add(child);
    return child;
  }

  #endIfIdle(): void {
    if (!this.#closed || this.#ended || this.#open.size > 0) return;
    this.#ended = true;
    this.#native.destroy();
  }
}

/**
 * Opens libndi with settings that keep it on the chosen interfaces. @throws NDI_LIBRARY_MISSING, NDI_LIBRARY_DEPENDENCY,
 * NDI_LIBRARY_REFUSED, NDI_CONFIG_LATE.
 */
export function openLibndi(options: LibndiOptions = {}): NdiPort {
  const network = options.network ?? loopbackOnly;
  if (options.configFolder !== undefined) applyNdiConfig(options.configFolder, network);
  return new Libndi(options.library ?? loadLibrary(), options.clock ?? machineClock, network);
}
