import type { Clock } from '../time/clock.js';
import { ReceivedAudio, type AudioOwner } from './audio-frame.js';
import { ndiFault } from './fault.js';
import { bandwidth, colorFormat, frameType, receiverPerformance, receiverQueue, tally } from './layout.js';
import { NativeMetadata } from './metadata-frame.js';
import { NativeBlock, readText, ViewCache } from './native-memory.js';
import type { Native } from './native.js';
import type { Captured, NdiReceiver, ReceiverOptions, Tally } from './port.js';
import { ReceivedVideo, type VideoOwner } from './video-frame.js';

const nothing: Captured = { kind: 'none' };
const fault: Captured = { kind: 'error' };
const statusChange: Captured = { kind: 'status-change' };

/**
 * Slots are handed out oldest first, so that a frame that is used after its release is caught for as long as this many
 * frames afterwards, before its slot carries another picture.
 */
const slotsAtLeast = 16;

const nativeSource = ({ name, url }: ReceiverOptions['source']) => ({
  p_ndi_name: name ?? null,
  p_url_address: url ?? null,
});

/**
 * A receiver of libndi. `capture` waits on a thread of libuv's pool (UV_THREADPOOL_SIZE, 4 by default: at most three
 * receivers per process with that). The native receiver is destroyed when the last frame that it lent has come back, so
 * closing is safe while frames are in a delay queue or in a sender.
 */
export class LibndiReceiver implements NdiReceiver, VideoOwner, AudioOwner {
  readonly pixelViews = new ViewCache();
  readonly soundViews = new ViewCache();
  readonly #native: Native;
  readonly #clock: Clock;
  readonly #handle: bigint;
  readonly #name: string;
  readonly #onClosed: () => void;
  readonly #freeVideo: ReceivedVideo[] = [];
  readonly #freeAudio: ReceivedAudio[] = [];
  readonly #incoming = new NativeMetadata();
  readonly #outgoing = new NativeMetadata();
  readonly #counters = new NativeBlock(2 * receiverPerformance.bytes + receiverQueue.bytes);
  #nextVideo: ReceivedVideo;
  #nextAudio: ReceivedAudio;
  #lent = 0;
  #capturing = false;
  #closed = false;
  #destroyed = false;
  #resolve: (captured: Captured) => void = () => {};
  #reject: (cause: unknown) => void = () => {};

  constructor(native: Native, clock: Clock, options: ReceiverOptions, onClosed: () => void) {
    this.#native = native;
    this.#clock = clock;
    this.#name = options.source.name ?? options.source.url ?? '';
    this.#onClosed = onClosed;
    const handle = native.recvCreate({
      source_to_connect_to: nativeSource(options.source),
      color_format: colorFormat[options.color],
      bandwidth: bandwidth[options.bandwidth ?? 'highest'],
      allow_video_fields: options.allowFields,
      p_ndi_recv_name: options.receiverName,
    });
    if (handle === null) throw ndiFault('NDI_CREATE_FAILED', { what: 'receiver', name: options.receiverName });
    this.#handle = handle;
    for (let i = 0; i < slotsAtLeast; i++) {
      this.#freeVideo.push(new ReceivedVideo(this));
      this.#freeAudio.push(new ReceivedAudio(this));
    }
    this.#nextVideo = new ReceivedVideo(this);
    this.#nextAudio = new ReceivedAudio(this);
  }

  capture(timeoutMs: number): Promise<Captured> {
    if (this.#closed) return Promise.resolve(nothing);
    if (this.#capturing) return Promise.reject(ndiFault('NDI_CAPTURE_BUSY', { name: this.#name }));
    this.#capturing = true;
    const promise = new Promise<Captured>(this.#keepSettlers);
    const { address: metadata } = this.#incoming.block;
    const { address: video } = this.#nextVideo.block;
    const { address: audio } = this.#nextAudio.block;
    this.#native.recvCapture.async(this.#handle, video, audio, metadata, timeoutMs, this.#captureReturned);
    return promise;
  }

  // One function each for the life of the receiver, not one per frame.
  readonly #keepSettlers = (resolve: (captured: Captured) => void, reject: (cause: unknown) => void): void => {
    this.#resolve = resolve;
    this.#reject = reject;
  };
  readonly #captureReturned = (cause: unknown, type: number): void => {
    this.#capturing = false;
    if (cause !== null && cause !== undefined) {
      this.#reject(cause);
      return;
    }
    const captured = this.#take(type);
    if (!this.#closed) {
      this.#resolve(captured);
      return;
    }
    // Closed while libndi's thread was waiting: nobody wants this frame any more.
    if (captured.kind === 'video') captured.video.release();
    if (captured.kind === 'audio') captured.audio.release();
    this.#resolve(nothing);
    this.#destroyIfIdle();
  };

  #take(type: number): Captured {
    switch (type) {
      case frameType.video:
        return this.#takeVideo();
      case frameType.audio:
        return this.#takeAudio();
      case frameType.metadata: {
        const metadata = this.#incoming.read();
        this.#native.recvFreeMetadata(this.#handle, this.#incoming.block.address);
        return { kind: 'metadata', metadata };
      }
      case frameType.error:
        return fault;
      case frameType.statusChange:
        return statusChange;
      default:
        return nothing;
    }
  }

