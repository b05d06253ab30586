/** Packed 8-bit RGB, rows without padding: 3·(y·widthPx + x) is the first byte of a pixel. */
export interface RgbPicture {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Side of the square face crop that all face analysis works on. */
export const cropSidePx = 256;

/** What a network wants for a byte: value = byte·gain + bias. */
export interface ByteScale {
  readonly gain: number;
  readonly bias: number;
}

/** The scale that maps 0…255 to a manifest's [black, white]. */
export const byteScaleOf = ([black, white]: readonly [number, number]): ByteScale => ({
  gain: (white - black) / 255,
  bias: black,
});
