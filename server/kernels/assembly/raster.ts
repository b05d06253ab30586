/**
 * Textured triangles over a 16-bit picture: the one rasteriser of the mesh likeness and of the simulated stage.
 * Pictures are four interleaved u16 channels (c0 c1 c2 alpha); a value is an 8-bit code times 256 (8.8), so full is 65280 in
 * every channel, alpha too; colour is not premultiplied. Pixel and texel centres lie at +0.5.
 */
import { FULL, firstCentre, isBelow, loadBias, loadGain, loadZuv, MAGIC, storePixel, VERTEX_BYTES } from './_raster-shared';

/** Mode bits; see drawTriangles. */
const BLEND = 1;
const NO_DEPTH = 2;
const WRITE_DEPTH_WHERE_SOLID = 4;
const CULL_ANTICLOCKWISE = 8;
/** Blending writes depth from here on; less would let what lies behind show through at the edge of a hair card. */
const SOLID: f32 = FULL * 0.9;
/** From half an 8-bit code below full, what lies under does not matter. */
const NEARLY_FULL: f32 = 65152.0;
/** What sampleBilinear's sums are too large by: texels lose one bit before the weights of 14 bits. */
const SAMPLE_SCALE: f32 = 2.0 / 16384.0;

// State of the triangle being drawn. Globals, because AssemblyScript has no structures without the managed runtime.
let texturePtr: usize = 0;
let textureRowBytes: usize = 0;
let zuvLow: v128 = f32x4.splat(0);
let zuvHigh: v128 = f32x4.splat(0);
let zuvX: v128 = f32x4.splat(0);
let gainX: v128 = f32x4.splat(0);
let biasX: v128 = f32x4.splat(0);

/** Left and right texel's channels side by side: two shuffles of one instruction each, where one would be built of six. */
// @ts-ignore: decorator
@inline
function pairs(row: v128): v128 {
  return i16x8.shuffle(row, i64x2.shuffle(row, row, 1, 1), 0, 8, 1, 9, 2, 10, 3, 11);
}

/** Texel at zuv (lanes 1 and 2: u, v in 1/128 texel), bilinear, as four floats of 1/SAMPLE_SCALE times 0…65280. */
// @ts-ignore: decorator
@inline
function sampleBilinear(zuv: v128, low: v128, high: v128, base: usize, rowBytes: usize): v128 {
  // The order of the arguments sends NaN to the lower bound: no vertex can make this read outside the texture.
  const fixed = f32x4.add(f32x4.pmin(high, f32x4.pmax(low, zuv)), f32x4.splat(MAGIC));
  const u = i32x4.extract_lane(fixed, 1) & 0x7fffff;
  const v = i32x4.extract_lane(fixed, 2) & 0x7fffff;
  const at = base + <usize>(v >> 7) * rowBytes + (<usize>(u >> 7) << 3);
  // Left and right weight packed in one word (128 − f, f), so that one product weighs both by the row's share.
  const across = 128 + (u & 127) * 0xffff;
  const lowerShares = across * (v & 127);
  const upperShares = (across << 7) - lowerShares;
  const upper = i16x8.shr_u(v128.load(at), 1);
  const lower = i16x8.shr_u(v128.load(at + rowBytes), 1);
  return f32x4.convert_i32x4_s(
    i32x4.add(
      i32x4.dot_i16x8_s(pairs(upper), i32x4.splat(upperShares)),
      i32x4.dot_i16x8_s(pairs(lower), i32x4.splat(lowerShares)),
    ),
  );
}

/** One row of one triangle. `target` and `depth` point at its first pixel. */
// @ts-ignore: decorator
@inline
function drawSpan(
  target: usize, depth: usize, count: i32, startZuv: v128, startGain: v128, startBias: v128,
  blends: bool, tests: bool, writesSolid: bool,
): void {
  let zuv = startZuv, gain = startGain, bias = startBias;
  // Copies of the globals stay in registers over the row.
  const stepZuv = zuvX, stepGain = gainX, stepBias = biasX, low = zuvLow, high = zuvHigh;
  const base = texturePtr, rowBytes = textureRowBytes;
  const end = target + (<usize>count << 3);
  while (target < end) {
    let seen = true;
    let z: f32 = 0;
    if (tests) {
      z = f32x4.extract_lane(zuv, 0);
      seen = z < load<f32>(depth);
    }
    if (seen) {
      const colour = f32x4.add(f32x4.mul(sampleBilinear(zuv, low, high, base, rowBytes), gain), bias);
      if (blends) {
        const alpha = f32x4.extract_lane(colour, 3);
        if (alpha > NEARLY_FULL) {
          storePixel(target, f32x4.replace_lane(colour, 3, FULL));
          if (writesSolid) store<f32>(depth, z);
        } else if (alpha > 0.5) {
          const under = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(v128.load64_zero(target)));
          // Full in the alpha lane makes the same line give a + under·(1 − a) there.
          const over = f32x4.sub(f32x4.replace_lane(colour, 3, FULL), under);
          const share = f32x4.splat(alpha * (1.0 / FULL));
          storePixel(target, f32x4.add(under, f32x4.mul(over, share)));
          if (writesSolid) {
            if (alpha >= SOLID) store<f32>(depth, z);
          }
        }
      } else {
        storePixel(target, colour);
        if (tests) store<f32>(depth, z);
      }
    }
    zuv = f32x4.add(zuv, stepZuv);
    gain = f32x4.add(gain, stepGain);
    bias = f32x4.add(bias, stepBias);
    target += 8;
    depth += 4;
  }
}

