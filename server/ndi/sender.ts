import { NativeAudioFrame } from './audio-frame.js';
import { ndiFault } from './fault.js';
import { frameType, source, tally, videoFrame } from './layout.js';
import { NativeMetadata } from './metadata-frame.js';
import { NativeBlock, NativeText, readText } from './native-memory.js';
import type { Native } from './native.js';
import type { NdiAudioFrame, NdiMetadataFrame, NdiSender, NdiVideoFrame, SenderOptions, Tally } from './port.js';
import { NativeVideoFrame } from './video-frame.js';
import koffi from 'koffi';

/** A copy of a frame's structure for one send, with room for metadata of ours: libndi may read it until the next send. */
class Turn {
  readonly block = new NativeBlock(videoFrame.bytes);
  readonly #text = new NativeText();

  /** `metadata` undefined keeps the frame's own. */
  load(frame: NativeVideoFrame, metadata: string | null | undefined): void {
    this.block.u8.set(frame.block.u8);
    if (metadata === undefined) return;
    const address = metadata === null ? 0n : this.#text.write(metadata);
    this.block.view.setBigUint64(videoFrame.metadata, address, true);
  }
  free(): void {
    this.#text.free();
    this.block.free();
  }
}

export class LibndiSender implements NdiSender {
  readonly sourceName: string;
  readonly #native: Native;
  readonly #handle: bigint;
  readonly #name: string;
  readonly #onClosed: () => void;
  readonly #turns = [new Turn(), new Turn()] as const;
  readonly #outgoing = new NativeMetadata();
  readonly #incoming = new NativeMetadata();
  readonly #tally = new NativeBlock(tally.bytes);
  #turn: 0 | 1 = 0;
  #inFlight: NativeVideoFrame | null = null;
  #closed = false;

  constructor(native: Native, options: SenderOptions, onClosed: () => void) {
    this.#native = native;
    this.#name = options.name;
    this.#onClosed = onClosed;
    const handle = native.sendCreate({
      p_ndi_name: options.name,
      p_groups: options.groups ?? null,
      clock_video: options.clockVideo,
      clock_audio: options.clockAudio,
    });
    if (handle === null) throw ndiFault('NDI_CREATE_FAILED', { what: 'sender', name: options.name });
    this.#handle = handle;
    const named = native.sendSourceName(handle);
    const view = named === null ? null : new DataView(koffi.view(named, source.bytes));
    this.sourceName = (view && readText(view.getBigUint64(source.name, true))) ?? options.name;
  }

  sendVideo(frame: NdiVideoFrame, metadata?: string | null): void {
    this.#mustBeOpen();
    if (!(frame instanceof NativeVideoFrame)) {
      throw new TypeError('A frame of another NDI port cannot be sent through libndi');
    }
    frame.beginSend();
    this.#turn = this.#turn === 0 ? 1 : 0;
    const turn = this.#turns[this.#turn];
    turn.load(frame, metadata);
    this.#native.sendVideoAsync(this.#handle, turn.block.address);
    // That call waited until libndi had let go of the picture before: only now may its memory go back.
    const previous = this.#inFlight;
    this.#inFlight = frame;
    previous?.endSend();
  }

  flush(): void {
    if (this.#closed) return;
    this.#native.sendVideoAsync(this.#handle, null);
    const last = this.#inFlight;
    this.#inFlight = null;
    last?.endSend();
  }

  sendAudio(frame: NdiAudioFrame): void {
    this.#mustBeOpen();
    if (!(frame instanceof NativeAudioFrame)) {
      throw new TypeError('Sound of another NDI port cannot be sent through libndi');
    }
    frame.mustBeUsable();
    this.#native.sendAudio(this.#handle, frame.block.address);
  }

  sendMetadata(xml: string, timecode100ns?: bigint): void {
    this.#mustBeOpen();
    this.#native.sendMetadata(this.#handle, this.#outgoing.write(xml, timecode100ns));
  }

  addConnectionMetadata(xml: string): void {
    this.#mustBeOpen();
    this.#native.sendAddConnectionMetadata(this.#handle, this.#outgoing.write(xml));
  }

  clearConnectionMetadata(): void {
    this.#mustBeOpen();
    this.#native.sendClearConnectionMetadata(this.#handle);
  }

  tally(): Tally {
    this.#mustBeOpen();
    this.#native.sendTally(this.#handle, this.#tally.address, 0);
    const { u8 } = this.#tally;
    return { onProgram: u8[tally.onProgram] !== 0, onPreview: u8[tally.onPreview] !== 0 };
  }

  connections(): number {
    this.#mustBeOpen();
    return this.#native.sendConnections(this.#handle, 0);
  }

  takeMetadata(): NdiMetadataFrame[] {
    this.#mustBeOpen();
    const taken: NdiMetadataFrame[] = [];
    const { address } = this.#incoming.block;
    while (this.#native.sendCapture(this.#handle, address, 0) === frameType.metadata) {
      taken.push(this.#incoming.read());
      this.#native.sendFreeMetadata(this.#handle, address);
    }
    return taken;
  }

  setFailover(to: { readonly name: string; readonly url?: string | null } | null): void {
    this.#mustBeOpen();
    const settings = to === null ? null : { p_ndi_name: to.name, p_url_address: to.url ?? null };
    this.#native.sendSetFailover(this.#handle, settings);
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.#native.sendDestroy(this.#handle);
    for (const turn of this.#turns) turn.free();
    this.#outgoing.free();
    this.#incoming.free();
    this.#tally.free();
    this.#onClosed();
  }

  #mustBeOpen(): void {
    if (this.#closed) throw ndiFault('NDI_CLOSED', { what: 'sender', name: this.#name });
  }
}
