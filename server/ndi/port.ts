import type { PixelFormat } from '../frame/format.js';
import type { InstantUs } from '../time/time.js';

/**
 * The one door to NDI. `libndi.ts` implements it over the real library (koffi); `memory.ts` is an in-memory fake that can
 * run the whole pipeline in a unit test. Nothing else in the tree knows libndi's structures or its 100 ns times.
 */
export type Scan = 'progressive' | 'interleaved' | 'field-0' | 'field-1';

/**
 * One picture, either received (its pixels stay in libndi's memory) or allocated with `createVideoFrame`. A frame is used
 * once: handed to `sendVideo` (which frees it when libndi is done with it) or freed with `release`. Slots are reused.
 */
export interface NdiVideoFrame {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Bytes from one row to the next in the first plane. */
  readonly strideBytes: number;
  readonly format: PixelFormat;
  readonly frameRateNum: number;
  readonly frameRateDen: number;
  readonly pictureAspectRatio: number;
  readonly scan: Scan;
  /** NDI's own times, 100 ns units; INT64_MAX means undefined. Passed on untouched. */
  timecode100ns: bigint;
  readonly timestamp100ns: bigint;
  /** Per-frame metadata XML, or null. Reading it decodes a C string: not on the frame path unless the frame has some. */
  readonly metadata: string | null;
  readonly hasMetadata: boolean;
  /** Writable bytes of all planes. Valid until the frame is sent or released. */
  readonly pixels: Uint8Array;
  /** When capture returned this frame on this machine's monotonic base. */
  readonly receivedAtUs: InstantUs;
  release(): void;
}

export interface NdiAudioFrame {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly samples: number;
  readonly timecode100ns: bigint;
  readonly timestamp100ns: bigint;
  readonly metadata: string | null;
  /** Planar 32-bit float, one channel after the other, `channelStrideBytes` apart. */
  readonly data: Uint8Array;
  readonly channelStrideBytes: number;
  readonly receivedAtUs: InstantUs;
  release(): void;
}

export interface NdiMetadataFrame {
  readonly xml: string;
  readonly timecode100ns: bigint;
}

export type Captured =
  | { readonly kind: 'none' }
  | { readonly kind: 'video'; readonly video: NdiVideoFrame }
  | { readonly kind: 'audio'; readonly audio: NdiAudioFrame }
  | { readonly kind: 'metadata'; readonly metadata: NdiMetadataFrame }
  /** A picture in a layout that format.ts does not know; already freed. Answer with NDI_FORMAT_UNSUPPORTED. */
  | { readonly kind: 'unsupported'; readonly fourCC: string }
  | { readonly kind: 'error' }
  | { readonly kind: 'status-change' };

export interface NdiSource {
  /** "MACHINE (NAME)". */
  readonly name: string;
  /** "127.0.0.1:5961", or null where libndi does not tell. */
  readonly url: string | null;
  /** Other addresses that answer to the same (or wanted) name. Where there are any, it is ambiguous: NDI_SOURCE_AMBIGUOUS. */
  readonly alsoAt?: readonly string[];
}

export interface FinderOptions {
  readonly groups?: string;
  /** Comma-separated addresses asked directly, besides mDNS. */
  readonly extraIps?: string;
}

export interface NdiFinder {
  /**
   * Sources seen so far, de-duplicated by name. Without mDNS several libndi processes share port 5960 and answer by
   * chance, so the finder re-creates its native finder and merges what each saw until `timeoutMs` (reference/ndi.md).
   */
  sources(timeoutMs: number): Promise<NdiSource[]>;
  /** Waits for a name: exact "MACHINE (NAME)", or the part in brackets alone. */
  find(name: string, timeoutMs: number): Promise<NdiSource | null>;
  close(): void;
}

export interface Tally {
  readonly onProgram: boolean;
  readonly onPreview: boolean;
}

