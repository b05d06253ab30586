/** Slow and obvious: assembly/_occlusion-motion.ts on plain arrays. Grids and layouts as there. */
import { twinCells } from './occlusion.js';

const leastCells = 14;
const spreadPx = 2;
const spread = 0.35;

export interface CompanyRules {
  /** The value that `alert` has where something is new in this picture. */
  readonly hold: number;
  readonly strong: number;
  readonly marked: number;
  readonly ownPx: number;
  readonly sure01: number;
}
interface Stray {
  readonly at: number;
  readonly x: number;
  readonly y: number;
}

/** The evidence, with the cells marked that move as what is in front moves. `motion`: crop pixel of this picture → crop pixel of the last. */
export function moveWithTwin(
  backward: Float32Array,
  confidence: Float32Array,
  map: Float32Array,
  motion: readonly number[],
  evidence: Float32Array,
  alert: Uint8Array,
  { hold, strong, marked, ownPx, sure01 }: CompanyRules,
): Float32Array {
  const [a, b, tx, c, d, ty] = motion as [number, number, number, number, number, number];
  const strays = Array.from({ length: twinCells ** 2 }, (_, at): Stray | null => {
    const [u, v] = [backward[at * 2]!, backward[at * 2 + 1]!];
    const [x, y] = [at % twinCells, Math.floor(at / twinCells)];
    const [fromX, fromY] = [Math.floor(x + u / 4 + 0.5), Math.floor(y + v / 4 + 0.5)];
    const inside = fromX >= 0 && fromY >= 0 && fromX < twinCells && fromY < twinCells;
    if (alert[at]! >= hold || !inside || confidence[fromY * twinCells + fromX]! < sure01) return null;
    const [px, py] = [x * 4 + 2, y * 4 + 2];
    const stray = { at, x: px + u - (a * px + b * py + tx), y: py + v - (c * px + d * py + ty) };
    return Math.hypot(stray.x, stray.y) > ownPx ? stray : null;
  }).filter((stray) => stray !== null);
  const meanOf = (some: readonly Stray[]): { x: number; y: number; limit: number } => {
    const x = some.reduce((sum, one) => sum + one.x, 0) / some.length;
    const y = some.reduce((sum, one) => sum + one.y, 0) / some.length;
    return { x, y, limit: Math.max(spreadPx, spread * Math.hypot(x, y)) };
  };
  const near = ({ x, y }: Stray, mean: ReturnType<typeof meanOf>): boolean =>
    Math.hypot(x - mean.x, y - mean.y) <= mean.limit;
  const before = strays.filter(({ at }) => evidence[at]! > strong && map[at * 2]! >= 0);
  if (before.length < leastCells) return evidence;
  const rough = meanOf(before);
  const agreed = before.filter((one) => near(one, rough));
  if (agreed.length < leastCells) return evidence;
  const mean = meanOf(agreed);
  const company = new Set(strays.filter((one) => near(one, mean)).map(({ at }) => at));
  return evidence.map((e, at) => (e >= 0 && e <= strong && company.has(at) ? marked : e));
}
