import type { YuvMatrix } from '../../frame/format.js';
import { decodeRows, type ColourTable } from '../lut.js';
import { component88, componentOffsets, isRgbPicture, storeComponent88, type TwinPicture } from './picture-access.js';
import { lumaWeights } from '../../frame/format.js';

type Colour = [number, number, number];
const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** One colour through the lattice by the six cases, as the textbooks write them (reference/control-and-calibration.md §6.2). */
export function tetrahedral(lattice: NonNullable<ColourTable['lattice']>, colour: Colour): Colour {
  const { size, from, to, rows } = lattice;
  const place = colour.map((v, i) => clamp(((v - from[i]!) / (to[i]! - from[i]!)) * (size - 1), 0, size - 1));
  const cell = place.map((p) => Math.min(size - 2, Math.floor(p)));
  const [fr, fg, fb] = place.map((p, i) => p - cell[i]!) as Colour;
  const vertex = (r: number, g: number, b: number, c: number): number =>
    rows[(cell[0]! + r + size * (cell[1]! + g + size * (cell[2]! + b))) * 3 + c]!;
  return [0, 1, 2].map((c) => {
    const v = (code: string): number => vertex(Number(code[0]), Number(code[1]), Number(code[2]), c);
    const mix = (a: string, b: string, high: number, middle: number, low: number): number =>
      v('000') * (1 - high) + v(a) * (high - middle) + v(b) * (middle - low) + v('111') * low;
    if (fr >= fg && fg >= fb) return mix('100', '110', fr, fg, fb);
    if (fr >= fb && fb >= fg) return mix('100', '101', fr, fb, fg);
    if (fb >= fr && fr >= fg) return mix('001', '101', fb, fr, fg);
    if (fg >= fr && fr >= fb) return mix('010', '110', fg, fr, fb);
    if (fg >= fb && fb >= fr) return mix('010', '011', fg, fb, fr);
    return mix('001', '011', fb, fg, fr);
  }) as Colour;
}

export function curved(curves: NonNullable<ColourTable['curves']>, colour: Colour): Colour {
  const last = curves.rows.length / 3 - 1;
  return colour.map((v, c) => {
    const at = clamp(((v - curves.from[c]!) / (curves.to[c]! - curves.from[c]!)) * last, 0, last);
    const low = Math.min(last - 1, Math.floor(at));
    const a = curves.rows[low * 3 + c]!;
    return a + (curves.rows[(low + 1) * 3 + c]! - a) * (at - low);
  }) as Colour;
}

/** A colour 0 … 1 through the whole table. */
export function throughTable(table: ColourTable, colour: Colour): Colour {
  const shaped = table.curves === null ? colour : curved(table.curves, colour);
  if (table.lattice !== null) return tetrahedral(table.lattice, shaped);
  return shaped.map((v) => clamp(v, 0, 1)) as Colour;
}

/**
 * In place, one pixel after the other. The kernel differs by at most one 8-bit code (P216: 1/64 code): its weights have 14 bits and
 * its curves 4096 cells.
 */
export function lutTwin(picture: TwinPicture, table: ColourTable, matrix: YuvMatrix): void {
  const rows = decodeRows(picture.format, matrix);
  const depth = picture.chromaOffset > 0 ? 1 : 256;
  for (let y = 0; y < picture.heightPx; y++) {
    for (let x = 0; x < picture.widthPx; x += isRgbPicture(picture) ? 1 : 2) {
      const pixels = isRgbPicture(picture) ? [x] : [x, x + 1];
      const done = pixels.map((px) => {
        const codes = componentOffsets(picture, px, y).map((offset) => component88(picture, offset) / depth);
        const rgb = rows.map((row) => row[0]! * codes[0]! + row[1]! * codes[1]! + row[2]! * codes[2]! + row[3]!);
        return throughTable(table, rgb as Colour);
      });
      store(picture, pixels, y, done, matrix);
    }
  }
}

function store(picture: TwinPicture, pixels: number[], y: number, colours: Colour[], matrix: YuvMatrix): void {
  const codes = colours.map((colour) => {
    if (isRgbPicture(picture)) return colour.map((v) => clamp(v * 255, 0, 255)) as Colour;
    const { kr, kb } = lumaWeights[matrix];
    const luma = kr * colour[0] + (1 - kr - kb) * colour[1] + kb * colour[2];
    const cb = 128 + (112 * (colour[2] - luma)) / (1 - kb);
    const cr = 128 + (112 * (colour[0] - luma)) / (1 - kr);
    return [16 + 219 * luma, cb, cr] as Colour;
  });
  pixels.forEach((x, i) => {
    componentOffsets(picture, x, y).forEach((offset, c) => {
      const isChroma = !isRgbPicture(picture) && c > 0;
      const code = isChroma ? codes.reduce((sum, each) => sum + each[c]!, 0) / codes.length : codes[i]![c]!;
      storeComponent88(picture, offset, code * 256);
    });
  });
}