export interface ReceiverOptions {
  /** A source from the finder, or one made from an operator's name or url ("127.0.0.1:5961"). */
  readonly source: { readonly name?: string; readonly url?: string };
  readonly receiverName: string;
  /**
   * 'fastest' lets libndi deliver what it decodes to (UYVY, UYVA; P216, PA16 with 'best'), no conversion. The RGB choices
   * are wrong in green on linux_x64 5.5.2 (test/e2e/ndi/formats.test.ts): convert with our own kernels instead.
   */
  readonly color: 'fastest' | 'best' | 'uyvy-bgra' | 'bgrx-bgra' | 'rgbx-rgba';
  readonly bandwidth?: 'highest' | 'lowest' | 'audio-only' | 'metadata-only';
  readonly allowFields: boolean;
}

export interface NdiReceiver {
  /** Waits on libndi's thread, not on ours; at most `timeoutMs`. One call at a time. */
  capture(timeoutMs: number): Promise<Captured>;
  /**
   * Connects again, or elsewhere; frames that are lent out stay valid. With mDNS libndi follows a source that went and
   * came back by itself; without it, a receiver made with name and url does not: after some silence find the source again
   * and connect (a receiver made with the url alone comes back on the same port only).
   */
  connect(source: { readonly name?: string; readonly url?: string }): void;
  setTally(tally: Tally): void;
  /** Connection metadata to the sender, such as <ndi_product/>. */
  addConnectionMetadata(xml: string): void;
  sendMetadata(xml: string): void;
  connections(): number;
  /** libndi's own counters. */
  performance(): { videoFrames: number; videoDropped: number; audioFrames: number; queuedVideoFrames: number };
  /** The sender's own web page, from its <ndi_capabilities web_control>. */
  webControl(): string | null;
  close(): void;
}

export interface SenderOptions {
  /** Without the machine's name. */
  readonly name: string;
  readonly groups?: string;
  /** libndi paces sends to the frame rate: true for a camera, false for a relay. */
  readonly clockVideo: boolean;
  readonly clockAudio: boolean;
}

export interface NdiSender {
  /** "MACHINE (NAME)", as receivers see it. */
  readonly sourceName: string;
  /**
   * Asynchronous send: returns at once; the frame given before this one is released then. `metadata` replaces the
   * frame's own; null sends none, undefined keeps it. Never blocks on a slow receiver.
   */
  sendVideo(frame: NdiVideoFrame, metadata?: string | null): void;
  /** Waits until libndi is done with the last frame, and releases it. */
  flush(): void;
  /** libndi copies the sound before this returns: the frame stays the caller's, to send elsewhere or to release. */
  sendAudio(frame: NdiAudioFrame): void;
  sendMetadata(xml: string, timecode100ns?: bigint): void;
  addConnectionMetadata(xml: string): void;
  clearConnectionMetadata(): void;
  tally(): Tally;
  connections(): number;
  /** Metadata that receivers sent to us, oldest first. libndi keeps nine at most: take them every frame. */
  takeMetadata(): NdiMetadataFrame[];
  setFailover(source: { readonly name: string; readonly url?: string | null } | null): void;
  close(): void;
}

export interface VideoFrameShape {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly format: PixelFormat;
  readonly frameRateNum: number;
  readonly frameRateDen: number;
  readonly pictureAspectRatio?: number;
  readonly scan?: Scan;
}

export interface NdiPort {
  /** libndi's version string and where it was loaded from. */
  readonly version: string;
  readonly libraryPath: string;
  createFinder(options?: FinderOptions): NdiFinder;
  createReceiver(options: ReceiverOptions): NdiReceiver;
  createSender(options: SenderOptions): NdiSender;
  /**
   * A frame of our own memory, reusable: it may be sent again and again (a slate), to several senders. While libndi reads
   * it (until a sender's next `sendVideo` or `flush`) `pixels` refuses; alternate two frames to fill one meanwhile.
   * `free()` ends it, after the last send.
   */
  createVideoFrame(shape: VideoFrameShape): NdiVideoFrame & { free(): void };
  createAudioFrame(shape: { sampleRateHz: number; channels: number; samples: number }): NdiAudioFrame & {
    timecode100ns: bigint;
    free(): void;
  };
  close(): void;
}
