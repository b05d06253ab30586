/** Which cells are hidden, from what is believed of each. Grids: occlusion.ts. */
import { BESIDE, CELLS, COUNT } from './_occlusion-plane';

/** Log-odds, mean over a scrap in sight, below which it is the face: a gap between fingers. */
const SCRAP: f32 = -0.8;

/**
 * Patches of the face's cells that are believed to show something else (belief over 0) are hidden where they hold at least `leastCells`, touch the
 * face's edge (what hides a face comes from outside, while lids and lips change within), and where at least `arrived01` of their cells moved otherwise
 * than the face or were hidden before (`alert`): nothing hides a face without having come. Scraps in sight amid them are hidden as well. Beside the face: what lies next
 * to them, but where less than −2 · `beside` is believed, and what is believed more than `beside` and hangs together with them, up to `reach` cells away. mask: u8 per cell, 0 hidden, 255 not. stack: CELLS² i32 of
 * scratch. Returns the number of hidden cells of the face.
 */
export function segment(
  belief: usize, map: usize, mask: usize, stack: usize,
  leastCells: i32, alert: usize, arrived01: f32, scrapCells: i32, gapCells: i32, beside: f32, reach: i32,
): i32 {
  // 1: a candidate; 2: not.
  for (let at = 0; at < COUNT; at++) {
    const on = load<f32>(map + (<usize>at << 3)) >= 0;
    store<u8>(mask + <usize>at, on && load<f32>(belief + (<usize>at << 2)) > 0 ? 1 : 2);
  }
  let hidden = 0;
  for (let from = 0; from < COUNT; from++) {
    if (load<u8>(mask + <usize>from) != 1) continue;
    let top = 0, size = 1, arrived = 0, edge = false;
    store<i32>(stack, from);
    store<u8>(mask + <usize>from, 3);
    while (top < size) {
      const at = load<i32>(stack + (<usize>top << 2));
      top++;
      if (load<u8>(alert + <usize>at) > 0) arrived++;
      const x = at & (CELLS - 1), y = at / CELLS;
      for (let k = 0; k < 4; k++) {
        const i = x + (k == 0 ? 1 : k == 1 ? -1 : 0), j = y + (k == 2 ? 1 : k == 3 ? -1 : 0);
        if (i < 0 || j < 0 || i >= CELLS || j >= CELLS) {
          edge = true;
          continue;
        }
        const next = j * CELLS + i;
        if (load<f32>(map + (<usize>next << 3)) < 0) edge = true;
        if (load<u8>(mask + <usize>next) != 1) continue;
        store<u8>(mask + <usize>next, 3);
        store<i32>(stack + (<usize>size << 2), next);
        size++;
      }
    }
    const isHidden = edge && size >= leastCells && <f32>arrived >= <f32>size * arrived01;
    if (isHidden) hidden += size;
    for (let k = 0; k < size; k++) store<u8>(mask + <usize>load<i32>(stack + (<usize>k << 2)), isHidden ? 0 : 2);
  }
  if (hidden > 0) {
    hidden += scraps(belief, map, mask, stack, scrapCells, gapCells);
    follow(belief, map, mask, stack, beside, reach);
  }
  for (let at = 0; at < COUNT; at++) store<u8>(mask + <usize>at, load<u8>(mask + <usize>at) == 0 ? 0 : 255);
  return hidden;
}
/**
 * Fewer than `scrapCells` cells of the face with nothing but hidden ones round them are part of what hides it, which happens to look alike there; unless `gapCells`
 * and more are clearly believed to be the face: it shows between fingers.
 * mask: 0 hidden, 2 not; gives how many were hidden.
 */
