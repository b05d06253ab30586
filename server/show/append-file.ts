import { closeSync, fdatasync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

/**
 * A file of lines that only grows. A line is handed to the kernel before `append` returns, so it outlives a SIGKILL of this
 * process; it is on the disk within one fdatasync, so it outlives a power cut soon after. Syncs never overlap: a burst costs two.
 * A torn last line, which a power cut can leave, is cut off at opening and reported.
 */
export class AppendFile {
  readonly #fd: number;
  #bytes: number;
  #syncing = false;
  #dirty = false;
  #closed = false;
  /** Whole lines found at opening, without the line break. */
  readonly lines: readonly string[];
  /** Bytes of a torn last line that were cut off at opening. */
  readonly tornBytes: number;
  onFault: (error: Error) => void = () => {};

  constructor(readonly path: string) {
    this.#fd = openSync(path, 'a+', 0o600);
    const bytes = Buffer.alloc(fstatSync(this.#fd).size);
    let read = 0;
    while (read < bytes.length) {
      const count = readSync(this.#fd, bytes, read, bytes.length - read, read);
      if (count === 0) break;
      read += count;
    }
    const whole = bytes.lastIndexOf(10) + 1;
    this.tornBytes = bytes.length - whole;
    if (this.tornBytes > 0) ftruncateSync(this.#fd, whole);
    this.#bytes = whole;
    this.lines = whole === 0 ? [] : bytes.toString('utf8', 0, whole - 1).split('\n');
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws what the file system throws (disk full, read-only), with nothing of the line left in the file. */
  append(line: string): void {
    const bytes = Buffer.from(line + '\n');
    try {
      const written = writeSync(this.#fd, bytes);
      if (written !== bytes.length) throw new Error(`only ${written} of ${bytes.length} bytes fitted on the disk`);
    } catch (error) {
      ftruncateSync(this.#fd, this.#bytes);
      throw error;
    }
    this.#bytes += bytes.length;
    this.#sync();
  }

  /** Empties the file, after its content has been saved elsewhere. */
  clear(): void {
    ftruncateSync(this.#fd, 0);
    this.#bytes = 0;
    this.#sync();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    fdatasyncSync(this.#fd);
    if (!this.#syncing) closeSync(this.#fd);
  }

  #sync(): void {
    this.#dirty = true;
    if (this.#syncing) return;
    this.#syncing = true;
    this.#dirty = false;
    fdatasync(this.#fd, (error) => {
      this.#syncing = false;
      if (error !== null) this.onFault(error);
      if (this.#closed) closeSync(this.#fd);
      else if (this.#dirty) this.#sync();
    });
  }
}
