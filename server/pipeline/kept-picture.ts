import type { YuvMatrix } from '../frame/format.js';
import type { ReceivedFrame } from '../frame/frames.js';
import type { FramePlanes } from '../kernels/region-copy.js';
import type { InstantUs } from '../time/time.js';

/** What regions of a picture are cut from: libndi's frame, or a copy of it. */
export interface PicturePlanes extends FramePlanes {
  readonly widthPx: number;
}
/** A picture in which a track may begin. */
export interface LookedPicture {
  readonly frameNumber: number;
  readonly captureAtUs: InstantUs;
  readonly matrix: YuvMatrix;
  readonly video: PicturePlanes;
}

/**
 * The newest picture as the camera sent it, kept while somebody may be coming in: what detection finds begins in it at once, between
 * pictures, and the next one has a likeness. Libndi's own buffer has been drawn over by then and belongs to the sender. One buffer, used
 * again; a copy is 0.5 ms at 1080p, in pictures in which there is no face to draw.
 */
export class KeptPicture {
  #pixels = new Uint8Array(0);
  #picture: LookedPicture | null = null;

  keep({ frameNumber, captureAtUs, matrix, video }: ReceivedFrame): void {
    const { pixels, strideBytes, widthPx, heightPx, format } = video;
    if (this.#pixels.length !== pixels.length) this.#pixels = new Uint8Array(pixels.length);
    this.#pixels.set(pixels);
    const planes = { pixels: this.#pixels, strideBytes, widthPx, heightPx, format };
    this.#picture = { frameNumber, captureAtUs, matrix, video: planes };
  }
  /** The copy of that picture; null where another one, or none, was kept. */
  of(frameNumber: number): LookedPicture | null {
    return this.#picture?.frameNumber === frameNumber ? this.#picture : null;
  }
  forget(): void {
    this.#picture = null;
  }
}
