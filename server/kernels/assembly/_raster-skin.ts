/**
 * The mesh likeness's own way of drawing: textures of bytes, and depth only where the surface lies over itself. A surface whose
 * triangles all face the viewer covers no pixel twice: each pixel under k triangles that face it lies under k − 1 that face away.
 * So what does not come near a triangle that faces away is drawn without depth.
 */
import { firstCentre, isBelow, loadBias, loadGain, loadZuv, MAGIC, storePixel, VERTEX_BYTES } from './_raster-shared';

/** What sampleBytes's sums, codes by weights of 14 bits, are multiplied by to be 8.8. */
const BYTE_SCALE: f32 = 256.0 / 16384.0;
/** Side of a tile in which a surface may lie over itself, as a power of two. */
const TILE_SHIFT = 3;
const TILE = 1 << TILE_SHIFT;
/** Tile flags. */
const FOLD: u8 = 1;
const DEPTH: u8 = 2;
/** Alpha's place in a vertex. */
const ALPHA: usize = 32;

/** Texel of a texture of bytes at zuv (lanes 1 and 2: u, v in 1/128 texel), bilinear, as four floats of 16384 times 0…255. */
// @ts-ignore: decorator
@inline
function sampleBytes(zuv: v128, low: v128, high: v128, base: usize, rowBytes: usize): v128 {
  // The order of the arguments sends NaN to the lower bound: no vertex can make this read outside the texture.
  const fixed = f32x4.add(f32x4.pmin(high, f32x4.pmax(low, zuv)), f32x4.splat(MAGIC));
  const u = i32x4.extract_lane(fixed, 1) & 0x7fff80;
  const v = i32x4.extract_lane(fixed, 2) & 0x7fff80;
  const at = base + <usize>(v >> 7) * rowBytes + <usize>(u >> 5);
  const parts = v128.and(fixed, i32x4.splat(127));
  const across = i16x8.shuffle(parts, parts, 2, 2, 2, 2, 2, 2, 2, 2);
  const down = i16x8.shuffle(parts, parts, 4, 4, 4, 4, 4, 4, 4, 4);
  // 128 − f in the even lanes, f in the odd ones.
  const shares = i16x8.add(v128.xor(across, i32x4.splat(0xffff)), i32x4.splat(129));
  const column = i16x8.add(
    i16x8.mul(v128.load8x8_u(at), i16x8.sub(i16x8.splat(128), down)),
    i16x8.mul(v128.load8x8_u(at + rowBytes), down),
  );
  // Two shuffles that are one instruction each; any other order of lanes costs V8 a mask built anew for every pixel.
  const right = i64x2.shuffle(column, column, 1, 1);
  return f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(i16x8.shuffle(column, right, 0, 8, 1, 9, 2, 10, 3, 11), shares));
}

// What a row with depth needs of its triangle; with depth, too many values live at once to be inlined.
let spanTexture: usize = 0, spanRowBytes: usize = 0;
let spanHigh = f32x4.splat(0), spanZuv = f32x4.splat(0), spanGain = f32x4.splat(0), spanBias = f32x4.splat(0);

function testedSpan(pixel: usize, last: usize, depth: usize, startZuv: v128, startGain: v128, startBias: v128): void {
  let zuv = startZuv, gain = startGain, bias = startBias;
  // Copies of the globals stay in registers over the row.
  const stepZuv = spanZuv, stepGain = spanGain, stepBias = spanBias, low = f32x4(-Infinity, 0, 0, 0), high = spanHigh;
  const texture = spanTexture, rowBytes = spanRowBytes;
  for (; pixel < last; pixel += 8, depth += 4) {
    const z = f32x4.extract_lane(zuv, 0);
    if (z < load<f32>(depth)) {
      store<f32>(depth, z);
      storePixel(pixel, f32x4.add(f32x4.mul(sampleBytes(zuv, low, high, texture, rowBytes), gain), bias));
    }
    zuv = f32x4.add(zuv, stepZuv);
    gain = f32x4.add(gain, stepGain);
    bias = f32x4.add(bias, stepBias);
  }
}

