// What the flow grid is used for, said slowly; see assembly/_flow-carry.ts and _flow-confidence.ts.
import { pixel, type Picture } from './flow.js';

const f = Math.fround;
const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

/** columns × rows cells of `channels` interleaved f32. */
export interface Cells {
  readonly columns: number;
  readonly rows: number;
  readonly channels: 1 | 2;
  readonly values: ArrayLike<number>;
}

/** Bilinear sample of one channel at cell coordinates; the edge repeats. */
export function sample(cells: Cells, x: number, y: number, channel: number): number {
  const { columns, rows, channels, values } = cells;
  const [cx, cy] = [clamp(x, 0, columns - 1), clamp(y, 0, rows - 1)];
  const [i, j] = [Math.floor(cx), Math.floor(cy)];
  const at = (column: number, row: number): number =>
    values[(Math.min(row, rows - 1) * columns + Math.min(column, columns - 1)) * channels + channel]!;
  const lerp = (a: number, b: number, t: number): number => f(a + f(f(b - a) * t));
  const top = lerp(at(i, j), at(i + 1, j), f(cx - i));
  const bottom = lerp(at(i, j + 1), at(i + 1, j + 1), f(cx - i));
  return lerp(top, bottom, f(cy - j));
}

export function carry(
  flow: Cells,
  confidence: Cells,
  points: ArrayLike<number>,
  cellPx: number,
): { points: number[]; confidence: number[] } {
  const out: number[] = [];
  const scores: number[] = [];
  const toCell = (px: number): number => f(f(px - f((cellPx - 1) / 2)) * f(1 / cellPx));
  for (let k = 0; k < points.length; k += 2) {
    const [px, py] = [points[k]!, points[k + 1]!];
    const [x, y] = [toCell(px), toCell(py)];
    out.push(f(px + sample(flow, x, y, 0)), f(py + sample(flow, x, y, 1)));
    scores.push(sample(confidence, x, y, 0));
  }
  return { points: out, confidence: scores };
}

export function compose(first: Cells, second: Cells, cellPx: number): number[] {
  const out: number[] = [];
  for (let cell = 0; cell < first.columns * first.rows; cell++) {
    const [u, v] = [first.values[2 * cell]!, first.values[2 * cell + 1]!];
    const x = f((cell % first.columns) + f(u * f(1 / cellPx)));
    const y = f(Math.floor(cell / first.columns) + f(v * f(1 / cellPx)));
    out.push(f(u + sample(second, x, y, 0)), f(v + sample(second, x, y, 1)));
  }
  return out;
}

/** Every pixel of the full resolution, rows first as the kernel does it. Cells of 4 px. */
export function densify(flow: Cells, widthPx: number, heightPx: number): number[] {
  const out: number[] = [];
  const lerp = (a: number, b: number, t: number): number => f(a + f(f(b - a) * t));
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const [cx, cy] = [(x - 1.5) / 4, (y - 1.5) / 4];
      const [i, j] = [Math.floor(cx), Math.floor(cy)];
      for (const channel of [0, 1]) {
        const at = (column: number, row: number): number =>
          flow.values[
            2 * (clamp(row, 0, flow.rows - 1) * flow.columns + clamp(column, 0, flow.columns - 1)) + channel
          ]!;
        out.push(lerp(lerp(at(i, j), at(i, j + 1), cy - j), lerp(at(i + 1, j), at(i + 1, j + 1), cy - j), cx - i));
      }
    }
  }
  return out;
}

export function warp(src: Picture, flow: Cells, cellPx: number): number[] {
  const out: number[] = [];
  const { widthPx, heightPx } = src;
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const [gx, gy] = [(x - (cellPx - 1) / 2) / cellPx, (y - (cellPx - 1) / 2) / cellPx];
      const sx = clamp(f(x + sample(flow, gx, gy, 0)), 0, widthPx - 1);
      const sy = clamp(f(y + sample(flow, gx, gy, 1)), 0, heightPx - 1);
      const [i, j] = [Math.floor(sx), Math.floor(sy)];
      const lerp = (a: number, b: number, t: number): number => f(a + f((b - a) * t));
      const top = lerp(pixel(src, i, j), pixel(src, i + 1, j), f(sx - i));
      const bottom = lerp(pixel(src, i, j + 1), pixel(src, i + 1, j + 1), f(sx - i));
      out.push(Math.floor(f(f(top + f(f(bottom - top) * f(sy - j))) + 0.5)));
    }
  }
  return out;
}

/** Match × agreement of forward and backward flow; 0 where the flow leaves the picture. */
export function crossCheck(
  forward: Cells,
  backward: Cells,
  quality: ArrayLike<number>,
  cellPx: number,
  floorPx: number,
): number[] {
  const out: number[] = [];
  const { columns, rows } = forward;
  for (let cell = 0; cell < columns * rows; cell++) {
    const [u, v] = [forward.values[2 * cell]!, forward.values[2 * cell + 1]!];
    const x = f((cell % columns) + f(u * f(1 / cellPx)));
    const y = f(Math.floor(cell / columns) + f(v * f(1 / cellPx)));
    const [bu, bv] = [sample(backward, x, y, 0), sample(backward, x, y, 1)];
    const squares = (a: number, b: number): number => f(a * a) + f(b * b);
    const tolerance = floorPx ** 2 + 0.01 * (squares(u, v) + squares(bu, bv));
    const stays = x >= -0.5 && y >= -0.5 && x <= columns - 0.5 && y <= rows - 0.5;
    out.push(stays ? (tolerance / (tolerance + squares(u + bu, v + bv))) * quality[cell]! : 0);
  }
  return out;
}
