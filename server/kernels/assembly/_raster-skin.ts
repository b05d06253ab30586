/**
 * The mesh likeness's own way of drawing: textures of bytes, and depth only where the surface lies over itself (_raster-layers.ts).
 */
import { firstCentre, isBelow, loadBias, loadGain, loadZuv, MAGIC, VERTEX_BYTES } from './_raster-shared';

/** Gains are 3.13: up to four. */
const GAIN_ONE: f32 = 8192;
/** Full, as litPair has it: codes times 32. */
const FULL_PART: i16 = 8160;
/** Texels are 16.16; a float holds 12 bits of them exactly up to 1023 texels. From the 1/128 of zuv. */
const UV_SCALE: f32 = 32;
const UV_SHIFT = 4;
/** Even. */
const LONGEST = 32;

/** Rounds four floats within ±4 million to integers. */
// @ts-ignore: decorator
@inline
function whole(value: v128): v128 {
  return i32x4.sub(f32x4.add(value, f32x4.splat(12582912.0)), i32x4.splat(0x4b400000));
}

/**
 * Two pixels side by side, 8.8: texels bilinear at uv (u, v, u, v as 16.16, from the first texel's centre), times gains (3.13), plus biases
 * (codes times 32). In 16 bits throughout: what is rounded away is 1/32 of an 8-bit code, an eighth of a 10-bit one.
 */
// @ts-ignore: decorator
@inline
function litPair(uv: v128, high: v128, texture: usize, rowBytes: usize, strides: v128, gains: v128, biases: v128): v128 {
  const held = i32x4.min_s(high, i32x4.max_s(uv, i32x4.splat(0)));
  const texel = i32x4.shr_u(held, 16);
  const at = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(texel, texel), strides);
  const first = texture + <usize>i32x4.extract_lane(at, 0), second = texture + <usize>i32x4.extract_lane(at, 1);
  // 7 bits of each fraction, twice side by side: only shuffles of whole words are one instruction in V8.
  const part = v128.and(i32x4.shr_u(held, 9), i32x4.splat(127));
  const parts = v128.or(part, i32x4.shl(part, 16));
  const firstUpper = v128.load8x8_u(first), secondUpper = v128.load8x8_u(second);
  const firstDown = i16x8.mul(
    i16x8.sub(v128.load8x8_u(first + rowBytes), firstUpper), i32x4.shuffle(parts, parts, 1, 1, 1, 1));
  const secondDown = i16x8.mul(
    i16x8.sub(v128.load8x8_u(second + rowBytes), secondUpper), i32x4.shuffle(parts, parts, 3, 3, 3, 3));
  const a = i16x8.add(i16x8.shl(firstUpper, 7), firstDown), b = i16x8.add(i16x8.shl(secondUpper, 7), secondDown);
  const left = i64x2.shuffle(a, b, 0, 2), right = i64x2.shuffle(a, b, 1, 3);
  const across = i16x8.shl(i32x4.shuffle(parts, parts, 0, 0, 2, 2), 8);
  const sample = i16x8.add(left, i16x8.q15mulr_sat_s(i16x8.sub(right, left), across));
  const lit = i16x8.add_sat_s(i16x8.q15mulr_sat_s(sample, gains), biases);
  return i16x8.shl(i16x8.min_s(i16x8.splat(FULL_PART), i16x8.max_s(lit, i16x8.splat(0))), 3);
}

