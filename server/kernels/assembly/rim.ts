/**
 * Where drawn skin ends: how far each pixel round the face looks like the performer's skin, in cells of the picture, and what follows of
 * it for the drawn skin's alpha and for the veil over skin that is not drawn. Formats: _formats.ts.
 *
 * A cell is 2^shift pixels a side (8, 16 or 32) and lies on multiples of that in the picture. Grids are rows of `columns` cells.
 * Fields of a cell, 8 f32: covered (0 or 1), least shade 0…1, veil 0…1, own 0…1 (how far drawn skin stays whatever the picture shows), and the
 * skin that is expected there: Y Cb Cr (legal-range 8-bit codes), and how many cells away what covers it lies.
 */
import { NONE, WHOLE } from './_rim-apply';
import { cellColour } from './_rim-cell';
export { applyRim } from './_rim-apply';
export { holdToPerson } from './_rim-person';

const FIELD_BYTES: usize = 32;
const VERTEX_BYTES: usize = 32;
/** Codes of red by a legal-range code of luma, and of Cr: between BT.601 and BT.709. */
const RGB_OF_LUMA: f32 = 255.0 / 219.0, RED_OF_CR: f32 = 1.7;
/** Of a cell's sums. */
const SUM_BYTES: usize = 32;
/** Cells either side that a cell's line through luma is fitted over. */
const RADIUS: i32 = 1;

/** Fields of all cells become 0. */
export function clearFields(fields: usize, cells: i32): i32 {
  // Not memory.fill: over shared memory it goes byte by byte.
  const none = f32x4.splat(0);
  for (const end = fields + <usize>cells * FIELD_BYTES; fields < end; fields += FIELD_BYTES) {
    v128.store(fields, none);
    v128.store(fields, none, 16);
  }
  return 0;
}

/**
 * Triangles leave their fields in the cells whose middles they cover: where several do, that with the most veil. Those whose corners run clockwise
 * on the screen lie behind a turned head's outline: they speak only for cells that no other covers. Vertices are 8 f32:
 * x, y (cells), veil, own, Y, Cb, Cr, least shade. Indices u16, not checked.
 */
export function drawFields(
  vertices: usize, indices: usize, triangleCount: i32, fields: usize, columns: i32, rows: i32,
): i32 {
  for (let folded = 0; folded < 2; folded++) {
    let at = indices;
    for (let t = 0; t < triangleCount; t++, at += 6) {
      const a = vertices + <usize>load<u16>(at) * VERTEX_BYTES;
      const b = vertices + <usize>load<u16>(at, 2) * VERTEX_BYTES;
      const c = vertices + <usize>load<u16>(at, 4) * VERTEX_BYTES;
      drawField(a, b, c, fields, columns, rows, folded != 0);
    }
  }
  return 0;
}
function drawField(a: usize, b: usize, c: usize, fields: usize, columns: i32, rows: i32, folded: bool): void {
  const ax = load<f32>(a), ay = load<f32>(a, 4);
  const abx = load<f32>(b) - ax, aby = load<f32>(b, 4) - ay, acx = load<f32>(c) - ax, acy = load<f32>(c, 4) - ay;
  const area = abx * acy - aby * acx;
  // Also false for NaN.
  if (!(folded ? area > 1e-4 : area < -1e-4)) return;
  const x0 = <i32>Mathf.max(0, Mathf.ceil(ax + Mathf.min(0, Mathf.min(abx, acx)) - 0.5));
  const y0 = <i32>Mathf.max(0, Mathf.ceil(ay + Mathf.min(0, Mathf.min(aby, acy)) - 0.5));
  const x1 = <i32>Mathf.min(<f32>(columns - 1), Mathf.floor(ax + Mathf.max(0, Mathf.max(abx, acx)) - 0.5));
  const y1 = <i32>Mathf.min(<f32>(rows - 1), Mathf.floor(ay + Mathf.max(0, Mathf.max(aby, acy)) - 0.5));
  const la = v128.load(a), lb = f32x4.sub(v128.load(b), la), lc = f32x4.sub(v128.load(c), la);
  const ha = v128.load(a, 16), hb = f32x4.sub(v128.load(b, 16), ha), hc = f32x4.sub(v128.load(c, 16), ha);
  for (let y = y0; y <= y1; y++) {
    const py = <f32>y + 0.5 - ay;
    for (let x = x0; x <= x1; x++) {
      const px = <f32>x + 0.5 - ax;
      const shareB = (px * acy - py * acx) / area, shareC = (abx * py - aby * px) / area;
      if (shareB < 0 || shareC < 0 || shareB + shareC > 1) continue;
      const wb = f32x4.splat(shareB), wc = f32x4.splat(shareC);
      const low = f32x4.add(la, f32x4.add(f32x4.mul(lb, wb), f32x4.mul(lc, wc)));
      const at = fields + <usize>(y * columns + x) * FIELD_BYTES;
      const veil = f32x4.extract_lane(low, 2);
      if (load<f32>(at) > 0 && (folded || load<f32>(at, 8) >= veil)) continue;
      const high = f32x4.add(ha, f32x4.add(f32x4.mul(hb, wb), f32x4.mul(hc, wc)));
      store<f32>(at, 1);
      store<f32>(at, f32x4.extract_lane(high, 3), 4);
      store<f32>(at, veil, 8);
      store<f32>(at, f32x4.extract_lane(low, 3), 12);
      v128.store(at, f32x4.replace_lane(high, 3, 0), 16);
    }
  }
}

