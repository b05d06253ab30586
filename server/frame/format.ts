/** Pixel formats that libndi hands over, with their memory layout. One table: no other file knows a FourCC's bytes. */
export type PixelFormat = 'UYVY' | 'UYVA' | 'BGRA' | 'BGRX' | 'RGBA' | 'RGBX' | 'P216' | 'PA16';

export interface FormatLayout {
  readonly fourCC: number;
  /** Bytes of one pixel in the first plane (UYVY: 2, averaged over the pair; P216: 2 per luma sample). */
  readonly bytesPerPixel: number;
  readonly bitDepth: 8 | 16;
  readonly model: 'yuv422' | 'rgb';
  readonly hasAlpha: boolean;
}

const code = (name: string): number =>
  (name.charCodeAt(0) | (name.charCodeAt(1) << 8) | (name.charCodeAt(2) << 16) | (name.charCodeAt(3) << 24)) >>> 0;

export const formats: Readonly<Record<PixelFormat, FormatLayout>> = {
  UYVY: { fourCC: code('UYVY'), bytesPerPixel: 2, bitDepth: 8, model: 'yuv422', hasAlpha: false },
  // UYVA: UYVY followed by one plane of 8-bit alpha with half the stride.
  UYVA: { fourCC: code('UYVA'), bytesPerPixel: 2, bitDepth: 8, model: 'yuv422', hasAlpha: true },
  BGRA: { fourCC: code('BGRA'), bytesPerPixel: 4, bitDepth: 8, model: 'rgb', hasAlpha: true },
  BGRX: { fourCC: code('BGRX'), bytesPerPixel: 4, bitDepth: 8, model: 'rgb', hasAlpha: false },
  RGBA: { fourCC: code('RGBA'), bytesPerPixel: 4, bitDepth: 8, model: 'rgb', hasAlpha: true },
  RGBX: { fourCC: code('RGBX'), bytesPerPixel: 4, bitDepth: 8, model: 'rgb', hasAlpha: false },
  // P216: plane of 16-bit Y, then a plane of interleaved 16-bit Cb Cr of the same stride. PA16 adds a 16-bit alpha plane.
  P216: { fourCC: code('P216'), bytesPerPixel: 2, bitDepth: 16, model: 'yuv422', hasAlpha: false },
  PA16: { fourCC: code('PA16'), bytesPerPixel: 2, bitDepth: 16, model: 'yuv422', hasAlpha: true },
};

const byFourCC = new Map<number, PixelFormat>(
  (Object.keys(formats) as PixelFormat[]).map((name) => [formats[name].fourCC, name]),
);
export const formatOfFourCC = (fourCC: number): PixelFormat | null => byFourCC.get(fourCC >>> 0) ?? null;

/** Bytes of a whole picture, all planes. `strideBytes` is the first plane's. */
export function pictureBytes(format: PixelFormat, heightPx: number, strideBytes: number): number {
  switch (format) {
    case 'UYVA':
      return strideBytes * heightPx + (strideBytes >> 1) * heightPx;
    case 'P216':
      return strideBytes * heightPx * 2;
    case 'PA16':
      return strideBytes * heightPx * 3;
    case 'UYVY':
    case 'BGRA':
    case 'BGRX':
    case 'RGBA':
    case 'RGBX':
      return strideBytes * heightPx;
  }
}

/** Smallest legal stride of a width: P216's luma and chroma rows, UYVY's pairs, RGB's four bytes. */
export const naturalStrideBytes = (format: PixelFormat, widthPx: number): number =>
  formats[format].model === 'rgb'
    ? widthPx * 4
    : formats[format].bitDepth === 16
      ? ((widthPx + 1) & ~1) * 2
      : ((widthPx + 1) & ~1) * 2;

export type YuvMatrix = 'bt601' | 'bt709' | 'bt2020';

/**
 * NDI's rule for YUV (SDK documentation, video formats): SD is Rec.601, HD (wider than 720 or taller than 576) Rec.709,
 * UHD (wider than 1920 or taller than 1080) Rec.2020, always legal range, unless <ndi_color_info> names a matrix.
 */
export function yuvMatrixOf(widthPx: number, heightPx: number, metadata: string | null): YuvMatrix {
  if (metadata !== null) {
    const named = /<ndi_color_info\b[^>]*\bmatrix\s*=\s*"([^"]*)"/i.exec(metadata)?.[1];
    if (named === 'bt_601') return 'bt601';
    if (named === 'bt_709') return 'bt709';
    if (named === 'bt_2020') return 'bt2020';
  }
  if (widthPx > 1920 || heightPx > 1080) return 'bt2020';
  if (widthPx > 720 || heightPx > 576) return 'bt709';
  return 'bt601';
}

/** Luma weights Kr, Kb of ITU-R BT.601, BT.709 and BT.2020. */
export const lumaWeights: Readonly<Record<YuvMatrix, { kr: number; kb: number }>> = {
  bt601: { kr: 0.299, kb: 0.114 },
  bt709: { kr: 0.2126, kb: 0.0722 },
  bt2020: { kr: 0.2627, kb: 0.0593 },
};
