/** Slow and obvious: how assembly/occlusion.ts makes a mask of evidence, on plain arrays. Grids and layouts as there. */
import { twinCells } from './occlusion.js';

const count = twinCells * twinCells;
const cells = Array.from({ length: count }, (_, i) => i);

const nextTo = (at: number): number[] => {
  const x = at % twinCells,
    y = Math.floor(at / twinCells);
  const beside: [number, number][] = [
    [x + 1, y],
    [x - 1, y],
    [x, y + 1],
    [x, y - 1],
  ];
  return beside
    .filter(([i, j]) => i >= 0 && j >= 0 && i < twinCells && j < twinCells)
    .map(([i, j]) => j * twinCells + i);
};

export interface SegmentRules {
  readonly leastCells: number;
  readonly arrived01: number;
  readonly scrapCells: number;
  readonly gapCells: number;
  readonly beside: number;
  readonly reach: number;
}

/** The mask (0 hidden, 255 not) and how many cells of the face are hidden. */
export function segmentTwin(
  belief: Float32Array,
  map: Float32Array,
  alert: Uint8Array,
  { leastCells, arrived01, scrapCells, gapCells, beside, reach }: SegmentRules,
): { mask: Uint8Array; hidden: number } {
  const onFace = (i: number): boolean => map[i * 2]! >= 0;
  const hidden = new Set<number>();
  const looked = new Set<number>();
  const mayBe = (i: number): boolean => onFace(i) && belief[i]! > 0 && !looked.has(i);
  for (const from of cells) {
    if (!mayBe(from)) continue;
    const patch = [from];
    looked.add(from);
    for (const at of patch)
      for (const next of nextTo(at).filter(mayBe)) {
        looked.add(next);
        patch.push(next);
      }
    const arrived = patch.filter((i) => alert[i]! > 0).length;
    const edge = patch.some((i) => nextTo(i).length < 4 || nextTo(i).some((next) => !onFace(next)));
    if (edge && patch.length >= leastCells && arrived >= patch.length * arrived01) for (const i of patch) hidden.add(i);
  }
  if (hidden.size > 0) for (const i of scrapsTwin(belief, hidden, onFace, scrapCells, gapCells)) hidden.add(i);
  const all = new Set(hidden.size > 0 ? spreadTwin(hidden, onFace) : []);
  const isRound = (i: number): boolean => map[i * 2]! <= -2;
  for (const i of all) if (!onFace(i) && belief[i]! < (isRound(i) ? 0 : -2 * beside)) all.delete(i);
  for (let ring = 0, last = [...all]; ring < reach; ring++) {
    last = [...new Set(last.flatMap(nextTo))].filter((i) => !all.has(i) && !onFace(i) && belief[i]! > beside);
    for (const i of last) all.add(i);
  }
  return { mask: Uint8Array.from(cells, (i) => (all.has(i) ? 0 : 255)), hidden: hidden.size };
}

/** Cells whose nearest cell of the face, in city blocks, is hidden; by two sweeps. */
function spreadTwin(hidden: ReadonlySet<number>, onFace: (i: number) => boolean): number[] {
  const distance = cells.map((i) => (onFace(i) ? 0 : 1 << 20));
  const isHidden = cells.map((i) => hidden.has(i));
  const nearer = (at: number, from: number): void => {
    if (distance[from]! + 1 >= distance[at]!) return;
    distance[at] = distance[from]! + 1;
    isHidden[at] = isHidden[from]!;
  };
  for (const at of cells) {
    if (at % twinCells > 0) nearer(at, at - 1);
    if (at >= twinCells) nearer(at, at - twinCells);
  }
  for (const at of [...cells].reverse()) {
    if (at % twinCells < twinCells - 1) nearer(at, at + 1);
    if (at < count - twinCells) nearer(at, at + twinCells);
  }
  return cells.filter((i) => isHidden[i]);
}

/** Small patches of the face in sight that touch nothing but hidden cells, and are not clearly believed to be the face. */
function scrapsTwin(
  belief: Float32Array,
  hidden: ReadonlySet<number>,
  onFace: (i: number) => boolean,
  most: number,
  gapCells: number,
): number[] {
  const looked = new Set<number>();
  const inSight = (i: number): boolean => onFace(i) && !hidden.has(i) && !looked.has(i);
  return cells.flatMap((from) => {
    if (!inSight(from)) return [];
    const patch = [from];
    looked.add(from);
    for (const at of patch)
      for (const next of nextTo(at).filter(inSight)) {
        looked.add(next);
        patch.push(next);
      }
    const edge = patch.some((i) => nextTo(i).length < 4 || nextTo(i).some((next) => !onFace(next)));
    const mean = patch.reduce((sum, i) => sum + belief[i]!, 0) / patch.length;
    return edge || patch.length >= most || (patch.length >= gapCells && mean < -0.8) ? [] : patch;
  });
}

/** Slope and base of visibility as a line of luma, by means over 3 × 3 cells held at the rim: slopes, then bases. */
export function guideTwin(seen: Float32Array, mask: Uint8Array, epsilon: number): Float32Array {
  const luma = Float64Array.from(cells, (i) => seen[i * 4]!);
  const visible = Float64Array.from(cells, (i) => mask[i]! / 255);
  const [l, v, lv, ll] = [luma, visible, luma.map((x, i) => x * visible[i]!), luma.map((x) => x * x)].map(meanTwin) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const slope = l.map((x, i) => (lv[i]! - x * v[i]!) / (ll[i]! - x * x + epsilon));
  const base = l.map((x, i) => v[i]! - slope[i]! * x);
  return Float32Array.from([...meanTwin(slope), ...meanTwin(base)]);
}
function meanTwin(plane: Float64Array): Float64Array {
  const hold = (value: number): number => Math.min(twinCells - 1, Math.max(0, value));
  return plane.map((_, at) => {
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++)
        sum += plane[hold(Math.floor(at / twinCells) + dy) * twinCells + hold((at % twinCells) + dx)]!;
    return sum / 9;
  });
}
