/** Which cells are hidden, from evidence cell by cell. Grids: occlusion.ts. */
import { CELLS, COUNT } from './_occlusion-plane';

/** Mean of a cell and its neighbours that have evidence. */
function smoothed(evidence: usize, x: i32, y: i32): f32 {
  let sum: f32 = 0, weight: f32 = 0;
  for (let j = max(0, y - 1); j <= min(CELLS - 1, y + 1); j++) {
    for (let i = max(0, x - 1); i <= min(CELLS - 1, x + 1); i++) {
      const e = load<f32>(evidence + (<usize>(j * CELLS + i) << 2));
      if (e < 0) continue;
      const w: f32 = i == x && j == y ? 2 : 1;
      sum += w * e;
      weight += w;
    }
  }
  return weight > 0 ? sum / weight : -1;
}

/**
 * Which cells are hidden. Evidence is smoothed over neighbours and mixed with `kept` (f32 per cell, last picture's; rewritten);
 * a patch of cells over `weak` is hidden where it holds at least `leastCells`, one in five of them over `strong`, and touches the
 * face's edge: what hides a face comes from outside, while lids and lips change within; and where at least `arrived01` of its cells
 * were hidden before (`was`, u8, 0 hidden) or have been disturbed (`alert`): nothing hides a face without having come. mask: u8 per cell, 0 hidden, 255 not; patches
 * that are hidden are grown by one cell, and scraps in sight amid them hidden as well. stack: CELLS² i32 of scratch. Returns the number of hidden cells of the face.
 */
export function segment(
  evidence: usize, map: usize, kept: usize, mask: usize, stack: usize,
  weak: f32, strong: f32, leastCells: i32, keep01: f32, was: usize, alert: usize, arrived01: f32, scrapCells: i32,
): i32 {
  for (let y = 0; y < CELLS; y++) {
    for (let x = 0; x < CELLS; x++) {
      const at = y * CELLS + x;
      const now = smoothed(evidence, x, y);
      const before = load<f32>(kept + (<usize>at << 2));
      const on = load<f32>(map + (<usize>at << 3)) >= 0;
      // While hidden, doubt is kept longer than trust: a face that comes out is itself at once.
      const value = !on || now < 0 ? <f32>-1 : before < 0 || before > now ? now : now + (before - now) * keep01;
      store<f32>(kept + (<usize>at << 2), value);
      // 1: a candidate; 2: not.
      store<u8>(mask + <usize>at, value > weak ? 1 : 2);
    }
  }
  let hidden = 0;
  for (let from = 0; from < COUNT; from++) {
    if (load<u8>(mask + <usize>from) != 1) continue;
    let top = 0, size = 0, strongCells = 0, arrived = 0, edge = false;
    store<i32>(stack, from);
    store<u8>(mask + <usize>from, 3);
    size = 1;
    while (top < size) {
      const at = load<i32>(stack + (<usize>top << 2));
      top++;
      if (load<f32>(kept + (<usize>at << 2)) > strong) strongCells++;
      if (load<u8>(was + <usize>at) == 0 || load<u8>(alert + <usize>at) > 0) arrived++;
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
    const isHidden = edge && size >= leastCells && strongCells * 5 >= size && <f32>arrived >= <f32>size * arrived01;
    if (isHidden) hidden += size;
    for (let k = 0; k < size; k++) store<u8>(mask + <usize>load<i32>(stack + (<usize>k << 2)), isHidden ? 0 : 2);
  }
  if (hidden > 0) hidden += scraps(map, mask, stack, scrapCells);
  for (let at = 0; at < COUNT; at++) {
    if (load<u8>(mask + <usize>at) == 0) continue;
    const x = at & (CELLS - 1), y = at / CELLS;
    const beside = (x > 0 && load<u8>(mask + <usize>(at - 1)) == 0) || (x < CELLS - 1 && load<u8>(mask + <usize>(at + 1)) == 0)
      || (y > 0 && load<u8>(mask + <usize>(at - CELLS)) == 0) || (y < CELLS - 1 && load<u8>(mask + <usize>(at + CELLS)) == 0);
    if (beside) store<u8>(mask + <usize>at, 4);
  }
  for (let at = 0; at < COUNT; at++) {
    const value = load<u8>(mask + <usize>at);
    store<u8>(mask + <usize>at, value == 0 || value == 4 ? 0 : 255);
    store<i32>(stack + (<usize>at << 2), load<f32>(map + (<usize>at << 3)) >= 0 ? 0 : 1 << 20);
  }
  if (hidden > 0) spread(mask, stack);
  return hidden;
}
/**
 * Fewer than `scrapCells` cells of the face with nothing but hidden ones round them are part of what hides it, which happens to look alike there.
 * mask: 0 hidden, 2 not; gives how many were hidden.
 */
function scraps(map: usize, mask: usize, stack: usize, scrapCells: i32): i32 {
  let hidden = 0;
  for (let from = 0; from < COUNT; from++) {
    if (load<u8>(mask + <usize>from) != 2 || load<f32>(map + (<usize>from << 3)) < 0) continue;
    let top = 0, size = 1, edge = false;
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
    if (edge || size >= scrapCells) continue;
    hidden += size;
    for (let k = 0; k < size; k++) store<u8>(mask + <usize>load<i32>(stack + (<usize>k << 2)), 0);
  }
  return hidden;
}
/** Cells beside the face take the mask of the nearest cell of it, in city blocks: what covers a cheek covers the beard below it. */
function spread(mask: usize, distance: usize): void {
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
