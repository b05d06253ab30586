/** What the learned appearance says of every cell, and how far the crop is from it. Grids: occlusion.ts. */
import { BESIDE, centred, CELLS, COUNT, ROWS, TEXELS } from './_occlusion-plane';

/** A texel that was seen in fewer pictures says nothing. */
const LEAST_SEEN: f32 = 3;
/** Variances that the learned ones are held above, squared codes. */
const FLOOR_LUMA: f32 = 36;
const FLOOR_COLOUR: f32 = 40;
const MOST_EVIDENCE: f32 = 40;
/** Evidence that speaks neither for nor against the face. */
const NEITHER: f32 = 2.5;
/** Sum of both variances up to which to look like what was learned counts in full. */
const KNOWN_SPREAD: f32 = 120;

/**
 * known: 8 f32 per cell — luma, R − G, B − G, variance of luma, variance of the differences, 0, 0, 0: the mean of the four texels round
 * the cell's place, by nearness, leaving out what was hardly seen. The fourth is −1 where the face is not or was never seen. Kept for
 * all that is asked of one placing: looking up is most of the work.
 */
export function recall(map: usize, model: usize, known: usize): i32 {
  for (let i = 0; i < COUNT; i++, map += 8, known += 32) {
    const u = load<f32>(map);
    store<f32>(known, -1, 12);
    if (u < 0) continue;
    lookUp(model, u, load<f32>(map, 4), known);
  }
  return 0;
}
/** One cell's `known` from the texels round (u, v). */
function lookUp(model: usize, u: f32, v: f32, known: usize): void {
  const fu = u - 0.5, fv = v - 0.5;
  const iu = <i32>Mathf.floor(fu), iv = <i32>Mathf.floor(fv);
  let sum: f32 = 0, first = f32x4.splat(0), second = f32x4.splat(0);
  for (let k = 0; k < 4; k++) {
    const x = iu + (k & 1), y = iv + (k >> 1);
    if (<u32>x >= <u32>TEXELS || <u32>y >= <u32>ROWS) continue;
    const texel = model + (<usize>(y * TEXELS + x) << 5);
    if (load<f32>(texel, 20) < LEAST_SEEN) continue;
    const w = Mathf.max(0.001, (1 - Mathf.abs(fu - <f32>x)) * (1 - Mathf.abs(fv - <f32>y)));
    sum += w;
    first = f32x4.add(first, f32x4.mul(v128.load(texel), f32x4.splat(w)));
    second = f32x4.add(second, f32x4.mul(v128.load32_zero(texel, 16), f32x4.splat(w)));
  }
  if (sum <= 0) return;
  const share = f32x4.splat(1 / sum);
  v128.store(known, f32x4.mul(first, share));
  v128.store(known, f32x4.mul(second, share), 16);
}

/**
 * The same of what lies round the face: evidence −2 less the squared distance, there only. What moves about behind a head was learned with a large spread:
 * to look like that says little, and the distance is led towards where it says nothing. known: 32 bytes of scratch.
 */
export function compareBeside(seen: usize, map: usize, model: usize, light: usize, evidence: usize, known: usize): i32 {
  for (let i = 0; i < COUNT; i++, seen += 16, map += 8, evidence += 4) {
    const u = load<f32>(map);
    if (u > BESIDE) continue;
    store<f32>(known, -1, 12);
    lookUp(model, BESIDE - u, load<f32>(map, 4), known);
    const varLuma = load<f32>(known, 12);
    if (varLuma < 0) continue;
    const sure = Mathf.min(1, KNOWN_SPREAD / (varLuma + load<f32>(known, 16) + 1));
    const e = distance(seen, known, light, i);
    store<f32>(evidence, BESIDE - (e < NEITHER ? NEITHER - (NEITHER - e) * sure : e));
  }
  return 0;
}
// @ts-ignore: decorator
@inline function distance(seen: usize, known: usize, light: usize, i: i32): f32 {
  const gain = load<f32>(light);
  const luma = load<f32>(seen);
  const expected = gain * load<f32>(known) + load<f32>(light, 4) + load<f32>(light, 8) * centred(i & (CELLS - 1)) + load<f32>(light, 12) * centred(i / CELLS);
  // Two whites are alike, however much whiter one of them ought to be.
  const dy = luma >= 228 && expected >= 228 ? <f32>0 : luma - expected;
  const da = load<f32>(seen, 4) - gain * load<f32>(known, 4) - load<f32>(light, 16);
  const db = load<f32>(seen, 8) - gain * load<f32>(known, 8) - load<f32>(light, 20);
  const e = (dy * dy) / (gain * gain * load<f32>(known, 12) + FLOOR_LUMA)
    + (da * da + db * db) / (gain * gain * load<f32>(known, 16) + FLOOR_COLOUR);
  return Mathf.min(MOST_EVIDENCE, e);
}

