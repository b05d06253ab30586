import type { ReceivedFrame } from '../frame/frames.js';

/**
 * The camera's own pixels of the pictures in the delay line, so that bypass reaches pictures that were composited already.
 * One copy a picture (0.5 ms at 1080p), and only where a delay is declared. Buffers are used again.
 */
export class PlainPool {
  readonly #free: Uint8Array[] = [];

  keep(pixels: Uint8Array): Uint8Array {
    const at = this.#free.findIndex((buffer) => buffer.length === pixels.length);
    const buffer = at >= 0 ? this.#free.splice(at, 1)[0]! : new Uint8Array(pixels.length);
    buffer.set(pixels);
    return buffer;
  }
  giveBack(frame: ReceivedFrame): void {
    if (!frame.plainPixels) return;
    // More than the longest delay line needs is not kept: the picture's size has changed.
    if (this.#free.length < 9) this.#free.push(frame.plainPixels);
    frame.plainPixels = null;
  }
}
