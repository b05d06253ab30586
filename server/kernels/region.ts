import { isRgbKernelFormat, kernelFormats, type KernelFormat, type KernelMatrix } from './formats.js';
import { loadKernel, type KernelMemory } from './memory.js';

interface RegionExports {
  cropLuma(
    src: number,
    params: number,
    dst: number,
    scratch: number,
    regionWidth: number,
    regionHeight: number,
    size: number,
    srcStride: number,
    format: number,
  ): number;
  cropRgb(
    src: number,
    chroma: number,
    params: number,
    dst: number,
    scratch: number,
    regionWidth: number,
    regionHeight: number,
    size: number,
    srcStride: number,
    format: number,
    matrix: number,
  ): number;
  shrinkTable(table: number, width: number, dstWidth: number, format: number): number;
  shrink(
    src: number,
    chroma: number,
    table: number,
    dst: number,
    scratch: number,
    width: number,
    rows: number,
    dstWidth: number,
    dstHeight: number,
    srcStride: number,
    format: number,
    taps: number,
    bytesPerPixel: number,
    matrix: number,
  ): number;
}

export interface RegionLimits {
  /** Largest width · height of a crop's region, px. */
  maxRegionPx?: number;
  /** Largest width or height of a region or of a picture to shrink, px. */
  maxSidePx?: number;
  /** Largest crop side, px. */
  maxCropPx?: number;
}

/**
 * Source rows averaged for one output row: all of them below a ratio of 4; from there on about every second one, a power of
 * two (their weights are whole 1/128), at most 64.
 */
export const shrinkRowTaps = (rows: number, dstHeightPx: number): number => {
  const ratio = rows / dstHeightPx;
  return ratio < 4 ? Math.max(1, Math.ceil(ratio)) : Math.min(64, 2 ** Math.ceil(Math.log2(ratio / 2)));
};
/** The source row of tap k of output row j (assembly/_shrink.ts reads the same one). */
export const shrinkSourceRow = (j: number, k: number, taps: number, rows: number, dstHeightPx: number): number =>
  Math.floor(((2 * (j * taps + k) + 1) * rows) / (2 * dstHeightPx * taps));

/**
 * Reads regions of the picture that lie in kernel memory. Pointers are byte offsets, strides bytes; regions of UYVY and P216
 * have even width. Throws RangeError when a size exceeds the limits given at construction (scratch is reserved once, there).
 */
export class RegionKernel {
  readonly #wasm: RegionExports;
  readonly #maxRegionPx: number;
  readonly #maxSidePx: number;
  readonly #maxCropPx: number;
  readonly #cropScratch: number;
  readonly #shrinkScratch: number;
  readonly #shrinkTable: number;
  readonly #shrinkTableBytes: number;
  // The geometry for which the table was made.
  #tableWidthPx = 0;
  #tableDstWidthPx = 0;
  #tableIsRgb = false;

  constructor(memory: KernelMemory, build: 'release' | 'debug' = 'release', limits: RegionLimits = {}) {
    this.#wasm = loadKernel<RegionExports>('region', memory, build);
    this.#maxRegionPx = limits.maxRegionPx ?? 2048 * 2048;
    this.#maxSidePx = limits.maxSidePx ?? 4096;
    this.#maxCropPx = limits.maxCropPx ?? 1024;
    // RGB is the larger case: 4 bytes a pixel, rows padded by at most 63 bytes, two spare rows; and three rows of the crop.
    const rows = (this.#maxCropPx + 16) * 8;
    this.#cropScratch = memory.allocate(
      rows + this.#maxRegionPx * 4 + this.#maxSidePx * 64 + (this.#maxSidePx * 4 + 64) * 4,
    );
    this.#shrinkScratch = memory.allocate(this.#maxSidePx * 24 + 1024);
    this.#shrinkTableBytes = 16 + this.#maxSidePx * 96;
    this.#shrinkTable = memory.allocate(this.#shrinkTableBytes);
  }

