/** A mask's edge at the picture's own edges. Grids: occlusion.ts. */
import { CELLS, COUNT } from './_occlusion-plane';

/** Cells: a finger is four wide. */
const RADIUS: i32 = 1;
const WIDTH: f32 = 3;
function blurPlane(plane: usize, scratch: usize): void {
  for (let pass = 0; pass < 2; pass++) {
    const step = pass == 0 ? 1 : CELLS;
    for (let y = 0; y < CELLS; y++) {
      for (let x = 0; x < CELLS; x++) {
        const along = pass == 0 ? x : y, at = y * CELLS + x;
        let sum: f32 = 0;
        for (let k = -RADIUS; k <= RADIUS; k++) {
          const held = min(CELLS - 1, max(0, along + k)) - along;
          sum += load<f32>(plane + (<usize>(at + held * step) << 2));
        }
        store<f32>(scratch + (<usize>at << 2), sum / WIDTH);
      }
    }
    memory.copy(plane, scratch, COUNT * 4);
  }
}
/**
 * The mask as a local linear function of luma (He & Sun, "Fast Guided Filter", 2015): visible01 = slope · luma + base, one pair of
 * grids (slope, then base; f32). So the mask's edge follows the picture's own edge between cells. scratch: 3 grids of f32.
 */
export function guide(seen: usize, mask: usize, guided: usize, scratch: usize, epsilon: f32): i32 {
  const slope = guided, base = guided + COUNT * 4;
  const product = scratch, square = scratch + COUNT * 4, spare = scratch + COUNT * 8;
  for (let i = 0; i < COUNT; i++) {
    const luma = load<f32>(seen + (<usize>i << 4)), visible = <f32>load<u8>(mask + <usize>i) / 255;
    const at = <usize>i << 2;
    store<f32>(slope + at, luma);
    store<f32>(base + at, visible);
    store<f32>(product + at, luma * visible);
    store<f32>(square + at, luma * luma);
  }
  blurPlane(slope, spare);
  blurPlane(base, spare);
  blurPlane(product, spare);
  blurPlane(square, spare);
  for (let at: usize = 0; at < <usize>(COUNT * 4); at += 4) {
    const luma = load<f32>(slope + at), visible = load<f32>(base + at);
    const a = (load<f32>(product + at) - luma * visible) / (load<f32>(square + at) - luma * luma + epsilon);
    store<f32>(slope + at, a);
    store<f32>(base + at, visible - a * luma);
  }
  blurPlane(slope, spare);
  blurPlane(base, spare);
  return 0;
}
