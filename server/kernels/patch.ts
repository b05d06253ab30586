import { type Affine } from '../frame/geometry.js';
import { lumaWeights, type YuvMatrix } from '../frame/format.js';
import { loadKernel, type KernelMemory } from './memory.js';

interface PatchExports {
  importPatch(src: number, dst: number, count: number, depth: number, matrix: number): number;
  drawPatch(
    patch: number,
    side: number,
    grid: number,
    columns: number,
    rows: number,
    params: number,
    dst: number,
    width: number,
    height: number,
    dstStride: number,
    weight: number,
    places: number,
  ): number;
  addPatch(
    src: number,
    dst: number,
    width: number,
    height: number,
    srcStride: number,
    dstStride: number,
    weight: number,
  ): number;
  paintPatch(dst: number, width: number, height: number, dstStride: number, colour: number): number;
  steadyGrid(
    flow: number,
    confidence: number,
    motion: number,
    out: number,
    columns: number,
    rows: number,
    low: number,
    high: number,
  ): number;
  mixGrid(
    base: number,
    other: number,
    confidence: number,
    out: number,
    count: number,
    low: number,
    high: number,
  ): number;
  addGrid(dst: number, more: number, count: number, scale: number): number;
}

/** No picture of a camera is wider. */
const widestPx = 16_384;

/** A composed backward map: columns × rows cells of 4 crop px, (u, v) f32. */
export interface CarriedMap {
  readonly ptr: number;
  readonly columns: number;
  readonly rows: number;
}
/** A square patch in kernel memory, u16×4 8.8 in the picture's colour model. */
export interface StoredPatch {
  readonly ptr: number;
  readonly sidePx: number;
}
/** Rows of u16×4. */
export interface PatchTarget {
  readonly ptr: number;
  readonly strideBytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** R G B codes → the picture's own three, as rows [r g b offset] in 8-bit codes; legal range for YUV. */
export function colourMatrix(model: YuvMatrix | 'rgb'): number[] {
  if (model === 'rgb') return [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
  const { kr, kb } = lumaWeights[model];
  const kg = 1 - kr - kb;
  const y = 219 / 255,
    cb = 224 / 255 / (2 * (1 - kb)),
    cr = 224 / 255 / (2 * (1 - kr));
  return [
    ...[kr * y, kg * y, kb * y, 16],
    ...[-kr * cb, -kg * cb, (1 - kb) * cb, 128],
    ...[(1 - kr) * cr, -kg * cr, -kb * cr, 128],
  ];
}

/** Carried patches; all pointers are byte offsets into the kernel memory. Nothing is allocated after construction. */
export class PatchKernel {
  readonly #wasm: PatchExports;
  readonly #paramsPtr: number;
  readonly #placesPtr: number;
  constructor(
    private readonly memory: KernelMemory,
    build: 'release' | 'debug' = 'release',
  ) {
    this.#wasm = loadKernel<PatchExports>('patch', memory, build);
    this.#paramsPtr = memory.allocate(64);
    this.#placesPtr = memory.allocate(2 * (widestPx / 8 + 2) * 8);
  }

  /** RGBA with 8 bits or 8.8 a channel → the picture's colour model. */
  import(srcPtr: number, dst: StoredPatch, depth: 8 | 16, model: YuvMatrix | 'rgb'): void {
    this.memory.f32.set(colourMatrix(model), this.#paramsPtr >> 2);
    this.#wasm.importPatch(srcPtr, dst.ptr, dst.sidePx * dst.sidePx, depth, this.#paramsPtr);
  }

  /** Adds a patch of weight 0 … 256 to a target that was cleared. `toCrop`: target px → this picture's crop px. */
  draw(
    patch: StoredPatch,
    map: CarriedMap,
    toCrop: Affine,
    toPatch: Affine,
    target: PatchTarget,
    weight: number,
  ): void {
    const at = this.#paramsPtr >> 2;
    this.memory.f32.set(toCrop, at);
    this.memory.f32.set(toPatch, at + 6);
    this.#wasm.drawPatch(
      patch.ptr,
      patch.sidePx,
      map.ptr,
      map.columns,
      map.rows,
      this.#paramsPtr,
      target.ptr,
      target.widthPx,
      target.heightPx,
      target.strideBytes,
      weight,
      this.#placesPtr,
    );
  }

  /** Adds a patch that lies in place already. */
  add(srcPtr: number, srcStrideBytes: number, target: PatchTarget, weight: number): void {
    this.#wasm.addPatch(
      srcPtr,
      target.ptr,
      target.widthPx,
      target.heightPx,
      srcStrideBytes,
      target.strideBytes,
      weight,
    );
  }

  /** One colour in 8-bit codes of the target's model; alpha stays. */
  paint(target: PatchTarget, c0: number, c1: number, c2: number): void {
    const at = this.#paramsPtr >> 1;
    this.memory.u16[at] = c0 << 8;
    this.memory.u16[at + 1] = c1 << 8;
    this.memory.u16[at + 2] = c2 << 8;
    this.#wasm.paintPatch(target.ptr, target.widthPx, target.heightPx, target.strideBytes, this.#paramsPtr);
  }

  /** See steadyGrid in the assembly. */
  steady(flowPtr: number, confidencePtr: number, motion: Affine, out: CarriedMap, low: number, high: number): void {
    this.memory.f32.set(motion, this.#paramsPtr >> 2);
    this.#wasm.steadyGrid(flowPtr, confidencePtr, this.#paramsPtr, out.ptr, out.columns, out.rows, low, high);
  }

  /** out = base, where confidence is `high` or more other: maps of equal size, (u, v) f32 a cell. */
  mix(basePtr: number, otherPtr: number, confidencePtr: number, out: CarriedMap, low: number, high: number): void {
    this.#wasm.mixGrid(basePtr, otherPtr, confidencePtr, out.ptr, out.columns * out.rows, low, high);
  }
  /** dst += more · scale. */
  addMap(dst: CarriedMap, morePtr: number, scale: number): void {
    this.#wasm.addGrid(dst.ptr, morePtr, dst.columns * dst.rows, scale);
  }
}