  /**
   * Face-aligned luma: size × size u8 at dst, bilinear, box-halved while one crop step spans more than 1.5 px, clamped at the
   * region's edges. 4:2:2 gives the picture's own luma codes; RGB gives full-range luma.
   *
   * @param params pointer to 6 f32 [a b tx c d ty], crop px → region px, corner origin (see Affine)
   */
  cropLuma(
    src: number,
    format: KernelFormat,
    regionWidthPx: number,
    regionHeightPx: number,
    srcStride: number,
    _chroma: number,
    dst: number,
    sizePx: number,
    params: number,
  ): number {
    this.#checkCrop(regionWidthPx, regionHeightPx, sizePx);
    return this.#wasm.cropLuma(
      src,
      params,
      dst,
      this.#cropScratch,
      regionWidthPx,
      regionHeightPx,
      sizePx,
      srcStride,
      format,
    );
  }

  /** The same crop as size × size interleaved RGB u8, full range. `chroma`: P216's Cb Cr plane, same stride (else unused). */
  cropRgb(
    src: number,
    format: KernelFormat,
    regionWidthPx: number,
    regionHeightPx: number,
    srcStride: number,
    chroma: number,
    dst: number,
    sizePx: number,
    params: number,
    matrix: KernelMatrix,
  ): number {
    this.#checkCrop(regionWidthPx, regionHeightPx, sizePx);
    return this.#wasm.cropRgb(
      src,
      chroma,
      params,
      dst,
      this.#cropScratch,
      regionWidthPx,
      regionHeightPx,
      sizePx,
      srcStride,
      format,
      matrix,
    );
  }

  /**
   * Area-averaged small picture, interleaved RGB u8 full range. Horizontally exact for any ratio; vertically a mean of
   * shrinkRowTaps rows. A P216 chroma plane lies behind the luma plane (src + rows · srcStride).
   */
  shrinkRgb(
    src: number,
    format: KernelFormat,
    widthPx: number,
    rows: number,
    srcStride: number,
    dst: number,
    dstWidthPx: number,
    dstHeightPx: number,
    matrix: KernelMatrix,
  ): number {
    return this.#shrink(src, format, widthPx, rows, srcStride, dst, dstWidthPx, dstHeightPx, matrix, 3);
  }
  /** As shrinkRgb with 4 bytes per pixel, X = 255 (the JPEG encoder's FORMAT_RGBX, a canvas). */
  shrinkRgbx(
    src: number,
    format: KernelFormat,
    widthPx: number,
    rows: number,
    srcStride: number,
    dst: number,
    dstWidthPx: number,
    dstHeightPx: number,
    matrix: KernelMatrix,
  ): number {
    return this.#shrink(src, format, widthPx, rows, srcStride, dst, dstWidthPx, dstHeightPx, matrix, 4);
  }

  /**
   * One output row (or band) from rows that the caller has gathered: `rows` = dstHeightPx · taps, used in order
   * (server/kernels/frame-shrink.ts).
   */
  shrinkGathered(
    src: number,
    chroma: number,
    format: KernelFormat,
    widthPx: number,
    srcStride: number,
    taps: number,
    dst: number,
    dstWidthPx: number,
    dstHeightPx: number,
    matrix: KernelMatrix,
    bytesPerPixel: 3 | 4,
  ): number {
    this.#prepareTable(format, widthPx, dstWidthPx);
    return this.#wasm.shrink(
      src,
      chroma,
      this.#shrinkTable,
      dst,
      this.#shrinkScratch,
      widthPx,
      dstHeightPx * taps,
      dstWidthPx,
      dstHeightPx,
      srcStride,
      format,
      taps,
      bytesPerPixel,
      matrix,
    );
  }

  #shrink(
    src: number,
    format: KernelFormat,
    widthPx: number,
    rows: number,
    srcStride: number,
    dst: number,
    dstWidthPx: number,
    dstHeightPx: number,
    matrix: KernelMatrix,
    bytesPerPixel: 3 | 4,
  ): number {
    this.#prepareTable(format, widthPx, dstWidthPx);
    const chroma = format === kernelFormats.P216 ? src + rows * srcStride : 0;
    return this.#wasm.shrink(
      src,
      chroma,
      this.#shrinkTable,
      dst,
      this.#shrinkScratch,
      widthPx,
      rows,
      dstWidthPx,
      dstHeightPx,
      srcStride,
      format,
      shrinkRowTaps(rows, dstHeightPx),
      bytesPerPixel,
      matrix,
    );
  }

  #prepareTable(format: KernelFormat, widthPx: number, dstWidthPx: number): void {
    const isRgb = isRgbKernelFormat(format);
    if (widthPx === this.#tableWidthPx && dstWidthPx === this.#tableDstWidthPx && isRgb === this.#tableIsRgb) return;
    const vectors = Math.ceil((widthPx / dstWidthPx + 3) / (isRgb ? 2 : 4)) + 1;
    const bytes = 16 + dstWidthPx * (16 + vectors * (isRgb ? 16 : 32));
    if (widthPx > this.#maxSidePx || dstWidthPx > this.#maxSidePx || bytes > this.#shrinkTableBytes) {
      throw new RangeError(
        `A picture ${widthPx} px wide cannot be shrunk to ${dstWidthPx} px: the kernel's limit is ${this.#maxSidePx} px`,
      );
    }
    this.#wasm.shrinkTable(this.#shrinkTable, widthPx, dstWidthPx, isRgb ? kernelFormats.BGRA : kernelFormats.UYVY);
    this.#tableWidthPx = widthPx;
    this.#tableDstWidthPx = dstWidthPx;
    this.#tableIsRgb = isRgb;
  }

  #checkCrop(widthPx: number, heightPx: number, sizePx: number): void {
    if (
      widthPx * heightPx > this.#maxRegionPx ||
      Math.max(widthPx, heightPx) > this.#maxSidePx ||
      sizePx > this.#maxCropPx
    ) {
      throw new RangeError(
        `A crop of ${sizePx} px from a region of ${widthPx}×${heightPx} px exceeds the kernel's limits`,
      );
    }
  }
}
