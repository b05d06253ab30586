/** How the picture moves where a face is, beside how the face itself moves. Grids: occlusion.ts. */
import { CELLS, COUNT, TEXELS } from './_occlusion-plane';

/** Crop px a picture that flow may differ from the face's own motion, and what a fast motion and a turn add to it. */
const OWN_PX: f32 = 1;
const OWN_SHARE: f32 = 0.25;
/** Of what a turn moves a point that lies a quarter of the crop nearer. */
const TURN_PX: f32 = 18;
/** What lips and the cheeks beside them may move by themselves. */
const MOUTH_PX: f32 = 4;
/** The light of the whole face changes by no more than this from one picture to the next while flow can be believed. */
const MOST_GAIN: f32 = 1.25;

/** Cells from a place at the rim to where something must move as well, and how many of them. */
const BEYOND: i32 = 5;
const LEAST_BEYOND: i32 = 5;

/** Of a cell that stray has counted. */
export const COUNTED: i32 = 16;

/** How much of the jaw's motion a place on the texture shares: 0 above the mouth and before the ears, 1 on the chin. */
export function jaw01(u: f32, v: f32): f32 {
  const down = Mathf.min(1, Mathf.max(0, (v - 0.66) / 0.09));
  return down * Mathf.min(1, Mathf.max(0, 1.6 - Mathf.abs(u - 0.5) * 4));
}

/** How near the mouth a place on the texture is: 1 on the lips and beside their corners, 0 from the nose up, on the chin and the outer cheeks. */
function mouth01(u: f32, v: f32): f32 {
  const across = (u - 0.5) / 0.17, down = (v - 0.7) / 0.11;
  return Mathf.min(1, Mathf.max(0, (1.7 - Mathf.sqrt(across * across + down * down)) / 0.7));
}

/**
 * stray: 2 f32 per cell, crop px — how far the flow there is from the face's own motion, and by how much that is more than such a motion explains.
 * own: 11 f32 — where a point of the face was in the picture before, less where it is: x, y, z (from the crop's middle), jaw and 1 for x; the same
 * for y; and the z of the face's rim, for cells beside the face. Returns how many cells of the face something else moves over: in patches of 3 × 3
 * and more, one cell within the face, that reach its rim where what lies beyond moves so, too; 0 where the light of the whole face has changed. marks: u8 per cell, COUNTED on those;
 * stack: i32 per cell, scratch.
 */
export function stray(
  seen: usize, before: usize, backward: usize, map: usize, depth: usize, own: usize, out: usize, marks: usize, stack: usize,
): i32 {
  const turn = Mathf.sqrt(load<f32>(own, 8) * load<f32>(own, 8) + load<f32>(own, 28) * load<f32>(own, 28)) * TURN_PX;
  const rim = load<f32>(own, 40);
  let sum: f32 = 0, sumBefore: f32 = 0;
  for (let i = 0; i < COUNT; i++) {
    const u = load<f32>(map + (<usize>i << 3)) / <f32>TEXELS, v = load<f32>(map + (<usize>i << 3), 4) / <f32>TEXELS;
    const isFace = u >= 0;
    const x = <f32>((i & (CELLS - 1)) * 4 + 2 - CELLS * 2), y = <f32>((i / CELLS) * 4 + 2 - CELLS * 2);
    const z = isFace ? load<f32>(depth + (<usize>i << 2)) : rim;
    const j = isFace ? jaw01(u, v) : <f32>0;
    const ox = load<f32>(own) * x + load<f32>(own, 4) * y + load<f32>(own, 8) * z + load<f32>(own, 12) * j + load<f32>(own, 16);
    const oy = load<f32>(own, 20) * x + load<f32>(own, 24) * y + load<f32>(own, 28) * z + load<f32>(own, 32) * j + load<f32>(own, 36);
    const dx = load<f32>(backward + (<usize>i << 3)) - ox, dy = load<f32>(backward + (<usize>i << 3), 4) - oy;
    const far = Mathf.sqrt(dx * dx + dy * dy);
    const over = far - OWN_PX - OWN_SHARE * Mathf.sqrt(ox * ox + oy * oy) - turn;
    store<f32>(out + (<usize>i << 3), far);
    store<f32>(out + (<usize>i << 3), over, 4);
    store<u8>(marks + <usize>i, isFace && over > 0 && over > MOUTH_PX * mouth01(u, v) ? 1 : 0);
    if (!isFace) continue;
    sum += load<f32>(seen + (<usize>i << 4));
    sumBefore += load<f32>(before + (<usize>i << 4));
  }
  if (sum > sumBefore * MOST_GAIN || sumBefore > sum * MOST_GAIN) return 0;
  return patches(map, out, marks, stack);
}

