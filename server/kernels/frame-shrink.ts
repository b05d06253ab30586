import { formats, type PixelFormat, type YuvMatrix } from '../frame/format.js';
import { kernelFormatOf, kernelMatrixOf } from './formats.js';
import type { KernelMemory } from './memory.js';
import { RowCopier } from './region-copy.js';
import { shrinkRowTaps, shrinkSourceRow, type RegionKernel } from './region.js';

/** Output rows per band: the gathered source rows of a band stay in the second-level cache. */
const BAND_ROWS = 8;

export interface ShrinkGeometry {
  readonly format: PixelFormat;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly dstWidthPx: number;
  readonly dstHeightPx: number;
  readonly matrix: YuvMatrix;
  /** 'rgb' for a detector, 'rgbx' for the JPEG encoder. */
  readonly layout: 'rgb' | 'rgbx';
}

/**
 * Small picture straight from libndi's frame: only the rows that are averaged are copied into kernel memory, a band at a time.
 * One instance per geometry; `ptr` and `bytes` are the result, valid until the next call.
 */
export class FrameShrinker {
  readonly ptr: number;
  readonly bytes: number;
  readonly #memory: KernelMemory;
  readonly #region: RegionKernel;
  readonly #geometry: ShrinkGeometry;
  readonly #taps: number;
  readonly #rowBytes: number;
  readonly #band: number;
  readonly #bandChroma: number;
  readonly #copier = new RowCopier();

  constructor(memory: KernelMemory, region: RegionKernel, geometry: ShrinkGeometry) {
    const bytesPerPixel = geometry.layout === 'rgb' ? 3 : 4;
    this.#memory = memory;
    this.#region = region;
    this.#geometry = geometry;
    this.#taps = shrinkRowTaps(geometry.heightPx, geometry.dstHeightPx);
    this.#rowBytes = geometry.widthPx * formats[geometry.format].bytesPerPixel;
    const bandBytes = this.#rowBytes * this.#taps * BAND_ROWS;
    this.#band = memory.allocate(bandBytes);
    this.#bandChroma = formats[geometry.format].bitDepth === 16 ? memory.allocate(bandBytes) : 0;
    this.bytes = geometry.dstWidthPx * geometry.dstHeightPx * bytesPerPixel;
    this.ptr = memory.allocate(this.bytes);
  }

  /** `pixels`: the whole picture, all planes. Returns `ptr`. */
  shrink(pixels: Uint8Array, strideBytes: number): number {
    const { format, widthPx, heightPx, dstWidthPx, dstHeightPx, matrix, layout } = this.#geometry;
    const bytesPerPixel = layout === 'rgb' ? 3 : 4;
    for (let first = 0; first < dstHeightPx; first += BAND_ROWS) {
      const rows = Math.min(BAND_ROWS, dstHeightPx - first);
      this.#gather(pixels, 0, strideBytes, this.#band, first, rows);
      if (this.#bandChroma) this.#gather(pixels, strideBytes * heightPx, strideBytes, this.#bandChroma, first, rows);
      this.#region.shrinkGathered(
        this.#band,
        this.#bandChroma,
        kernelFormatOf(format),
        widthPx,
        this.#rowBytes,
        this.#taps,
        this.ptr + first * dstWidthPx * bytesPerPixel,
        dstWidthPx,
        rows,
        kernelMatrixOf(matrix),
        bytesPerPixel,
      );
    }
    this.#copier.forget();
    return this.ptr;
  }

  #gather(pixels: Uint8Array, plane: number, stride: number, band: number, first: number, rows: number): void {
    const { heightPx, dstHeightPx } = this.#geometry;
    let to = band;
    for (let j = first; j < first + rows; j++) {
      for (let k = 0; k < this.#taps; k++, to += this.#rowBytes) {
        const from = plane + shrinkSourceRow(j, k, this.#taps, heightPx, dstHeightPx) * stride;
        this.#copier.copy(pixels, from, this.#memory.u8, to, this.#rowBytes);
      }
    }
  }
}
