import { metadataFrame, timeUndefined } from './layout.js';
import { NativeBlock, NativeText, readText } from './native-memory.js';
import type { NdiMetadataFrame } from './port.js';

/** One NDIlib_metadata_frame_t in native memory, filled by libndi or by us. Metadata is rare: its text becomes a string. */
export class NativeMetadata {
  readonly block = new NativeBlock(metadataFrame.bytes);
  readonly #text = new NativeText();

  /** Fills the structure with a text of ours and returns its address. */
  write(xml: string, timecode100ns: bigint = timeUndefined): bigint {
    const { view, address } = this.block;
    // Length 0: the text ends at its zero byte.
    view.setInt32(metadataFrame.length, 0, true);
    view.setBigInt64(metadataFrame.timecode, timecode100ns, true);
    view.setBigUint64(metadataFrame.data, this.#text.write(xml), true);
    return address;
  }

  /** A copy of what libndi wrote; its memory may be given back afterwards. */
  read(): NdiMetadataFrame {
    const { view } = this.block;
    return {
      xml: readText(view.getBigUint64(metadataFrame.data, true)) ?? '',
      timecode100ns: view.getBigInt64(metadataFrame.timecode, true),
    };
  }

  free(): void {
    this.#text.free();
    this.block.free();
  }
}
