import type { BoxPx } from './geometry.js';

/** A box of the picture, lying in kernel memory. */
export interface RegionView {
  /** Kernel pointer of the region's first byte; rows `strideBytes` apart. */
  readonly ptr: number;
  /** P216: the chroma plane of the region; else 0. */
  readonly chromaPtr: number;
  readonly strideBytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Where the region lies in the picture. */
  readonly box: BoxPx;
  /** Kernel format number: 0 UYVY, 1 BGRA, 2 RGBA, 3 P216. */
  readonly format: 0 | 1 | 2 | 3;
}