/** One triangle. Inlined into a function per kind of drawing: called row by row, its state would go through memory each time. */
// @ts-ignore: decorator
@inline
function drawOne(
  a: usize, b: usize, c: usize, texture: usize, offset: v128, target: usize, depth: usize, rowBytes: usize,
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
  const biasScale = f32x4.splat(1.0 / 8.0);
  const gainA = loadGain(a, GAIN_ONE);
  const gainB = f32x4.sub(loadGain(b, GAIN_ONE), gainA), gainC = f32x4.sub(loadGain(c, GAIN_ONE), gainA);
  const biasA = f32x4.mul(loadBias(a, offset), biasScale);
  const biasB = f32x4.sub(f32x4.mul(loadBias(b, offset), biasScale), biasA);
  const biasC = f32x4.sub(f32x4.mul(loadBias(c, offset), biasScale), biasA);
  const zuvX = f32x4.add(f32x4.mul(zuvB, bShareX), f32x4.mul(zuvC, cShareX));
  const gainX = f32x4.add(f32x4.mul(gainB, bShareX), f32x4.mul(gainC, cShareX));
  const biasX = f32x4.add(f32x4.mul(biasB, bShareX), f32x4.mul(biasC, cShareX));
  const zuvY = f32x4.add(f32x4.mul(zuvB, bShareY), f32x4.mul(zuvC, cShareY));
  const gainY = f32x4.add(f32x4.mul(gainB, bShareY), f32x4.mul(gainC, cShareY));
  const biasY = f32x4.add(f32x4.mul(biasB, bShareY), f32x4.mul(biasC, cShareY));
  // At the middle of pixel 0 of the row before the first.
  const toRow = f32x4.splat(<f32>firstRow - 0.5 - ay), toPixel = f32x4.splat(0.5 - ax);
  let zuvRow = f32x4.add(f32x4.add(zuvA, f32x4.mul(zuvY, toRow)), f32x4.mul(zuvX, toPixel));
  let gainRow = f32x4.add(f32x4.add(gainA, f32x4.mul(gainY, toRow)), f32x4.mul(gainX, toPixel));
  let biasRow = f32x4.add(f32x4.add(biasA, f32x4.mul(biasY, toRow)), f32x4.mul(biasX, toPixel));

  const limit = f32x4.splat(<f32>targetWidth);
  // Steps of two pixels at a time, and what the second pixel is ahead of the first.
  const strides = i16x8(4, <i16>rowBytes, 4, <i16>rowBytes, 0, 0, 0, 0);
  const uvX = i32x4.trunc_sat_f32x4_s(f32x4.mul(zuvX, f32x4.splat(UV_SCALE * <f32>(1 << UV_SHIFT))));
  const uvBoth = i32x4.shuffle(uvX, uvX, 1, 2, 1, 2);
  // Half a step of litPair's sampler, so that it rounds.
  const uvNext = i32x4.add(v128.and(uvBoth, i32x4(0, 0, -1, -1)), i32x4.splat(256)), uvStep = i32x4.shl(uvBoth, 1);
  const gainTwo = whole(f32x4.add(gainX, gainX)), biasTwo = whole(f32x4.add(biasX, biasX));
  const gainStep = i16x8.narrow_i32x4_s(gainTwo, gainTwo), biasStep = i16x8.narrow_i32x4_s(biasTwo, biasTwo);
  const nearX = i32x4.shuffle(zuvX, zuvX, 0, 0, 0, 0), nearTwo = f32x4.add(nearX, nearX);
  const uvHigh = i32x4.splat(((<i32>(rowBytes >> 2) - 1) << 16) - 1);
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
      let pixel = row + (<usize>x << 3);
      const dx = f32x4.splat(<f32>x);
      const zuv = f32x4.add(zuvRow, f32x4.mul(zuvX, dx));
      const gain = f32x4.add(gainRow, f32x4.mul(gainX, dx));
      const bias = f32x4.add(biasRow, f32x4.mul(biasX, dx));
      let deep = depthRow + (<usize>x << 2);
      for (let left = count, done = 0; left > 0; left -= LONGEST, done += LONGEST) {
        // Anew every so many pixels, so that steps rounded to 16 bits never add up to anything.
        const far = f32x4.splat(<f32>done);
        const texelRow = f32x4.add(zuv, f32x4.mul(zuvX, far));
        const fixed = i32x4.shl(whole(f32x4.mul(texelRow, f32x4.splat(UV_SCALE))), UV_SHIFT);
        let uv = i32x4.add(i32x4.shuffle(fixed, fixed, 1, 2, 1, 2), uvNext);
        const light = f32x4.add(gain, f32x4.mul(gainX, far)), tone = f32x4.add(bias, f32x4.mul(biasX, far));
        let gains = i16x8.narrow_i32x4_s(whole(light), whole(f32x4.add(light, gainX)));
        let biases = i16x8.narrow_i32x4_s(whole(tone), whole(f32x4.add(tone, biasX)));
        const end = pixel + (<usize>min(left, LONGEST) << 3);
        let z = f32x4.splat(0);
        if (tests) {
          const near = i32x4.shuffle(texelRow, texelRow, 0, 0, 0, 0);
          z = f32x4.add(near, f32x4.mul(nearX, f32x4(0, 1, 0, 0)));
        }
        for (;;) {
          const isLast = pixel + 16 > end;
          let seen = i32x4.splat(-1);
          if (tests) {
            // Pixels that are further away than what is there stay. The second of the last pair is no pixel of this row.
            const there = v128.load64_zero(deep);
            seen = f32x4.lt(z, there);
            const nearest = f32x4.pmin(there, z);
            if (isLast) v128.store32_lane(deep, nearest, 0);
            else v128.store64_lane(deep, nearest, 0);
            deep += 8;
            z = f32x4.add(z, nearTwo);
          }
          if (!tests || (i32x4.extract_lane(seen, 0) | (isLast ? 0 : i32x4.extract_lane(seen, 1))) != 0) {
            let colours = litPair(uv, uvHigh, texture, rowBytes, strides, gains, biases);
            if (tests) colours = v128.bitselect(colours, v128.load(pixel), i32x4.shuffle(seen, seen, 0, 0, 1, 1));
            if (isLast) v128.store64_lane(pixel, colours, 0);
            else v128.store(pixel, colours);
          }
          pixel += 16;
          if (pixel >= end) {
            pixel = end;
            break;
          }
          uv = i32x4.add(uv, uvStep);
          gains = i16x8.add(gains, gainStep);
          biases = i16x8.add(biases, biasStep);
        }
      }
    }
  }
}

