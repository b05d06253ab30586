/** From nodes to pixels: the drawn skin's alpha, and how much of the veil each pixel takes. */
import { guideOfFour } from './_rim-cell';
import { UYVY, P216 } from './_formats';

const FULL: f32 = 65280;
/** White without alpha, codes × 256: 235 128 128, and 255 of each over RGB. */
const WHITE_YUV: u64 = 0x80008000eb00, WHITE_RGB: u64 = 0xff00ff00ff00;
/** The guide lies between its negative and it. */
const REACH: f32 = 765;
/** Steeper than the guided value: a half-tone is an edge and not a veil. What is half hair is taken for skin: pale skin between strands is seen at once. */
const CONTRAST: f32 = 2;
const HALF: f32 = 0.36;
/** Guided values beyond which skin is whole, or none. */
export const WHOLE: f32 = HALF + 0.5 / CONTRAST;
export const NONE: f32 = HALF - 0.5 / CONTRAST;

// The picture that is being done.
let source: usize = 0, sourceStride: usize = 0, target: usize = 0, targetStride: usize = 0, plane: usize = 0, planeStride: usize = 0;
let toChroma: usize = 0, pixelShift: usize = 1, pictureFormat = 0, takesVeil = false, white: u64 = 0;
// The four nodes round a block, by rows; and what one pixel is of the way to the next.
let upperLeft = f32x4.splat(0), upperRight = f32x4.splat(0), lowerLeft = f32x4.splat(0), lowerRight = f32x4.splat(0);
let perPixel: f32 = 0;

/**
 * Alpha of the patch becomes alpha · (own + (1 − own) · skin); `veil` (u8 per pixel, rows `width` apart, width a multiple of 4) becomes
 * skin · veil, or 0 where drawn skin is whole: the veil lies under what is drawn, so that half-drawn skin lies over veiled skin. Nodes are linear between the middles of cells.
 *
 * @param src first pixel of the patch in the plain picture, chroma P216's there; srcStride bytes
 * @param patch u16×4, patchStride bytes
 * @param left, top pixels by which cell (0, 0) begins before the patch; left a multiple of 4
 * @param whole not 0: the patch is white, and takes in the veil, in colour where nothing was drawn
 */
export function applyRim(
  src: usize, chroma: usize, patch: usize, nodes: usize, veil: usize,
  width: i32, height: i32, srcStride: i32, patchStride: i32, format: i32, shift: i32, left: i32, top: i32, columns: i32, rows: i32, whole: i32,
): i32 {
  source = src; sourceStride = srcStride; toChroma = chroma - src;
  target = patch; targetStride = patchStride;
  plane = veil; planeStride = width;
  pixelShift = format == UYVY || format == P216 ? 1 : 2;
  pictureFormat = format;
  takesVeil = whole != 0;
  white = pixelShift == 1 ? WHITE_YUV : WHITE_RGB;
  // Not memory.fill: over shared memory it goes byte by byte.
  const none = i32x4.splat(0), end = veil + <usize>(width * height);
  let at = veil;
  for (; at + 16 <= end; at += 16) v128.store(at, none);
  for (; at < end; at += 4) store<u32>(at, 0);
  const side = 1 << shift, half = side >> 1;
  perPixel = <f32>1 / <f32>side;
  for (let row = -1; row < rows; row++) {
    const y = (row << shift) + half - top;
    if (y >= height || y + side <= 0) continue;
    const upper = nodes + (<usize>(max(0, row) * columns) << 4), lower = nodes + (<usize>(min(rows - 1, row + 1) * columns) << 4);
    for (let column = -1; column < columns; column++) {
      const x = (column << shift) + half - left;
      if (x >= width || x + side <= 0) continue;
      const first = <usize>max(0, column) << 4, second = <usize>min(columns - 1, column + 1) << 4;
      upperLeft = v128.load(upper + first);
      upperRight = v128.load(upper + second);
      lowerLeft = v128.load(lower + first);
      lowerRight = v128.load(lower + second);
      block(x, y, max(0, x), max(0, y), min(width, x + side), min(height, y + side));
    }
  }
  return 0;
}

