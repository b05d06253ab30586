import type { BoxPx } from '../../frame/geometry.js';
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
  readonly #box: BoxPx = { x0: 0, y0: 0, x1: 0, y1: 0 };

  constructor(
    private readonly memory: KernelMemory,
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

  /** A box round all that is drawn, and so many px more, px of the patch; the result is reused. */
  bounds(widthPx: number, heightPx: number, morePx: number): Readonly<BoxPx> {
    const { u16 } = this.memory;
    const box = this.#box;
    box.x0 = widthPx;
    box.y0 = heightPx;
    box.x1 = box.y1 = 0;
    for (let y = 0, at = this.ptr >> 1; y < heightPx; y += bandRowsPx, at += 2) {
      if (u16[at + 1] === 0) continue;
      box.x0 = Math.min(box.x0, u16[at]! - morePx);
      box.x1 = Math.max(box.x1, u16[at + 1]! + morePx);
      box.y0 = Math.min(box.y0, y - morePx);
      box.y1 = y + bandRowsPx + morePx;
    }
    box.x0 = Math.max(0, box.x0);
    box.y0 = Math.max(0, box.y0);
    box.x1 = Math.min(widthPx, box.x1);
    box.y1 = Math.min(heightPx, box.y1);
    return box;
  }

  /** Something else than triangles was drawn, anywhere in the patch. */
  spill(): void {
    this.#isWhole = true;
  }
}
