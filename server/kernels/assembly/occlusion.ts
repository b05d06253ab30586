/**
 * What hides a face: a small face-aligned crop is compared with the face's own learned appearance in texture space. Grids are
 * CELLS × CELLS, rows tight; a cell is 4 × 4 pixels of the 256 px crop. Host: server/kernels/occlusion.ts.
 *
 * seen: 4 f32 per cell — luma (picture's codes), R − G, B − G, 0. map: 2 f32 per cell — where on the texture the cell lies,
 * texels, or −1. model: 8 f32 per texel — luma, R − G, B − G, variance of luma, variance of the differences, count, 0, 0.
 * light: 8 f32 — gain, offset, slope x, slope y of luma, offsets of R − G and B − G, 0, 0.
 */
import { CELLS, COUNT } from './_occlusion-plane';

const TEXELS: i32 = 32;
/** A texel that was seen in fewer pictures says nothing. */
const LEAST_SEEN: f32 = 3;
/** Square of the least cosine between a triangle and the line of sight. */
const LEAST_FACING: f32 = 0.16;
/** Variances that the learned ones are held above, squared codes. */
const FLOOR_LUMA: f32 = 36;
const FLOOR_COLOUR: f32 = 40;
const MOST_EVIDENCE: f32 = 40;

// @ts-ignore: decorator
@inline function centred(i: i32): f32 {
  return (<f32>i + 0.5 - <f32>(CELLS / 2)) / <f32>(CELLS / 2);
}

/** Means of 4 × 4 luma pixels and the colour differences of a 64 × 64 RGB crop. */
export function gather(luma: usize, rgb: usize, seen: usize): i32 {
  for (let y = 0; y < CELLS; y++) {
    for (let x = 0; x < CELLS; x++, rgb += 3, seen += 16) {
      let sum: u32 = 0;
      for (let j = 0; j < 4; j++) {
        const row = luma + <usize>((y * 4 + j) * CELLS * 4 + x * 4);
        sum += <u32>load<u8>(row) + load<u8>(row, 1) + load<u8>(row, 2) + load<u8>(row, 3);
      }
      const g = <f32>load<u8>(rgb, 1);
      store<f32>(seen, <f32>sum / 16);
      store<f32>(seen, <f32>load<u8>(rgb) - g, 4);
      store<f32>(seen, <f32>load<u8>(rgb, 2) - g, 8);
      store<f32>(seen, 0, 12);
    }
  }
  return 0;
}

/**
 * Where on the texture each cell lies. points: 3 f32 each, x y in crop pixels, smaller z is nearer. uvs: 2 f32, 0 … 1.
 * A triangle whose corners do not run anticlockwise (x right, y down) is turned away. depth: scratch, one f32 per cell.
 */
