/**
 * Scopes of a preview: R'G'B' full range as the browser decoded it, weighed as BT.709. What they show is the preview (8 bits, shrunk,
 * JPEG): levels are right to about one percent, single picture elements are not.
 */
export const scopeKinds = ['waveform', 'parade', 'vectorscope', 'false-colour'] as const;
export type ScopeKind = (typeof scopeKinds)[number];
/** Size of the drawn waveform, parade and vectorscope. */
export const plotPx = 256;

const weights = { r: 0.2126, g: 0.7152, b: 0.0722 } as const;
/** 0…255 */
const lumaOf = (r: number, g: number, b: number): number => weights.r * r + weights.g * g + weights.b * b;

/** Where a colour stands on the vectorscope, in fractions of the plot from its left top corner: Cb to the right, Cr up. */
export function vectorPoint(r: number, g: number, b: number): readonly [x01: number, y01: number] {
  const luma = lumaOf(r, g, b);
  return [0.5 + (b - luma) / 1.8556 / 255, 0.5 - (r - luma) / 1.5748 / 255];
}

/** Primary and secondary colours at 75 %, where bars must hit. */
export const vectorTargets = (
  [
    ['R', 1, 0, 0],
    ['Yl', 1, 1, 0],
    ['G', 0, 1, 0],
    ['Cy', 0, 1, 1],
    ['B', 0, 0, 1],
    ['Mg', 1, 0, 1],
  ] as const
).map(([name, r, g, b]) => ({ name, at01: vectorPoint(r * 191.25, g * 191.25, b * 191.25) }));

/** Skin of every complexion lies near this line from the middle (the I axis, 123° counter-clockwise from Cb). */
export const skinLineDeg = 123;

interface Band {
  readonly below01: number;
  readonly name: string;
  readonly rgb: readonly [number, number, number];
}
/** Bands of luma on the monitor signal, after the convention that camera assistants know; grey between them. */
export const falseColourBands: readonly Band[] = [
  { below01: 0.025, name: 'black clip', rgb: [128, 0, 160] },
  { below01: 0.04, name: 'near black', rgb: [0, 80, 220] },
  { below01: 0.38, name: '', rgb: [-1, -1, -1] },
  { below01: 0.42, name: '18 % grey', rgb: [0, 190, 70] },
  { below01: 0.52, name: '', rgb: [-1, -1, -1] },
  { below01: 0.56, name: 'skin, +1 stop', rgb: [255, 130, 170] },
  { below01: 0.97, name: '', rgb: [-1, -1, -1] },
  { below01: 0.99, name: 'near white', rgb: [255, 225, 0] },
  { below01: 2, name: 'white clip', rgb: [255, 30, 20] },
];

/** By 8-bit luma: r, g, b. */
const falseColours = new Uint8Array(256 * 3);
for (let luma = 0; luma < 256; luma++) {
  const { rgb } = falseColourBands.find(({ below01 }) => luma / 255 < below01)!;
  for (let channel = 0; channel < 3; channel++)
    falseColours[luma * 3 + channel] = rgb[0] < 0 ? luma : rgb[channel as 0 | 1 | 2];
}

/** RGBA to RGBA of the same size: every picture element in the colour of its band. */
export function falseColour(source: Uint8ClampedArray, out: Uint8ClampedArray): void {
  for (let i = 0; i < source.length; i += 4) {
    const at = Math.round(lumaOf(source[i]!, source[i + 1]!, source[i + 2]!)) * 3;
    out[i] = falseColours[at]!;
    out[i + 1] = falseColours[at + 1]!;
    out[i + 2] = falseColours[at + 2]!;
    out[i + 3] = 255;
  }
}

/** Counts hits per place of a 256 × 256 plot; reused from picture to picture. */
export class ScopePlot {
  readonly hits = new Uint16Array(plotPx * plotPx);

  /** @param source RGBA, `widthPx` wide */
  count(kind: 'waveform' | 'parade' | 'vectorscope', source: Uint8ClampedArray, widthPx: number): void {
    this.hits.fill(0);
    if (kind === 'waveform') this.countWaveform(source, widthPx);
    else if (kind === 'parade') this.countParade(source, widthPx);
    else this.countVectors(source);
  }

  /** Brightness by hits, coloured by where they are. @param out RGBA of 256 × 256 */
  paint(kind: 'waveform' | 'parade' | 'vectorscope', gain: number, out: Uint8ClampedArray): void {
    const third = Math.floor(plotPx / 3);
    for (let at = 0; at < this.hits.length; at++) {
      const hit = this.hits[at]!;
      const level = hit === 0 ? 0 : Math.min(255, 84 + hit * gain);
      const column = kind === 'parade' ? Math.floor((at % plotPx) / third) : 3;
      const to = at * 4;
      out[to] = column === 0 || column === 3 ? level * (column === 3 ? 0.62 : 1) : level * 0.22;
      out[to + 1] = column === 1 || column === 3 ? level : level * 0.3;
      out[to + 2] = column === 2 ? level : level * (column === 3 ? 0.72 : 0.22);
      out[to + 3] = 255;
    }
  }

  private countWaveform(source: Uint8ClampedArray, widthPx: number): void {
    const { hits } = this;
    const scale = plotPx / widthPx;
    for (let i = 0, x = 0; i < source.length; i += 4, x = x + 1 === widthPx ? 0 : x + 1) {
      const luma = Math.round(lumaOf(source[i]!, source[i + 1]!, source[i + 2]!));
      hits[(255 - luma) * plotPx + Math.floor(x * scale)]!++;
    }
  }
  private countParade(source: Uint8ClampedArray, widthPx: number): void {
    const { hits } = this;
    const third = Math.floor(plotPx / 3);
    const scale = third / widthPx;
    for (let i = 0, x = 0; i < source.length; i += 4, x = x + 1 === widthPx ? 0 : x + 1) {
      const at = Math.floor(x * scale);
      hits[(255 - source[i]!) * plotPx + at]!++;
      hits[(255 - source[i + 1]!) * plotPx + third + at]!++;
      hits[(255 - source[i + 2]!) * plotPx + 2 * third + at]!++;
    }
  }
  private countVectors(source: Uint8ClampedArray): void {
    const { hits } = this;
    for (let i = 0; i < source.length; i += 4) {
      const r = source[i]!;
      const g = source[i + 1]!;
      const b = source[i + 2]!;
      const luma = lumaOf(r, g, b);
      const x = Math.min(255, Math.max(0, Math.round(128 + (b - luma) / 1.8556)));
      const y = Math.min(255, Math.max(0, Math.round(128 - (r - luma) / 1.5748)));
      hits[y * plotPx + x]!++;
    }
  }
}
