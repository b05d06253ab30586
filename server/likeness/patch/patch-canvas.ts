import type { KernelMemory } from '../../kernels/memory.js';
import { patchPixelBytes } from '../../kernels/formats.js';
import type { PatchTarget } from '../../kernels/patch.js';

/** A target that engines share, since they draw one after the other; grows to the largest patch, by half at a time. */
export class PatchCanvas {
  #ptr = 0;
  #bytes = 0;
  constructor(private readonly memory: KernelMemory) {}

  cleared(widthPx: number, heightPx: number): PatchTarget {
    const strideBytes = widthPx * patchPixelBytes;
    const bytes = strideBytes * heightPx;
    if (bytes > this.#bytes) {
      this.#bytes = Math.ceil(bytes * 1.5);
      this.#ptr = this.memory.allocate(this.#bytes);
    }
    this.memory.u8.fill(0, this.#ptr, this.#ptr + bytes);
    return { ptr: this.#ptr, strideBytes, widthPx, heightPx };
  }
}
