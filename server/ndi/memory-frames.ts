import { naturalStrideBytes, pictureBytes, type PixelFormat } from '../frame/format.js';
import type { InstantUs } from '../time/time.js';
import { ndiFault } from './fault.js';
import { timeUndefined } from './layout.js';
import type { Captured, NdiAudioFrame, NdiVideoFrame, Scan, VideoFrameShape } from './port.js';

/** A picture of the in-memory port, with the same rules of use as libndi's: stale use throws, one send or one release. */
export class MemoryVideo implements NdiVideoFrame {
  readonly captured: Captured = { kind: 'video', video: this };
  readonly #own: boolean;
  readonly #giveBack: (frame: MemoryVideo) => void;
  #buffer = new Uint8Array(0);
  #view = this.#buffer;
  #held: boolean;
  #sends = 0;
  #shape: Required<VideoFrameShape> = {
    widthPx: 0,
    heightPx: 0,
    format: 'UYVY',
    frameRateNum: 25,
    frameRateDen: 1,
    pictureAspectRatio: 0,
    scan: 'progressive',
  };
  #timecode100ns = timeUndefined;
  #timestamp100ns = 0n;
  #metadata: string | null = null;
  receivedAtUs = 0 as InstantUs;

  /** `shape` makes a frame of the user's own; without it this is a receiver's slot. */
  constructor(giveBack: (frame: MemoryVideo) => void, shape?: VideoFrameShape) {
    this.#giveBack = giveBack;
    this.#own = shape !== undefined;
    this.#held = this.#own;
    if (shape !== undefined) this.#reshape({ pictureAspectRatio: 0, scan: 'progressive', ...shape });
  }

  #reshape(shape: Required<VideoFrameShape>): void {
    this.#shape = shape;
    const bytes = pictureBytes(shape.format, shape.heightPx, naturalStrideBytes(shape.format, shape.widthPx));
    if (this.#buffer.byteLength < bytes) this.#buffer = new Uint8Array(bytes);
    if (this.#view.byteLength !== bytes || this.#view.buffer !== this.#buffer.buffer) {
      this.#view = this.#buffer.subarray(0, bytes);
    }
  }

  /** Copies a sent picture, as the network would; `wallClock100ns` stamps it where the sender did not. */
  receive(sent: MemoryVideo, metadata: string | null | undefined, wallClock100ns: bigint, atUs: InstantUs): void {
    this.#reshape(sent.#shape);
    this.#view.set(sent.#view);
    this.#timecode100ns = sent.#timecode100ns === timeUndefined ? wallClock100ns : sent.#timecode100ns;
    this.#timestamp100ns = sent.#timestamp100ns === 0n ? wallClock100ns : sent.#timestamp100ns;
    this.#metadata = metadata === undefined ? sent.#metadata : metadata;
    this.receivedAtUs = atUs;
    this.#held = true;
  }

  #used(): this {
    if (!this.#held) throw ndiFault('NDI_FRAME_STALE', { kind: 'video' });
    return this;
  }
  get widthPx(): number {
    return this.#used().#shape.widthPx;
  }
  get heightPx(): number {
    return this.#used().#shape.heightPx;
  }
  get strideBytes(): number {
    return naturalStrideBytes(this.#used().#shape.format, this.#shape.widthPx);
  }
  get format(): PixelFormat {
    return this.#used().#shape.format;
  }
  get frameRateNum(): number {
    return this.#used().#shape.frameRateNum;
  }
  get frameRateDen(): number {
    return this.#used().#shape.frameRateDen;
  }
  get pictureAspectRatio(): number {
    const { pictureAspectRatio, widthPx, heightPx } = this.#used().#shape;
    return pictureAspectRatio === 0 ? widthPx / heightPx : pictureAspectRatio;
  }
  get scan(): Scan {
    return this.#used().#shape.scan;
  }
  get timecode100ns(): bigint {
    return this.#used().#timecode100ns;
  }
  set timecode100ns(value: bigint) {
    this.#used().#timecode100ns = value;
  }
  get timestamp100ns(): bigint {
    return this.#used().#timestamp100ns;
  }
  get metadata(): string | null {
    return this.#used().#metadata;
  }
  get hasMetadata(): boolean {
    return this.#used().#metadata !== null;
  }
  get pixels(): Uint8Array {
    if (this.#sends > 0) throw ndiFault('NDI_FRAME_STALE', { kind: 'video' });
    return this.#used().#view;
  }

  beginSend(): void {
    this.#used();
    this.#sends++;
    if (!this.#own) this.#held = false;
  }
  endSend(): void {
    this.#sends--;
    if (!this.#own) this.#giveBack(this);
  }
  release(): void {
    this.#used();
    if (this.#own) return;
    this.#held = false;
    this.#giveBack(this);
  }
  free(): void {
    this.#held = false;
  }
}

export class MemoryAudio implements NdiAudioFrame {
  readonly captured: Captured = { kind: 'audio', audio: this };
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly samples: number;
  readonly channelStrideBytes: number;
  readonly metadata: string | null = null;
  readonly #own: boolean;
  readonly #data: Uint8Array;
  timecode100ns = timeUndefined;
  timestamp100ns = 0n;
  receivedAtUs = 0 as InstantUs;
  #held = true;

  constructor(shape: { sampleRateHz: number; channels: number; samples: number }, own: boolean) {
    this.sampleRateHz = shape.sampleRateHz;
    this.channels = shape.channels;
    this.samples = shape.samples;
    this.channelStrideBytes = shape.samples * 4;
    this.#data = new Uint8Array(shape.channels * this.channelStrideBytes);
    this.#own = own;
  }
  get data(): Uint8Array {
    if (!this.#held) throw ndiFault('NDI_FRAME_STALE', { kind: 'audio' });
    return this.#data;
  }
  release(): void {
    if (!this.#held) throw ndiFault('NDI_FRAME_STALE', { kind: 'audio' });
    this.#held = this.#own;
  }
  free(): void {
    this.#held = false;
  }
}
