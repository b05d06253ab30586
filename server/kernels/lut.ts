import { lumaWeights, type YuvMatrix } from '../frame/format.js';
import { isRgbKernelFormat, kernelFormats, type KernelFormat } from './formats.js';
import { loadKernel, type KernelMemory } from './memory.js';
import type { KernelPicture } from './picture.js';

interface LutExports {
  applyLut(
    luma: number,
    chroma: number,
    width: number,
    height: number,
    stride: number,
    format: number,
    table: number,
    size: number,
    shaper: number,
    shaperBytes: number,
    params: number,
    scratch: number,
  ): number;
}

/** A table as a .cube file has it: full-range R'G'B', 0 … 1 where the file does not say otherwise. */
export interface ColourTable {
  /** One curve per channel, evenly spaced from `from` to `to`; null: none. */
  readonly curves: {
    readonly from: readonly number[];
    readonly to: readonly number[];
    /** Three values per row. */
    readonly rows: Float32Array;
  } | null;
  /** Lattice over `from` … `to`, red fastest; null: the curves are all. */
  readonly lattice: {
    readonly size: number;
    readonly from: readonly number[];
    readonly to: readonly number[];
    readonly rows: Float32Array;
  } | null;
}

/** A table made ready for one pixel format and matrix. */
export interface BakedLut {
  readonly format: KernelFormat;
  readonly tablePtr: number;
  readonly size: number;
  readonly shaperPtr: number;
  readonly paramsPtr: number;
}

/** Steps of a baked curve: finer than the codes of a 10-bit picture. */
export const shaperCells = 4096;
/** Plan and results of a block of 32 pixels (assembly/lut.ts). */
const scratchBytes = 36 * 32;
/** One 8-bit code in a baked vertex; i16 holds ±512 codes: twice white, and as much below black. */
const codeUnits = 64;
/** One step of the lattice in its fixed-point places. */
const placeUnits = 16384;

/** .cube tables over pictures in kernel memory, tetrahedral. `bake` may take milliseconds; `apply` is for every picture. */
export class LutKernel {
  readonly #wasm: LutExports;
  readonly #scratchPtr: number;
  constructor(
    private readonly memory: KernelMemory,
    build: 'release' | 'debug' = 'release',
  ) {
    this.#wasm = loadKernel<LutExports>('lut', memory, build);
    this.#scratchPtr = memory.allocate(scratchBytes);
  }

  /** 4:2:2 is legal range, RGB full. The memory is kept for good: bake a table once per format and matrix. */
  bake(table: ColourTable, format: KernelFormat, matrix: YuvMatrix): BakedLut {
    const lattice = table.lattice ?? identityLattice;
    const { size } = lattice;
    const tablePtr = this.memory.allocate(size ** 3 * 8);
    const codes = this.memory.i16.subarray(tablePtr >> 1, (tablePtr >> 1) + size ** 3 * 4);
    const encode = isRgbKernelFormat(format) ? rgbCodes : yuvCodes(matrix);
    for (let i = 0; i < size ** 3; i++) {
      const [a, b, c] = encode(lattice.rows[i * 3]!, lattice.rows[i * 3 + 1]!, lattice.rows[i * 3 + 2]!);
      codes.set([inUnits(a), inUnits(b), inUnits(c), 0], i * 4);
    }
    const toRgb = decodeRows(format, matrix);
    const shaperPtr = table.curves === null ? 0 : this.#bakeCurves(table.curves, lattice);
    const place = (channel: number): readonly [number, number] => {
      // With curves the place is one of the shaper's cells, else one on the lattice.
      const domain = table.curves ?? lattice;
      const from = domain.from[channel]!;
      const scale = (table.curves ? shaperCells - 1 : (size - 1) * placeUnits) / (domain.to[channel]! - from);
      return [scale, -from * scale];
    };
    const paramsPtr = this.memory.allocate(64);
    const params = this.memory.f32.subarray(paramsPtr >> 2, (paramsPtr >> 2) + 13);
    toRgb.forEach((row, channel) => {
      const [scale, offset] = place(channel);
      params.set([row[0]! * scale, row[1]! * scale, row[2]! * scale, row[3]! * scale + offset], channel * 4);
    });
    params[12] = shaperPtr === 0 ? 0 : shaperCells - 1;
    return { format, tablePtr, size, shaperPtr, paramsPtr };
  }

