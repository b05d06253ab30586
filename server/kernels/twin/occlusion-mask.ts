/** Slow and obvious: how assembly/occlusion.ts makes a mask of evidence, on plain arrays. Grids and layouts as there. */
import { twinCells } from './occlusion.js';

const count = twinCells * twinCells;
const cells = Array.from({ length: count }, (_, i) => i);

/** Cells within `reach` columns and rows, the cell itself among them. */
const around = (at: number, reach: number): number[] =>
  cells.filter(
    (i) =>
      Math.abs((i % twinCells) - (at % twinCells)) <= reach &&
      Math.abs(Math.floor(i / twinCells) - Math.floor(at / twinCells)) <= reach,
  );
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
  readonly weak: number;
  readonly strong: number;
  readonly leastCells: number;
  readonly keep01: number;
  readonly arrived01: number;
  readonly scrapCells: number;
}

/** The mask (0 hidden, 255 not) and how many cells of the face are hidden; `kept` is rewritten. */
export function segmentTwin(
  evidence: Float32Array,
  map: Float32Array,
  kept: Float32Array,
  was: Uint8Array,
  alert: Uint8Array,
  rules: SegmentRules,
): { mask: Uint8Array; hidden: number } {
  const onFace = (i: number): boolean => map[i * 2]! >= 0;
  for (const at of cells) {
    const near = around(at, 1).filter((i) => evidence[i]! >= 0);
    const weight = near.reduce((sum, i) => sum + (i === at ? 2 : 1), 0);
    const now = weight > 0 ? near.reduce((sum, i) => sum + (i === at ? 2 : 1) * evidence[i]!, 0) / weight : -1;
    const before = kept[at]!;
    kept[at] = !onFace(at) || now < 0 ? -1 : before < 0 || before > now ? now : now + (before - now) * rules.keep01;
  }
  const hidden = new Set<number>();
  const looked = new Set<number>();
  for (const from of cells) {
    if (looked.has(from) || !(kept[from]! > rules.weak)) continue;
    const patch = [from];
    looked.add(from);
    for (const at of patch)
      for (const next of nextTo(at)) {
        if (looked.has(next) || !(kept[next]! > rules.weak)) continue;
        looked.add(next);
        patch.push(next);
      }
    const strong = patch.filter((i) => kept[i]! > rules.strong).length;
    const arrived = patch.filter((i) => was[i] === 0 || alert[i]! > 0).length;
    const edge = patch.some((i) => nextTo(i).length < 4 || nextTo(i).some((next) => !onFace(next)));
    if (
      edge &&
      patch.length >= rules.leastCells &&
      strong * 5 >= patch.length &&
      arrived >= patch.length * rules.arrived01
    )
      for (const i of patch) hidden.add(i);
  }
  if (hidden.size > 0) for (const i of scrapsTwin(hidden, onFace, rules.scrapCells)) hidden.add(i);
  const grown = new Set([...hidden].flatMap((i) => [i, ...nextTo(i)]));
  const mask = Uint8Array.from(cells, (i) => (grown.has(i) ? 0 : 255));
  if (hidden.size > 0) spreadTwin(mask, onFace);
  return { mask, hidden: hidden.size };
}

/** Small patches of the face in sight that touch nothing but hidden cells. */
function scrapsTwin(hidden: ReadonlySet<number>, onFace: (i: number) => boolean, most: number): number[] {
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
    return edge || patch.length >= most ? [] : patch;
  });
}

/** Cells beside the face take the mask of the nearest cell of it, in city blocks, by two sweeps. */
function spreadTwin(mask: Uint8Array, onFace: (i: number) => boolean): void {
  const distance = cells.map((i) => (onFace(i) ? 0 : 1 << 20));
  const nearer = (at: number, from: number): void => {
    if (distance[from]! + 1 >= distance[at]!) return;
    distance[at] = distance[from]! + 1;
    mask[at] = mask[from]!;
  };
  for (const at of cells) {
    if (at % twinCells > 0) nearer(at, at - 1);
    if (at >= twinCells) nearer(at, at - twinCells);
  }
  for (const at of [...cells].reverse()) {
    if (at % twinCells < twinCells - 1) nearer(at, at + 1);
    if (at < count - twinCells) nearer(at, at + twinCells);
  }
}

/** Slope and base of visibility as a line of luma, by means over 5 × 5 cells held at the rim: slopes, then bases. */
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
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++)
        sum += plane[hold(Math.floor(at / twinCells) + dy) * twinCells + hold((at % twinCells) + dx)]!;
    return sum / 25;
  });
}
