import { patchFull } from '../formats.js';
import type { TwinPatch } from './blend.js';
import { isRgbPicture, pixel8, type TwinPicture } from './picture-access.js';

/** What a cell knows, see assembly/rim.ts; away: cells from what covers it, 0 covered, Infinity unknown. */
export interface TwinCell {
  away: number;
  least: number;
  veil: number;
  own: number;
  colour: [number, number, number];
}
export interface TwinVertex {
  readonly x: number;
  readonly y: number;
  readonly veil: number;
  readonly own: number;
  readonly colour: readonly [number, number, number];
  readonly least: number;
}
const unknown = (): TwinCell => ({ away: Infinity, least: 0, veil: 0, own: 0, colour: [0, 0, 0] });

/** Within the rounding of f32. */
export function fieldsTwin(
  vertices: readonly TwinVertex[],
  triangles: ArrayLike<number>,
  columns: number,
  rows: number,
  middle: readonly [number, number],
  most: number,
): TwinCell[] {
  const cells = Array.from({ length: columns * rows }, unknown);
  for (const folded of [false, true]) {
    for (let t = 0; t < triangles.length; t += 3) {
      const corners = [0, 1, 2].map((k) => vertices[triangles[t + k]!]!) as [TwinVertex, TwinVertex, TwinVertex];
      drawTriangle(cells, columns, corners, folded);
    }
  }
  spread(cells, columns, rows, middle, most);
  return cells;
}
function drawTriangle(
  cells: TwinCell[],
  columns: number,
  corners: readonly [TwinVertex, TwinVertex, TwinVertex],
  folded: boolean,
): void {
  const area = cross(corners[0], corners[1], corners[2]);
  // Clockwise on the screen: it faces away.
  if (folded ? area <= 1e-4 : area >= -1e-4) return;
  cells.forEach((cell, i) => {
    const at = { x: (i % columns) + 0.5, y: Math.floor(i / columns) + 0.5 };
    const shares = [0, 1, 2].map((k) => cross(at, corners[(k + 1) % 3]!, corners[(k + 2) % 3]!) / area);
    if (Math.min(...shares) < 0) return;
    const mixed = (of: (vertex: TwinVertex) => number): number =>
      corners.reduce((sum, vertex, k) => sum + of(vertex) * shares[k]!, 0);
    const veil = mixed((vertex) => vertex.veil);
    if (cell.away === 0 && (folded || cell.veil >= veil)) return;
    cell.away = 0;
    cell.veil = veil;
    cell.own = mixed((vertex) => vertex.own);
    cell.least = mixed((vertex) => vertex.least);
    cell.colour = [0, 1, 2].map((c) => mixed((vertex) => vertex.colour[c]!)) as TwinCell['colour'];
  });
}
interface Point {
  readonly x: number;
  readonly y: number;
}
const cross = (a: Point, b: Point, c: Point): number => (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);

/** One sweep from the top left and one from the bottom right, each cell from the two neighbours that are done, away from the middle only. */
function spread(
  cells: TwinCell[],
  columns: number,
  rows: number,
  middle: readonly [number, number],
  most: number,
): void {
  const order = cells.map((_, i) => i);
  for (const step of [-1, 1]) {
    for (const i of step < 0 ? order : order.toReversed()) {
      const x = i % columns,
        y = Math.floor(i / columns);
      const isOutward = (value: number, centre: number): boolean => (step < 0 ? value > centre : value + 1 < centre);
      const across = x + step >= 0 && x + step < columns && isOutward(x, middle[0]) ? i + step : -1;
      const along = y + step >= 0 && y + step < rows && isOutward(y, middle[1]) ? i + step * columns : -1;
      for (const from of [across, along]) {
        if (from < 0 || cells[from]!.away + 1 > most || cells[i]!.away <= cells[from]!.away + 1) continue;
        cells[i] = { ...cells[from]!, away: cells[from]!.away + 1, veil: 0 };
      }
    }
  }
}