  /** In place. Width even for 4:2:2; RGB's fourth byte stays. */
  apply(lut: BakedLut, picture: KernelPicture, widthPx: number, heightPx: number): void {
    this.#wasm.applyLut(
      picture.luma,
      picture.chroma,
      widthPx,
      heightPx,
      picture.strideBytes,
      lut.format,
      lut.tablePtr,
      lut.size,
      lut.shaperPtr,
      shaperCells * 4,
      lut.paramsPtr,
      this.#scratchPtr,
    );
  }

  /** Curves resampled to shaperCells over their own domain; what they give is a place on the lattice. */
  #bakeCurves(
    curves: NonNullable<ColourTable['curves']>,
    lattice: { readonly size: number; readonly from: readonly number[]; readonly to: readonly number[] },
  ): number {
    const shaperPtr = this.memory.allocate(shaperCells * 4 * 3);
    const last = curves.rows.length / 3 - 1;
    for (let channel = 0; channel < 3; channel++) {
      const cells = this.memory.f32.subarray((shaperPtr >> 2) + channel * shaperCells);
      const from = lattice.from[channel]!;
      const scale = ((lattice.size - 1) * placeUnits) / (lattice.to[channel]! - from);
      for (let i = 0; i < shaperCells; i++) {
        const at = (i / (shaperCells - 1)) * last;
        const low = Math.min(last - 1, Math.floor(at));
        const a = curves.rows[low * 3 + channel]!;
        const b = curves.rows[(low + 1) * 3 + channel]!;
        cells[i] = (a + (b - a) * (at - low) - from) * scale;
      }
    }
    return shaperPtr;
  }
}

const corners = Array.from({ length: 8 }, (_, i) => [i & 1, (i >> 1) & 1, i >> 2]);
/** Curves alone end in this one: exact between black and white. */
const identityLattice = { size: 2, from: [0, 0, 0], to: [1, 1, 1], rows: Float32Array.from(corners.flat()) };

const inUnits = (code: number): number => Math.max(-32768, Math.min(32767, Math.round(code * codeUnits)));
const rgbCodes = (r: number, g: number, b: number): [number, number, number] => [r * 255, g * 255, b * 255];
/** R'G'B' 0 … 1 → 8-bit legal-range codes (ITU-R BT.709 §3). */
function yuvCodes(matrix: YuvMatrix): typeof rgbCodes {
  const { kr, kb } = lumaWeights[matrix];
  return (r, g, b) => {
    const y = kr * r + (1 - kr - kb) * g + kb * b;
    return [16 + 219 * y, 128 + (224 * (b - y)) / (2 * (1 - kb)), 128 + (224 * (r - y)) / (2 * (1 - kr))];
  };
}
/** Rows [a, b, c, 1] → R', G', B' 0 … 1 of stored codes; P216's are 256 times as large. */
export function decodeRows(format: KernelFormat, matrix: YuvMatrix): readonly (readonly number[])[] {
  if (isRgbKernelFormat(format))
    return [
      [1 / 255, 0, 0, 0],
      [0, 1 / 255, 0, 0],
      [0, 0, 1 / 255, 0],
    ];
  const { kr, kb } = lumaWeights[matrix];
  const depth = format === kernelFormats.P216 ? 256 : 1;
  const luma = 1 / 219;
  const cb = (2 * (1 - kb)) / 224;
  const cr = (2 * (1 - kr)) / 224;
  const greenCb = (-kb * cb) / (1 - kr - kb);
  const greenCr = (-kr * cr) / (1 - kr - kb);
  const row = (u: number, v: number): number[] => [luma / depth, u / depth, v / depth, -16 * luma - 128 * (u + v)];
  return [row(0, cr), row(greenCb, greenCr), row(cb, 0)];
}
