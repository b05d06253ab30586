import { knownPixel, knownRgb } from '../support/ndi-peer/picture.js';

/** Differences to the known picture in steps of 8 bits, per kind of sample. */
export interface Difference {
  readonly max: number;
  readonly mean: number;
}
export type Differences = Readonly<Record<'luma' | 'chroma' | 'alpha', Difference>>;

class Tally {
  max = 0;
  sum = 0;
  count = 0;
  add(is: number, should: number): void {
    const difference = Math.abs(is - should);
    this.max = Math.max(this.max, difference);
    this.sum += difference;
    this.count++;
  }
  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }
}

/** Compares any of the eight layouts with the picture that the bare sender paints; for RGB, "luma" is all of R, G and B. */
export function differences(
  pixels: Uint8Array,
  format: string,
  widthPx: number,
  heightPx: number,
  strideBytes: number,
): Differences {
  const luma = new Tally();
  const chroma = new Tally();
  const alpha = new Tally();
  const sixteen = format === 'P216' || format === 'PA16';
  const high = (at: number): number => (sixteen ? (pixels[at]! + pixels[at + 1]! * 256) / 256 : pixels[at]!);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      if (/^(BGR|RGB)/.test(format)) {
        const known = knownRgb(x, y, widthPx, heightPx);
        const at = y * strideBytes + x * 4;
        const [r, b] = format.startsWith('BGR') ? [at + 2, at] : [at, at + 2];
        luma.add(pixels[r]!, known.r);
        luma.add(pixels[at + 1]!, known.g);
        luma.add(pixels[b]!, known.b);
        alpha.add(pixels[at + 3]!, format.endsWith('A') ? known.alpha : 255);
        continue;
      }
      const known = knownPixel(x, y, widthPx, heightPx);
      const pair = knownPixel(x & ~1, y, widthPx, heightPx);
      const at = y * strideBytes + x * 2;
      const plane = strideBytes * heightPx;
      const lowBits = sixteen ? 0x40 / 256 : 0;
      const should = (x & 1 ? pair.cr : pair.cb) + lowBits;
      luma.add(high(sixteen ? at : at + 1), known.y + lowBits);
      chroma.add(high(sixteen ? plane + at : at), should);
      if (format === 'UYVA') alpha.add(pixels[plane + (y * strideBytes) / 2 + x]!, known.alpha);
      if (format === 'PA16') alpha.add(high(2 * plane + at), known.alpha);
    }
  }
  return { luma, chroma, alpha };
}