/** The picture in cells of 2^shift px; (left, top): px by which cell (0, 0) begins before the region. */
export interface TwinGrid {
  readonly shift: number;
  readonly columns: number;
  readonly rows: number;
  readonly left: number;
  readonly top: number;
}
export interface TwinNode {
  readonly slope: number;
  readonly base: number;
  readonly veil: number;
  readonly own: number;
}
const held = (value: number, least = 0, most = 1): number => Math.min(most, Math.max(least, value));
const smooth = (t: number): number => t * t * (3 - 2 * t);

const lumaOf = ([r, g, b]: readonly [number, number, number]): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
/** Luma, and how much redder than blue. */
const guideOf = (picture: TwinPicture, [a, b, c]: readonly [number, number, number]): number =>
  isRgbPicture(picture) ? lumaOf([a, b, c]) + a - c : a + 2 * (c - b);

/** Within the rounding of f32. */
export function nodesTwin(
  picture: TwinPicture,
  cells: readonly TwinCell[],
  grid: TwinGrid,
  epsilon: number,
): TwinNode[] {
  const seen = cells.map((cell, i) => {
    if (cell.away === Infinity) return null;
    const { guide, colour } = cellColour(picture, grid, i % grid.columns, Math.floor(i / grid.columns));
    return { guide, skin: skinOf(colour, cell) };
  });
  const lines = cells.map((_, i) => {
    const near = around(grid, i).flatMap((k) => (seen[k] ? [seen[k]] : []));
    if (near.length === 0) return null;
    const mean = (of: (one: { guide: number; skin: number }) => number): number =>
      near.reduce((sum, one) => sum + of(one), 0) / near.length;
    const luma = mean((one) => one.guide),
      skin = mean((one) => one.skin);
    const spread = mean((one) => one.guide ** 2) - luma ** 2 + epsilon;
    const slope = (mean((one) => one.guide * one.skin) - luma * skin) / spread;
    const either = 3 * Math.sqrt(spread) * Math.abs(slope);
    if (skin - either >= 0.61) return { slope: 0, base: 1 };
    if (skin + either <= 0.11) return { slope: 0, base: 0 };
    return { slope, base: skin - slope * luma };
  });
  return cells.map((cell, i) => {
    const isKnown = cell.away !== Infinity;
    return {
      slope: lines[i]?.slope ?? 0,
      base: lines[i]?.base ?? 0,
      veil: isKnown ? smooth(cell.veil) : 0,
      own: isKnown ? cell.own : 1,
    };
  });
}
function around({ columns, rows }: TwinGrid, i: number): number[] {
  const out: number[] = [];
  for (let y = Math.floor(i / columns) - 1; y <= Math.floor(i / columns) + 1; y++)
    for (let x = (i % columns) - 1; x <= (i % columns) + 1; x++)
      if (x >= 0 && y >= 0 && x < columns && y < rows) out.push(y * columns + x);
  return out;
}
/** Two rows of four pixels in the middle of a cell. */
function cellColour(
  picture: TwinPicture,
  grid: TwinGrid,
  column: number,
  row: number,
): { guide: number; colour: [number, number, number] } {
  const side = 2 ** grid.shift;
  const px = column * side - grid.left,
    py = row * side - grid.top;
  const x = Math.floor(held(px + side / 2 - 2, 0, picture.widthPx - 4) / 2) * 2;
  const pixels = [py + side / 4, py + side - side / 4 - 1].flatMap((y) =>
    [0, 1, 2, 3].map((k) => pixel8(picture, x + k, held(y, 0, picture.heightPx - 1))),
  );
  const mean = [0, 1, 2].map((c) => pixels.reduce((sum, pixel) => sum + pixel[c]!, 0) / 8) as [number, number, number];
  const guide = guideOf(picture, mean);
  if (!isRgbPicture(picture)) return { guide, colour: mean };
  const [r, , b] = mean;
  const luma = lumaOf(mean);
  return {
    guide,
    colour: [
      16 + (luma * 219) / 255,
      128 + (((b - luma) / 1.8556) * 224) / 255,
      128 + (((r - luma) / 1.5748) * 224) / 255,
    ],
  };
}
function skinOf([luma, cb, cr]: readonly [number, number, number], cell: TwinCell): number {
  const code = Math.max(0, luma - 16);
  const shade = code / Math.max(8, cell.colour[0] - 16);
  const scale = Math.min(1.15, shade);
  const redder = Math.min((cell.colour[2] - 128) * scale, (255 - (code * 255) / 219) / 1.7);
  const off = Math.hypot(cb - 128 - (cell.colour[1] - 128) * scale, cr - 128 - redder) / (3.5 + 0.05 * code);
  return held((1.45 - off) / 0.55) * held((shade - cell.least) / (0.4 * cell.least)) * held((1.9 - shade) / 0.3);
}

