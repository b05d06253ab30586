import type { KernelFormat } from './formats.js';
import { loadKernel, type KernelMemory } from './memory.js';

interface BlendExports {
  over(
    patch: number,
    occlusion: number,
    dst: number,
    chroma: number,
    width: number,
    height: number,
    patchStride: number,
    occlusionStride: number,
    dstStride: number,
    format: number,
    mix: number,
  ): number;
  veilOver(
    veil: number,
    occlusion: number,
    dst: number,
    chroma: number,
    tone: number,
    width: number,
    height: number,
    veilStride: number,
    occlusionStride: number,
    dstStride: number,
    format: number,
    mix: number,
  ): number;
  selfCopy(
    src: number,
    chroma: number,
    patch: number,
    width: number,
    height: number,
    srcStride: number,
    patchStride: number,
    format: number,
  ): number;
  featherAlpha(
    patch: number,
    scratch: number,
    width: number,
    height: number,
    stride: number,
    radius: number,
    inward: number,
  ): number;
}

/** Scratch of featherAlpha. */
export const featherScratchBytes = (widthPx: number, heightPx: number): number => {
  const columns = (widthPx + 7) & ~7;
  const rows = (heightPx + 7) & ~7;
  return columns * rows * 4 + Math.max(columns, rows) * 4;
};

/** The region's pixel that the first one of a patch or a veil lies over. */
export interface BlendTarget {
  readonly format: KernelFormat;
  readonly ptr: number;
  /** Its place in P216's Cb Cr plane, same stride; else of no use. */
  readonly chromaPtr: number;
  readonly strideBytes: number;
}
export interface LaidPatch {
  readonly ptr: number;
  readonly strideBytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
}
/** u8 plane, 255 whole; its width is a multiple of 4. */
export interface LaidVeil {
  readonly ptr: number;
  readonly strideBytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /**
   * Three f32, −1 … 1. Over 4:2:2: gain of luma less 16, less 1; what of luma less 16 comes onto Cb and onto Cr. Over RGB: the gains of
   * R, G, B, less 1.
   */
  readonly tonePtr: number;
}
/** u8 plane over what is laid, 255 in sight, 0 behind something; ptr 0: all in sight. */
export interface SightPlane {
  readonly ptr: number;
  readonly strideBytes: number;
}
const allInSight: SightPlane = { ptr: 0, strideBytes: 0 };

/**
 * Patches over the picture. A patch is u16×4 interleaved, 8.8 fixed point (code × 256), [Y U V A] over 4:2:2 pictures,
 * [R G B A] over RGB ones; alpha is straight, 0 … 65280. Pointers are byte offsets into the kernel memory, strides are bytes,
 * widths over UYVY and P216 are even. Where alpha · mix · occlusion is 0 the picture's bytes do not change.
 */
export class BlendKernel {
  readonly #wasm: BlendExports;
  constructor(memory: KernelMemory, build: 'release' | 'debug' = 'release') {
    this.#wasm = loadKernel<BlendExports>('blend', memory, build);
  }

  /** target += (patch − target) · alpha · mix/256 · what is in sight. Of the patch 15 bits reach P216. */
  over(target: BlendTarget, patch: LaidPatch, mix: number, sight: SightPlane = allInSight): number {
    return this.#wasm.over(
      patch.ptr,
      sight.ptr,
      target.ptr,
      target.chromaPtr,
      patch.widthPx,
      patch.heightPx,
      patch.strideBytes,
      sight.strideBytes,
      target.strideBytes,
      target.format,
      mix,
    );
  }

  /** The target takes on a tone by veil · mix/256 · what is in sight. */
  veilOver(target: BlendTarget, veil: LaidVeil, mix: number, sight: SightPlane = allInSight): number {
    return this.#wasm.veilOver(
      veil.ptr,
      sight.ptr,
      target.ptr,
      target.chromaPtr,
      veil.tonePtr,
      veil.widthPx,
      veil.heightPx,
      veil.strideBytes,
      sight.strideBytes,
      target.strideBytes,
      target.format,
      mix,
    );
  }

  /** The region as an opaque patch. 4:2:2 chroma is repeated over its pair: laying the copy back at full mix is the identity. */
  selfCopy(
    format: KernelFormat,
    src: number,
    chroma: number,
    srcStride: number,
    patch: number,
    patchStride: number,
    widthPx: number,
    heightPx: number,
  ): number {
    return this.#wasm.selfCopy(src, chroma, patch, widthPx, heightPx, srcStride, patchStride, format);
  }

  /**
   * Blurs a patch's alpha by two boxes each way: a ramp of about 2·radiusPx either side of an edge, alpha outside the patch
   * being 0. `inward` keeps the ramp inside the shape (never raises an alpha): for patches without colour outside.
   * radiusPx 0 … 127; scratch of featherScratchBytes.
   */
  featherAlpha(
    patch: number,
    widthPx: number,
    heightPx: number,
    patchStride: number,
    radiusPx: number,
    scratch: number,
    mode: 'plain' | 'inward' = 'plain',
  ): number {
    return this.#wasm.featherAlpha(patch, scratch, widthPx, heightPx, patchStride, radiusPx, mode === 'inward' ? 1 : 0);
  }
}
