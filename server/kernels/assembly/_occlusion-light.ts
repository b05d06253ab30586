/** The light on a face, as far as its learned appearance explains the crop. Grids: occlusion.ts. */
import { centred, CELLS, COUNT } from './_occlusion-plane';

const UNKNOWNS: i32 = 4;
/** Rows of the equations: four unknowns, the right side, one to spare; f64. */
const ROW_BYTES: usize = 48;

/** Gauss–Jordan on a symmetric positive system; the ridge keeps its diagonal away from 0. */
function solve(normal: usize): void {
  for (let k = 0; k < UNKNOWNS; k++) {
    const own = normal + <usize>k * ROW_BYTES;
    const pivot = load<f64>(own + (<usize>k << 3));
    for (let j: usize = 0; j < 40; j += 8) store<f64>(own + j, load<f64>(own + j) / pivot);
    for (let i = 0; i < UNKNOWNS; i++) {
      if (i == k) continue;
      const row = normal + <usize>i * ROW_BYTES;
      const factor = load<f64>(row + (<usize>k << 3));
      for (let j: usize = 0; j < 40; j += 8) store<f64>(row + j, load<f64>(row + j) - factor * load<f64>(own + j));
    }
  }
}
// @ts-ignore: decorator
@inline function addRow(at: usize, w: f64, low: v128, high: v128, value: f64): void {
  const share = f64x2.splat(w);
  v128.store(at, f64x2.add(v128.load(at), f64x2.mul(share, low)));
  v128.store(at, f64x2.add(v128.load(at, 16), f64x2.mul(share, high)), 16);
  store<f64>(at, load<f64>(at, 32) + w * value, 32);
}

/**
 * Light under which the model looks most like the crop, by the cells that agreed in `evidence` (Geman–McClure weights), held
 * a little to the light before. known: of `recall`. scratch: 192 bytes.
 */
export function fitLight(seen: usize, known: usize, light: usize, evidence: usize, scratch: usize): i32 {
  memory.fill(scratch, 0, <usize>UNKNOWNS * ROW_BYTES);
  for (let k: usize = 0; k < <usize>UNKNOWNS; k++) {
    const ridge: f64 = k == 0 ? 2000 : 1;
    store<f64>(scratch + k * (ROW_BYTES + 8), ridge);
    store<f64>(scratch + k * ROW_BYTES + 32, ridge * <f64>load<f32>(light + (k << 2)));
  }
  let sum: f64 = 0, seenA: f64 = 0, seenB: f64 = 0, knownA: f64 = 0, knownB: f64 = 0;
  for (let i = 0; i < COUNT; i++, known += 32, seen += 16) {
    const e = load<f32>(evidence + (<usize>i << 2));
    if (e < 0) continue;
    const r: f64 = 1 + <f64>e * 0.25, w = 1 / (r * r);
    const luma: f64 = load<f32>(known), x: f64 = centred(i & (CELLS - 1)), y: f64 = centred(i / CELLS);
    const value: f64 = load<f32>(seen);
    const low = f64x2(luma, 1), high = f64x2(x, y);
    addRow(scratch, w * luma, low, high, value);
    addRow(scratch + ROW_BYTES, w, low, high, value);
    addRow(scratch + 2 * ROW_BYTES, w * x, low, high, value);
    addRow(scratch + 3 * ROW_BYTES, w * y, low, high, value);
    sum += w;
    seenA += w * <f64>load<f32>(seen, 4);
    seenB += w * <f64>load<f32>(seen, 8);
    knownA += w * <f64>load<f32>(known, 4);
    knownB += w * <f64>load<f32>(known, 8);
  }
  solve(scratch);
  for (let k: usize = 0; k < <usize>UNKNOWNS; k++) store<f32>(light + (k << 2), <f32>load<f64>(scratch + k * ROW_BYTES + 32));
  const gain = Mathf.min(4, Mathf.max(0.25, load<f32>(light)));
  store<f32>(light, gain);
  // The last offsets count as one cell.
  store<f32>(light, <f32>((<f64>load<f32>(light, 16) + seenA - <f64>gain * knownA) / (1 + sum)), 16);
  store<f32>(light, <f32>((<f64>load<f32>(light, 20) + seenB - <f64>gain * knownB) / (1 + sum)), 20);
  return 0;
}
