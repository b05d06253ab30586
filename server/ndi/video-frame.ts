import { formatOfFourCC, formats, naturalStrideBytes, pictureBytes, type PixelFormat } from '../frame/format.js';
import type { InstantUs } from '../time/time.js';
import { ndiFault } from './fault.js';
import { scanOfValue, timeUndefined, valueOfScan, videoFrame } from './layout.js';
import { NativeBlock, readText, type ViewCache } from './native-memory.js';
import type { Captured, NdiVideoFrame, Scan, VideoFrameShape } from './port.js';

/**
 * A picture over an NDIlib_video_frame_v2_t in native memory. Every field is read from that structure on demand: filling a
 * frame makes no object, and what libndi wrote goes back to libndi bit for bit.
 */
export abstract class NativeVideoFrame implements NdiVideoFrame {
  readonly block = new NativeBlock(videoFrame.bytes);
  receivedAtUs = 0 as InstantUs;

  /** @throws NDI_FRAME_STALE unless the caller may use this frame now. */
  protected abstract mustBeUsable(): void;
  /** A sender took this frame. @throws NDI_FRAME_STALE where it may not. */
  abstract beginSend(): void;
  /** libndi is done with this frame. */
  abstract endSend(): void;
  abstract get pixels(): Uint8Array;
  abstract release(): void;

  #int(offset: number): number {
    this.mustBeUsable();
    return this.block.view.getInt32(offset, true);
  }
  get widthPx(): number {
    return this.#int(videoFrame.xres);
  }
  get heightPx(): number {
    return this.#int(videoFrame.yres);
  }
  get strideBytes(): number {
    const given = this.#int(videoFrame.lineStrideInBytes);
    return given === 0 ? naturalStrideBytes(this.format, this.widthPx) : given;
  }
  get format(): PixelFormat {
    return formatOfFourCC(this.#int(videoFrame.fourCC)) ?? 'UYVY';
  }
  get frameRateNum(): number {
    return this.#int(videoFrame.frameRateN);
  }
  get frameRateDen(): number {
    return this.#int(videoFrame.frameRateD);
  }
  get pictureAspectRatio(): number {
    this.mustBeUsable();
    return this.block.view.getFloat32(videoFrame.pictureAspectRatio, true);
  }
  get scan(): Scan {
    return scanOfValue[this.#int(videoFrame.frameFormatType)] ?? 'progressive';
  }
  get timecode100ns(): bigint {
    this.mustBeUsable();
    return this.block.view.getBigInt64(videoFrame.timecode, true);
  }
  set timecode100ns(value: bigint) {
    this.mustBeUsable();
    this.block.view.setBigInt64(videoFrame.timecode, value, true);
  }
  get timestamp100ns(): bigint {
    this.mustBeUsable();
    return this.block.view.getBigInt64(videoFrame.timestamp, true);
  }
  get hasMetadata(): boolean {
    this.mustBeUsable();
    const { view } = this.block;
    return view.getUint32(videoFrame.metadata, true) !== 0 || view.getUint32(videoFrame.metadata + 4, true) !== 0;
  }
  get metadata(): string | null {
    this.mustBeUsable();
    return readText(this.block.view.getBigUint64(videoFrame.metadata, true));
  }
}

/** What a received frame needs of its receiver. */
export interface VideoOwner {
  readonly pixelViews: ViewCache;
  /** Gives the picture back to libndi and the slot back to the pool. */
  videoDone(slot: ReceivedVideo): void;
}

/** One slot of a receiver's pool. The picture lies in libndi's memory from arrival until it is sent or released. */
export class ReceivedVideo extends NativeVideoFrame {
  readonly captured: Captured = { kind: 'video', video: this };
  readonly #owner: VideoOwner;
  #state: 'free' | 'held' | 'sending' = 'free';

  constructor(owner: VideoOwner) {
    super();
    this.#owner = owner;
  }

  /** libndi filled the structure. False where its pixel layout is unknown. */
  arrived(atUs: InstantUs): boolean {
    this.#state = 'held';
    this.receivedAtUs = atUs;
    return formatOfFourCC(this.block.view.getUint32(videoFrame.fourCC, true)) !== null;
  }
  /** The four characters of a layout, for people. */
  fourCharacters(): string {
    return String.fromCharCode(...this.block.u8.subarray(videoFrame.fourCC, videoFrame.fourCC + 4));
  }
  protected override mustBeUsable(): void {
    if (this.#state !== 'held') throw ndiFault('NDI_FRAME_STALE', { kind: 'video' });
  }
  override get pixels(): Uint8Array {
    const bytes = pictureBytes(this.format, this.heightPx, this.strideBytes);
    return this.#owner.pixelViews.at(this.block.view, videoFrame.data, bytes);
  }
  override beginSend(): void {
    this.mustBeUsable();
    this.#state = 'sending';
  }
  override endSend(): void {
    this.#state = 'free';
    this.#owner.videoDone(this);
  }
  override release(): void {
    this.mustBeUsable();
    this.endSend();
  }
}

/** A picture in memory of our own. It may be in flight on several senders at once. */
export class OwnVideo extends NativeVideoFrame {
  readonly #picture: NativeBlock;
  #sends = 0;
  #ended = false;

  constructor(shape: VideoFrameShape) {
    super();
    const strideBytes = naturalStrideBytes(shape.format, shape.widthPx);
    this.#picture = new NativeBlock(pictureBytes(shape.format, shape.heightPx, strideBytes));
    const { view } = this.block;
    view.setInt32(videoFrame.xres, shape.widthPx, true);
    view.setInt32(videoFrame.yres, shape.heightPx, true);
    view.setUint32(videoFrame.fourCC, formats[shape.format].fourCC, true);
    view.setInt32(videoFrame.frameRateN, shape.frameRateNum, true);
    view.setInt32(videoFrame.frameRateD, shape.frameRateDen, true);
    // 0 means square pixels to libndi.
    view.setFloat32(videoFrame.pictureAspectRatio, shape.pictureAspectRatio ?? 0, true);
    view.setInt32(videoFrame.frameFormatType, valueOfScan[shape.scan ?? 'progressive'], true);
    view.setBigInt64(videoFrame.timecode, timeUndefined, true);
    view.setBigUint64(videoFrame.data, this.#picture.address, true);
    view.setInt32(videoFrame.lineStrideInBytes, strideBytes, true);
    // The timestamp stays 0: libndi then writes the moment of sending. A received frame's own goes through untouched.
  }
  protected override mustBeUsable(): void {
    if (this.#ended) throw ndiFault('NDI_FRAME_STALE', { kind: 'video' });
  }
  override get pixels(): Uint8Array {
    if (this.#ended || this.#sends > 0) throw ndiFault('NDI_FRAME_STALE', { kind: 'video' });
    return this.#picture.u8;
  }
  override beginSend(): void {
    this.mustBeUsable();
    this.#sends++;
  }
  override endSend(): void {
    this.#sends--;
    if (this.#ended && this.#sends === 0) this.#freeMemory();
  }
  override release(): void {
    this.mustBeUsable();
  }
  free(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#sends === 0) this.#freeMemory();
  }
  #freeMemory(): void {
    this.#picture.free();
    this.block.free();
  }
}
