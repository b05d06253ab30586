import koffi from 'koffi';

/**
 * Memory outside JavaScript's heap, which libndi may read and write from any thread: it never moves, and lives until `free`.
 * All structures of this door are read and written through `view`, so that no frame makes objects.
 */
export class NativeBlock {
  readonly address: bigint;
  readonly view: DataView;
  readonly u8: Uint8Array;
  #freed = false;

  constructor(bytes: number) {
    this.address = koffi.alloc('uint8', bytes) as bigint;
    const buffer = koffi.view(this.address, bytes);
    this.view = new DataView(buffer);
    this.u8 = new Uint8Array(buffer);
    // koffi.alloc does not promise zeros, and a null pointer in a structure must be one.
    this.u8.fill(0);
  }

  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    koffi.free(this.address);
  }
}

const encoder = new TextEncoder();

/** A zero-terminated UTF-8 string that is written again and again; it grows, and makes no garbage once it is large enough. */
export class NativeText {
  #block = new NativeBlock(256);

  /** Returns the address of the text. It stays valid until the next `write` or `free`. */
  write(text: string): bigint {
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    const needed = text.length * 3 + 1;
    if (needed > this.#block.u8.byteLength) {
      this.#block.free();
      this.#block = new NativeBlock(needed * 2);
    }
    const written = encoder.encodeInto(text, this.#block.u8).written;
    this.#block.u8[written] = 0;
    return this.#block.address;
  }

  free(): void {
    this.#block.free();
  }
}

/** The C string at an address, or null. */
export const readText = (address: bigint): string | null =>
  address === 0n ? null : (koffi.decode(address, 'char', -1) as string);

/**
 * Views over libndi's picture and sound buffers. libndi takes its buffers from a pool and so hands over the same few
 * addresses for ever; keeping their views spares one external ArrayBuffer per frame (each tells the garbage collector of
 * megabytes that are not its own, and makes it run early). A view that libndi has given back is never touched: frames
 * refuse to hand it out once they are released.
 */
export class ViewCache {
  readonly #views = new Map<number, Uint8Array>();
  readonly #capacity: number;

  constructor(capacity = 64) {
    this.#capacity = capacity;
  }

  /** `view` holds a pointer at `pointerOffset`; the result covers the `bytes` that it points to. */
  at(view: DataView, pointerOffset: number, bytes: number): Uint8Array {
    // User-space addresses have 47 bits: exact in a number, which makes a cheaper key than a bigint.
    const key = view.getUint32(pointerOffset + 4, true) * 0x1_0000_0000 + view.getUint32(pointerOffset, true);
    const known = this.#views.get(key);
    if (known !== undefined && known.byteLength === bytes) return known;
    if (this.#views.size >= this.#capacity) this.#views.clear();
    const made = new Uint8Array(koffi.view(view.getBigUint64(pointerOffset, true), bytes));
    this.#views.set(key, made);
    return made;
  }

  clear(): void {
    this.#views.clear();
  }
}
