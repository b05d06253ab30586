import type { KernelFormat } from './formats.js';
import { loadKernel, type KernelMemory } from './memory.js';

interface ConcealExports {
  soften(
    dst: number,
    chroma: number,
    params: number,
    scratch: number,
    width: number,
    height: number,
    stride: number,
    format: number,
    cells: number,
  ): number;
}

const MAX_CELLS = 32;

/** Softens faces beyond recognition, in place, in any format. Pointers are byte offsets, strides bytes. */
export class ConcealKernel {
  readonly #wasm: ConcealExports;
  readonly #scratch: number;
  readonly #maxWidthPx: number;

  constructor(memory: KernelMemory, build: 'release' | 'debug' = 'release', maxWidthPx = 4096) {
    this.#wasm = loadKernel<ConcealExports>('conceal', memory, build);
    this.#maxWidthPx = maxWidthPx;
    this.#scratch = memory.allocate((maxWidthPx + 16) * 8 + MAX_CELLS * MAX_CELLS * 32 + MAX_CELLS * 16);
  }

  /**
   * Replaces what lies inside an ellipse by cells × cells mean colours, interpolated. Full within 0.75 of the radii, fading to
   * nothing at them: give an ellipse a third larger than what must not be seen. Pixels outside keep their bytes exactly.
   *
   * @param chroma P216's Cb Cr plane (same stride), else 0
   * @param ellipse pointer to 6 f32: centre x, y, radius x, y (px of the region, corner origin), cos and sin of the x axis
   * @param cells 1 … 32 per side of the ellipse's box; 6 leaves no feature, 12 leaves an expression
   */
  soften(
    format: KernelFormat,
    dst: number,
    chroma: number,
    stride: number,
    widthPx: number,
    heightPx: number,
    ellipse: number,
    cells: number,
  ): number {
    this.#check(widthPx);
    const held = Math.max(1, Math.min(MAX_CELLS, Math.trunc(cells)));
    return this.#wasm.soften(dst, chroma, ellipse, this.#scratch, widthPx, heightPx, stride, format, held);
  }
  /** The same for every pixel of the region or picture. */
  softenAll(
    format: KernelFormat,
    dst: number,
    chroma: number,
    stride: number,
    widthPx: number,
    heightPx: number,
    cells: number,
  ): number {
    return this.soften(format, dst, chroma, stride, widthPx, heightPx, 0, cells);
  }

  #check(widthPx: number): void {
    if (widthPx > this.#maxWidthPx)
      throw new RangeError(`A region ${widthPx} px wide exceeds the kernel's ${this.#maxWidthPx} px`);
  }
}