function scraps(belief: usize, map: usize, mask: usize, stack: usize, scrapCells: i32, gapCells: i32): i32 {
  let hidden = 0;
  for (let from = 0; from < COUNT; from++) {
    if (load<u8>(mask + <usize>from) != 2 || load<f32>(map + (<usize>from << 3)) < 0) continue;
    let top = 0, size = 1, edge = false;
    let sum: f32 = 0;
    store<i32>(stack, from);
    store<u8>(mask + <usize>from, 5);
    while (top < size) {
      const at = load<i32>(stack + (<usize>top << 2));
      top++;
      const x = at & (CELLS - 1), y = at / CELLS;
      for (let k = 0; k < 4; k++) {
        const i = x + (k == 0 ? 1 : k == 1 ? -1 : 0), j = y + (k == 2 ? 1 : k == 3 ? -1 : 0);
        const next = j * CELLS + i;
        if (i < 0 || j < 0 || i >= CELLS || j >= CELLS || load<f32>(map + (<usize>next << 3)) < 0) {
          edge = true;
          continue;
        }
        if (load<u8>(mask + <usize>next) != 2) continue;
        store<u8>(mask + <usize>next, 5);
        store<i32>(stack + (<usize>size << 2), next);
        size++;
      }
    }
    for (let k = 0; k < size; k++) sum += load<f32>(belief + (<usize>load<i32>(stack + (<usize>k << 2)) << 2));
    if (edge || size >= scrapCells || (size >= gapCells && sum < SCRAP * <f32>size)) continue;
    hidden += size;
    for (let k = 0; k < size; k++) store<u8>(mask + <usize>load<i32>(stack + (<usize>k << 2)), 0);
  }
  return hidden;
}
/**
 * Cells beside the face are as the nearest cell of it (in city blocks), unless they are believed not to be: what covers a cheek covers the beard below it. And from the hidden
 * cells outwards, ring by ring: a wrist goes on below the chin.
 */
function follow(belief: usize, map: usize, mask: usize, stack: usize, beside: f32, reach: i32): void {
  spread(map, mask, stack);
  let top = 0, size = 0;
  for (let at = 0; at < COUNT; at++) {
    const u = load<f32>(map + (<usize>at << 3));
    // Round the face looks have a say, and belief is worth as much as on it.
    if (u < 0 && load<f32>(belief + (<usize>at << 2)) < (u <= BESIDE ? 0 : -2 * beside)) store<u8>(mask + <usize>at, 2);
    if (load<u8>(mask + <usize>at) != 0) continue;
    store<i32>(stack + (<usize>size << 2), at);
    size++;
  }
  for (let ring = 0; ring < reach; ring++) {
    const end = size;
    while (top < end) {
      const at = load<i32>(stack + (<usize>top << 2));
      top++;
      const x = at & (CELLS - 1), y = at / CELLS;
      for (let k = 0; k < 4; k++) {
        const i = x + (k == 0 ? 1 : k == 1 ? -1 : 0), j = y + (k == 2 ? 1 : k == 3 ? -1 : 0);
        if (i < 0 || j < 0 || i >= CELLS || j >= CELLS) continue;
        const next = j * CELLS + i;
        if (load<u8>(mask + <usize>next) == 0 || load<f32>(map + (<usize>next << 3)) >= 0) continue;
        if (load<f32>(belief + (<usize>next << 2)) <= beside) continue;
        store<u8>(mask + <usize>next, 0);
        store<i32>(stack + (<usize>size << 2), next);
        size++;
      }
    }
  }
}
/** Two sweeps over distances to the face. */
function spread(map: usize, mask: usize, distance: usize): void {
  for (let at = 0; at < COUNT; at++)
    store<i32>(distance + (<usize>at << 2), load<f32>(map + (<usize>at << 3)) >= 0 ? 0 : 1 << 20);
  for (let y = 0; y < CELLS; y++) {
    for (let x = 0; x < CELLS; x++) {
      if (x > 0) nearer(mask, distance, y * CELLS + x, -1);
      if (y > 0) nearer(mask, distance, y * CELLS + x, -CELLS);
    }
  }
  for (let y = CELLS - 1; y >= 0; y--) {
    for (let x = CELLS - 1; x >= 0; x--) {
      if (x < CELLS - 1) nearer(mask, distance, y * CELLS + x, 1);
      if (y < CELLS - 1) nearer(mask, distance, y * CELLS + x, CELLS);
    }
  }
}
// @ts-ignore: decorator
@inline function nearer(mask: usize, distance: usize, at: i32, by: i32): void {
  const through = load<i32>(distance + (<usize>(at + by) << 2)) + 1;
  if (through >= load<i32>(distance + (<usize>at << 2))) return;
  store<i32>(distance + (<usize>at << 2), through);
  store<u8>(mask + <usize>at, load<u8>(mask + <usize>(at + by)));
}
