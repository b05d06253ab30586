/** Slow and obvious: what assembly/occlusion.ts does, on plain arrays. Grids and layouts as there. */
export const twinCells = 64;
export const twinTexels = 32;
export const twinRows = 48;
const leastSeen = 3;
const floorLuma = 36;
const floorColour = 40;
const mostEvidence = 40;

interface Expected {
  readonly luma: number;
  readonly a: number;
  readonly b: number;
  readonly varLuma: number;
  readonly varColour: number;
}

/** Mean of the four texels round a place, by nearness; null where none was seen often enough. */
export function lookUpTwin(model: Float32Array, u: number, v: number): Expected | null {
  const sums = [0, 0, 0, 0, 0];
  let weight = 0;
  for (const y of [Math.floor(v - 0.5), Math.floor(v - 0.5) + 1]) {
    for (const x of [Math.floor(u - 0.5), Math.floor(u - 0.5) + 1]) {
      const at = (y * twinTexels + x) * 8;
      if (x < 0 || y < 0 || x >= twinTexels || y >= twinRows || model[at + 5]! < leastSeen) continue;
      const w = Math.max(0.001, (1 - Math.abs(u - 0.5 - x)) * (1 - Math.abs(v - 0.5 - y)));
      weight += w;
      for (let k = 0; k < 5; k++) sums[k]! += w * model[at + k]!;
    }
  }
  if (weight === 0) return null;
  const [luma, a, b, varLuma, varColour] = sums.map((sum) => sum / weight) as [number, number, number, number, number];
  return { luma, a, b, varLuma, varColour };
}

/** Squared distance of each cell of the face from the model, in its own standard deviations; −1 elsewhere. */
export function compareTwin(
  seen: Float32Array,
  map: Float32Array,
  model: Float32Array,
  light: Float32Array,
): Float32Array {
  return Float32Array.from({ length: twinCells * twinCells }, (_, i) => {
    const want = map[i * 2]! < 0 ? null : lookUpTwin(model, map[i * 2]!, map[i * 2 + 1]!);
    return want ? distanceTwin(seen, want, light, i) : -1;
  });
}

/** −2 less the same of what lies round the face, led towards 2.5 where the model is spread; `evidence` elsewhere. */
export function compareBesideTwin(
  seen: Float32Array,
  map: Float32Array,
  model: Float32Array,
  light: Float32Array,
  evidence: Float32Array,
): Float32Array {
  return evidence.map((before, i) => {
    const want = map[i * 2]! > -2 ? null : lookUpTwin(model, -2 - map[i * 2]!, map[i * 2 + 1]!);
    if (!want) return before;
    const e = distanceTwin(seen, want, light, i);
    const sure = Math.min(1, 120 / (want.varLuma + want.varColour + 1));
    return -2 - (e < 2.5 ? 2.5 - (2.5 - e) * sure : e);
  });
}

function distanceTwin(seen: Float32Array, want: Expected, light: Float32Array, i: number): number {
  const [gain, offset, slopeX, slopeY, offsetA, offsetB] = light as unknown as number[];
  const centred = (k: number): number => (k + 0.5 - twinCells / 2) / (twinCells / 2);
  const luma = seen[i * 4]!;
  const expected =
    gain! * want.luma + offset! + slopeX! * centred(i % twinCells) + slopeY! * centred(Math.floor(i / twinCells));
  const dy = luma >= 228 && expected >= 228 ? 0 : luma - expected;
  const da = seen[i * 4 + 1]! - gain! * want.a - offsetA!;
  const db = seen[i * 4 + 2]! - gain! * want.b - offsetB!;
  const e =
    dy ** 2 / (gain! ** 2 * want.varLuma + floorLuma) +
    (da ** 2 + db ** 2) / (gain! ** 2 * want.varColour + floorColour);
  return Math.min(mostEvidence, e);
}

/** The mask at picture resolution from the guided grids (slope, then base). */
export function planeTwin(
  lumaAt: (x: number, y: number) => number,
  guided: Float32Array,
  params: readonly number[],
  widthPx: number,
  heightPx: number,
): Uint8Array {
  const count = twinCells * twinCells;
  const [ma, mb, mx, mc, md, my] = params as [number, number, number, number, number, number];
  const hold = (value: number): number => Math.min(twinCells - 1.001, Math.max(0, value * 0.25 - 0.5));
  const out = new Uint8Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const cx = hold(ma * (x + 0.5) + mb * (y + 0.5) + mx);
      const cy = hold(mc * (x + 0.5) + md * (y + 0.5) + my);
      const [ix, iy] = [Math.floor(cx), Math.floor(cy)];
      const mixed = (grid: number): number => {
        const at = (i: number, j: number): number => guided[grid + (iy + j) * twinCells + ix + i]!;
        const top = at(0, 0) + (at(1, 0) - at(0, 0)) * (cx - ix);
        const bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * (cx - ix);
        return top + (bottom - top) * (cy - iy);
      };
      const visible = mixed(0) * lumaAt(x, y) + mixed(count);
      out[y * widthPx + x] = Math.floor(Math.min(1, Math.max(0, (visible - 0.5) * 1.6 + 0.5)) * 255 + 0.5);
    }
  }
  return out;
}
