/** From the guided mask of the small crop to a mask over the picture. */
import { BGRA, P216, UYVY, weightedRgbOfFour } from './_formats';

export const CELLS: i32 = 64;
export const COUNT: i32 = CELLS * CELLS;
/** Texels per side of a learned appearance. */
export const TEXELS: i32 = 32;
/** Rows of it: those of the face, and two strips for what lies round it, with an empty row before each. */
export const ROWS: i32 = 48;
/** A map's u of what lies round the face is BESIDE − u: below 0, as nothing of the face. */
export const BESIDE: f32 = -2;
// @ts-ignore: decorator
@inline export function centred(i: i32): f32 {
  return (<f32>i + 0.5 - <f32>(CELLS / 2)) / <f32>(CELLS / 2);
}
/** Pixels between the nodes at which a plane's mask is taken from its grid: the width of a vector, or half of it. */
const NODE_PX: i32 = 4;
const CLOSE_NODE_PX: i32 = 2;
/** Crop px per pixel above which nodes lie close: what is linear from node to node cuts off too much of a narrow cell's corners. */
const MOST_WIDE_SCALE: f32 = 0.6;

/**
 * The mask at picture resolution: u8 per pixel of a patch, 255 visible. params: 6 f32, patch pixel centre (corner origin) → crop px.
 * src: the patch's first pixel in the plain picture. The guided value is stretched round ½, so that a half-tone is an edge and not a veil.
 * Where a cell is wide, the grid is read at every fourth pixel and row and is linear between; where it is narrower at every second, where narrower than four pixels at each.
 * `out` is written to the next multiple of four pixels. scratch: 6 rows of (width / 2 + 3) f32.
 */
export function plane(
  src: usize, guided: usize, params: usize, out: usize, scratch: usize,
  width: i32, height: i32, srcStride: i32, outStride: i32, format: i32,
): i32 {
  const ma = load<f32>(params), mc = load<f32>(params, 12);
  const scale2 = ma * ma + mc * mc;
  if (scale2 > 1) return finePlane(src, guided, params, out, width, height, srcStride, outStride, format);
  const apart = scale2 > MOST_WIDE_SCALE * MOST_WIDE_SCALE ? CLOSE_NODE_PX : NODE_PX;
  // Vectors are whole: the last one reads on to the node behind it.
  const nodes = (((width + NODE_PX - 1) & ~(NODE_PX - 1)) / apart) + 1;
  // Slope and base of one row of nodes lie side by side, so that one pass leads both from row to row.
  const rowBytes = <usize>((nodes + 1) & ~1) << 3;
  let upper = scratch, lower = scratch + rowBytes;
  const here = scratch + 2 * rowBytes;
  planeNodes(guided, params, upper, nodes, 0, apart);
  for (let y = 0; y < height; y++) {
    const part = y & (apart - 1);
    if (part == 0) {
      if (y > 0) { const last = upper; upper = lower; lower = last; }
      planeNodes(guided, params, lower, nodes, y + apart, apart);
    }
    const share = f32x4.splat(<f32>part / <f32>apart);
    for (let at: usize = 0; at < rowBytes; at += 16) {
      const above = v128.load(upper + at);
      v128.store(here + at, f32x4.add(above, f32x4.mul(f32x4.sub(v128.load(lower + at), above), share)));
    }
    const row = src + <usize>(y * srcStride), to = out + <usize>(y * outStride);
    if (apart == NODE_PX) planeRow(row, here, to, width, format);
    else closeRow(row, here, to, width, format);
  }
  return 0;
}
/** (slope, base) of the guided mask at every `apart`th pixel of row y. */
function planeNodes(guided: usize, params: usize, nodes: usize, count: i32, y: i32, apart: i32): void {
  const base = guided + COUNT * 4;
  const ma = load<f32>(params), mb = load<f32>(params, 4), mx = load<f32>(params, 8);
  const mc = load<f32>(params, 12), md = load<f32>(params, 16), my = load<f32>(params, 20);
  const most = <f32>(CELLS - 1) - 0.001;
  const py = <f32>y + 0.5;
  for (let i = 0; i < count; i++, nodes += 8) {
    const px = <f32>(i * apart) + 0.5;
    const cx = Mathf.min(most, Mathf.max(0, (ma * px + mb * py + mx) * 0.25 - 0.5));
    const cy = Mathf.min(most, Mathf.max(0, (mc * px + md * py + my) * 0.25 - 0.5));
    const ix = <i32>cx, iy = <i32>cy;
    const fx = cx - <f32>ix, fy = cy - <f32>iy;
    const at = <usize>(iy * CELLS + ix) << 2;
    store<f32>(nodes, mixed(guided + at, fx, fy));
    store<f32>(nodes, mixed(base + at, fx, fy), 4);
  }
}
function planeRow(row: usize, nodes: usize, out: usize, width: i32, format: i32): void {
  const quarters = f32x4(0, 0.25, 0.5, 0.75);
  const pixelBytes: usize = format == UYVY || format == P216 ? 2 : 4;
  for (let x = 0; x < width; x += NODE_PX, nodes += 8, out += 4, row += 4 * pixelBytes) {
    const left = v128.load64_zero(nodes), rise = f32x4.sub(v128.load64_zero(nodes, 8), left);
    const slope = f32x4.add(i32x4.shuffle(left, left, 0, 0, 0, 0), f32x4.mul(i32x4.shuffle(rise, rise, 0, 0, 0, 0), quarters));
    const base = f32x4.add(i32x4.shuffle(left, left, 1, 1, 1, 1), f32x4.mul(i32x4.shuffle(rise, rise, 1, 1, 1, 1), quarters));
    storeFour(out, f32x4.add(f32x4.mul(slope, lumaOfFour(row, format)), base));
  }
}
/** The same of nodes that lie CLOSE_NODE_PX apart. */
function closeRow(row: usize, nodes: usize, out: usize, width: i32, format: i32): void {
  const pixelBytes: usize = format == UYVY || format == P216 ? 2 : 4;
  for (let x = 0; x < width; x += NODE_PX, nodes += 16, out += 4, row += 4 * pixelBytes) {
    const first = v128.load(nodes);
    const between = f32x4.mul(f32x4.add(first, v128.load(nodes, 8)), f32x4.splat(0.5));
    const slope = i32x4.shuffle(first, between, 0, 4, 2, 6), base = i32x4.shuffle(first, between, 1, 5, 3, 7);
    storeFour(out, f32x4.add(f32x4.mul(slope, lumaOfFour(row, format)), base));
  }
}
// @ts-ignore: decorator
@inline function storeFour(out: usize, visible: v128): void {
  const hard = f32x4.add(f32x4.mul(f32x4.sub(visible, f32x4.splat(0.5)), f32x4.splat(1.6 * 255)), f32x4.splat(128));
  // Bytes: what lies below 0 or above 255 is held there by the narrowing.
  const whole = i32x4.trunc_sat_f32x4_s(hard);
  const halves = i16x8.narrow_i32x4_s(whole, whole);
  v128.store32_lane(out, i8x16.narrow_i16x8_u(halves, halves), 0);
}
// @ts-ignore: decorator
@inline function lumaOfFour(row: usize, format: i32): v128 {
  if (format == UYVY || format == P216)
    return f32x4.convert_i32x4_u(
      i8x16.swizzle(v128.load64_zero(row), i8x16(1, -1, -1, -1, 3, -1, -1, -1, 5, -1, -1, -1, 7, -1, -1, -1)),
    );
  return weightedRgbOfFour(v128.load(row), format, 0.2126, 0.7152, 0.0722);
}

