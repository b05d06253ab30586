import koffi from 'koffi';
import type { Clock } from '../time/clock.js';
import { ndiFault } from './fault.js';
import { source } from './layout.js';
import { NativeBlock, readText } from './native-memory.js';
import type { Native } from './native.js';
import type { FinderOptions, NdiFinder, NdiSource } from './port.js';
import { matchSource, SourceList, type Announcement } from './source-list.js';

/** How long one throw-away finder is listened to. A process on this machine answers within some milliseconds. */
const roundMs = 100;

/**
 * Looks for sources in two ways at once. A finder that lives as long as this object hears mDNS and discovery servers.
 * Where addresses are asked directly, a second native finder is made anew each round: of several libndi processes that
 * share port 5960 it reaches one by chance, another one next time (reference/ndi.md).
 */
export class LibndiFinder implements NdiFinder {
  readonly #native: Native;
  readonly #clock: Clock;
  readonly #settings: { show_local_sources: boolean; p_groups: string | null; p_extra_ips: string | null };
  readonly #onClosed: () => void;
  readonly #lasting: bigint;
  readonly #count = new NativeBlock(4);
  readonly #seen = new SourceList();
  #searches = 0;
  #closed = false;
  #destroyed = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(native: Native, clock: Clock, options: FinderOptions, onClosed: () => void) {
    this.#native = native;
    this.#clock = clock;
    this.#onClosed = onClosed;
    this.#settings = {
      show_local_sources: true,
      p_groups: options.groups ?? null,
      p_extra_ips: options.extraIps ? options.extraIps : null,
    };
    this.#lasting = this.#create();
  }

  async sources(timeoutMs: number): Promise<NdiSource[]> {
    await this.#search(timeoutMs, () => false);
    return this.#seen.list();
  }

  async find(name: string, timeoutMs: number): Promise<NdiSource | null> {
    const match = (): NdiSource | null => matchSource(this.#seen.list(), name);
    await this.#search(timeoutMs, () => match() !== null);
    return match();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#destroyIfIdle();
  }

  #create(): bigint {
    const handle = this.#native.findCreate(this.#settings);
    if (handle === null)
      throw ndiFault('NDI_CREATE_FAILED', { what: 'finder', name: this.#settings.p_extra_ips ?? '' });
    return handle;
  }

  /** Searches one after another: a second caller would only halve the rounds of the first. */
  #search(timeoutMs: number, done: () => boolean): Promise<void> {
    if (this.#closed) return Promise.reject(ndiFault('NDI_CLOSED', { what: 'finder', name: '' }));
    this.#searches++;
    const run = this.#turn.then(() => this.#rounds(timeoutMs, done));
    this.#turn = run.then(
      () => this.#searchEnded(),
      () => this.#searchEnded(),
    );
    return run;
  }

  #searchEnded(): void {
    this.#searches--;
    this.#destroyIfIdle();
  }

  async #rounds(timeoutMs: number, done: () => boolean): Promise<void> {
    const deadlineUs = this.#clock.nowUs() + timeoutMs * 1000;
    for (;;) {
      if (this.#closed) return;
      const leftMs = Math.max(0, Math.ceil((deadlineUs - this.#clock.nowUs()) / 1000));
      await this.#round(Math.min(roundMs, leftMs));
      if (done() || this.#clock.nowUs() >= deadlineUs) return;
    }
  }

  async #round(waitMs: number): Promise<void> {
    const seen: Announcement[] = [];
    if (this.#settings.p_extra_ips === null) {
      await this.#wait(this.#lasting, waitMs);
    } else {
      const passing = this.#create();
      await this.#wait(passing, waitMs);
      seen.push(...this.#read(passing));
      this.#native.findDestroy(passing);
    }
    seen.push(...this.#read(this.#lasting));
    this.#seen.round(seen);
  }

  /** On libndi's side of a thread: our event loop goes on. Returns as soon as the list changed. */
  #wait(finder: bigint, waitMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#native.findWait.async(finder, waitMs, (cause: unknown, changed: boolean) => {
        if (cause) reject(cause instanceof Error ? cause : new Error('libndi could not wait for sources', { cause }));
        else resolve(changed);
      });
    });
  }

  #read(finder: bigint): Announcement[] {
    const first = this.#native.findSources(finder, this.#count.address);
    const count = this.#count.view.getUint32(0, true);
    if (first === null || count === 0) return [];
    const view = new DataView(koffi.view(first, count * source.bytes));
    return Array.from({ length: count }, (_, index) => ({
      name: readText(view.getBigUint64(index * source.bytes + source.name, true)) ?? '',
      url: readText(view.getBigUint64(index * source.bytes + source.url, true)),
    }));
  }

  #destroyIfIdle(): void {
    if (!this.#closed || this.#destroyed || this.#searches > 0) return;
    this.#destroyed = true;
    this.#native.findDestroy(this.#lasting);
    this.#count.free();
    this.#onClosed();
  }
}
