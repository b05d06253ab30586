/**
 * Which of a surface's triangles need depth. A surface whose triangles all face the viewer covers no pixel twice: each pixel under
 * k triangles that face it lies under k − 1 that face away. So what does not come near a triangle that faces away is drawn without depth.
 */
import { VERTEX_BYTES } from './_raster-shared';

/** Side of a tile in which a surface may lie over itself, as a power of two. */
const TILE_SHIFT = 3;
const TILE = 1 << TILE_SHIFT;
/** Tile flags. */
const FOLD: u8 = 1;
const DEPTH: u8 = 2;
/** Alpha's place in a vertex. */
const ALPHA: usize = 32;

// Tiles that hold all marked ones: what lies outside them needs no closer look.
let foldFromColumn = 0, foldToColumn = 0, foldFromRow = 0, foldToRow = 0;

// Tiles that a triangle's bounds touch: columns and rows, the last one included. Empty where the triangle is outside the target.
let fromColumn = 0, toColumn = 0, fromRow = 0, toRow = 0;
function boundTiles(a: usize, b: usize, c: usize, targetWidth: i32, targetHeight: i32): void {
  const pa = v128.load64_zero(a), pb = v128.load64_zero(b), pc = v128.load64_zero(c);
  const least = f32x4.pmin(pa, f32x4.pmin(pb, pc)), most = f32x4.pmax(pa, f32x4.pmax(pb, pc));
  // A pixel more on every side; firstCentre of all four at once: NaN becomes 0.
  const sides = f32x4.ceil(f32x4.add(i64x2.shuffle(least, most, 0, 2), f32x4(-1.5, -1.5, 0.5, 0.5)));
  const limit = f32x4(<f32>targetWidth, <f32>targetHeight, <f32>targetWidth, <f32>targetHeight);
  const held = f32x4.pmin(limit, f32x4.pmax(f32x4.splat(0), sides));
  const tiles = i32x4.shr_s(i32x4.sub(i32x4.trunc_sat_f32x4_s(held), i32x4(0, 0, 1, 1)), TILE_SHIFT);
  fromColumn = i32x4.extract_lane(tiles, 0);
  fromRow = i32x4.extract_lane(tiles, 1);
  toColumn = i32x4.extract_lane(tiles, 2);
  toRow = i32x4.extract_lane(tiles, 3);
}

/**
 * Clears the tiles (u8 each, 8 × 8 px, rows tight) and marks those that a triangle facing away may touch: corners clockwise on the
 * screen, as the list's triangles run anticlockwise seen from outside. The list is the whole surface, openings and hidden parts too.
 */
export function markFolds(vertices: usize, indices: usize, triangleCount: i32, tiles: usize, targetWidth: i32, targetHeight: i32): i32 {
  const columns = (targetWidth + TILE - 1) >> TILE_SHIFT, rows = (targetHeight + TILE - 1) >> TILE_SHIFT;
  memory.fill(tiles, 0, <usize>(columns * rows));
  foldFromColumn = foldFromRow = i32.MAX_VALUE;
  foldToColumn = foldToRow = -1;
  let folds = 0;
  for (const end = indices + <usize>triangleCount * 6; indices < end; indices += 6) {
    const a = vertices + <usize>load<u16>(indices) * VERTEX_BYTES;
    const b = vertices + <usize>load<u16>(indices, 2) * VERTEX_BYTES;
    const c = vertices + <usize>load<u16>(indices, 4) * VERTEX_BYTES;
    const ax = load<f32>(a), ay = load<f32>(a, 4);
    const area = (load<f32>(b) - ax) * (load<f32>(c, 4) - ay) - (load<f32>(b, 4) - ay) * (load<f32>(c) - ax);
    // A little over 0: nearly edge-on, and NaN.
    if (area < -1e-3) continue;
    boundTiles(a, b, c, targetWidth, targetHeight);
    for (let r = fromRow; r <= toRow; r++)
      for (let k = fromColumn; k <= toColumn; k++) store<u8>(tiles + <usize>(r * columns + k), FOLD);
    foldFromColumn = min(foldFromColumn, fromColumn);
    foldToColumn = max(foldToColumn, toColumn);
    foldFromRow = min(foldFromRow, fromRow);
    foldToRow = max(foldToRow, toRow);
    folds++;
  }
  return folds;
}

/**
 * After markFolds: of a list's triangles that have alpha at a corner: those that touch no marked tile are copied to `plain`, the others to `tested`,
 * in the list's order. Tiles that the latter touch will need depth. Returns plain count + 65536 · tested count.
 */
export function splitLayers(
  vertices: usize, indices: usize, triangleCount: i32, tiles: usize, plain: usize, tested: usize,
  targetWidth: i32, targetHeight: i32,
): i32 {
  const columns = (targetWidth + TILE - 1) >> TILE_SHIFT;
  let plainCount = 0, testedCount = 0;
  for (const end = indices + <usize>triangleCount * 6; indices < end; indices += 6) {
    const a = vertices + <usize>load<u16>(indices) * VERTEX_BYTES;
    const b = vertices + <usize>load<u16>(indices, 2) * VERTEX_BYTES;
    const c = vertices + <usize>load<u16>(indices, 4) * VERTEX_BYTES;
    if (!(load<f32>(a, ALPHA) + load<f32>(b, ALPHA) + load<f32>(c, ALPHA) > 0)) continue;
    boundTiles(a, b, c, targetWidth, targetHeight);
    if (fromColumn > toColumn || fromRow > toRow) continue;
    let touches: u8 = 0;
    const isNear = fromColumn <= foldToColumn && toColumn >= foldFromColumn && fromRow <= foldToRow && toRow >= foldFromRow;
    if (isNear) for (let r = fromRow; r <= toRow; r++)
      for (let k = fromColumn; k <= toColumn; k++) touches |= load<u8>(tiles + <usize>(r * columns + k));
    let to: usize;
    if (touches & FOLD) {
      to = tested + <usize>testedCount * 6;
      testedCount++;
      for (let r = fromRow; r <= toRow; r++)
        for (let k = fromColumn; k <= toColumn; k++) {
          const tile = tiles + <usize>(r * columns + k);
          store<u8>(tile, load<u8>(tile) | DEPTH);
        }
    } else {
      to = plain + <usize>plainCount * 6;
      plainCount++;
    }
    store<u32>(to, load<u32>(indices));
    store<u16>(to, load<u16>(indices, 4), 4);
  }
  return plainCount + (testedCount << 16);
}

/** Sets depth to 1e9 in all tiles that need it. */
export function clearLayers(tiles: usize, depth: usize, targetWidth: i32, targetHeight: i32): i32 {
  const columns = (targetWidth + TILE - 1) >> TILE_SHIFT;
  const far = f32x4.splat(1e9);
  for (let y = 0; y < targetHeight; y++) {
    const row = tiles + <usize>((y >> TILE_SHIFT) * columns);
    const at = depth + (<usize>(y * targetWidth) << 2);
    for (let k = 0; k < columns; k++) {
      if (!(load<u8>(row + <usize>k) & DEPTH)) continue;
      const from = at + (<usize>k << (TILE_SHIFT + 2));
      const end = at + (<usize>min(targetWidth, (k + 1) << TILE_SHIFT) << 2);
      // A row's end may run into the next row's beginning, which is cleared later if it is needed; never past the spare bytes.
      for (let word = from; word < end; word += 16) v128.store(word, far);
    }
  }
  return 0;
}
