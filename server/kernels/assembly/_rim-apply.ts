/** From nodes to pixels: the drawn skin's alpha, and how much of the veil each pixel takes. */
import { lumaOfFour } from './_occlusion-plane';
import { UYVY, P216 } from './_formats';

const FULL: f32 = 65280;
/** Steeper than the guided value: a half-tone is an edge and not a veil. */
const CONTRAST: f32 = 1.6;

/**
 * Alpha of the patch becomes alpha · (own + (1 − own) · skin); `veil` (u8 per pixel, rows `width` apart, width a multiple of 4) becomes
 * (1 − alpha) · skin · veil. Nodes are linear between the middles of cells.
 *
 * @param src first pixel of the patch in the plain picture; srcStride bytes
 * @param patch u16×4, patchStride bytes
 * @param left, top pixels by which cell (0, 0) begins before the patch; left a multiple of 4
 * @param here scratch: columns + 1 nodes
 * @param whole not 0: the patch is white, and its alpha takes in the veil
 */
export function applyRim(
  src: usize, patch: usize, nodes: usize, veil: usize, here: usize,
  width: i32, height: i32, srcStride: i32, patchStride: i32, format: i32, shift: i32, left: i32, top: i32, columns: i32, rows: i32, whole: i32,
): i32 {
  const side = 1 << shift, half = side >> 1;
  for (let y = 0; y < height; y++) {
    const at = y + top - half;
    const row = max(0, min(rows - 1, at >> shift)), next = min(rows - 1, row + (at < 0 ? 0 : 1));
    const share = f32x4.splat((<f32>(at & (side - 1)) + 0.5) / <f32>side);
    const upper = nodes + (<usize>(row * columns) << 4), lower = nodes + (<usize>(next * columns) << 4);
    // Whether a node does anything: veil in lane 2, own in lane 3.
    let first = columns, last = -1;
    for (let x = 0; x < columns; x++) {
      const above = v128.load(upper + (<usize>x << 4));
      const node = f32x4.add(above, f32x4.mul(f32x4.sub(v128.load(lower + (<usize>x << 4)), above), share));
      v128.store(here + (<usize>x << 4), node);
      if (f32x4.extract_lane(node, 2) > 0 || f32x4.extract_lane(node, 3) < 1) {
        first = min(first, x);
        last = x;
      }
    }
    const out = veil + <usize>(y * width);
    memory.fill(out, 0, <usize>width);
    if (last < 0) continue;
    const from = max(0, ((first << shift) - half - left) & ~3), to = min(width, ((last + 1) << shift) + half - left);
    rimRow(src + <usize>(y * srcStride), patch + <usize>(y * patchStride), here, out, from, to, format, shift, left, columns, whole);
  }
  return 0;
}
function rimRow(
  src: usize, patch: usize, here: usize, out: usize, from: i32, to: i32, format: i32, shift: i32, left: i32, columns: i32, whole: i32,
): void {
  const side = 1 << shift, half = side >> 1;
  const pixelShift: usize = format == UYVY || format == P216 ? 1 : 2;
  const scale: f32 = <f32>1 / <f32>side;
  const offsets = f32x4(0.5, 1.5, 2.5, 3.5);
  for (let x = from; x < to; x += 4) {
    const at = x + left - half;
    const cell = max(0, min(columns - 1, at >> shift)), next = min(columns - 1, cell + (at < 0 ? 0 : 1));
    const a = v128.load(here + (<usize>cell << 4)), d = f32x4.sub(v128.load(here + (<usize>next << 4)), a);
    const b = f32x4.add(a, d);
    const veilMost = Mathf.max(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2));
    const ownLeast = Mathf.min(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3));
    const p0 = v128.load(patch + (<usize>x << 3)), p1 = v128.load(patch + (<usize>x << 3), 16);
    const alphas = i32x4.shr_u(i32x4.shuffle(p0, p1, 1, 3, 5, 7), 16);
    // Wholly the performer's own business, or wholly drawn.
    if (veilMost <= 0 && (ownLeast >= 1 || !v128.any_true(alphas))) continue;
    if (ownLeast >= 1 && i32x4.all_true(i32x4.ge_u(alphas, i32x4.splat(<i32>FULL)))) continue;
    const part = f32x4.mul(f32x4.add(f32x4.splat(<f32>(at & (side - 1))), offsets), f32x4.splat(scale));
    const slope = f32x4.add(i32x4.shuffle(a, a, 0, 0, 0, 0), f32x4.mul(i32x4.shuffle(d, d, 0, 0, 0, 0), part));
    const base = f32x4.add(i32x4.shuffle(a, a, 1, 1, 1, 1), f32x4.mul(i32x4.shuffle(d, d, 1, 1, 1, 1), part));
    const veil = f32x4.add(i32x4.shuffle(a, a, 2, 2, 2, 2), f32x4.mul(i32x4.shuffle(d, d, 2, 2, 2, 2), part));
    const own = f32x4.add(i32x4.shuffle(a, a, 3, 3, 3, 3), f32x4.mul(i32x4.shuffle(d, d, 3, 3, 3, 3), part));
    const guided = f32x4.add(f32x4.mul(slope, lumaOfFour(src + (<usize>x << pixelShift), format)), base);
    const sharp = f32x4.add(f32x4.mul(f32x4.sub(guided, f32x4.splat(0.5)), f32x4.splat(CONTRAST)), f32x4.splat(0.5));
    const skin = f32x4.pmin(f32x4.splat(1), f32x4.pmax(f32x4.splat(0), sharp));
    const kept = f32x4.add(own, f32x4.mul(f32x4.sub(f32x4.splat(1), own), skin));
    const alpha = f32x4.mul(f32x4.convert_i32x4_s(alphas), kept);
    const open = f32x4.sub(f32x4.splat(1), f32x4.mul(alpha, f32x4.splat(<f32>1 / FULL)));
    const veiled = f32x4.mul(f32x4.mul(skin, veil), open);
    const codes = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(veiled, f32x4.splat(255)), f32x4.splat(0.5)));
    const halves = i16x8.narrow_i32x4_s(codes, codes);
    v128.store32_lane(out + <usize>x, i8x16.narrow_i16x8_u(halves, halves), 0);
    const shown = whole == 0 ? alpha : f32x4.add(alpha, f32x4.mul(veiled, f32x4.splat(FULL)));
    storeAlphas(patch + (<usize>x << 3), i32x4.trunc_sat_f32x4_s(f32x4.add(shown, f32x4.splat(0.5))));
  }
}
// @ts-ignore: decorator
@inline
function storeAlphas(patch: usize, alphas: v128): void {
  store<u16>(patch, <u16>i32x4.extract_lane(alphas, 0), 6);
  store<u16>(patch, <u16>i32x4.extract_lane(alphas, 1), 14);
  store<u16>(patch, <u16>i32x4.extract_lane(alphas, 2), 22);
  store<u16>(patch, <u16>i32x4.extract_lane(alphas, 3), 30);
}
