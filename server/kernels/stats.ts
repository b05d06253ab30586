import { formats, type PixelFormat } from '../frame/format.js';
import { kernelFormatOf } from './formats.js';
import { loadKernel, type KernelMemory } from './memory.js';
import { RowCopier } from './region-copy.js';

interface StatsExports {
  lumaGrid(src: number, out: number, width: number, rows: number, stride: number, format: number, step: number): number;
  lumaChange(before: number, after: number, out: number): number;
}

const GRID_BYTES = 64 * 4 + 145 * 4;
const ROWS = 36;
/** Fine enough that a grid cell holds 60 samples, coarse enough for 0.05 ms. */
const SAMPLES_ACROSS = 240;

/**
 * Sparse luma statistics of each frame and how it differs from the one before: 36 rows of 240 samples, read straight from
 * libndi's frame. One instance per camera, because it remembers the last picture.
 */
export class LumaStats {
  readonly #wasm: StatsExports;
  readonly #memory: KernelMemory;
  readonly #rows: number;
  readonly #rowBytesLimit: number;
  readonly #change: number;
  readonly #copier = new RowCopier();
  #before: number;
  #after: number;
  #seen = 0;

  /** Mean luma of the last frame as 8-bit code (4:2:2: legal range). */
  meanLuma = 0;
  /** Share of the luma histogram that moved since the frame before, 0 … 1. A flash, a fade and a cut all move it. */
  histogramChange01 = 0;
  /** Mean change of the 16 × 9 grid cells beyond the change of the overall mean, codes. A cut moves it, a flash hardly. */
  layoutChangeCodes = 0;

  constructor(memory: KernelMemory, build: 'release' | 'debug' = 'release', maxWidthPx = 4096) {
    this.#wasm = loadKernel<StatsExports>('stats', memory, build);
    this.#memory = memory;
    this.#rowBytesLimit = maxWidthPx * 4;
    this.#rows = memory.allocate(this.#rowBytesLimit * ROWS);
    this.#before = memory.allocate(GRID_BYTES);
    this.#after = memory.allocate(GRID_BYTES);
    this.#change = memory.allocate(8);
  }

  /** Measures the next frame; the first one after construction or reset has no change. */
  measure(pixels: Uint8Array, format: PixelFormat, widthPx: number, heightPx: number, strideBytes: number): void {
    const rowBytes = Math.min(this.#rowBytesLimit, widthPx * formats[format].bytesPerPixel);
    for (let k = 0; k < ROWS; k++) {
      const at = Math.floor(((2 * k + 1) * heightPx) / (2 * ROWS)) * strideBytes;
      this.#copier.copy(pixels, at, this.#memory.u8, this.#rows + k * rowBytes, rowBytes);
    }
    this.#copier.forget();
    const last = this.#before;
    this.#before = this.#after;
    this.#after = last;
    const measuredPx = rowBytes / formats[format].bytesPerPixel;
    const step = Math.max(1, Math.floor(measuredPx / SAMPLES_ACROSS));
    this.#wasm.lumaGrid(this.#rows, this.#after, measuredPx, ROWS, rowBytes, kernelFormatOf(format), step);
    this.meanLuma = this.#memory.f32[(this.#after + 256 + 144 * 4) >> 2]!;
    if (this.#seen++ === 0) return;
    this.#wasm.lumaChange(this.#before, this.#after, this.#change);
    this.histogramChange01 = this.#memory.f32[this.#change >> 2]!;
    this.layoutChangeCodes = this.#memory.f32[(this.#change >> 2) + 1]!;
  }
  /** Means of the 16 × 9 cells of the last frame, row by row, codes, into `out`. */
  cells(out: Float32Array): void {
    const from = (this.#after + 256) >> 2;
    for (let i = 0; i < out.length; i++) out[i] = this.#memory.f32[from + i]!;
  }
  /** Forgets the last frame (format or camera changed). */
  reset(): void {
    this.#seen = 0;
    this.histogramChange01 = 0;
    this.layoutChangeCodes = 0;
  }
}
