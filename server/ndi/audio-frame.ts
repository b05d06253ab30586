import type { InstantUs } from '../time/time.js';
import { ndiFault } from './fault.js';
import { audioFrame, floatPlanarAudio, timeUndefined } from './layout.js';
import { NativeBlock, readText, type ViewCache } from './native-memory.js';
import type { Captured, NdiAudioFrame } from './port.js';

/** Sound over an NDIlib_audio_frame_v3_t in native memory. */
export abstract class NativeAudioFrame implements NdiAudioFrame {
  readonly block = new NativeBlock(audioFrame.bytes);
  receivedAtUs = 0 as InstantUs;

  /** @throws NDI_FRAME_STALE after release. */
  abstract mustBeUsable(): void;
  abstract get data(): Uint8Array;
  abstract release(): void;

  #int(offset: number): number {
    this.mustBeUsable();
    return this.block.view.getInt32(offset, true);
  }
  get sampleRateHz(): number {
    return this.#int(audioFrame.sampleRate);
  }
  get channels(): number {
    return this.#int(audioFrame.channels);
  }
  get samples(): number {
    return this.#int(audioFrame.samples);
  }
  get channelStrideBytes(): number {
    const given = this.#int(audioFrame.channelStrideInBytes);
    return given === 0 ? this.samples * 4 : given;
  }
  get timecode100ns(): bigint {
    this.mustBeUsable();
    return this.block.view.getBigInt64(audioFrame.timecode, true);
  }
  set timecode100ns(value: bigint) {
    this.mustBeUsable();
    this.block.view.setBigInt64(audioFrame.timecode, value, true);
  }
  get timestamp100ns(): bigint {
    this.mustBeUsable();
    return this.block.view.getBigInt64(audioFrame.timestamp, true);
  }
  get metadata(): string | null {
    this.mustBeUsable();
    return readText(this.block.view.getBigUint64(audioFrame.metadata, true));
  }
}

/** What received sound needs of its receiver. */
export interface AudioOwner {
  readonly soundViews: ViewCache;
  audioDone(slot: ReceivedAudio): void;
}

/** One slot of a receiver's pool; the samples lie in libndi's memory until `release`. */
export class ReceivedAudio extends NativeAudioFrame {
  readonly captured: Captured = { kind: 'audio', audio: this };
  readonly #owner: AudioOwner;
  #held = false;

  constructor(owner: AudioOwner) {
    super();
    this.#owner = owner;
  }
  /** libndi filled the structure. False where the sound is not planar float. */
  arrived(atUs: InstantUs): boolean {
    this.#held = true;
    this.receivedAtUs = atUs;
    return this.block.view.getUint32(audioFrame.fourCC, true) === floatPlanarAudio;
  }
  override mustBeUsable(): void {
    if (!this.#held) throw ndiFault('NDI_FRAME_STALE', { kind: 'audio' });
  }
  override get data(): Uint8Array {
    return this.#owner.soundViews.at(this.block.view, audioFrame.data, this.channels * this.channelStrideBytes);
  }
  override release(): void {
    this.mustBeUsable();
    this.#held = false;
    this.#owner.audioDone(this);
  }
}

/** Sound in memory of our own. libndi copies it while it is sent, so it may be refilled at once. */
export class OwnAudio extends NativeAudioFrame {
  readonly #sound: NativeBlock;
  #ended = false;

  constructor(shape: { sampleRateHz: number; channels: number; samples: number }) {
    super();
    this.#sound = new NativeBlock(shape.channels * shape.samples * 4);
    const { view } = this.block;
    view.setInt32(audioFrame.sampleRate, shape.sampleRateHz, true);
    view.setInt32(audioFrame.channels, shape.channels, true);
    view.setInt32(audioFrame.samples, shape.samples, true);
    view.setBigInt64(audioFrame.timecode, timeUndefined, true);
    view.setUint32(audioFrame.fourCC, floatPlanarAudio, true);
    view.setBigUint64(audioFrame.data, this.#sound.address, true);
    view.setInt32(audioFrame.channelStrideInBytes, shape.samples * 4, true);
  }
  override mustBeUsable(): void {
    if (this.#ended) throw ndiFault('NDI_FRAME_STALE', { kind: 'audio' });
  }
  override get data(): Uint8Array {
    this.mustBeUsable();
    return this.#sound.u8;
  }
  override release(): void {
    this.mustBeUsable();
  }
  free(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#sound.free();
    this.block.free();
  }
}