/**
 * Cells up to `most` away from a covered one take on its fields, without veil: drawn skin may reach over the outline of the triangles, and there
 * the picture decides as beside it. Only away from (middleX, middleY), cells: what lies inside the triangles stays free. Two sweeps.
 */
export function spreadFields(fields: usize, columns: i32, rows: i32, middleX: f32, middleY: f32, most: f32): i32 {
  const rowBytes = <usize>columns * FIELD_BYTES;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const at = fields + <usize>y * rowBytes + <usize>x * FIELD_BYTES;
      if (x > 0 && <f32>x > middleX) takeOn(at, at - FIELD_BYTES, most);
      if (y > 0 && <f32>y > middleY) takeOn(at, at - rowBytes, most);
    }
  }
  for (let y = rows - 1; y >= 0; y--) {
    for (let x = columns - 1; x >= 0; x--) {
      const at = fields + <usize>y * rowBytes + <usize>x * FIELD_BYTES;
      if (x < columns - 1 && <f32>(x + 1) < middleX) takeOn(at, at + FIELD_BYTES, most);
      if (y < rows - 1 && <f32>(y + 1) < middleY) takeOn(at, at + rowBytes, most);
    }
  }
  return 0;
}
// @ts-ignore: decorator
@inline
function takeOn(cell: usize, from: usize, most: f32): void {
  if (load<f32>(from) == 0) return;
  const away = load<f32>(from, 28) + 1;
  if (away > most || (load<f32>(cell) != 0 && load<f32>(cell, 28) <= away)) return;
  v128.store(cell, f32x4.replace_lane(v128.load(from), 2, 0));
  v128.store(cell, f32x4.replace_lane(v128.load(from, 16), 3, away), 16);
}

/** How far a colour is the expected skin in some shade or light, 0…1. */
function skinOf(luma: f32, cb: f32, cr: f32, field: usize): f32 {
  const expected = Mathf.max(8, load<f32>(field, 16) - 16);
  const code = Mathf.max(0, luma - 16);
  const shade = code / expected;
  const least = load<f32>(field, 4);
  // In the light skin shines white: chroma does not grow with it.
  const scale = Mathf.min(1.15, shade);
  // Where the camera clips red, no skin can be redder.
  const redder = Mathf.min((load<f32>(field, 24) - 128) * scale, (<f32>255 - code * RGB_OF_LUMA) / RED_OF_CR);
  const du = cb - 128 - (load<f32>(field, 20) - 128) * scale, dv = cr - 128 - redder;
  const off = Mathf.sqrt(du * du + dv * dv) / (3.5 + 0.05 * code);
  const alike = Mathf.min(1, Mathf.max(0, (1.45 - off) / 0.55));
  const light = Mathf.min(1, Mathf.max(0, (shade - least) / (0.4 * least)));
  const glare = Mathf.min(1, Mathf.max(0, (1.9 - shade) / 0.3));
  return alike * light * glare;
}

/**
 * Skin of the picture by cell, and of that the nodes that applyRim reads: 4 f32 a cell: slope and base of skin over its guide (_rim-cell.ts)
 * (a guided filter: He & Sun, "Fast Guided Filter", 2015), veil, own. Cells that no field covers have no veil and are all own.
 *
 * @param src the region, chroma its P216 chroma plane or 0, both with srcStride; width, height px
 * @param left, top pixels by which cell (0, 0) begins before the region
 * @param sums scratch: 2 × 8 f32 a cell
 */