export function place(points: usize, uvs: usize, indices: usize, triangles: i32, map: usize, depth: usize): i32 {
  for (let i = 0; i < COUNT; i++) {
    store<f32>(map + (<usize>i << 3), -1);
    store<f32>(map + (<usize>i << 3), -1, 4);
    store<f32>(depth + (<usize>i << 2), Infinity);
  }
  for (let t = 0; t < triangles; t++, indices += 6) {
    const ia = <usize>load<u16>(indices), ib = <usize>load<u16>(indices, 2), ic = <usize>load<u16>(indices, 4);
    const a = points + ia * 12, b = points + ib * 12, c = points + ic * 12;
    const ax = load<f32>(a) * 0.25 - 0.5, ay = load<f32>(a, 4) * 0.25 - 0.5;
    const bx = load<f32>(b) * 0.25 - 0.5, by = load<f32>(b, 4) * 0.25 - 0.5;
    const cx = load<f32>(c) * 0.25 - 0.5, cy = load<f32>(c, 4) * 0.25 - 0.5;
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (!(area < -0.001)) continue;
    // Grazing skin looks like itself from nowhere: a triangle turned by more than about 66° is left out.
    const bz = (load<f32>(b, 8) - load<f32>(a, 8)) * 0.25, cz = (load<f32>(c, 8) - load<f32>(a, 8)) * 0.25;
    const nx = (by - ay) * cz - bz * (cy - ay), ny = bz * (cx - ax) - (bx - ax) * cz;
    if (area * area < (nx * nx + ny * ny + area * area) * LEAST_FACING) continue;
    const x0 = <i32>max<f32>(0, Mathf.ceil(min(ax, min(bx, cx)))), x1 = <i32>min<f32>(<f32>(CELLS - 1), Mathf.floor(max(ax, max(bx, cx))));
    const y0 = <i32>max<f32>(0, Mathf.ceil(min(ay, min(by, cy)))), y1 = <i32>min<f32>(<f32>(CELLS - 1), Mathf.floor(max(ay, max(by, cy))));
    const ua = uvs + (ia << 3), ub = uvs + (ib << 3), uc = uvs + (ic << 3);
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        const px = <f32>x, py = <f32>y;
        const wb = ((px - ax) * (cy - ay) - (py - ay) * (cx - ax)) / area;
        const wc = ((bx - ax) * (py - ay) - (by - ay) * (px - ax)) / area;
        const wa: f32 = 1 - wb - wc;
        if (wa < 0 || wb < 0 || wc < 0) continue;
        const z = wa * load<f32>(a, 8) + wb * load<f32>(b, 8) + wc * load<f32>(c, 8);
        const at = y * CELLS + x;
        if (!(z < load<f32>(depth + (<usize>at << 2)))) continue;
        store<f32>(depth + (<usize>at << 2), z);
        const to = map + (<usize>at << 3);
        store<f32>(to, (wa * load<f32>(ua) + wb * load<f32>(ub) + wc * load<f32>(uc)) * <f32>TEXELS);
        store<f32>(to, (wa * load<f32>(ua, 4) + wb * load<f32>(ub, 4) + wc * load<f32>(uc, 4)) * <f32>TEXELS, 4);
      }
    }
  }
  return 0;
}

// The model at one place: mean of the four texels round it, by nearness, leaving out what was hardly seen.
let mLuma: f32 = 0, mA: f32 = 0, mB: f32 = 0, mVarLuma: f32 = 0, mVarColour: f32 = 0;
function lookUp(model: usize, u: f32, v: f32): bool {
  const fu = u - 0.5, fv = v - 0.5;
  const iu = <i32>Mathf.floor(fu), iv = <i32>Mathf.floor(fv);
  mLuma = 0;
  mA = 0;
  mB = 0;
  mVarLuma = 0;
  mVarColour = 0;
  let sum: f32 = 0;
  for (let k = 0; k < 4; k++) {
    const x = iu + (k & 1), y = iv + (k >> 1);
    if (x < 0 || y < 0 || x >= TEXELS || y >= TEXELS) continue;
    const texel = model + (<usize>(y * TEXELS + x) << 5);
    if (load<f32>(texel, 20) < LEAST_SEEN) continue;
    const w = Mathf.max(0.001, (1 - Mathf.abs(fu - <f32>x)) * (1 - Mathf.abs(fv - <f32>y)));
    sum += w;
    mLuma += w * load<f32>(texel);
    mA += w * load<f32>(texel, 4);
    mB += w * load<f32>(texel, 8);
    mVarLuma += w * load<f32>(texel, 12);
    mVarColour += w * load<f32>(texel, 16);
  }
  if (sum <= 0) return false;
  mLuma /= sum;
  mA /= sum;
  mB /= sum;
  mVarLuma /= sum;
  mVarColour /= sum;
  return true;
}

/**
 * evidence: one f32 per cell — squared distance from the model in its own standard deviations, 0 … 40; −1 where the face is not,
 * or was never seen. Returns how many cells could be compared.
 */
export function compare(seen: usize, map: usize, model: usize, light: usize, evidence: usize): i32 {
  const gain = load<f32>(light), offset = load<f32>(light, 4), slopeX = load<f32>(light, 8), slopeY = load<f32>(light, 12);
  const offsetA = load<f32>(light, 16), offsetB = load<f32>(light, 20);
  let compared = 0;
  for (let i = 0; i < COUNT; i++, seen += 16, map += 8, evidence += 4) {
    const u = load<f32>(map);
    if (u < 0 || !lookUp(model, u, load<f32>(map, 4))) {
      store<f32>(evidence, -1);
      continue;
    }
    compared++;
    const luma = load<f32>(seen);
    const expected = gain * mLuma + offset + slopeX * centred(i & (CELLS - 1)) + slopeY * centred(i / CELLS);
    // Two whites are alike, however much whiter one of them ought to be.
    const dy = luma >= 228 && expected >= 228 ? <f32>0 : luma - expected;
    const da = load<f32>(seen, 4) - gain * mA - offsetA;
    const db = load<f32>(seen, 8) - gain * mB - offsetB;
    const e = (dy * dy) / (gain * gain * mVarLuma + FLOOR_LUMA) + (da * da + db * db) / (gain * gain * mVarColour + FLOOR_COLOUR);
    store<f32>(evidence, Mathf.min(MOST_EVIDENCE, e));
  }
  return compared;
}