/**
 * drawTriangles (raster.ts) in mode 0 for a square texture of bytes: u8×4 per texel, alpha too, 2…1023 px a side. depth 0: no test.
 * Returns 0, or 1 for a texture outside these sizes.
 */
export function drawSkin(
  vertices: usize, indices: usize, triangleCount: i32, texture: usize, offsets: usize, target: usize, depth: usize,
  textureSize: i32, targetWidth: i32, targetHeight: i32, targetStride: i32,
): i32 {
  if (textureSize < 2 || textureSize > 1023) return 1;
  const rowBytes = <usize>textureSize << 2;
  const offset = f32x4.mul(
    f32x4(load<f32>(offsets), load<f32>(offsets, 4), load<f32>(offsets, 8), 0), f32x4.splat(256),
  );
  if (depth == 0) drawPlain(vertices, indices, triangleCount, texture, offset, target, rowBytes, targetWidth, targetHeight, targetStride);
  else drawTested(vertices, indices, triangleCount, texture, offset, target, depth, rowBytes, targetWidth, targetHeight, targetStride);
  return 0;
}

/**
 * Reads one byte of every cache line, in order: triangles then find the texture near by. They reach for it in many short rows, which no
 * processor foresees, and waiting for them was a third of the drawing. The sum is of no use.
 */
export function touch(from: usize, bytes: i32): i32 {
  let a: u32 = 0, b: u32 = 0;
  for (const end = from + <usize>bytes; from < end; from += 256) {
    a += <u32>load<u8>(from) + load<u8>(from, 128);
    b += <u32>load<u8>(from, 64) + load<u8>(from, 192);
  }
  return <i32>(a + b);
}

function drawPlain(
  vertices: usize, indices: usize, triangleCount: i32, texture: usize, offset: v128, target: usize,
  rowBytes: usize, targetWidth: i32, targetHeight: i32, targetStride: i32,
): void {
  for (const end = indices + <usize>triangleCount * 6; indices < end; indices += 6) {
    drawOne(
      vertices + <usize>load<u16>(indices) * VERTEX_BYTES, vertices + <usize>load<u16>(indices, 2) * VERTEX_BYTES,
      vertices + <usize>load<u16>(indices, 4) * VERTEX_BYTES,
      texture, offset, target, 0, rowBytes, targetWidth, targetHeight, targetStride, false,
    );
  }
}
function drawTested(
  vertices: usize, indices: usize, triangleCount: i32, texture: usize, offset: v128, target: usize, depth: usize,
  rowBytes: usize, targetWidth: i32, targetHeight: i32, targetStride: i32,
): void {
  for (const end = indices + <usize>triangleCount * 6; indices < end; indices += 6) {
    drawOne(
      vertices + <usize>load<u16>(indices) * VERTEX_BYTES, vertices + <usize>load<u16>(indices, 2) * VERTEX_BYTES,
      vertices + <usize>load<u16>(indices, 4) * VERTEX_BYTES,
      texture, offset, target, depth, rowBytes, targetWidth, targetHeight, targetStride, true,
    );
  }
}
