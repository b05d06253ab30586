import type { PixelFormat, YuvMatrix } from '../frame/format.js';

/** Format ids of the kernels (assembly/_formats.ts). Alpha planes and bytes of a picture are no kernel's business. */
export const kernelFormats = { UYVY: 0, BGRA: 1, RGBA: 2, P216: 3 } as const;
export type KernelFormat = (typeof kernelFormats)[keyof typeof kernelFormats];

const byPixelFormat: Readonly<Record<PixelFormat, KernelFormat>> = {
  UYVY: kernelFormats.UYVY,
  UYVA: kernelFormats.UYVY,
  BGRA: kernelFormats.BGRA,
  BGRX: kernelFormats.BGRA,
  RGBA: kernelFormats.RGBA,
  RGBX: kernelFormats.RGBA,
  P216: kernelFormats.P216,
  PA16: kernelFormats.P216,
};
export const kernelFormatOf = (format: PixelFormat): KernelFormat => byPixelFormat[format];

export const kernelMatrices = { bt601: 0, bt709: 1, bt2020: 2 } as const satisfies Record<YuvMatrix, number>;
export type KernelMatrix = (typeof kernelMatrices)[YuvMatrix];
export const kernelMatrixOf = (matrix: YuvMatrix): KernelMatrix => kernelMatrices[matrix];

export const isRgbKernelFormat = (format: KernelFormat): boolean =>
  format === kernelFormats.BGRA || format === kernelFormats.RGBA;
/** Bytes of a pixel in the first plane. */
export const kernelPixelBytes = (format: KernelFormat): 2 | 4 => (isRgbKernelFormat(format) ? 4 : 2);

/** One channel at full: 8-bit code 255 × 256. Patches and textures are u16×4 in this scale, alpha too. */
export const patchFull = 65280;
export const patchPixelBytes = 8;