function finePlane(
  src: usize, guided: usize, params: usize, out: usize,
  width: i32, height: i32, srcStride: i32, outStride: i32, format: i32,
): i32 {
  const base = guided + COUNT * 4;
  const ma = load<f32>(params), mb = load<f32>(params, 4), mx = load<f32>(params, 8);
  const mc = load<f32>(params, 12), md = load<f32>(params, 16), my = load<f32>(params, 20);
  const most = <f32>(CELLS - 1) - 0.001;
  for (let y = 0; y < height; y++) {
    const row = src + <usize>(y * srcStride), to = out + <usize>(y * outStride);
    for (let x = 0; x < width; x++) {
      const px = <f32>x + 0.5, py = <f32>y + 0.5;
      const cx = Mathf.min(most, Mathf.max(0, (ma * px + mb * py + mx) * 0.25 - 0.5));
      const cy = Mathf.min(most, Mathf.max(0, (mc * px + md * py + my) * 0.25 - 0.5));
      const ix = <i32>cx, iy = <i32>cy;
      const fx = cx - <f32>ix, fy = cy - <f32>iy;
      const at = <usize>(iy * CELLS + ix) << 2;
      const v = mixed(guided + at, fx, fy) * lumaAt(row, x, format) + mixed(base + at, fx, fy);
      const hard = (v - 0.5) * 1.6 + 0.5;
      store<u8>(to + <usize>x, <u8>(Mathf.min(1, Mathf.max(0, hard)) * 255 + 0.5));
    }
  }
  return 0;
}
// @ts-ignore: decorator
@inline function mixed(at: usize, fx: f32, fy: f32): f32 {
  const top = load<f32>(at) + (load<f32>(at, 4) - load<f32>(at)) * fx;
  const bottom = load<f32>(at + CELLS * 4) + (load<f32>(at + CELLS * 4, 4) - load<f32>(at + CELLS * 4)) * fx;
  return top + (bottom - top) * fy;
}
// @ts-ignore: decorator
@inline function lumaAt(row: usize, x: i32, format: i32): f32 {
  if (format == UYVY || format == P216) return <f32>load<u8>(row + (<usize>x << 1), 1);
  const pixel = row + (<usize>x << 2);
  const first = <f32>load<u8>(pixel), green = <f32>load<u8>(pixel, 1), last = <f32>load<u8>(pixel, 2);
  const red = format == BGRA ? last : first, blue = format == BGRA ? first : last;
  return red * 0.2126 + green * 0.7152 + blue * 0.0722;
}
