import { isRgbKernelFormat, kernelFormats, kernelPixelBytes, type KernelFormat } from './formats.js';
import { loadKernel, type KernelMemory } from './memory.js';

interface PictureExports {
  mirrorUyvy(src: number, dst: number, width: number, height: number, srcStride: number, dstStride: number): number;
  mirror32(src: number, dst: number, width: number, height: number, srcStride: number, dstStride: number): number;
  mirror16(src: number, dst: number, width: number, height: number, srcStride: number, dstStride: number): number;
  copyRows(src: number, dst: number, rowBytes: number, height: number, srcStride: number, dstStride: number): number;
  fillRows(dst: number, rowBytes: number, height: number, stride: number, word: number): number;
  wipe(
    srcA: number,
    srcB: number,
    dst: number,
    rowBytes: number,
    height: number,
    strideA: number,
    strideB: number,
    dstStride: number,
    splitBytes: number,
  ): number;
  halfUyvy(src: number, dst: number, dstWidth: number, dstHeight: number, srcStride: number, dstStride: number): number;
  half32(src: number, dst: number, dstWidth: number, dstHeight: number, srcStride: number, dstStride: number): number;
  halfP216(
    src: number,
    srcChroma: number,
    dst: number,
    dstChroma: number,
    dstWidth: number,
    dstHeight: number,
    srcStride: number,
    dstStride: number,
  ): number;
  matteUyvy(alpha: number, dst: number, width: number, height: number, alphaStride: number, dstStride: number): number;
  patchAlpha(
    patch: number,
    dst: number,
    width: number,
    height: number,
    patchStride: number,
    dstStride: number,
    mix: number,
  ): number;
}

/** A whole picture in kernel memory; `chroma` is P216's Cb Cr plane with the same stride, else 0. */
export interface KernelPicture {
  readonly luma: number;
  readonly chroma: number;
  readonly strideBytes: number;
}

/**
 * Whole-picture operations. Sources and destination have the same format and do not overlap, except where said. Widths of UYVY
 * and P216 are even; nothing is written between rows.
 */
export class PictureKernel {
  readonly #wasm: PictureExports;
  constructor(memory: KernelMemory, build: 'release' | 'debug' = 'release') {
    this.#wasm = loadKernel<PictureExports>('picture', memory, build);
  }

  /** Left-right mirror. Luma and RGB exact; a chroma sample stays with its pair of pixels. */
  mirror(format: KernelFormat, src: KernelPicture, dst: KernelPicture, widthPx: number, heightPx: number): void {
    const w = this.#wasm;
    if (format === kernelFormats.UYVY)
      w.mirrorUyvy(src.luma, dst.luma, widthPx, heightPx, src.strideBytes, dst.strideBytes);
    else if (isRgbKernelFormat(format))
      w.mirror32(src.luma, dst.luma, widthPx, heightPx, src.strideBytes, dst.strideBytes);
    else {
      w.mirror16(src.luma, dst.luma, widthPx, heightPx, src.strideBytes, dst.strideBytes);
      w.mirror32(src.chroma, dst.chroma, widthPx >> 1, heightPx, src.strideBytes, dst.strideBytes);
    }
  }

  copy(format: KernelFormat, src: KernelPicture, dst: KernelPicture, widthPx: number, heightPx: number): void {
    const rowBytes = widthPx * kernelPixelBytes(format);
    this.#wasm.copyRows(src.luma, dst.luma, rowBytes, heightPx, src.strideBytes, dst.strideBytes);
    if (format === kernelFormats.P216)
      this.#wasm.copyRows(src.chroma, dst.chroma, rowBytes, heightPx, src.strideBytes, dst.strideBytes);
  }

  /** A flat colour: three 8-bit codes, Y Cb Cr for 4:2:2 (black 16 128 128), R G B for RGB (alpha becomes 255). */
  fill(
    format: KernelFormat,
    dst: KernelPicture,
    widthPx: number,
    heightPx: number,
    c0: number,
    c1: number,
    c2: number,
  ): void {
    const rowBytes = widthPx * kernelPixelBytes(format);
    this.#wasm.fillRows(dst.luma, rowBytes, heightPx, dst.strideBytes, fillWord(format, c0, c1, c2));
    if (format === kernelFormats.P216) {
      this.#wasm.fillRows(dst.chroma, rowBytes, heightPx, dst.strideBytes, (c1 << 8) | (c2 << 24));
    }
  }
  /** Black: legal-range black for 4:2:2, opaque 0 for RGB. */
  blackout(format: KernelFormat, dst: KernelPicture, widthPx: number, heightPx: number): void {
    if (isRgbKernelFormat(format)) this.fill(format, dst, widthPx, heightPx, 0, 0, 0);
    else this.fill(format, dst, widthPx, heightPx, 16, 128, 128);
  }

