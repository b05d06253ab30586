import type { NdiPort, NdiReceiver, NdiSource, NdiVideoFrame, Tally } from '../../ndi/port.js';
import type { Clock } from '../../time/clock.js';
import { type DurationUs, fromMs, type InstantUs, since } from '../../time/time.js';
import type { ReceiveEvents, SourceState } from './contract.js';

export interface ReceiveOptions {
  readonly sourceName: string;
  readonly url: string | null;
  readonly receiverName: string;
  readonly groups: string | null;
  readonly productXml: string;
  /** Ask libndi for 16 bits per sample (P216) where the camera has more than 8. */
  readonly deepColor: boolean;
}

/** A source is lost when no picture came for this long. Three frames of 24 Hz and libndi's own jitter fit inside. */
const lostAfterUs: DurationUs = fromMs(250);
/** How long libndi gets to reconnect by itself before the source is looked for anew (its port may have changed). */
const lookAgainAfterUs: DurationUs = fromMs(1500);
const captureWaitMs = 40;

/** Owns the NDI receiver. `run` loops until closed; the callbacks run between libndi's waits, never in parallel. */
export class ReceiveStage {
  state: SourceState = 'absent';
  framesReceived = 0;
  #receiver: NdiReceiver | null = null;
  #lastVideoAtUs: InstantUs;
  #connectedAtUs: InstantUs;
  #shape = '';
  #closed = false;
  #searching = false;
  #tally: Tally = { onProgram: false, onPreview: false };

  constructor(
    private readonly ndi: NdiPort,
    private readonly clock: Clock,
    private readonly options: ReceiveOptions,
    private readonly events: ReceiveEvents,
  ) {
    this.#lastVideoAtUs = clock.nowUs();
    this.#connectedAtUs = clock.nowUs();
  }

  async run(): Promise<void> {
    if (this.options.url !== null) this.#connect({ name: this.options.sourceName, url: this.options.url });
    while (!this.#closed) {
      if (!this.#receiver) {
        await this.#search();
        continue;
      }
      // Only a receiver with nothing waiting can have lost its camera: after a stall its pictures are still in the queue.
      if (await this.#captureOnce(this.#receiver)) this.#watch();
    }
    this.#receiver?.close();
    this.#receiver = null;
  }

  setTally(tally: Tally): void {
    if (tally.onProgram === this.#tally.onProgram && tally.onPreview === this.#tally.onPreview) return;
    this.#tally = tally;
    this.#receiver?.setTally(tally);
  }
  sendMetadata(xml: string): void {
    this.#receiver?.sendMetadata(xml);
  }
  droppedFrames(): number {
    return this.#receiver?.performance().videoDropped ?? 0;
  }
  close(): void {
    this.#closed = true;
  }

  /** True where nothing was waiting. */
  async #captureOnce(receiver: NdiReceiver): Promise<boolean> {
    const captured = await receiver.capture(captureWaitMs);
    if (this.#closed) {
      // What came in while the lane was closing goes straight back.
      if (captured.kind === 'video') captured.video.release();
      if (captured.kind === 'audio') captured.audio.release();
      return false;
    }
    switch (captured.kind) {
      case 'video':
        this.#video(captured.video);
        return false;
      case 'audio':
        this.events.onAudio(captured.audio);
        return this.#soundAlone();
      case 'metadata':
        this.events.onMetadata(captured.metadata);
        return this.#soundAlone();
      case 'unsupported':
        this.events.onUnsupported(captured.fourCC);
        return true;
      case 'none':
      case 'status-change':
      case 'error':
        return true;
    }
  }
  /** Sound goes on where the picture has ended: then there is never nothing waiting. */
  #soundAlone(): boolean {
    return since(this.clock.nowUs(), this.#lastVideoAtUs) > 4 * lostAfterUs;
  }

  #video(frame: NdiVideoFrame): void {
    this.framesReceived++;
    this.#lastVideoAtUs = this.clock.nowUs();
    if (this.state !== 'receiving') this.#enter('receiving');
    this.#noteShape(frame);
    this.events.onVideo(frame);
  }

  /** Compared field by field: no string is built unless something changed. */
  #noteShape(frame: NdiVideoFrame): void {
    const last = this.#last;
    if (
      last.widthPx === frame.widthPx &&
      last.heightPx === frame.heightPx &&
      last.num === frame.frameRateNum &&
      last.den === frame.frameRateDen &&
      last.format === frame.format
    ) {
      return;
    }
    last.widthPx = frame.widthPx;
    last.heightPx = frame.heightPx;
    last.num = frame.frameRateNum;
    last.den = frame.frameRateDen;
    last.format = frame.format;
    const shape = `${frame.widthPx}×${frame.heightPx} ${(frame.frameRateNum / frame.frameRateDen).toFixed(2)} ${frame.format}`;
    if (this.#shape !== '') this.events.onChanged(this.#shape, shape);
    this.#shape = shape;
  }
  readonly #last = { widthPx: 0, heightPx: 0, num: 0, den: 0, format: '' };

  #watch(): void {
    const now = this.clock.nowUs();
    const silentUs = since(now, this.#lastVideoAtUs);
    if (silentUs > lostAfterUs && this.state === 'receiving') this.#enter('lost');
    if (silentUs > lookAgainAfterUs && since(now, this.#connectedAtUs) > lookAgainAfterUs) void this.#search();
  }

  #enter(state: SourceState): void {
    const previous = this.state;
    this.state = state;
    this.events.onState(state, previous);
  }

  /** Looks for the source once; reconnects where it is found at another address, or is not connected at all. */
  async #search(): Promise<void> {
    if (this.#searching) return;
    this.#searching = true;
    this.#connectedAtUs = this.clock.nowUs();
    const { groups, sourceName } = this.options;
    const finder = this.ndi.createFinder(groups === null ? {} : { groups });
    try {
      const found = await finder.find(sourceName, 1000);
      // Without mDNS libndi never comes back by itself to a source it lost: a found source is always connected anew.
      if (found && !this.#closed && this.state !== 'receiving') this.#connect(found);
    } catch (error) {
      if ((error as { code?: string }).code !== 'NDI_SOURCE_AMBIGUOUS') throw error;
      this.events.onAmbiguous(sourceName);
      await new Promise((resolve) => setTimeout(resolve, 500));
    } finally {
      finder.close();
      this.#searching = false;
    }
  }

  #connect(source: NdiSource): void {
    this.#receiver?.close();
    this.#connectedAtUs = this.clock.nowUs();
    this.#receiver = this.ndi.createReceiver({
      source: source.url === null ? { name: source.name } : { name: source.name, url: source.url },
      receiverName: this.options.receiverName,
      // 'best' makes 16-bit pictures of 8-bit cameras, at twice the bytes.
      color: this.options.deepColor ? 'best' : 'fastest',
      allowFields: true,
    });
    this.#receiver.addConnectionMetadata(this.options.productXml);
    this.#receiver.setTally(this.#tally);
  }
}
