import type { FloatPicture } from '../likeness/neural/picture.js';

/** Picture and mask as RGBA, straight alpha: bytes, or 8.8 little-endian for pictures of more than 8 bits. Rounded to nearest. */
export function encodePatch(picture: FloatPicture, mask: FloatPicture, depth: 8 | 16): Uint8Array {
  const pixels = picture.widthPx * picture.heightPx;
  const full = depth === 8 ? 255 : 65280;
  const out = depth === 8 ? new Uint8Array(pixels * 4) : new Uint16Array(pixels * 4);
  for (let i = 0; i < pixels; i++) {
    for (let k = 0; k < 3; k++) out[i * 4 + k] = picture.data[i * 3 + k]! * full + 0.5;
    out[i * 4 + 3] = Math.min(1, Math.max(0, mask.data[i]!)) * full + 0.5;
  }
  return new Uint8Array(out.buffer);
}
