// The flow kernel said slowly: one pixel at a time, pictures as functions with an endless replicated edge, every f32
// operation rounded where the kernel rounds. test/kernels/flow-twin.test.ts holds the kernel to it bit by bit.
import { coarsestLevel } from '../flow-plan.js';
import type { FlowPreset } from '../flow-presets.js';
import { PATCH_PX, PATCH_STEP_PX } from '../flow-layout.js';

const f = Math.fround;

export interface Picture {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly values: ArrayLike<number>;
}

/** Interleaved (u, v), full-resolution pixels; quality is one value per cell. */
export interface TwinGrid {
  readonly columns: number;
  readonly rows: number;
  readonly flow: Float32Array;
  readonly quality: Float32Array;
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

export function pixel(picture: Picture, x: number, y: number): number {
  const { widthPx, heightPx, values } = picture;
  return values[clamp(y, 0, heightPx - 1) * widthPx + clamp(x, 0, widthPx - 1)]!;
}

/** Half the size, rounded up. Level 1 is luma × 16 (exact), later ones are rounded means. */
function halve(picture: Picture, fromLuma: boolean): Picture {
  const widthPx = Math.ceil(picture.widthPx / 2);
  const heightPx = Math.ceil(picture.heightPx / 2);
  const values = new Int16Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      let sum = 0;
      for (const [dx, dy] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const)
        sum += pixel(picture, 2 * x + dx, 2 * y + dy);
      values[y * widthPx + x] = fromLuma ? sum * 4 : (sum + 2) >> 2;
    }
  }
  return { widthPx, heightPx, values };
}

/** Sobel, in grey levels per pixel × 32. */
function gradient(picture: Picture, x: number, y: number): [gx: number, gy: number] {
  const p = (dx: number, dy: number): number => pixel(picture, x + dx, y + dy);
  const gx = p(1, -1) + 2 * p(1, 0) + p(1, 1) - p(-1, -1) - 2 * p(-1, 0) - p(-1, 1);
  const gy = p(-1, 1) + 2 * p(0, 1) + p(1, 1) - p(-1, -1) - 2 * p(0, -1) - p(1, -1);
  return [(gx + 2) >> 2, (gy + 2) >> 2];
}

/** a + (b − a) · part / 32768, rounded half up. */
const mix = (a: number, b: number, part: number): number => a + (((b - a) * part + 16384) >> 15);

type Pair = readonly [u: number, v: number];
interface Match {
  readonly residual: readonly number[];
  readonly bx: number;
  readonly by: number;
  readonly sumD: number;
  readonly spread: number;
}

/** One patch of 8×8: what searchPatch and measurePatch do. */
class Patch {
  readonly #template: number[] = [];
  readonly #gx: number[] = [];
  readonly #gy: number[] = [];
  readonly #mean: Pair;
  readonly #inverse: { xx: number; yy: number; xy: number };
  readonly texture: number;

  constructor(
    from: Picture,
    private readonly to: Picture,
    private readonly left: number,
    private readonly top: number,
    ridge: number,
  ) {
    const sum = { x: 0, y: 0, xx: 0, xy: 0, yy: 0 };
    for (let k = 0; k < PATCH_PX * PATCH_PX; k++) {
      const x = left + (k % PATCH_PX);
      const y = top + Math.floor(k / PATCH_PX);
      const [gx, gy] = gradient(from, x, y);
      this.#template.push(pixel(from, x, y));
      this.#gx.push(gx);
      this.#gy.push(gy);
      sum.x += gx;
      sum.y += gy;
      sum.xx += gx * gx;
      sum.xy += gx * gy;
      sum.yy += gy * gy;
    }
    this.#mean = [f(sum.x / 64), f(sum.y / 64)];
    const [mx, my] = this.#mean;
    const xx = f(f(f(sum.xx) - f(f(sum.x) * mx)) + ridge);
    const yy = f(f(f(sum.yy) - f(f(sum.y) * my)) + ridge);
    const xy = f(f(sum.xy) - f(f(sum.x) * my));
    const inverse = f(-2 / f(f(xx * yy) - f(xy * xy)));
    this.#inverse = { xx: f(yy * inverse), yy: f(xx * inverse), xy: f(-xy * inverse) };
    const half = f(0.5 * f(xx - yy));
    const weaker = f(f(0.5 * f(xx + yy)) - f(Math.sqrt(f(f(half * half) + f(xy * xy)))));
    const texture = Math.max(f(weaker - ridge), 0);
    this.texture = f(texture / f(texture + 65536));
  }