/**
 * What the model would look like under the light, per cell: 5 f32 — luma, R − G, B − G, and one over the variances of luma and of
 * the differences; the fourth is −1 where the face is not or was never seen.
 */
export function predict(map: usize, model: usize, light: usize, expected: usize): i32 {
  const gain = load<f32>(light), offset = load<f32>(light, 4), slopeX = load<f32>(light, 8), slopeY = load<f32>(light, 12);
  const offsetA = load<f32>(light, 16), offsetB = load<f32>(light, 20);
  for (let i = 0; i < COUNT; i++, map += 8, expected += 20) {
    const u = load<f32>(map);
    if (u < 0 || !lookUp(model, u, load<f32>(map, 4))) {
      store<f32>(expected, -1, 12);
      continue;
    }
    store<f32>(expected, gain * mLuma + offset + slopeX * centred(i & (CELLS - 1)) + slopeY * centred(i / CELLS));
    store<f32>(expected, gain * mA + offsetA, 4);
    store<f32>(expected, gain * mB + offsetB, 8);
    store<f32>(expected, 1 / (gain * gain * mVarLuma + FLOOR_LUMA), 12);
    store<f32>(expected, 1 / (gain * gain * mVarColour + FLOOR_COLOUR), 16);
  }
  return 0;
}
/**
 * How well the expected face fits when it is moved by whole cells: (2 · radius + 1)² f32, rows of dy from −radius; each the sum over
 * every `step`th cell of 1 − evidence / weak, where that is above 0, weighted ¼ … 1 by the structure expected there.
 */
export function shiftScores(seen: usize, expected: usize, scores: usize, radius: i32, step: i32, weak: f32): i32 {
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++, scores += 4) {
      let sum: f32 = 0;
      for (let y = max(0, -dy); y < min(CELLS, CELLS - dy); y += step) {
        for (let x = max(0, -dx); x < min(CELLS, CELLS - dx); x += step) {
          const want = expected + <usize>((y * CELLS + x) * 20);
          const precision = load<f32>(want, 12);
          if (precision < 0) continue;
          const cell = seen + (<usize>((y + dy) * CELLS + x + dx) << 4);
          const d = load<f32>(cell) - load<f32>(want), a = load<f32>(cell, 4) - load<f32>(want, 4), b = load<f32>(cell, 8) - load<f32>(want, 8);
          const e = d * d * precision + (a * a + b * b) * load<f32>(want, 16);
          // Plain skin fits beside itself as well: what has structure says where.
          const across = x + 1 < CELLS && load<f32>(want, 32) > 0 ? Mathf.abs(load<f32>(want, 20) - load<f32>(want)) : <f32>0;
          if (e < weak) sum += (1 - e / weak) * (0.25 + Mathf.min(0.75, across * 0.04));
        }
      }
      store<f32>(scores, sum);
    }
  }
  return 0;
}