/** A face's rim as it is laid is a guess by a cell: what moves there may be what lies behind. */
function inside(map: usize, x: i32, y: i32): bool {
  if (x < 1 || y < 1 || x >= CELLS - 1 || y >= CELLS - 1) return false;
  for (let j = y - 1; j <= y + 1; j++)
    for (let i = x - 1; i <= x + 1; i++)
      if (load<f32>(map + (<usize>(j * CELLS + i) << 3)) < 0) return false;
  return true;
}
/** marks: 1 strays; 2 the same, within the face; 8 in a patch of 3 × 3; COUNTED. */
function patches(map: usize, stray: usize, marks: usize, stack: usize): i32 {
  for (let i = 0; i < COUNT; i++)
    if (load<u8>(marks + <usize>i) == 1 && inside(map, i & (CELLS - 1), i / CELLS)) store<u8>(marks + <usize>i, 3);
  for (let y = 1; y < CELLS - 1; y++) {
    for (let x = 1; x < CELLS - 1; x++) {
      const at = marks + <usize>(y * CELLS + x);
      if ((load<u8>(at) & 2) == 0) continue;
      let all = true;
      for (let j = -1; j <= 1 && all; j++)
        for (let i = -1; i <= 1; i++) if ((load<u8>(at + <usize>(j * CELLS + i)) & 2) == 0) all = false;
      if (!all) continue;
      for (let j = -1; j <= 1; j++)
        for (let i = -1; i <= 1; i++) store<u8>(at + <usize>(j * CELLS + i), load<u8>(at + <usize>(j * CELLS + i)) | 8);
    }
  }
  let count = 0;
  for (let from = CELLS; from < COUNT - CELLS; from++) {
    if ((load<u8>(marks + <usize>from) & (8 | COUNTED)) != 8 || !atRim(map, from) || !comesFromOutside(map, stray, from)) continue;
    let top = 0, size = 1;
    store<i32>(stack, from);
    store<u8>(marks + <usize>from, <u8>(load<u8>(marks + <usize>from) | COUNTED));
    while (top < size) {
      const at = load<i32>(stack + (<usize>top << 2));
      top++;
      for (let k = 0; k < 4; k++) {
        const next = at + (k == 0 ? 1 : k == 1 ? -1 : k == 2 ? CELLS : -CELLS);
        if ((load<u8>(marks + <usize>next) & (8 | COUNTED)) != 8) continue;
        store<u8>(marks + <usize>next, <u8>(load<u8>(marks + <usize>next) | COUNTED));
        store<i32>(stack + (<usize>size << 2), next);
        size++;
      }
    }
    count += size;
  }
  return count;
}
/**
 * What hides a face has come from beside it; a chin that is thrust out has not, though it reaches the rim. So far from a cell at the rim flow is
 * no longer led astray by the chin itself, but for two rows to either side.
 */
function comesFromOutside(map: usize, stray: usize, at: i32): bool {
  const x = at & (CELLS - 1), y = at / CELLS;
  let found = 0;
  for (let j = max(0, y - BEYOND); j <= min(CELLS - 1, y + BEYOND); j++) {
    // The rows above and below whole, of the others the ends.
    const step = j == y - BEYOND || j == y + BEYOND ? 1 : 2 * BEYOND;
    for (let i = x - BEYOND; i <= x + BEYOND; i += step) {
      if (i < 0 || i >= CELLS) continue;
      const next = <usize>(j * CELLS + i) << 3;
      if (load<f32>(map + next) < 0 && load<f32>(stray + next, 4) > 0) found++;
    }
  }
  return found >= LEAST_BEYOND;
}
/** Of the cells one within the face, those that border on what is not. */
function atRim(map: usize, at: i32): bool {
  const x = at & (CELLS - 1), y = at / CELLS;
  return !inside(map, x - 1, y) || !inside(map, x + 1, y) || !inside(map, x, y - 1) || !inside(map, x, y + 1);
}
