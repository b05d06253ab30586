import jpegTurbo from '@julusian/jpeg-turbo';

// CommonJS without named exports that Node could see.
const { decompress, FORMAT_BGRX } = jpegTurbo;

export interface DecodedPicture {
  readonly bgrx: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}
interface Source<Key> {
  busy: boolean;
  /** The newest that came meanwhile. */
  next: { readonly jpeg: Uint8Array; readonly key: Key } | null;
}

/**
 * Previews into pixels, in libuv's thread pool: one at a time of each source, keep the newest, count what it replaces. A JPEG
 * that cannot be read is left out and counted the same.
 */
export class MultiviewPictures<Key> {
  dropped = 0;
  readonly #sources = new Map<string, Source<Key>>();

  constructor(private readonly deliver: (source: string, picture: DecodedPicture, key: Key) => void) {}

  offer(source: string, jpeg: Uint8Array, key: Key): void {
    const known = this.#sources.get(source) ?? { busy: false, next: null };
    this.#sources.set(source, known);
    if (known.next) this.dropped++;
    known.next = { jpeg, key };
    if (!known.busy) this.#decode(source, known);
  }

  #decode(source: string, known: Source<Key>): void {
    const { jpeg, key } = known.next!;
    known.next = null;
    known.busy = true;
    void this.#deliverDecoded(source, jpeg, key).finally(() => {
      known.busy = false;
      if (known.next) this.#decode(source, known);
    });
  }
  async #deliverDecoded(source: string, jpeg: Uint8Array, key: Key): Promise<void> {
    const image = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
    try {
      const { data, width, height } = await decompress(image, { format: FORMAT_BGRX });
      this.deliver(source, { bgrx: data, widthPx: width, heightPx: height }, key);
    } catch {
      this.dropped++;
    }
  }
}