/** One triangle. Inlined into a function per kind of drawing: called row by row, its state would go through memory each time. */
// @ts-ignore: decorator
@inline
function drawOne(
  a: usize, b: usize, c: usize, texture: usize, offset: v128, target: usize, depth: usize, rowBytes: usize, high: v128,
  targetWidth: i32, targetHeight: i32, targetStride: i32, tests: bool,
): void {
  const ax = load<f32>(a), ay = load<f32>(a, 4);
  const abx = load<f32>(b) - ax, aby = load<f32>(b, 4) - ay;
  const acx = load<f32>(c) - ax, acy = load<f32>(c, 4) - ay;
  const area = abx * acy - aby * acx;
  // Also false for NaN. Below a thousandth of a pixel a gradient is noise.
  if (!(Mathf.abs(area) > 1e-3)) return;
  // Corners by height (then by x), so that both neighbours of an edge compute the same numbers along it.
  let top = a, mid = b, end = c, swap: usize;
  if (isBelow(top, mid)) { swap = top; top = mid; mid = swap; }
  if (isBelow(mid, end)) { swap = mid; mid = end; end = swap; }
  if (isBelow(top, mid)) { swap = top; top = mid; mid = swap; }
  const topX = load<f32>(top), topY = load<f32>(top, 4);
  const midX = load<f32>(mid), midY = load<f32>(mid, 4);
  const endX = load<f32>(end), endY = load<f32>(end, 4);
  const firstRow = firstCentre(topY, targetHeight), midRow = firstCentre(midY, targetHeight);
  const endRow = firstCentre(endY, targetHeight);
  if (firstRow >= endRow) return;
  const longSlope = (endX - topX) / (endY - topY);
  const longIsLeft = (midX - topX) * (endY - topY) > (endX - topX) * (midY - topY);

  const scale: f32 = 1.0 / area;
  const bShareX = f32x4.splat(acy * scale), bShareY = f32x4.splat(-acx * scale);
  const cShareX = f32x4.splat(-aby * scale), cShareY = f32x4.splat(abx * scale);
  const zuvA = loadZuv(a), zuvB = f32x4.sub(loadZuv(b), zuvA), zuvC = f32x4.sub(loadZuv(c), zuvA);
  const gainA = loadGain(a, BYTE_SCALE);
  const gainB = f32x4.sub(loadGain(b, BYTE_SCALE), gainA), gainC = f32x4.sub(loadGain(c, BYTE_SCALE), gainA);
  const biasA = loadBias(a, offset);
  const biasB = f32x4.sub(loadBias(b, offset), biasA), biasC = f32x4.sub(loadBias(c, offset), biasA);
  const zuvX = f32x4.add(f32x4.mul(zuvB, bShareX), f32x4.mul(zuvC, cShareX));
  const gainX = f32x4.add(f32x4.mul(gainB, bShareX), f32x4.mul(gainC, cShareX));
  const biasX = f32x4.add(f32x4.mul(biasB, bShareX), f32x4.mul(biasC, cShareX));
  if (tests) {
    spanTexture = texture;
    spanRowBytes = rowBytes;
    spanHigh = high;
    spanZuv = zuvX;
    spanGain = gainX;
    spanBias = biasX;
  }
  const zuvY = f32x4.add(f32x4.mul(zuvB, bShareY), f32x4.mul(zuvC, cShareY));
  const gainY = f32x4.add(f32x4.mul(gainB, bShareY), f32x4.mul(gainC, cShareY));
  const biasY = f32x4.add(f32x4.mul(biasB, bShareY), f32x4.mul(biasC, cShareY));
  // At the middle of pixel 0 of the row before the first.
  const toRow = f32x4.splat(<f32>firstRow - 0.5 - ay), toPixel = f32x4.splat(0.5 - ax);
  let zuvRow = f32x4.add(f32x4.add(zuvA, f32x4.mul(zuvY, toRow)), f32x4.mul(zuvX, toPixel));
  let gainRow = f32x4.add(f32x4.add(gainA, f32x4.mul(gainY, toRow)), f32x4.mul(gainX, toPixel));
  let biasRow = f32x4.add(f32x4.add(biasA, f32x4.mul(biasY, toRow)), f32x4.mul(biasX, toPixel));

  const low = f32x4(-Infinity, 0, 0, 0);
  const limit = f32x4.splat(<f32>targetWidth);
  let y = firstRow;
  let row = target + <usize>(y * targetStride), depthRow = depth + (<usize>(y * targetWidth) << 2);
  for (let half = 0; half < 2; half++) {
    const upper = half == 0;
    const rows = upper ? midRow : endRow;
    const fromX = upper ? topX : midX, fromY = upper ? topY : midY;
    const rise = upper ? midY - topY : endY - midY;
    const slope: f32 = rise > 0 ? ((upper ? midX : endX) - fromX) / rise : 0;
    // Both ends of a row in two lanes: left, right.
    const edgeX = longIsLeft ? f32x4(topX, fromX, 0, 0) : f32x4(fromX, topX, 0, 0);
    const edgeY = longIsLeft ? f32x4(topY, fromY, 0, 0) : f32x4(fromY, topY, 0, 0);
    const slopes = longIsLeft ? f32x4(longSlope, slope, 0, 0) : f32x4(slope, longSlope, 0, 0);
    for (; y < rows; y++, row += targetStride, depthRow += <usize>targetWidth << 2) {
      zuvRow = f32x4.add(zuvRow, zuvY);
      gainRow = f32x4.add(gainRow, gainY);
      biasRow = f32x4.add(biasRow, biasY);
      const crossing = f32x4.add(edgeX, f32x4.mul(f32x4.sub(f32x4.splat(<f32>y + 0.5), edgeY), slopes));
      const held = f32x4.pmin(limit, f32x4.pmax(f32x4.splat(0), f32x4.ceil(f32x4.sub(crossing, f32x4.splat(0.5)))));
      const ends = f32x4.add(held, f32x4.splat(MAGIC));
      const x = i32x4.extract_lane(ends, 0) & 0x7fffff;
      const count = (i32x4.extract_lane(ends, 1) & 0x7fffff) - x;
      if (count <= 0) continue;
      const dx = f32x4.splat(<f32>x);
      let zuv = f32x4.add(zuvRow, f32x4.mul(zuvX, dx));
      let gain = f32x4.add(gainRow, f32x4.mul(gainX, dx));
      let bias = f32x4.add(biasRow, f32x4.mul(biasX, dx));
      let pixel = row + (<usize>x << 3);
      const last = pixel + (<usize>count << 3);
      if (tests) {
        testedSpan(pixel, last, depthRow + (<usize>x << 2), zuv, gain, bias);
        continue;
      }
      while (pixel < last) {
        storePixel(pixel, f32x4.add(f32x4.mul(sampleBytes(zuv, low, high, texture, rowBytes), gain), bias));
        zuv = f32x4.add(zuv, zuvX);
        gain = f32x4.add(gain, gainX);
        bias = f32x4.add(bias, biasX);
        pixel += 8;
      }
    }
  }
}