  #takeVideo(): Captured {
    const slot = this.#nextVideo;
    this.#nextVideo = this.#freeVideo.shift() ?? new ReceivedVideo(this);
    this.#lent++;
    if (slot.arrived(this.#clock.nowUs())) return slot.captured;
    const fourCC = slot.fourCharacters();
    slot.release();
    return { kind: 'unsupported', fourCC };
  }

  #takeAudio(): Captured {
    const slot = this.#nextAudio;
    this.#nextAudio = this.#freeAudio.shift() ?? new ReceivedAudio(this);
    this.#lent++;
    if (slot.arrived(this.#clock.nowUs())) return slot.captured;
    slot.release();
    return nothing;
  }

  videoDone(slot: ReceivedVideo): void {
    this.#native.recvFreeVideo(this.#handle, slot.block.address);
    this.#freeVideo.push(slot);
    this.#lent--;
    this.#destroyIfIdle();
  }

  audioDone(slot: ReceivedAudio): void {
    this.#native.recvFreeAudio(this.#handle, slot.block.address);
    this.#freeAudio.push(slot);
    this.#lent--;
    this.#destroyIfIdle();
  }

  connect(to: ReceiverOptions['source']): void {
    this.#mustBeOpen();
    this.#native.recvConnect(this.#handle, nativeSource(to));
  }

  setTally(wanted: Tally): void {
    this.#mustBeOpen();
    const { u8, address } = this.#counters;
    u8[tally.onProgram] = wanted.onProgram ? 1 : 0;
    u8[tally.onPreview] = wanted.onPreview ? 1 : 0;
    this.#native.recvSetTally(this.#handle, address);
  }

  addConnectionMetadata(xml: string): void {
    this.#mustBeOpen();
    this.#native.recvAddConnectionMetadata(this.#handle, this.#outgoing.write(xml));
  }

  sendMetadata(xml: string): void {
    this.#mustBeOpen();
    this.#native.recvSendMetadata(this.#handle, this.#outgoing.write(xml));
  }

  connections(): number {
    this.#mustBeOpen();
    return this.#native.recvConnections(this.#handle);
  }

  performance(): { videoFrames: number; videoDropped: number; audioFrames: number; queuedVideoFrames: number } {
    this.#mustBeOpen();
    const { view, address } = this.#counters;
    const dropped = receiverPerformance.bytes;
    const queue = 2 * receiverPerformance.bytes;
    this.#native.recvPerformance(this.#handle, address, address + BigInt(dropped));
    this.#native.recvQueue(this.#handle, address + BigInt(queue));
    return {
      videoFrames: Number(view.getBigInt64(receiverPerformance.video, true)),
      videoDropped: Number(view.getBigInt64(dropped + receiverPerformance.video, true)),
      audioFrames: Number(view.getBigInt64(receiverPerformance.audio, true)),
      queuedVideoFrames: view.getInt32(queue + receiverQueue.video, true),
    };
  }

  webControl(): string | null {
    this.#mustBeOpen();
    const address = this.#native.recvWebControl(this.#handle);
    if (address === null) return null;
    const text = readText(address);
    this.#native.recvFreeString(this.#handle, address);
    return text;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#destroyIfIdle();
  }

  #mustBeOpen(): void {
    if (this.#closed) throw ndiFault('NDI_CLOSED', { what: 'receiver', name: this.#name });
  }

  /** A capture in flight or a frame that is lent out still needs the native receiver: the last of them ends it. */
  #destroyIfIdle(): void {
    if (!this.#closed || this.#destroyed || this.#capturing || this.#lent > 0) return;
    this.#destroyed = true;
    this.#native.recvDestroy(this.#handle);
    for (const slot of this.#freeVideo) slot.block.free();
    for (const slot of this.#freeAudio) slot.block.free();
    this.#nextVideo.block.free();
    this.#nextAudio.block.free();
    this.#incoming.free();
    this.#outgoing.free();
    this.#counters.free();
    this.pixelViews.clear();
    this.soundViews.clear();
    this.#onClosed();
  }
}