// One function per mode: inlined into the triangle's loop, five copies of the span would spill every register.
function cover(target: usize, depth: usize, count: i32, zuv: v128, gain: v128, bias: v128): void {
  drawSpan(target, depth, count, zuv, gain, bias, false, false, false);
}
function coverTested(target: usize, depth: usize, count: i32, zuv: v128, gain: v128, bias: v128): void {
  drawSpan(target, depth, count, zuv, gain, bias, false, true, false);
}
function blend(target: usize, depth: usize, count: i32, zuv: v128, gain: v128, bias: v128): void {
  drawSpan(target, depth, count, zuv, gain, bias, true, false, false);
}
function blendTested(target: usize, depth: usize, count: i32, zuv: v128, gain: v128, bias: v128): void {
  drawSpan(target, depth, count, zuv, gain, bias, true, true, false);
}
function blendSolid(target: usize, depth: usize, count: i32, zuv: v128, gain: v128, bias: v128): void {
  drawSpan(target, depth, count, zuv, gain, bias, true, true, true);
}

/**
 * Draws triangles into a picture.
 *
 * vertices: 12 f32 each — x, y (target px), z, u, v (texture px), gain0–2, alpha01, bias0–2 (8-bit codes).
 * indices: three u16 per triangle. texture: at least 2×2 px, rows tight; edges are clamped.
 * offsets: three f32, 8-bit codes, the value that a gain leaves alone (RGB 0 0 0; legal YUV 16 128 128).
 * Channel c gets offset + (texel − offset)·gain + bias, alpha gets texel alpha · alpha01. Attributes run linearly in the picture.
 * depth: width×height f32 or 0 with bit 1 of mode; smaller z is nearer; the caller fills it with +Infinity.
 * mode bits: 0 blend over (else overwrite), 1 no depth, 2 blending writes depth where alpha ≥ 0.9 (else it only tests),
 * 3 leave out triangles whose corners run anticlockwise on the screen.
 * A pixel belongs to a triangle by the top-left rule on shared, bit-identical edges: no cracks, nothing drawn twice.
 * Returns 0, or 1 for a texture below 2×2 px or above 32768 px.
 */