// Normal equations of the light: 4 unknowns and the right side, rows of 5 f64; the caller's scratch.
let normal: usize = 0;
function addRow(f0: f64, f1: f64, f2: f64, f3: f64, value: f64, weight: f64): void {
  addTo(0, f0 * weight, f0, f1, f2, f3, value);
  addTo(1, f1 * weight, f0, f1, f2, f3, value);
  addTo(2, f2 * weight, f0, f1, f2, f3, value);
  addTo(3, f3 * weight, f0, f1, f2, f3, value);
}
// @ts-ignore: decorator
@inline function addTo(row: usize, w: f64, f0: f64, f1: f64, f2: f64, f3: f64, value: f64): void {
  const at = normal + row * 40;
  store<f64>(at, load<f64>(at) + w * f0);
  store<f64>(at, load<f64>(at, 8) + w * f1, 8);
  store<f64>(at, load<f64>(at, 16) + w * f2, 16);
  store<f64>(at, load<f64>(at, 24) + w * f3, 24);
  store<f64>(at, load<f64>(at, 32) + w * value, 32);
}
/** Gauss–Jordan on a symmetric positive system; the ridge keeps its diagonal away from 0. */
function solve(): void {
  for (let k: usize = 0; k < 4; k++) {
    const pivot = load<f64>(normal + k * 48);
    for (let j: usize = 0; j < 5; j++) {
      const at = normal + k * 40 + j * 8;
      store<f64>(at, load<f64>(at) / pivot);
    }
    for (let i: usize = 0; i < 4; i++) {
      if (i == k) continue;
      const factor = load<f64>(normal + i * 40 + k * 8);
      for (let j: usize = 0; j < 5; j++) {
        const at = normal + i * 40 + j * 8;
        store<f64>(at, load<f64>(at) - factor * load<f64>(normal + k * 40 + j * 8));
      }
    }
  }
}

/**
 * Light under which the model looks most like the crop, by the cells that agreed in `evidence` (Geman–McClure weights), held
 * a little to the light before. scratch: 160 bytes.
 */
export function fitLight(seen: usize, map: usize, model: usize, light: usize, evidence: usize, scratch: usize): i32 {
  normal = scratch;
  memory.fill(normal, 0, 160);
  for (let k: usize = 0; k < 4; k++) {
    const ridge: f64 = k == 0 ? 2000 : 1;
    store<f64>(normal + k * 48, ridge);
    store<f64>(normal + k * 40 + 32, ridge * <f64>load<f32>(light + (k << 2)));
  }
  for (let i = 0; i < COUNT; i++) {
    const e = load<f32>(evidence + (<usize>i << 2));
    const cell = map + (<usize>i << 3);
    if (e < 0 || !lookUp(model, load<f32>(cell), load<f32>(cell, 4))) continue;
    const r: f64 = 1 + <f64>e * 0.25;
    addRow(mLuma, 1, centred(i & (CELLS - 1)), centred(i / CELLS), load<f32>(seen + (<usize>i << 4)), 1 / (r * r));
  }
  solve();
  for (let k: usize = 0; k < 4; k++) store<f32>(light + (k << 2), <f32>load<f64>(normal + k * 40 + 32));
  const gain = Mathf.min(4, Mathf.max(0.25, load<f32>(light)));
  store<f32>(light, gain);
  let sum: f64 = 1, sumA: f64 = load<f32>(light, 16), sumB: f64 = load<f32>(light, 20);
  for (let i = 0; i < COUNT; i++) {
    const e = load<f32>(evidence + (<usize>i << 2));
    const cell = map + (<usize>i << 3);
    if (e < 0 || !lookUp(model, load<f32>(cell), load<f32>(cell, 4))) continue;
    const r: f64 = 1 + <f64>e * 0.25, w = 1 / (r * r);
    sum += w;
    sumA += w * <f64>(load<f32>(seen + (<usize>i << 4), 4) - gain * mA);
    sumB += w * <f64>(load<f32>(seen + (<usize>i << 4), 8) - gain * mB);
  }
  store<f32>(light, <f32>(sumA / sum), 16);
  store<f32>(light, <f32>(sumB / sum), 20);
  return 0;
}