  /** Compares with the other picture, displaced by flow. */
  match([u, v]: Pair): Match {
    const cx = clamp(f(this.left + u), -15, this.to.widthPx + 6);
    const cy = clamp(f(this.top + v), -15, this.to.heightPx + 6);
    const [x0, y0] = [Math.floor(cx), Math.floor(cy)];
    const partX = Math.trunc(f(f(cx - x0) * 32767));
    const partY = Math.trunc(f(f(cy - y0) * 32767));
    const across = (x: number, y: number): number => mix(pixel(this.to, x, y), pixel(this.to, x + 1, y), partX);
    const residual: number[] = [];
    let [sumX, sumY, sumD, sumQ] = [0, 0, 0, 0];
    for (let k = 0; k < PATCH_PX * PATCH_PX; k++) {
      const x = x0 + (k % PATCH_PX);
      const y = y0 + Math.floor(k / PATCH_PX);
      const d = mix(across(x, y), across(x, y + 1), partY) - this.#template[k]!;
      residual.push(d);
      sumX += d * this.#gx[k]!;
      sumY += d * this.#gy[k]!;
      sumD += d;
      sumQ += d * d;
    }
    const spread = f(f(sumQ) - f(f(f(sumD) * f(sumD)) * 0.015625));
    const bx = f(f(sumX) - f(f(sumD) * this.#mean[0]));
    const by = f(f(sumY) - f(f(sumD) * this.#mean[1]));
    return { residual, bx, by, sumD, spread };
  }

  step({ bx, by }: Match): Pair {
    const { xx, yy, xy } = this.#inverse;
    return [f(f(xx * bx) + f(xy * by)), f(f(yy * by) + f(xy * bx))];
  }
}

const add = (a: Pair, b: Pair): Pair => [f(a[0] + b[0]), f(a[1] + b[1])];

function descend(
  patch: Patch,
  start: Pair,
  candidates: readonly Pair[],
  maxSteps: number,
  stopPx: number,
): { flow: Pair; match: Match } {
  let flow = start;
  let match = patch.match(flow);
  for (const candidate of candidates) {
    if (f(Math.abs(f(candidate[0] - flow[0])) + Math.abs(f(candidate[1] - flow[1]))) < 0.5) continue;
    const other = patch.match(candidate);
    if (other.spread < f(match.spread * 0.5)) [flow, match] = [candidate, other];
  }
  for (let step = 1; ; step++) {
    const move = patch.step(match);
    const lengthSquared = f(f(move[0] * move[0]) + f(move[1] * move[1]));
    if (lengthSquared < f(stopPx * stopPx) || step === maxSteps) {
      return { flow: lengthSquared < 1 ? add(flow, move) : flow, match };
    }
    const next = add(flow, move);
    const other = patch.match(next);
    if (other.spread >= match.spread) return { flow, match };
    [flow, match] = [next, other];
  }
}

/** Weighted sums over cells of 2×2 level pixels, for all cells that a patch may lie on. */
class CellSums {
  readonly planes: readonly Float32Array[];
  constructor(
    readonly columns: number,
    readonly rows: number,
  ) {
    // Σwu, Σwv, Σw, Σwq
    this.planes = [0, 1, 2, 3].map(() => new Float32Array(columns * rows));
  }
  addPatch(i: number, j: number, patch: Patch, match: Match, [u, v]: Pair): void {
    const mean = Math.trunc(f(f(match.sumD) * 0.015625));
    for (let cell = 0; cell < 16; cell++) {
      const [cx, cy] = [cell % 4, Math.floor(cell / 4)];
      let total = 0;
      for (const k of [0, 1, PATCH_PX, PATCH_PX + 1]) {
        total += Math.abs(match.residual[cy * 2 * PATCH_PX + cx * 2 + k]! - mean);
      }
      const closeness = f(32 / Math.max(32, total));
      const w = f(f(closeness * closeness) * closeness);
      const quality = f(patch.texture * f((384 * 384) / f(384 * 384 + f(total * total))));
      const at = (2 * j + cy) * this.columns + 2 * i + cx;
      // A Float32Array rounds each stored sum.
      for (const [plane, value] of [u, v, 1, quality].entries()) this.planes[plane]![at]! += f(w * value);
    }
  }
  blurred(): CellSums {
    const { columns, rows } = this;
    const out = new CellSums(columns, rows);
    for (const [plane, values] of this.planes.entries()) {
      const at = (i: number, j: number): number =>
        i < 0 || j < 0 || i >= columns || j >= rows ? 0 : values[j * columns + i]!;
      const column = (i: number, j: number): number => f(f(at(i, j) + at(i, j - 1)) + at(i, j + 1));
      for (let cell = 0; cell < columns * rows; cell++) {
        const [i, j] = [cell % columns, Math.floor(cell / columns)];
        out.planes[plane]![cell] = f(f(column(i - 1, j) + column(i, j)) + column(i + 1, j));
      }
    }
    return out;
  }
}

/** The first columns × rows cells: flow from the blurred sums, quality from the sums as they were. */
function normalise(sums: CellSums, blurs: number, columns: number, rows: number): TwinGrid {
  let blurred = sums;
  for (let n = 0; n < blurs; n++) blurred = blurred.blurred();
  const flow = new Float32Array(columns * rows * 2);
  const quality = new Float32Array(columns * rows);
  for (let cell = 0; cell < columns * rows; cell++) {
    const at = Math.floor(cell / columns) * sums.columns + (cell % columns);
    const inverse = f(1 / blurred.planes[2]![at]!);
    flow[2 * cell] = blurred.planes[0]![at]! * inverse;
    flow[2 * cell + 1] = blurred.planes[1]![at]! * inverse;
    quality[cell] = sums.planes[3]![at]! / sums.planes[2]![at]!;
  }
  return { columns, rows, flow, quality };
}

function startOf(grid: TwinGrid | null, i: number, j: number, scale: number): Pair {
  if (!grid) return [0, 0];
  const part = (c: number): number => {
    const at = (di: number, dj: number): number =>
      grid.flow[2 * (Math.min(j + dj, grid.rows - 1) * grid.columns + Math.min(i + di, grid.columns - 1)) + c]!;
    return f(f(f(f(at(0, 0) + at(1, 0)) + f(at(0, 1) + at(1, 1))) * 0.25) / scale);
  };
  return [part(0), part(1)];
}

/** One level: every patch, in the kernel's order. */
function searchLevel(from: Picture, to: Picture, level: number, start: TwinGrid | null, preset: FlowPreset): TwinGrid {
  const finest = level === preset.finestLevel;
  const scale = 2 ** level;
  const patches = (side: number): number => Math.max(0, Math.ceil((side - PATCH_PX) / PATCH_STEP_PX)) + 1;
  const [columns, rows] = [patches(from.widthPx), patches(from.heightPx)];
  const sums = new CellSums(2 * columns + 2, 2 * rows + 2);
  const sweeps = finest ? preset.finestSweeps : preset.coarseSweeps;
  const maxSteps = finest ? preset.finestSteps : preset.coarseSteps;
  const found: Pair[] = [];
  for (let sweep = 0; sweep < Math.max(sweeps, 1); sweep++) {
    const side = sweep === 0 ? -1 : 1;
    for (let n = 0; n < columns * rows; n++) {
      const k = sweep === 0 ? n : columns * rows - 1 - n;
      const [i, j] = [k % columns, Math.floor(k / columns)];
      const corner = (i === 0 || i === columns - 1) && (j === 0 || j === rows - 1);
      if (finest && preset.finestPatches === 'checkerboard' && (i + j) % 2 === 1 && !corner) continue;
      const candidates: Pair[] = [];
      if (sweeps > 0 && i + side >= 0 && i + side < columns) candidates.push(found[k + side]!);
      if (sweeps > 0 && j + side >= 0 && j + side < rows) candidates.push(found[k + side * columns]!);
      const patch = new Patch(from, to, i * PATCH_STEP_PX, j * PATCH_STEP_PX, preset.ridge);
      const begin = sweep === 0 ? startOf(start, i, j, scale) : found[k]!;
      const { flow, match } = descend(patch, begin, candidates, maxSteps, preset.stopPx);
      found[k] = flow;
      if (sweep >= sweeps - 1) sums.addPatch(i, j, patch, match, [f(flow[0] * scale), f(flow[1] * scale)]);
    }
  }
  const blurs = finest ? preset.finestBlurs : preset.coarseBlurs;
  return normalise(sums, blurs, Math.ceil(from.widthPx / 2), Math.ceil(from.heightPx / 2));
}

/** Flow of the whole pyramid, on the finest level's grid: 4 px cells, or 8 px where the finest level is 2. */
export function twinFlow(
  fromLuma: Picture,
  toLuma: Picture,
  preset: FlowPreset,
  start: TwinGrid | null = null,
): TwinGrid {
  const coarsest = coarsestLevel(fromLuma.widthPx, fromLuma.heightPx, preset);
  const pyramid: [Picture, Picture][] = [[fromLuma, toLuma]];
  for (let level = 1; level <= coarsest; level++) {
    const [a, b] = pyramid[level - 1]!;
    pyramid.push([halve(a, level === 1), halve(b, level === 1)]);
  }
  let grid = start;
  for (let level = coarsest; level >= preset.finestLevel; level--) {
    const [a, b] = pyramid[level]!;
    grid = searchLevel(a, b, level, grid, preset);
  }
  return grid!;
}
