/** Slow and obvious: assembly/_occlusion-stray.ts on plain arrays. Grids and layouts as there. */
import { twinCells, twinTexels } from './occlusion.js';

const hold = (value: number): number => Math.min(1, Math.max(0, value));
export const jaw01Twin = (u: number, v: number): number => hold((v - 0.66) / 0.09) * hold(1.6 - Math.abs(u - 0.5) * 4);

const mouth01 = (u: number, v: number): number => hold((1.7 - Math.hypot((u - 0.5) / 0.17, (v - 0.7) / 0.11)) / 0.7);

export interface StrayGrids {
  readonly seen: Float32Array;
  readonly before: Float32Array;
  readonly backward: Float32Array;
  readonly map: Float32Array;
  readonly depth: Float32Array;
  readonly own: ArrayLike<number>;
}

const cells = Array.from({ length: twinCells ** 2 }, (_, i) => i);
const xOf = (i: number): number => i % twinCells;
const yOf = (i: number): number => Math.floor(i / twinCells);
/** The cell and its eight neighbours; null where one lies outside the grid. */
const square = (i: number): number[] | null =>
  xOf(i) < 1 || yOf(i) < 1 || xOf(i) > twinCells - 2 || yOf(i) > twinCells - 2
    ? null
    : [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => i + dy * twinCells + dx));
const cross = (i: number): number[] => [i - 1, i + 1, i - twinCells, i + twinCells];

/** Distance from the face's own motion and what is too much of it, per cell; and which cells something else moves over. */
export function strayTwin({ seen, before, backward, map, depth, own }: StrayGrids): {
  stray: Float32Array;
  counted: ReadonlySet<number>;
} {
  const stray = new Float32Array(twinCells ** 2 * 2),
    mouth = new Float64Array(twinCells ** 2);
  const turn = Math.hypot(own[2]!, own[7]!) * 18;
  const onFace = (i: number): boolean => map[i * 2]! >= 0;
  for (const i of cells) {
    const z = onFace(i) ? depth[i]! : own[10]!;
    const [u, v] = [map[i * 2]! / twinTexels, map[i * 2 + 1]! / twinTexels];
    const jaw = onFace(i) ? jaw01Twin(u, v) : 0;
    mouth[i] = mouth01(u, v);
    const terms = [xOf(i) * 4 + 2 - 128, yOf(i) * 4 + 2 - 128, z, jaw, 1];
    const ownX = terms.reduce((sum, term, k) => sum + term * own[k]!, 0),
      ownY = terms.reduce((sum, term, k) => sum + term * own[5 + k]!, 0);
    const far = Math.hypot(backward[i * 2]! - ownX, backward[i * 2 + 1]! - ownY);
    stray.set([far, far - 1 - 0.25 * Math.hypot(ownX, ownY) - turn], i * 2);
  }
  const lumaOf = (grid: Float32Array): number => cells.filter(onFace).reduce((sum, i) => sum + grid[i * 4]!, 0);
  const [now, then] = [lumaOf(seen), lumaOf(before)];
  if (now > then * 1.25 || then > now * 1.25) return { stray, counted: new Set() };
  const inside = (i: number): boolean => square(i)?.every(onFace) === true;
  const strays = new Set(cells.filter((i) => inside(i) && stray[i * 2 + 1]! > 4 * mouth[i]!));
  const patches = new Set(cells.flatMap((i) => (square(i)?.every((j) => strays.has(j)) ? square(i)! : [])));
  // Five cells away, beside the face, something moves as well: what hides it has come from there.
  const comes = (i: number): boolean =>
    cells.filter(
      (j) =>
        Math.max(Math.abs(xOf(j) - xOf(i)), Math.abs(yOf(j) - yOf(i))) === 5 && !onFace(j) && stray[j * 2 + 1]! > 0,
    ).length >= 5;
  const reached = new Set([...patches].filter((i) => cross(i).some((j) => !inside(j)) && comes(i)));
  for (const i of reached) for (const j of cross(i)) if (patches.has(j)) reached.add(j);
  return { stray, counted: reached };
}