/** The pixels between four nodes: the first of them lies at (x, y), and they are done from (x0, y0) to before (x1, y1). */
function block(x: i32, y: i32, x0: i32, y0: i32, x1: i32, y1: i32): void {
  const most = f32x4.pmax(f32x4.pmax(upperLeft, upperRight), f32x4.pmax(lowerLeft, lowerRight));
  const least = f32x4.pmin(f32x4.pmin(upperLeft, upperRight), f32x4.pmin(lowerLeft, lowerRight));
  const isVeiled = f32x4.extract_lane(most, 2) > 0;
  if (!isVeiled && f32x4.extract_lane(least, 3) >= 1) return;
  const slope = i32x4.shuffle(i32x4.shuffle(upperLeft, upperRight, 0, 4, 0, 4), i32x4.shuffle(lowerLeft, lowerRight, 0, 4, 0, 4), 0, 1, 4, 5);
  const base = i32x4.shuffle(i32x4.shuffle(upperLeft, upperRight, 1, 5, 1, 5), i32x4.shuffle(lowerLeft, lowerRight, 1, 5, 1, 5), 0, 1, 4, 5);
  // Whatever colour the pixels have.
  const least4 = f32x4.sub(base, f32x4.mul(slope, f32x4.splat(REACH))), most4 = f32x4.add(base, f32x4.mul(slope, f32x4.splat(REACH)));
  if (!v128.any_true(f32x4.lt(f32x4.pmin(least4, most4), f32x4.splat(WHOLE)))) {
    if (isVeiled) bareBlock(x, y, x0, y0, x1, y1);
    return;
  }
  const isOwn = f32x4.extract_lane(least, 3) >= 1;
  if (v128.any_true(f32x4.gt(f32x4.pmax(least4, most4), f32x4.splat(NONE)))) mixedBlock(x, y, x0, y0, x1, y1, isVeiled, isOwn);
  else if (!isOwn) strangeBlock(x, y, x0, y0, x1, y1);
}
// @ts-ignore: decorator
@inline
function alphasOf(at: usize): v128 {
  return i32x4.shr_u(i32x4.shuffle(v128.load(at), v128.load(at, 16), 1, 3, 5, 7), 16);
}
/** What changes in a column of four pixels from row to row: a part of the nodes, at the first row and from one to the next. */
let slopeAt = f32x4.splat(0), slopeStep = f32x4.splat(0), baseAt = f32x4.splat(0), baseStep = f32x4.splat(0);
let veilAt = f32x4.splat(0), veilStep = f32x4.splat(0), ownAt = f32x4.splat(0), ownStep = f32x4.splat(0);
// @ts-ignore: decorator
@inline
function mixOf(left: v128, right: v128, part: v128): v128 {
  return f32x4.add(left, f32x4.mul(f32x4.sub(right, left), part));
}
/** `across`: of the way from left to right, per pixel; `down`: of the way from above, of the first row. */
function enterColumn(across: v128, down: v128): void {
  const row = f32x4.splat(perPixel);
  let upper = mixOf(i32x4.shuffle(upperLeft, upperLeft, 0, 0, 0, 0), i32x4.shuffle(upperRight, upperRight, 0, 0, 0, 0), across);
  let way = f32x4.sub(mixOf(i32x4.shuffle(lowerLeft, lowerLeft, 0, 0, 0, 0), i32x4.shuffle(lowerRight, lowerRight, 0, 0, 0, 0), across), upper);
  slopeAt = f32x4.add(upper, f32x4.mul(way, down));
  slopeStep = f32x4.mul(way, row);
  upper = mixOf(i32x4.shuffle(upperLeft, upperLeft, 1, 1, 1, 1), i32x4.shuffle(upperRight, upperRight, 1, 1, 1, 1), across);
  way = f32x4.sub(mixOf(i32x4.shuffle(lowerLeft, lowerLeft, 1, 1, 1, 1), i32x4.shuffle(lowerRight, lowerRight, 1, 1, 1, 1), across), upper);
  baseAt = f32x4.add(upper, f32x4.mul(way, down));
  baseStep = f32x4.mul(way, row);
  upper = mixOf(i32x4.shuffle(upperLeft, upperLeft, 2, 2, 2, 2), i32x4.shuffle(upperRight, upperRight, 2, 2, 2, 2), across);
  way = f32x4.sub(mixOf(i32x4.shuffle(lowerLeft, lowerLeft, 2, 2, 2, 2), i32x4.shuffle(lowerRight, lowerRight, 2, 2, 2, 2), across), upper);
  veilAt = f32x4.add(upper, f32x4.mul(way, down));
  veilStep = f32x4.mul(way, row);
  upper = mixOf(i32x4.shuffle(upperLeft, upperLeft, 3, 3, 3, 3), i32x4.shuffle(upperRight, upperRight, 3, 3, 3, 3), across);
  way = f32x4.sub(mixOf(i32x4.shuffle(lowerLeft, lowerLeft, 3, 3, 3, 3), i32x4.shuffle(lowerRight, lowerRight, 3, 3, 3, 3), across), upper);
  ownAt = f32x4.add(upper, f32x4.mul(way, down));
  ownStep = f32x4.mul(way, row);
}
/** All of it is skin: drawn skin stays as it is. */
function bareBlock(x: i32, y: i32, x0: i32, y0: i32, x1: i32, y1: i32): void {
  const offsets = f32x4(0.5, 1.5, 2.5, 3.5), down = f32x4.splat((<f32>(y0 - y) + 0.5) * perPixel);
  for (let px = x0; px < x1; px += 4) {
    enterColumn(f32x4.mul(f32x4.add(f32x4.splat(<f32>(px - x)), offsets), f32x4.splat(perPixel)), down);
    let veil = veilAt;
    const step = veilStep;
    let at = target + <usize>y0 * targetStride + (<usize>px << 3), out = plane + <usize>y0 * planeStride + <usize>px;
    for (let py = y0; py < y1; py++) {
      const alphas = alphasOf(at);
      if (!i32x4.all_true(i32x4.ge_u(alphas, i32x4.splat(<i32>FULL)))) finishFour(at, out, f32x4.convert_i32x4_s(alphas), veil, takesVeil);
      veil = f32x4.add(veil, step);
      at += targetStride;
      out += planeStride;
    }
  }
}
/** None of it is skin, and there is no veil: of drawn skin what is its own stays. The picture is not looked at. */
function strangeBlock(x: i32, y: i32, x0: i32, y0: i32, x1: i32, y1: i32): void {
  const offsets = f32x4(0.5, 1.5, 2.5, 3.5), down = f32x4.splat((<f32>(y0 - y) + 0.5) * perPixel);
  for (let px = x0; px < x1; px += 4) {
    enterColumn(f32x4.mul(f32x4.add(f32x4.splat(<f32>(px - x)), offsets), f32x4.splat(perPixel)), down);
    let own = ownAt;
    const step = ownStep;
    let at = target + <usize>y0 * targetStride + (<usize>px << 3);
    for (let py = y0; py < y1; py++) {
      const alphas = alphasOf(at);
      if (v128.any_true(alphas)) storeAlphas(at, rounded(f32x4.mul(f32x4.convert_i32x4_s(alphas), own)));
      own = f32x4.add(own, step);
      at += targetStride;
    }
  }
}
/** isOwn: drawn skin stays whatever the picture shows. */
function mixedBlock(x: i32, y: i32, x0: i32, y0: i32, x1: i32, y1: i32, isVeiled: bool, isOwn: bool): void {
  const offsets = f32x4(0.5, 1.5, 2.5, 3.5), down = f32x4.splat((<f32>(y0 - y) + 0.5) * perPixel);
  const one = f32x4.splat(1), none = f32x4.splat(0), full = i32x4.splat(<i32>FULL);
  const format = pictureFormat;
  for (let px = x0; px < x1; px += 4) {
    enterColumn(f32x4.mul(f32x4.add(f32x4.splat(<f32>(px - x)), offsets), f32x4.splat(perPixel)), down);
    // Sharpened right away: a line through luma stays one.
    const shift = f32x4.splat(0.5 - HALF * CONTRAST), by = f32x4.splat(CONTRAST);
    let slope = f32x4.mul(slopeAt, by), base = f32x4.add(f32x4.mul(baseAt, by), shift), veil = veilAt, own = ownAt;
    const slopeBy = f32x4.mul(slopeStep, by), baseBy = f32x4.mul(baseStep, by), veilBy = veilStep, ownBy = ownStep;
    let at = target + <usize>y0 * targetStride + (<usize>px << 3), out = plane + <usize>y0 * planeStride + <usize>px;
    let from = source + <usize>y0 * sourceStride + (<usize>px << pixelShift);
    for (let py = y0; py < y1; py++) {
      const alphas = alphasOf(at), isDrawn = v128.any_true(alphas);
      // Most of a block needs no look at the picture: nothing is drawn or veiled there, or what is drawn stays and hides the veil.
      if (isDrawn ? !isOwn || !i32x4.all_true(i32x4.ge_u(alphas, full)) : isVeiled) {
        const sharp = f32x4.add(f32x4.mul(slope, guideOfFour(from, from + toChroma, format)), base);
        const skin = f32x4.pmin(one, f32x4.pmax(none, sharp));
        if (isDrawn) {
          const kept = f32x4.add(own, f32x4.mul(f32x4.sub(one, own), skin));
          finishFour(at, out, f32x4.mul(f32x4.convert_i32x4_s(alphas), kept), f32x4.mul(skin, veil), true);
        } else if (v128.any_true(skin)) finishFour(at, out, none, f32x4.mul(skin, veil), takesVeil);
      }
      slope = f32x4.add(slope, slopeBy);
      base = f32x4.add(base, baseBy);
      veil = f32x4.add(veil, veilBy);
      own = f32x4.add(own, ownBy);
      at += targetStride;
      out += planeStride;
      from += sourceStride;
    }
  }
}
/** Rounds floats from 0 to 65535 (a float of 2^23 has no fraction). */
// @ts-ignore: decorator
@inline
function rounded(values: v128): v128 {
  return v128.and(f32x4.add(values, f32x4.splat(8388608)), i32x4.splat(0xffff));
}
/** alpha: of what is drawn, 0 … 65280; veil 0…1, before what is drawn covers it. */
// @ts-ignore: decorator
@inline
function finishFour(patch: usize, out: usize, alpha: v128, veil: v128, changes: bool): void {
  const under = v128.andnot(f32x4.pmax(f32x4.splat(0), veil), f32x4.ge(alpha, f32x4.splat(FULL)));
  const codes = rounded(f32x4.mul(under, f32x4.splat(255)));
  const halves = i16x8.narrow_i32x4_s(codes, codes);
  v128.store32_lane(out, i8x16.narrow_i16x8_u(halves, halves), 0);
  if (!changes) return;
  const veiled = f32x4.mul(veil, f32x4.sub(f32x4.splat(1), f32x4.mul(alpha, f32x4.splat(<f32>1 / FULL))));
  const alphas = rounded(takesVeil ? f32x4.add(alpha, f32x4.mul(veiled, f32x4.splat(FULL))) : alpha);
  if (takesVeil) {
    const bare = v128.and(f32x4.eq(alpha, f32x4.splat(0)), f32x4.gt(veiled, f32x4.splat(0)));
    // Where nothing was drawn the patch has no colour yet.
    if (i32x4.extract_lane(bare, 0)) store<u64>(patch, white);
    if (i32x4.extract_lane(bare, 1)) store<u64>(patch, white, 8);
    if (i32x4.extract_lane(bare, 2)) store<u64>(patch, white, 16);
    if (i32x4.extract_lane(bare, 3)) store<u64>(patch, white, 24);
  }
  storeAlphas(patch, alphas);
}
// @ts-ignore: decorator
@inline
function storeAlphas(patch: usize, alphas: v128): void {
  v128.store16_lane(patch, alphas, 0, 6);
  v128.store16_lane(patch, alphas, 2, 14);
  v128.store16_lane(patch, alphas, 4, 22);
  v128.store16_lane(patch, alphas, 6, 30);
}