/**
 * evidence: one f32 per cell — squared distance from the model in its own standard deviations, 0 … 40; −1 where the face is not,
 * or was never seen. Returns how many cells could be compared.
 */
export function compare(seen: usize, known: usize, light: usize, evidence: usize): i32 {
  let compared = 0;
  for (let i = 0; i < COUNT; i++, seen += 16, known += 32, evidence += 4) {
    const varLuma = load<f32>(known, 12);
    if (varLuma < 0) {
      store<f32>(evidence, -1);
      continue;
    }
    compared++;
    store<f32>(evidence, distance(seen, known, light, i));
  }
  return compared;
}

/**
 * What the model would look like under the light, per cell: 5 f32 — luma, R − G, B − G, and one over the variances of luma and of
 * the differences; the fourth is −1 where the face is not or was never seen.
 */
export function predict(known: usize, light: usize, expected: usize): i32 {
  const gain = load<f32>(light), offset = load<f32>(light, 4), slopeX = load<f32>(light, 8), slopeY = load<f32>(light, 12);
  const offsetA = load<f32>(light, 16), offsetB = load<f32>(light, 20);
  for (let i = 0; i < COUNT; i++, known += 32, expected += 20) {
    const varLuma = load<f32>(known, 12);
    if (varLuma < 0) {
      store<f32>(expected, -1, 12);
      continue;
    }
    store<f32>(expected, gain * load<f32>(known) + offset + slopeX * centred(i & (CELLS - 1)) + slopeY * centred(i / CELLS));
    store<f32>(expected, gain * load<f32>(known, 4) + offsetA, 4);
    store<f32>(expected, gain * load<f32>(known, 8) + offsetB, 8);
    store<f32>(expected, 1 / (gain * gain * varLuma + FLOOR_LUMA), 12);
    store<f32>(expected, 1 / (gain * gain * load<f32>(known, 16) + FLOOR_COLOUR), 16);
  }
  return 0;
}
/**
 * How well the expected face fits when it is moved by whole cells: (2 · radius + 1)² f32, rows of dy from −radius; each the sum over
 * every `step`th cell of 1 − evidence / weak, where that is above 0, weighted ¼ … 1 by the structure expected there.
 */
export function shiftScores(seen: usize, expected: usize, scores: usize, radius: i32, step: i32, weak: f32): i32 {
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++, scores += 4) {
      let sum: f32 = 0;
      for (let y = max(0, -dy); y < min(CELLS, CELLS - dy); y += step) {
        for (let x = max(0, -dx); x < min(CELLS, CELLS - dx); x += step) {
          const want = expected + <usize>((y * CELLS + x) * 20);
          const precision = load<f32>(want, 12);
          if (precision < 0) continue;
          const cell = seen + (<usize>((y + dy) * CELLS + x + dx) << 4);
          const d = load<f32>(cell) - load<f32>(want), a = load<f32>(cell, 4) - load<f32>(want, 4), b = load<f32>(cell, 8) - load<f32>(want, 8);
          const e = d * d * precision + (a * a + b * b) * load<f32>(want, 16);
          // Plain skin fits beside itself as well: what has structure says where.
          const across = x + 1 < CELLS && load<f32>(want, 32) > 0 ? Mathf.abs(load<f32>(want, 20) - load<f32>(want)) : <f32>0;
          if (e < weak) sum += (1 - e / weak) * (0.25 + Mathf.min(0.75, across * 0.04));
        }
      }
      store<f32>(scores, sum);
    }
  }
  return 0;
}