/**
 * drawTriangles (raster.ts) in mode 0 for a square texture of bytes: u8×4 per texel, alpha too, 2…32768 px a side. depth 0: no test.
 * Returns 0, or 1 for a texture outside these sizes.
 */
export function drawSkin(
  vertices: usize, indices: usize, triangleCount: i32, texture: usize, offsets: usize, target: usize, depth: usize,
  textureSize: i32, targetWidth: i32, targetHeight: i32, targetStride: i32,
): i32 {
  if (textureSize < 2 || textureSize > 32768) return 1;
  const rowBytes = <usize>textureSize << 2;
  const most = <f32>(textureSize - 1) * 128 - 1;
  const high = f32x4(Infinity, most, most, 0);
  const offset = f32x4.mul(
    f32x4(load<f32>(offsets), load<f32>(offsets, 4), load<f32>(offsets, 8), 0), f32x4.splat(256),
  );
  if (depth == 0) drawPlain(vertices, indices, triangleCount, texture, offset, target, rowBytes, high, targetWidth, targetHeight, targetStride);
  else drawTested(vertices, indices, triangleCount, texture, offset, target, depth, rowBytes, high, targetWidth, targetHeight, targetStride);
  return 0;
}
function drawPlain(
  vertices: usize, indices: usize, triangleCount: i32, texture: usize, offset: v128, target: usize,
  rowBytes: usize, high: v128, targetWidth: i32, targetHeight: i32, targetStride: i32,
): void {
  for (const end = indices + <usize>triangleCount * 6; indices < end; indices += 6) {
    drawOne(
      vertices + <usize>load<u16>(indices) * VERTEX_BYTES, vertices + <usize>load<u16>(indices, 2) * VERTEX_BYTES,
      vertices + <usize>load<u16>(indices, 4) * VERTEX_BYTES,
      texture, offset, target, 0, rowBytes, high, targetWidth, targetHeight, targetStride, false,
    );
  }
}
function drawTested(
  vertices: usize, indices: usize, triangleCount: i32, texture: usize, offset: v128, target: usize, depth: usize,
  rowBytes: usize, high: v128, targetWidth: i32, targetHeight: i32, targetStride: i32,
): void {
  for (const end = indices + <usize>triangleCount * 6; indices < end; indices += 6) {
    drawOne(
      vertices + <usize>load<u16>(indices) * VERTEX_BYTES, vertices + <usize>load<u16>(indices, 2) * VERTEX_BYTES,
      vertices + <usize>load<u16>(indices, 4) * VERTEX_BYTES,
      texture, offset, target, depth, rowBytes, high, targetWidth, targetHeight, targetStride, true,
    );
  }
}

// Tiles that hold all marked ones: what lies outside them needs no closer look.
let foldFromColumn = 0, foldToColumn = 0, foldFromRow = 0, foldToRow = 0;

// Tiles that a triangle's bounds touch: columns and rows, the last one included. Empty where the triangle is outside the target.
let fromColumn = 0, toColumn = 0, fromRow = 0, toRow = 0;
function boundTiles(a: usize, b: usize, c: usize, targetWidth: i32, targetHeight: i32): void {
  const x0 = Mathf.min(load<f32>(a), Mathf.min(load<f32>(b), load<f32>(c)));
  const x1 = Mathf.max(load<f32>(a), Mathf.max(load<f32>(b), load<f32>(c)));
  const y0 = Mathf.min(load<f32>(a, 4), Mathf.min(load<f32>(b, 4), load<f32>(c, 4)));
  const y1 = Mathf.max(load<f32>(a, 4), Mathf.max(load<f32>(b, 4), load<f32>(c, 4)));
  fromColumn = firstCentre(x0 - 1, targetWidth) >> TILE_SHIFT;
  toColumn = (firstCentre(x1 + 1, targetWidth) - 1) >> TILE_SHIFT;
  fromRow = firstCentre(y0 - 1, targetHeight) >> TILE_SHIFT;
  toRow = (firstCentre(y1 + 1, targetHeight) - 1) >> TILE_SHIFT;
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