export function drawTriangles(
  vertices: usize, indices: usize, triangleCount: i32, texture: usize, offsets: usize,
  target: usize, depth: usize,
  textureWidth: i32, textureHeight: i32, targetWidth: i32, targetHeight: i32, targetStride: i32, mode: i32,
): i32 {
  if (textureWidth < 2 || textureHeight < 2 || textureWidth > 32768 || textureHeight > 32768) return 1;
  texturePtr = texture;
  textureRowBytes = <usize>textureWidth << 3;
  zuvLow = f32x4(-Infinity, 0, 0, 0);
  zuvHigh = f32x4(Infinity, <f32>(textureWidth - 1) * 128 - 1, <f32>(textureHeight - 1) * 128 - 1, 0);
  const offset = f32x4.mul(
    f32x4(load<f32>(offsets), load<f32>(offsets, 4), load<f32>(offsets, 8), 0), f32x4.splat(256),
  );
  const tests = !(mode & NO_DEPTH) && depth != 0;
  const blends = (mode & BLEND) != 0, writesSolid = (mode & WRITE_DEPTH_WHERE_SOLID) != 0;

  for (let t = 0; t < triangleCount; t++, indices += 6) {
    const a = vertices + <usize>load<u16>(indices) * VERTEX_BYTES;
    const b = vertices + <usize>load<u16>(indices, 2) * VERTEX_BYTES;
    const c = vertices + <usize>load<u16>(indices, 4) * VERTEX_BYTES;
    const ax = load<f32>(a), ay = load<f32>(a, 4);
    const abx = load<f32>(b) - ax, aby = load<f32>(b, 4) - ay;
    const acx = load<f32>(c) - ax, acy = load<f32>(c, 4) - ay;
    const area = abx * acy - aby * acx;
    // Also false for NaN. Below a thousandth of a pixel a gradient is noise.
    if (!(Mathf.abs(area) > 1e-3)) continue;
    if (mode & CULL_ANTICLOCKWISE && area < 0) continue;

    // Corners by height (then by x), so that both neighbours of an edge compute the same numbers along it.
    let top = a, mid = b, low = c, swap: usize;
    if (isBelow(top, mid)) { swap = top; top = mid; mid = swap; }
    if (isBelow(mid, low)) { swap = mid; mid = low; low = swap; }
    if (isBelow(top, mid)) { swap = top; top = mid; mid = swap; }
    const topX = load<f32>(top), topY = load<f32>(top, 4);
    const midX = load<f32>(mid), midY = load<f32>(mid, 4);
    const lowX = load<f32>(low), lowY = load<f32>(low, 4);
    const firstRow = firstCentre(topY, targetHeight), endRow = firstCentre(lowY, targetHeight);
    if (firstRow >= endRow) continue;
    const leftmost = Mathf.min(topX, Mathf.min(midX, lowX)), rightmost = Mathf.max(topX, Mathf.max(midX, lowX));
    if (!(rightmost > 0.5) || leftmost >= <f32>targetWidth) continue;
    const longSlope = (lowX - topX) / (lowY - topY);
    const upperSlope = midY > topY ? (midX - topX) / (midY - topY) : 0;
    const lowerSlope = lowY > midY ? (lowX - midX) / (lowY - midY) : 0;
    const midRow = firstCentre(midY, targetHeight);
    const longIsLeft = (midX - topX) * (lowY - topY) > (lowX - topX) * (midY - topY);

    const scale: f32 = 1.0 / area;
    const bShareX = f32x4.splat(acy * scale), bShareY = f32x4.splat(-acx * scale);
    const cShareX = f32x4.splat(-aby * scale), cShareY = f32x4.splat(abx * scale);
    const zuvA = loadZuv(a), zuvB = f32x4.sub(loadZuv(b), zuvA), zuvC = f32x4.sub(loadZuv(c), zuvA);
    const gainA = loadGain(a, SAMPLE_SCALE), gainB = f32x4.sub(loadGain(b, SAMPLE_SCALE), gainA), gainC = f32x4.sub(loadGain(c, SAMPLE_SCALE), gainA);
    const biasA = loadBias(a, offset);
    const biasB = f32x4.sub(loadBias(b, offset), biasA);
    const biasC = f32x4.sub(loadBias(c, offset), biasA);
    zuvX = f32x4.add(f32x4.mul(zuvB, bShareX), f32x4.mul(zuvC, cShareX));
    gainX = f32x4.add(f32x4.mul(gainB, bShareX), f32x4.mul(gainC, cShareX));
    biasX = f32x4.add(f32x4.mul(biasB, bShareX), f32x4.mul(biasC, cShareX));
    const zuvY = f32x4.add(f32x4.mul(zuvB, bShareY), f32x4.mul(zuvC, cShareY));
    const gainY = f32x4.add(f32x4.mul(gainB, bShareY), f32x4.mul(gainC, cShareY));
    const biasY = f32x4.add(f32x4.mul(biasB, bShareY), f32x4.mul(biasC, cShareY));

    const firstDy = f32x4.splat(<f32>firstRow - 0.5 - ay);
    let zuvRow = f32x4.add(zuvA, f32x4.mul(zuvY, firstDy));
    let gainRow = f32x4.add(gainA, f32x4.mul(gainY, firstDy));
    let biasRow = f32x4.add(biasA, f32x4.mul(biasY, firstDy));
    for (let y = firstRow; y < endRow; y++) {
      zuvRow = f32x4.add(zuvRow, zuvY);
      gainRow = f32x4.add(gainRow, gainY);
      biasRow = f32x4.add(biasRow, biasY);
      const centreY = <f32>y + 0.5;
      const longX = topX + (centreY - topY) * longSlope;
      const shortX = y < midRow ? topX + (centreY - topY) * upperSlope : midX + (centreY - midY) * lowerSlope;
      const x = firstCentre(longIsLeft ? longX : shortX, targetWidth);
      const count = firstCentre(longIsLeft ? shortX : longX, targetWidth) - x;
      if (count <= 0) continue;
      const dx = f32x4.splat(<f32>x + 0.5 - ax);
      const zuv = f32x4.add(zuvRow, f32x4.mul(zuvX, dx));
      const gain = f32x4.add(gainRow, f32x4.mul(gainX, dx));
      const bias = f32x4.add(biasRow, f32x4.mul(biasX, dx));
      const pixel = target + <usize>(y * targetStride) + (<usize>x << 3);
      const depthAt = depth + (<usize>(y * targetWidth + x) << 2);
      if (!blends) {
        if (tests) coverTested(pixel, depthAt, count, zuv, gain, bias);
        else cover(pixel, depthAt, count, zuv, gain, bias);
      } else if (!tests) blend(pixel, depthAt, count, zuv, gain, bias);
      else if (writesSolid) blendSolid(pixel, depthAt, count, zuv, gain, bias);
      else blendTested(pixel, depthAt, count, zuv, gain, bias);
    }
  }
  return 0;
}

/** Fills a depth picture (or any f32 array) with one value. count is a multiple of 4 or the 64 spare bytes take the rest. */
export function fillDepth(depth: usize, count: i32, value: f32): i32 {
  const four = f32x4.splat(value);
  const end = depth + (<usize>count << 2);
  for (; depth < end; depth += 16) v128.store(depth, four);
  return 0;
}

export { clearLayers, markFolds, splitLayers } from './_raster-layers';
export { drawSkin, touch } from './_raster-skin';
