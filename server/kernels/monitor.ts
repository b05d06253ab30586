import { kernelFormats, type KernelFormat } from './formats.js';
import { loadKernel, type KernelMemory } from './memory.js';
import type { KernelPicture } from './picture.js';

interface MonitorExports {
  difference(
    plain: number,
    shown: number,
    dst: number,
    kind: number,
    comps: number,
    height: number,
    plainStride: number,
    shownStride: number,
    dstStride: number,
    gain: number,
  ): number;
  key(
    alpha: number,
    dst: number,
    kind: number,
    comps: number,
    height: number,
    alphaStride: number,
    dstStride: number,
  ): number;
  fill(
    plain: number,
    shown: number,
    alpha: number,
    dst: number,
    kind: number,
    comps: number,
    height: number,
    plainStride: number,
    shownStride: number,
    alphaStride: number,
    dstStride: number,
  ): number;
  tint(
    sureness: number,
    dst: number,
    kind: number,
    bgr: boolean,
    comps: number,
    height: number,
    surenessStride: number,
    dstStride: number,
    strength: number,
  ): number;
  screenAlpha(
    patch: number,
    occlusion: number,
    dst: number,
    width: number,
    height: number,
    patchStride: number,
    occlusionStride: number,
    dstStride: number,
    mix: number,
  ): number;
  splat(
    grid: number,
    side: number,
    params: number,
    dst: number,
    width: number,
    height: number,
    dstStride: number,
  ): number;
}

/** A plane of one byte a pixel. */
export interface BytePlane {
  readonly ptr: number;
  readonly strideBytes: number;
}

/** Plane kinds of assembly/monitor.ts. */
const kinds = { uyvy: 0, rgb: 1, luma16: 2, chroma16: 3 } as const;
const planesOf: Readonly<Record<KernelFormat, readonly (0 | 1 | 2 | 3)[]>> = {
  [kernelFormats.UYVY]: [kinds.uyvy],
  [kernelFormats.BGRA]: [kinds.rgb],
  [kernelFormats.RGBA]: [kinds.rgb],
  [kernelFormats.P216]: [kinds.luma16, kinds.chroma16],
};
const planeOf = (picture: KernelPicture, kind: number): number =>
  kind === kinds.chroma16 ? picture.chroma : picture.luma;
/** Components of a row of one plane. */
const componentsOf = (kind: number, widthPx: number): number =>
  kind === kinds.uyvy ? widthPx * 2 : kind === kinds.rgb ? widthPx * 4 : widthPx;

/**
 * Pictures for monitors. Sources and destination have the same format and size; the destination may be a source. Widths of UYVY
 * and P216 are even, heights whole; 16-bit pictures are worked on in 15 bits. RGB's fourth byte becomes 255.
 */
export class MonitorKernel {
  readonly #wasm: MonitorExports;
  readonly #paramsPtr: number;
  constructor(
    private readonly memory: KernelMemory,
    build: 'release' | 'debug' = 'release',
  ) {
    this.#wasm = loadKernel<MonitorExports>('monitor', memory, build);
    this.#paramsPtr = memory.allocate(32);
  }

  /** What the likeness changed, `gain` (1 … 16) times, on black. Black wherever both pictures are equal. */
  difference(
    format: KernelFormat,
    plain: KernelPicture,
    shown: KernelPicture,
    dst: KernelPicture,
    widthPx: number,
    heightPx: number,
    gain: number,
  ): void {
    for (const kind of planesOf[format])
      this.#wasm.difference(
        planeOf(plain, kind),
        planeOf(shown, kind),
        planeOf(dst, kind),
        kind,
        componentsOf(kind, widthPx),
        heightPx,
        plain.strideBytes,
        shown.strideBytes,
        dst.strideBytes,
        gain,
      );
  }

  /** Black where alpha is 0, white where it is 255. */
  key(format: KernelFormat, alpha: BytePlane, dst: KernelPicture, widthPx: number, heightPx: number): void {
    for (const kind of planesOf[format])
      this.#wasm.key(
        alpha.ptr,
        planeOf(dst, kind),
        kind,
        componentsOf(kind, widthPx),
        heightPx,
        alpha.strideBytes,
        dst.strideBytes,
      );
  }

  /** Premultiplied fill for that key: fill + (1 − alpha) · plain is what was shown. Exactly black where both are equal and alpha 0. */
  fill(
    format: KernelFormat,
    plain: KernelPicture,
    shown: KernelPicture,
    alpha: BytePlane,
    dst: KernelPicture,
    widthPx: number,
    heightPx: number,
  ): void {
    for (const kind of planesOf[format])
      this.#wasm.fill(
        planeOf(plain, kind),
        planeOf(shown, kind),
        alpha.ptr,
        planeOf(dst, kind),
        kind,
        componentsOf(kind, widthPx),
        heightPx,
        plain.strideBytes,
        shown.strideBytes,
        alpha.strideBytes,
        dst.strideBytes,
      );
  }

  /** Lays red (1) to green (255) on the picture by a plane of sureness; 0 leaves it alone. strength01 0 … 1. */
  tint(
    format: KernelFormat,
    sureness: BytePlane,
    dst: KernelPicture,
    widthPx: number,
    heightPx: number,
    strength01: number,
  ): void {
    for (const kind of planesOf[format])
      this.#wasm.tint(
        sureness.ptr,
        planeOf(dst, kind),
        kind,
        format === kernelFormats.BGRA,
        componentsOf(kind, widthPx),
        heightPx,
        sureness.strideBytes,
        dst.strideBytes,
        Math.round(strength01 * 32767),
      );
  }

  /** Lays a patch's alpha over the plane at its place: 1 − (1 − a)(1 − b). mix 0 … 256; `occlusionPtr` 0: nothing in front. */
  screenAlpha(
    patch: { readonly ptr: number; readonly strideBytes: number },
    occlusionPtr: number,
    plane: BytePlane,
    place: { readonly x: number; readonly y: number; readonly widthPx: number; readonly heightPx: number },
    mix: number,
  ): void {
    const { x, y, widthPx, heightPx } = place;
    const at = plane.ptr + y * plane.strideBytes + x;
    const { ptr, strideBytes } = patch;
    this.#wasm.screenAlpha(
      ptr,
      occlusionPtr,
      at,
      widthPx,
      heightPx,
      strideBytes,
      widthPx,
      plane.strideBytes,
      Math.max(0, Math.min(256, mix)),
    );
  }

  /** A grid of `side`² bytes into the plane; `toCell` maps picture pixels to cells. Cells of 0 and what is outside stay. */
  splat(
    gridPtr: number,
    side: number,
    toCell: ArrayLike<number>,
    plane: BytePlane,
    box: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number },
  ): void {
    const f32 = this.memory.f32;
    const at = this.#paramsPtr >> 2;
    for (let row = 0; row < 2; row++) {
      const [a, b, c] = [toCell[row * 3]!, toCell[row * 3 + 1]!, toCell[row * 3 + 2]!];
      f32[at + row * 3] = a;
      f32[at + row * 3 + 1] = b;
      f32[at + row * 3 + 2] = c + a * box.x0 + b * box.y0;
    }
    const dst = plane.ptr + box.y0 * plane.strideBytes + box.x0;
    this.#wasm.splat(gridPtr, side, this.#paramsPtr, dst, box.x1 - box.x0, box.y1 - box.y0, plane.strideBytes);
  }
}
