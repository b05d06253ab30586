/** Slow and obvious: assembly/_occlusion-belief.ts on plain arrays. Grids and layouts as there. */
import { twinCells } from './occlusion.js';

const cells = Array.from({ length: twinCells ** 2 }, (_, i) => i);
const between = (least: number, value: number, most: number): number => Math.min(most, Math.max(least, value));
const nodes = [
  [0.5, -2],
  [1, -1.3],
  [2.5, 0],
  [5, 1],
  [12, 2],
  [40, 2.5],
] as const;

/** Log-odds of the evidence: a line through the nodes. */
export function oddsTwin(evidence: number): number {
  const above = nodes.findIndex(([e]) => e >= evidence);
  if (above === 0) return nodes[0][1];
  if (above < 0) return nodes.at(-1)![1];
  const [[e0, v0], [e1, v1]] = [nodes[above - 1]!, nodes[above]!];
  return v0 + ((evidence - e0) / (e1 - e0)) * (v1 - v0);
}

export interface BeliefGrids {
  readonly seen: Float32Array;
  readonly before: Float32Array;
  readonly backward: Float32Array;
  readonly map: Float32Array;
  readonly stray: Float32Array;
  /** Cells that strayTwin counted. */
  readonly counted: ReadonlySet<number>;
  readonly evidence: Float32Array;
  readonly beliefBefore: Float32Array;
  readonly alertBefore: Uint8Array;
  readonly was: Uint8Array;
  readonly hold: number;
}

/** What each cell shows, and where something came in. */
export function believeTwin(grids: BeliefGrids): { belief: Float32Array; alert: Uint8Array } {
  const { seen, map, stray, evidence, was, hold, backward } = grids;
  const face = cells.filter((i) => map[i * 2]! >= 0);
  const sumOf = (grid: Float32Array): number => face.reduce((sum, i) => sum + grid[i * 4]!, 0);
  const gain = sumOf(grids.before) > 0 && sumOf(seen) > 0 ? sumOf(seen) / sumOf(grids.before) : 1;
  const hidden = face.filter((i) => was[i] === 0);
  const speed = hidden.length > 20 ? hidden.reduce((sum, i) => sum + stray[i * 2]!, 0) / hidden.length : 0;
  const alert = new Uint8Array(cells.length);
  const news = new Float64Array(cells.length),
    raw = new Float64Array(cells.length);
  for (const i of cells) {
    const fx = (i % twinCells) + backward[i * 2]! / 4,
      fy = Math.floor(i / twinCells) + backward[i * 2 + 1]! / 4;
    const isIn = fx >= 0 && fy >= 0 && fx <= twinCells - 1 && fy <= twinCells - 1;
    const hx = between(0, fx, twinCells - 1.001),
      hy = between(0, fy, twinCells - 1.001);
    const nearest = Math.floor(hy + 0.5) * twinCells + Math.floor(hx + 0.5);
    const wasAt = (k: number): number => gain * mixedTwin((at) => grids.before[at * 4 + k]!, hx, hy);
    const change = Math.max(...[0, 1, 2].map((k) => Math.abs(seen[i * 4 + k]! - wasAt(k))));
    const follows = between(0, (11 - change) / 8, 1);
    const [far, over] = [stray[i * 2]!, stray[i * 2 + 1]!];
    const left = isIn ? grids.alertBefore[nearest]! - 1 : 0;
    const moved = over > 0 && change < 11 && (map[i * 2]! < 0 || around(i).some((j) => grids.counted.has(j)));
    alert[i] = moved ? hold : left >= 1 ? left : isIn && was[nearest] === 0 ? 1 : 0;
    const known = isIn ? mixedTwin((at) => grids.beliefBefore[at]!, hx, hy) : 0;
    const way = between(-1, over / 1.5, 1);
    const onFace = map[i * 2]! >= 0;
    const looks = onFace ? evidence[i]! : evidence[i]! <= -2 ? -2 - evidence[i]! : -1;
    const unseen = looks < 0;
    const telling = between(0, (speed - far + over) / 2, 1) * (unseen || !onFace ? 0.5 : 1);
    const odds = unseen ? 0 : oddsTwin(looks);
    const moves = 1.5 * way * (way > 0 ? follows : telling);
    news[i] = 0.12 + 0.88 * between(0, Math.max(far / 2, (change - 2) / 6), 1);
    raw[i] = between(-2, known, 2) * follows + news[i]! * (moves + (alert[i]! > 0 ? odds : Math.min(0, odds)));
    news[i]! *= unseen ? 0.5 : 0.2;
  }
  return { belief: agreeTwin(seen, raw, news), alert };
}

/** The cell and those round it. */
const around = (i: number): number[] =>
  cells.filter(
    (j) =>
      Math.abs((j % twinCells) - (i % twinCells)) <= 1 &&
      Math.abs(Math.floor(j / twinCells) - Math.floor(i / twinCells)) <= 1,
  );

/** Between four cells. */
function mixedTwin(at: (i: number) => number, x: number, y: number): number {
  const ix = Math.floor(x),
    iy = Math.floor(y);
  const row = (j: number): number =>
    at(j * twinCells + ix) + (at(j * twinCells + ix + 1) - at(j * twinCells + ix)) * (x - ix);
  return row(iy) + (row(iy + 1) - row(iy)) * (y - iy);
}

/** Four neighbours of the same colour have a say. */
function agreeTwin(seen: Float32Array, raw: Float64Array, news: Float64Array): Float32Array {
  return Float32Array.from(cells, (i) => {
    const x = i % twinCells,
      y = Math.floor(i / twinCells);
    const beside = [
      x > 0 ? i - 1 : -1,
      x < twinCells - 1 ? i + 1 : -1,
      y > 0 ? i - twinCells : -1,
      y < twinCells - 1 ? i + twinCells : -1,
    ].filter((j) => j >= 0);
    const said = beside.map((j) => {
      const apart = [0, 1, 2].reduce((sum, k) => sum + Math.abs(seen[i * 4 + k]! - seen[j * 4 + k]!), 0);
      return Math.max(0, 1 - apart / 24) * between(-2, raw[j]!, 2);
    });
    return between(-4, raw[i]! + news[i]! * said.reduce((sum, value) => sum + value, 0), 4);
  });
}
