import type { KernelMemory } from '../../kernels/memory.js';
import { bandRowsPx, type RasterKernel } from '../../kernels/raster.js';

/**
 * Which part of each row of the canvas's patch was drawn last. Everything else of that memory is 0, so that a picture clears what the one before
 * drew: a face fills half of its patch's box.
 */
export class DrawnBands {
  /** Two u16 for every bandRowsPx rows: see RasterKernel.splitLayers. */
  readonly ptr: number;
  #strideBytes = 0;
  #heightPx = 0;
  #isWhole = false;

  constructor(
    memory: KernelMemory,
    private readonly raster: RasterKernel,
    private readonly patchPtr: number,
    mostSidePx: number,
  ) {
    this.ptr = memory.allocate(Math.ceil(mostSidePx / bandRowsPx) * 4);
  }

  /** The patch becomes 0, for one of this size; its bands are the splitting of its triangles that must follow. */
  begin(strideBytes: number, heightPx: number): void {
    const { raster, patchPtr } = this;
    // By kernels: TypedArray.fill goes byte by byte over shared memory.
    if (this.#isWhole) raster.fillDepth(patchPtr, (this.#strideBytes * this.#heightPx) >> 2, 0);
    else raster.clearBands(patchPtr, this.ptr, this.#heightPx, this.#strideBytes);
    this.#strideBytes = strideBytes;
    this.#heightPx = heightPx;
    this.#isWhole = false;
  }

  /** Something else than triangles was drawn, anywhere in the patch. */
  spill(): void {
    this.#isWhole = true;
  }
}