/** Changes the patch's alpha and gives the veil's plane, 0…255 not rounded: the kernel is within a code. `grid` lies round the patch. */
export function applyRimTwin(
  picture: TwinPicture,
  patch: TwinPatch,
  nodes: readonly TwinNode[],
  grid: TwinGrid,
  whole: boolean,
): Float32Array {
  const veil = new Float32Array(patch.widthPx * patch.heightPx);
  const side = 2 ** grid.shift;
  for (let y = 0; y < patch.heightPx; y++) {
    for (let x = 0; x < patch.widthPx; x++) {
      const node = nodeAt(nodes, grid, (x + 0.5 + grid.left) / side - 0.5, (y + 0.5 + grid.top) / side - 0.5);
      const guided = node.slope * guideOf(picture, pixel8(picture, x, y)) + node.base;
      const skin = held((guided - 0.36) * 2 + 0.5);
      const at = y * patch.strideValues + x * 4 + 3;
      const alpha = (patch.data[at]! / patchFull) * (node.own + (1 - node.own) * skin);
      const veiled = (1 - alpha) * skin * node.veil;
      veil[y * patch.widthPx + x] = alpha >= 1 ? 0 : skin * node.veil * 255;
      patch.data[at] = Math.round((alpha + (whole ? veiled : 0)) * patchFull);
      if (whole && alpha === 0 && veiled > 0)
        patch.data.set(isRgbPicture(picture) ? [65280, 65280, 65280] : [235 * 256, 32768, 32768], at - 3);
    }
  }
  return veil;
}
function nodeAt(nodes: readonly TwinNode[], { columns, rows }: TwinGrid, x: number, y: number): TwinNode {
  const at = (value: number, most: number): [number, number, number] => {
    const low = Math.floor(held(value, 0, most));
    return [low, Math.min(most, low + 1), held(value, 0, most) - low];
  };
  const [left, right, fx] = at(x, columns - 1),
    [upper, lower, fy] = at(y, rows - 1);
  const mixed = (of: (node: TwinNode) => number): number => {
    const row = (r: number): number => of(nodes[r * columns + left]!) * (1 - fx) + of(nodes[r * columns + right]!) * fx;
    return row(upper) * (1 - fy) + row(lower) * fy;
  };
  return {
    slope: mixed((node) => node.slope),
    base: mixed((node) => node.base),
    veil: mixed((node) => node.veil),
    own: mixed((node) => node.own),
  };
}

/** Within the rounding of f32. map: [a b c; d e f] from a cell's (column, row) to the matte's bytes, middles on whole numbers. */
export function holdToPersonTwin(
  nodes: readonly TwinNode[],
  columns: number,
  matte: Uint8Array,
  side: number,
  [a, b, c, d, e, f]: readonly [number, number, number, number, number, number],
): TwinNode[] {
  const at = (x: number, y: number): number => matte[held(y, 0, side - 1) * side + held(x, 0, side - 1)]!;
  return nodes.map((node, i) => {
    const column = i % columns,
      row = Math.floor(i / columns);
    const x = held(a * column + b * row + c, 0, side - 1),
      y = held(d * column + e * row + f, 0, side - 1);
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const along = (line: number): number => at(left, line) * (1 - x + left) + at(left + 1, line) * (x - left);
    const seen = along(top) * (1 - y + top) + along(top + 1) * (y - top);
    return { ...node, veil: node.veil * smooth(held((seen - 112) / 64)) };
  });
}
