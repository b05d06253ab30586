/** What moves as that which hides a face moves is part of it, however much it looks like the face. Grids as in occlusion.ts. */
import { CELLS, COUNT } from './_occlusion-plane';

/** Cells of something in front from which on its motion is known. */
const LEAST_CELLS: i32 = 14;
/** Beside the mean motion of what is in front, crop px, or as a share of it: a prop turns, a head nods. */
const SPREAD_PX: f32 = 2;
const SPREAD: f32 = 0.35;

// Motion of a cell against the face's, crop px, by the last call of `stray`.
let rx: f32 = 0, ry: f32 = 0;
/** False where the flow is not sure, or the cell is new in this picture: what comes out from behind has no motion yet. */
function stray(i: i32, backward: usize, confidence: usize, motion: usize, alert: usize, hold: i32, sure01: f32): bool {
  if (<i32>load<u8>(alert + <usize>i) >= hold) return false;
  const u = load<f32>(backward + (<usize>i << 3)), v = load<f32>(backward + (<usize>i << 3), 4);
  const x = <f32>(i & (CELLS - 1)), y = <f32>(i / CELLS);
  const fromX = <i32>Mathf.floor(x + u * 0.25 + 0.5), fromY = <i32>Mathf.floor(y + v * 0.25 + 0.5);
  if (fromX < 0 || fromY < 0 || fromX >= CELLS || fromY >= CELLS) return false;
  if (load<f32>(confidence + (<usize>(fromY * CELLS + fromX) << 2)) < sure01) return false;
  const px = x * 4 + 2, py = y * 4 + 2;
  rx = u - (load<f32>(motion) * px + load<f32>(motion, 4) * py + load<f32>(motion, 8) - px);
  ry = v - (load<f32>(motion, 12) * px + load<f32>(motion, 16) * py + load<f32>(motion, 20) - py);
  return true;
}

/**
 * Cells whose evidence is over `strong` and whose motion differs from the face's by more than `ownPx` say how what is in front moves;
 * cells of the face that move the same way get `marked` as their evidence. backward: (u, v) f32 per cell, crop pixels from this picture to
 * the last; confidence: f32 per cell of the last picture, of the flow to this one; motion: 6 f32, where the face says a crop pixel of this picture was in the
 * last; alert, hold: as `disturb` left them. Returns how many were marked.
 */
export function moveWith(
  backward: usize, confidence: usize, map: usize, motion: usize, evidence: usize,
  alert: usize, hold: i32, strong: f32, marked: f32, ownPx: f32, sure01: f32,
): i32 {
  let meanX: f32 = 0, meanY: f32 = 0, limit: f32 = Infinity;
  for (let round = 0; round < 2; round++) {
    let sumX: f32 = 0, sumY: f32 = 0, count = 0;
    for (let i = 0; i < COUNT; i++) {
      if (!(load<f32>(evidence + (<usize>i << 2)) > strong) || load<f32>(map + (<usize>i << 3)) < 0) continue;
      if (!stray(i, backward, confidence, motion, alert, hold, sure01) || rx * rx + ry * ry <= ownPx * ownPx) continue;
      const dx = rx - meanX, dy = ry - meanY;
      if (dx * dx + dy * dy > limit) continue;
      sumX += rx;
      sumY += ry;
      count++;
    }
    if (count < LEAST_CELLS) return 0;
    meanX = sumX / <f32>count;
    meanY = sumY / <f32>count;
    const spread = Mathf.max(SPREAD_PX, SPREAD * Mathf.sqrt(meanX * meanX + meanY * meanY));
    limit = spread * spread;
  }
  let all = 0;
  for (let i = 0; i < COUNT; i++) {
    const e = load<f32>(evidence + (<usize>i << 2));
    if (e < 0 || e > strong || !stray(i, backward, confidence, motion, alert, hold, sure01)) continue;
    const dx = rx - meanX, dy = ry - meanY;
    if (rx * rx + ry * ry <= ownPx * ownPx || dx * dx + dy * dy > limit) continue;
    store<f32>(evidence + (<usize>i << 2), marked);
    all++;
  }
  return all;
}
