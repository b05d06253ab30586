/** Pictures with known pixels, an 8-byte frame stamp that survives NDI's codec, and what a probe measures of a picture. */
export type PeerFormat = 'UYVY' | 'UYVA' | 'BGRA' | 'BGRX' | 'RGBA' | 'RGBX' | 'P216' | 'PA16';

export const fourCC = (name: string): number =>
  (name.charCodeAt(0) | (name.charCodeAt(1) << 8) | (name.charCodeAt(2) << 16) | (name.charCodeAt(3) << 24)) >>> 0;
export const fourCCName = (code: number): string =>
  String.fromCharCode(code & 255, (code >>> 8) & 255, (code >>> 16) & 255, code >>> 24);

export const strideOf = (format: PeerFormat, widthPx: number): number =>
  /^(BGR|RGB)/.test(format) ? widthPx * 4 : widthPx * 2;
export function bytesOf(format: PeerFormat, heightPx: number, strideBytes: number): number {
  if (format === 'P216') return strideBytes * heightPx * 2;
  if (format === 'PA16') return strideBytes * heightPx * 3;
  if (format === 'UYVA') return (strideBytes + strideBytes / 2) * heightPx;
  return strideBytes * heightPx;
}

/** The known picture, in 8-bit Rec.709-agnostic numbers: luma, chroma and alpha of a pixel. Smooth, so that a codec keeps it. */
export function knownPixel(xPx: number, yPx: number, widthPx: number, heightPx: number) {
  return {
    y: 40 + Math.round((160 * xPx) / widthPx),
    cb: 128 + Math.round(40 * Math.sin((6.28 * yPx) / heightPx)),
    cr: 128 + Math.round(40 * Math.cos((6.28 * yPx) / heightPx)),
    alpha: 255 - Math.round((200 * yPx) / heightPx),
  };
}
/** The RGB test picture is given in RGB itself, so that no matrix is assumed here. */
export function knownRgb(xPx: number, yPx: number, widthPx: number, heightPx: number) {
  return {
    r: 30 + Math.round((190 * xPx) / widthPx),
    g: 60 + Math.round((140 * yPx) / heightPx),
    b: 200 - Math.round((150 * xPx) / widthPx),
    alpha: 255 - Math.round((200 * yPx) / heightPx),
  };
}

/** Fills a whole buffer with the known picture. Slow and obvious; done once per buffer. */
export function paintKnown(to: Uint8Array, format: PeerFormat, widthPx: number, heightPx: number): void {
  const stride = strideOf(format, widthPx);
  const alphaAt = stride * heightPx * (format === 'PA16' ? 2 : 1);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = y * stride;
      const even = x & ~1;
      if (/^(BGR|RGB)/.test(format)) {
        const p = knownRgb(x, y, widthPx, heightPx);
        const [first, third] = format.startsWith('BGR') ? [p.b, p.r] : [p.r, p.b];
        to.set([first, p.g, third, format.endsWith('A') ? p.alpha : 255], at + x * 4);
        continue;
      }
      const p = knownPixel(x, y, widthPx, heightPx);
      const c = knownPixel(even, y, widthPx, heightPx);
      const chroma = x & 1 ? c.cr : c.cb;
      if (format === 'UYVY' || format === 'UYVA') {
        to[at + x * 2] = chroma;
        to[at + x * 2 + 1] = p.y;
        if (format === 'UYVA') to[alphaAt + (y * stride) / 2 + x] = p.alpha;
      } else {
        // 16 bits, little-endian; low bits set so that a path of 8 bits shows.
        to.set([0x40, p.y], at + x * 2);
        to.set([0x40, chroma], stride * heightPx + at + x * 2);
        if (format === 'PA16') to.set([0, p.alpha], alphaAt + at + x * 2);
      }
    }
  }
}

/** Offset of a pixel's luma (or green) byte in the first plane, and of the next pixel's. */
function lumaByte(format: string): { first: number; step: number } {
  if (/^(BGR|RGB)/.test(format)) return { first: 1, step: 4 };
  return { first: 1, step: 2 };
}

export interface StampPlace {
  readonly xPx: number;
  readonly yPx: number;
  readonly blockPx: number;
}
/** Two rows of 32 blocks at the lower left, away from faces and from the label. */
export const stampPlace = (widthPx: number, heightPx: number): StampPlace => {
  const blockPx = Math.max(4, Math.min(16, Math.floor(widthPx / 34 / 4) * 4));
  return { xPx: blockPx, yPx: heightPx - 3 * blockPx, blockPx };
};
export const stampSizePx = (place: StampPlace) => ({ widthPx: 32 * place.blockPx, heightPx: 2 * place.blockPx });

/** Writes 8 bytes: the number and its complement, one block of white (235) or black (16) per bit, chroma neutral. */
export function writeStamp(to: Uint8Array, format: PeerFormat, widthPx: number, heightPx: number, value: number): void {
  const place = stampPlace(widthPx, heightPx);
  const stride = strideOf(format, widthPx);
  const chromaPlane = stride * heightPx;
  const words = [value >>> 0, ~value >>> 0];
  for (let row = 0; row < 2 * place.blockPx; row++) {
    const word = words[Math.floor(row / place.blockPx)]!;
    const line = (place.yPx + row) * stride;
    for (let bit = 0; bit < 32; bit++) {
      const level = (word >>> (31 - bit)) & 1 ? 235 : 16;
      for (let i = 0; i < place.blockPx; i++) {
        const x = place.xPx + bit * place.blockPx + i;
        if (/^(BGR|RGB)/.test(format)) to.fill(level, line + x * 4, line + x * 4 + 3);
        else {
          to[line + x * 2] = format.startsWith('UY') ? 128 : 0;
          to[line + x * 2 + 1] = level;
          if (format === 'P216' || format === 'PA16') {
            to[chromaPlane + line + x * 2] = 0;
            to[chromaPlane + line + x * 2 + 1] = 128;
          }
        }
      }
    }
  }
}

/** The stamped number, or null where number and complement disagree (no stamp, or a damaged one). */
export function readStamp(
  from: Uint8Array,
  format: string,
  widthPx: number,
  heightPx: number,
  strideBytes: number,
): number | null {
  const place = stampPlace(widthPx, heightPx);
  const { first, step } = lumaByte(format);
  const words = [0, 0];
  for (let row = 0; row < 2; row++) {
    const line = (place.yPx + Math.floor((row + 0.5) * place.blockPx)) * strideBytes;
    for (let bit = 0; bit < 32; bit++) {
      const x = place.xPx + Math.floor((bit + 0.5) * place.blockPx);
      if (from[line + x * step + first]! > 125) words[row] = (words[row]! | (1 << (31 - bit))) >>> 0;
    }
  }
  return words[0] === ~words[1]! >>> 0 ? words[0]! : null;
}

/** Mean luma (green for RGB) over every 16th pixel of every 8th line, 0…1 of full range; black legal video is 0.063. */
export function meanLuma01(
  from: Uint8Array,
  format: string,
  widthPx: number,
  heightPx: number,
  strideBytes: number,
): number {
  const { first, step } = lumaByte(format);
  let sum = 0;
  let count = 0;
  for (let y = 0; y < heightPx; y += 8) {
    for (let x = 0; x < widthPx; x += 16) {
      sum += from[y * strideBytes + x * step + first]!;
      count++;
    }
  }
  return sum / count / 255;
}