/** Takes the crop into the model where `mask` (u8 per cell) is 255: a running mean that forgets after `memoryFrames` pictures. */
export function learn(seen: usize, map: usize, model: usize, light: usize, mask: usize, memoryFrames: f32): i32 {
  const gain = load<f32>(light), offset = load<f32>(light, 4), slopeX = load<f32>(light, 8), slopeY = load<f32>(light, 12);
  const offsetA = load<f32>(light, 16), offsetB = load<f32>(light, 20);
  for (let i = 0; i < COUNT; i++) {
    const u = load<f32>(map + (<usize>i << 3)), v = load<f32>(map + (<usize>i << 3), 4);
    if (u < 0 || load<u8>(mask + <usize>i) != 255) continue;
    const x = min(TEXELS - 1, <i32>u), y = min(TEXELS - 1, max(0, <i32>v));
    const texel = model + (<usize>(y * TEXELS + x) << 5);
    const cell = seen + (<usize>i << 4);
    const luma = (load<f32>(cell) - offset - slopeX * centred(i & (CELLS - 1)) - slopeY * centred(i / CELLS)) / gain;
    const a = (load<f32>(cell, 4) - offsetA) / gain, b = (load<f32>(cell, 8) - offsetB) / gain;
    const count = Mathf.min(memoryFrames, load<f32>(texel, 20) + 1);
    const k: f32 = 1 / count;
    const dy = luma - load<f32>(texel), da = a - load<f32>(texel, 4), db = b - load<f32>(texel, 8);
    store<f32>(texel, load<f32>(texel) + k * dy);
    store<f32>(texel, load<f32>(texel, 4) + k * da, 4);
    store<f32>(texel, load<f32>(texel, 8) + k * db, 8);
    // The first look has no spread of its own.
    if (count > 1) {
      store<f32>(texel, load<f32>(texel, 12) + k * (dy * dy - load<f32>(texel, 12)), 12);
      store<f32>(texel, load<f32>(texel, 16) + k * ((da * da + db * db) * 0.5 - load<f32>(texel, 16)), 16);
    }
    store<f32>(texel, count, 20);
  }
  return 0;
}

/**
 * Where something new came into the picture: `alert` (u8 per cell) is set to `hold` where a cell differs from where the flow says
 * it was in the picture before, and runs down by one a picture elsewhere. A surface that turns or is lit anew changes little from
 * picture to picture; what moves in front of it does not. before: the last picture's `seen`; backward: (u, v) f32 per cell, crop
 * pixels from this picture to the last; the mean change of all cells (a flash) is taken out. Returns the new alerts on the face.
 */
export function disturb(
  seen: usize, before: usize, backward: usize, map: usize, alert: usize, hold: i32, lumaCodes: f32, colourCodes: f32,
): i32 {
  let sum: f32 = 0, sumBefore: f32 = 0;
  for (let i = 0; i < COUNT; i++) {
    if (load<f32>(map + (<usize>i << 3)) < 0) continue;
    sum += load<f32>(seen + (<usize>i << 4));
    sumBefore += load<f32>(before + (<usize>i << 4));
  }
  const gain = sumBefore > 0 && sum > 0 ? sum / sumBefore : <f32>1;
  const most = <f32>(CELLS - 1) - 0.001;
  let alerts = 0;
  for (let y = 0; y < CELLS; y++) {
    for (let x = 0; x < CELLS; x++) {
      const i = y * CELLS + x;
      const flow = backward + (<usize>i << 3);
      const fx = Mathf.min(most, Mathf.max(0, <f32>x + load<f32>(flow) * 0.25));
      const fy = Mathf.min(most, Mathf.max(0, <f32>y + load<f32>(flow, 4) * 0.25));
      const ix = <i32>fx, iy = <i32>fy;
      const at = before + (<usize>(iy * CELLS + ix) << 4);
      const wx = f32x4.splat(fx - <f32>ix), wy = f32x4.splat(fy - <f32>iy);
      const top = f32x4.add(v128.load(at), f32x4.mul(f32x4.sub(v128.load(at, 16), v128.load(at)), wx));
      const low = f32x4.add(v128.load(at, CELLS * 16), f32x4.mul(f32x4.sub(v128.load(at, CELLS * 16 + 16), v128.load(at, CELLS * 16)), wx));
      const was = f32x4.mul(f32x4.add(top, f32x4.mul(f32x4.sub(low, top), wy)), f32x4.splat(gain));
      const change = f32x4.abs(f32x4.sub(v128.load(seen + (<usize>i << 4)), was));
      const isNew = f32x4.extract_lane(change, 0) > lumaCodes
        || f32x4.extract_lane(change, 1) > colourCodes || f32x4.extract_lane(change, 2) > colourCodes;
      const left = <i32>load<u8>(alert + <usize>i);
      store<u8>(alert + <usize>i, <u8>(isNew ? hold : max(0, left - 1)));
      if (isNew && load<f32>(map + (<usize>i << 3)) >= 0) alerts++;
    }
  }
  return alerts;
}

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

const RADIUS: i32 = 2;
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
        store<f32>(scratch + (<usize>at << 2), sum / 5);
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

export { moveWith } from './_occlusion-motion';
export { plane } from './_occlusion-plane';