  /** Left of splitXPx from A, the rest from B; splitXPx is held inside the picture, on a pair for 4:2:2. dst may be A or B. */
  wipe(
    format: KernelFormat,
    a: KernelPicture,
    b: KernelPicture,
    dst: KernelPicture,
    widthPx: number,
    heightPx: number,
    splitXPx: number,
  ): void {
    const bytes = kernelPixelBytes(format);
    const whole = Math.max(0, Math.min(widthPx, Math.round(splitXPx)));
    const split = (isRgbKernelFormat(format) ? whole : whole & ~1) * bytes;
    this.#wasm.wipe(
      a.luma,
      b.luma,
      dst.luma,
      widthPx * bytes,
      heightPx,
      a.strideBytes,
      b.strideBytes,
      dst.strideBytes,
      split,
    );
    if (format === kernelFormats.P216) {
      this.#wasm.wipe(
        a.chroma,
        b.chroma,
        dst.chroma,
        widthPx * bytes,
        heightPx,
        a.strideBytes,
        b.strideBytes,
        dst.strideBytes,
        split,
      );
    }
  }

  /** 2×2 box average, rounded to nearest; dst is dstWidthPx × dstHeightPx, src at least twice that. dstWidthPx even for 4:2:2. */
  half(format: KernelFormat, src: KernelPicture, dst: KernelPicture, dstWidthPx: number, dstHeightPx: number): void {
    this.#halfAt(format, src, dst, 0, dstWidthPx, dstHeightPx);
  }
  /** Both pictures at half size beside each other, centred vertically on black; all of one size, at least 4 × 4 px. */
  sideBySide(
    format: KernelFormat,
    a: KernelPicture,
    b: KernelPicture,
    dst: KernelPicture,
    widthPx: number,
    heightPx: number,
  ): void {
    const halfWidth = isRgbKernelFormat(format) ? widthPx >> 1 : (widthPx >> 1) & ~1;
    const halfHeight = heightPx >> 1;
    const bytes = kernelPixelBytes(format);
    const top = (heightPx - halfHeight) >> 1;
    this.blackout(format, dst, widthPx, heightPx);
    const at = top * dst.strideBytes;
    this.#halfAt(format, a, dst, at, halfWidth, halfHeight);
    this.#halfAt(format, b, dst, at + (widthPx - halfWidth) * bytes, halfWidth, halfHeight);
  }

  /** Alpha plane (u8) as UYVY key: luma 16 … 235, chroma 128. */
  matteUyvy(alpha: number, alphaStride: number, dst: KernelPicture, widthPx: number, heightPx: number): void {
    this.#wasm.matteUyvy(alpha, dst.luma, widthPx, heightPx, alphaStride, dst.strideBytes);
  }
  /** A patch's alpha · mix/256 as u8 plane, ready for matteUyvy. mix 0 … 256. */
  patchAlpha(
    patch: number,
    patchStride: number,
    dst: number,
    dstStride: number,
    widthPx: number,
    heightPx: number,
    mix: number,
  ): void {
    this.#wasm.patchAlpha(patch, dst, widthPx, heightPx, patchStride, dstStride, Math.max(0, Math.min(256, mix)));
  }

  #halfAt(
    format: KernelFormat,
    src: KernelPicture,
    dst: KernelPicture,
    offset: number,
    width: number,
    height: number,
  ): void {
    const w = this.#wasm;
    if (format === kernelFormats.UYVY)
      w.halfUyvy(src.luma, dst.luma + offset, width, height, src.strideBytes, dst.strideBytes);
    else if (isRgbKernelFormat(format))
      w.half32(src.luma, dst.luma + offset, width, height, src.strideBytes, dst.strideBytes);
    else
      w.halfP216(
        src.luma,
        src.chroma,
        dst.luma + offset,
        dst.chroma + offset,
        width,
        height,
        src.strideBytes,
        dst.strideBytes,
      );
  }
}

function fillWord(format: KernelFormat, c0: number, c1: number, c2: number): number {
  switch (format) {
    case kernelFormats.UYVY:
      return c1 | (c0 << 8) | (c2 << 16) | (c0 << 24);
    case kernelFormats.P216:
      return (c0 << 8) | (c0 << 24);
    case kernelFormats.BGRA:
      return c2 | (c1 << 8) | (c0 << 16) | (255 << 24);
    case kernelFormats.RGBA:
      return c0 | (c1 << 8) | (c2 << 16) | (255 << 24);
  }
}