export function skinNodes(
  src: usize, chroma: usize, fields: usize, nodes: usize, sums: usize,
  width: i32, height: i32, srcStride: i32, format: i32, shift: i32, left: i32, top: i32, columns: i32, rows: i32, epsilon: f32,
): i32 {
  const cells = columns * rows;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const at = y * columns + x;
      const field = fields + <usize>at * FIELD_BYTES, sum = sums + <usize>at * 32;
      if (load<f32>(field) == 0) {
        v128.store(sum, f32x4.splat(0));
        v128.store(sum, f32x4.splat(0), 16);
        continue;
      }
      const px = (x << shift) - left, py = (y << shift) - top;
      const colour = cellColour(src, chroma, px, py, width, height, srcStride, format, shift);
      const guide = f32x4.extract_lane(colour, 3);
      const skin = skinOf(f32x4.extract_lane(colour, 0), f32x4.extract_lane(colour, 1), f32x4.extract_lane(colour, 2), field);
      v128.store(sum, f32x4(1, guide, skin, guide * skin));
      v128.store(sum, f32x4(guide * guide, 0, 0, 0), 16);
    }
  }
  const spare = sums + <usize>cells * 32;
  boxRows(sums, spare, columns, rows);
  boxColumns(spare, sums, columns, rows);
  for (let i = 0; i < cells; i++) {
    const field = fields + <usize>i * FIELD_BYTES, node = nodes + <usize>i * 16;
    const isCovered = load<f32>(field) != 0;
    const veil = load<f32>(field, 8);
    lineOf(sums + <usize>i * 32, node, epsilon);
    store<f32>(node, isCovered ? veil * veil * (3 - 2 * veil) : 0, 8);
    store<f32>(node, isCovered ? load<f32>(field, 12) : 1, 12);
  }
  return 0;
}
/**
 * [weight, luma, skin, luma · skin | luma²] to slope and base, or zeros where nothing is near. They are not averaged over cells again, as a
 * guided filter does: applyRim's way from node to node is smooth, and twice as wide an edge has to be looked at pixel by pixel.
 */
function lineOf(sum: usize, line: usize, epsilon: f32): void {
  const weight = load<f32>(sum);
  if (weight <= 0) {
    v128.store(line, f32x4.splat(0));
    return;
  }
  const luma = load<f32>(sum, 4) / weight, skin = load<f32>(sum, 8) / weight;
  const spread = load<f32>(sum, 16) / weight - luma * luma + epsilon;
  const slope = (load<f32>(sum, 12) / weight - luma * skin) / spread;
  // Skin, or none, at whatever colour is near: then it is level, and its pixels need not be looked at.
  const either: f32 = <f32>3 * Mathf.sqrt(spread) * Mathf.abs(slope);
  if (skin - either >= WHOLE) v128.store(line, f32x4(0, 1, 0, 0));
  else if (skin + either <= NONE) v128.store(line, f32x4.splat(0));
  else v128.store(line, f32x4(slope, skin - slope * luma, 0, 0));
}
/** Sums of 2 · RADIUS + 1 cells along each row; what lies outside counts nothing. */
function boxRows(from: usize, to: usize, columns: i32, rows: i32): void {
  for (let part: usize = 0; part < SUM_BYTES; part += 16) {
    for (let y = 0; y < rows; y++) {
      const row = from + <usize>(y * columns) * SUM_BYTES + part, out = to + <usize>(y * columns) * SUM_BYTES + part;
      let sum = f32x4.splat(0);
      for (let x = 0; x < min(RADIUS, columns); x++) sum = f32x4.add(sum, v128.load(row + <usize>x * SUM_BYTES));
      for (let x = 0; x < columns; x++) {
        if (x + RADIUS < columns) sum = f32x4.add(sum, v128.load(row + <usize>(x + RADIUS) * SUM_BYTES));
        v128.store(out + <usize>x * SUM_BYTES, sum);
        // Taken away later than added: what is left over of rounding is far below a hundredth of a code.
        if (x >= RADIUS) sum = f32x4.sub(sum, v128.load(row + <usize>(x - RADIUS) * SUM_BYTES));
      }
    }
  }
}
function boxColumns(from: usize, to: usize, columns: i32, rows: i32): void {
  const rowBytes = <usize>columns * SUM_BYTES;
  for (let y = 0; y < rows; y++) {
    const first = max(0, y - RADIUS), last = min(rows - 1, y + RADIUS);
    for (let at: usize = 0; at < rowBytes; at += 16) {
      let sum = f32x4.splat(0);
      for (let k = first; k <= last; k++) sum = f32x4.add(sum, v128.load(from + <usize>k * rowBytes + at));
      v128.store(to + <usize>y * rowBytes + at, sum);
    }
  }
}
