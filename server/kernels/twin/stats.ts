import { isRgbPicture, pixel8, type TwinPicture } from './picture-access.js';

export interface TwinLumaGrid {
  histogram: number[];
  cells: number[];
  mean: number;
}
const lumaAt = (p: TwinPicture, x: number, y: number): number => {
  const [a, b, c] = pixel8(p, x, y);
  return isRgbPicture(p) ? Math.floor((a + 2 * b + c) / 4) : Math.floor(a);
};
const meanOf = (values: number[]): number =>
  values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;

export function lumaGridTwin(p: TwinPicture, step: number): TwinLumaGrid {
  const histogram = new Array<number>(64).fill(0);
  const all: number[] = [];
  const cells = Array.from({ length: 144 }, (_, cell) => {
    const column = cell % 16,
      band = Math.floor(cell / 16);
    const from = Math.floor((p.widthPx * column) / 16),
      to = Math.max(from + 1, Math.floor((p.widthPx * (column + 1)) / 16));
    const values: number[] = [];
    for (let y = Math.floor((p.heightPx * band) / 9); y < Math.floor((p.heightPx * (band + 1)) / 9); y++) {
      for (let x = from; x < to; x += step) values.push(lumaAt(p, x, y));
    }
    values.forEach((v) => histogram[v >> 2]!++);
    all.push(...values);
    return meanOf(values);
  });
  return { histogram, cells, mean: meanOf(all) };
}
export function lumaChangeTwin(
  a: TwinLumaGrid,
  b: TwinLumaGrid,
): { histogramChange01: number; layoutChangeCodes: number } {
  const total = (grid: TwinLumaGrid): number =>
    Math.max(
      1,
      grid.histogram.reduce((x, y) => x + y, 0),
    );
  const moved = a.histogram.reduce((sum, n, i) => sum + Math.abs(n / total(a) - b.histogram[i]! / total(b)), 0);
  const shift = b.mean - a.mean;
  return {
    histogramChange01: moved / 2,
    layoutChangeCodes: meanOf(b.cells.map((v, i) => Math.abs(v - a.cells[i]! - shift))),
  };
}
