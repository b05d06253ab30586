/**
 * What hides a face: a small face-aligned crop is compared with the face's own learned appearance in texture space. Grids are
 * CELLS × CELLS, rows tight; a cell is 4 × 4 pixels of the 256 px crop. Host: server/kernels/occlusion.ts.
 *
 * seen: 4 f32 per cell — luma (picture's codes), R − G, B − G, 0. map: 2 f32 per cell — where on the texture the cell lies,
 * texels, or −1; of a cell round the face u is −2 − its u. model: 8 f32 per texel — luma, R − G, B − G, variance of luma, variance of the differences, count, 0, 0.
 * light: 8 f32 — gain, offset, slope x, slope y of luma, offsets of R − G and B − G, 0, 0.
 */
import { BESIDE, centred, CELLS, COUNT, ROWS, TEXELS } from './_occlusion-plane';

/** Square of the least cosine between a triangle and the line of sight. */
const LEAST_FACING: f32 = 0.16;


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
 * A triangle whose corners do not run anticlockwise (x right, y down) is turned away. depth: one f32 per cell, the z there; infinite where the face is not.
 * From triangle number `face` on the mesh is what lies round the face: it is laid where nothing else is, however slanted.
 */
export function place(points: usize, uvs: usize, indices: usize, triangles: i32, face: i32, map: usize, depth: usize): i32 {
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
    const isFace = t < face;
    // Grazing skin looks like itself from nowhere: a triangle turned by more than about 66° is left out.
    const bz = (load<f32>(b, 8) - load<f32>(a, 8)) * 0.25, cz = (load<f32>(c, 8) - load<f32>(a, 8)) * 0.25;
    const nx = (by - ay) * cz - bz * (cy - ay), ny = bz * (cx - ax) - (bx - ax) * cz;
    if (isFace && area * area < (nx * nx + ny * ny + area * area) * LEAST_FACING) continue;
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
        const at = y * CELLS + x;
        const to = map + (<usize>at << 3);
        const u = (wa * load<f32>(ua) + wb * load<f32>(ub) + wc * load<f32>(uc)) * <f32>TEXELS;
        const v = (wa * load<f32>(ua, 4) + wb * load<f32>(ub, 4) + wc * load<f32>(uc, 4)) * <f32>TEXELS;
        if (!isFace) {
          if (load<f32>(to) != -1) continue;
          store<f32>(to, BESIDE - u);
          store<f32>(to, v, 4);
          continue;
        }
        const z = wa * load<f32>(a, 8) + wb * load<f32>(b, 8) + wc * load<f32>(c, 8);
        if (!(z < load<f32>(depth + (<usize>at << 2)))) continue;
        store<f32>(depth + (<usize>at << 2), z);
        store<f32>(to, u);
        store<f32>(to, v, 4);
      }
    }
  }
  return 0;
}

/** Takes the crop into the model where `mask` (u8 per cell) is 255: a running mean that forgets after `memoryFrames` pictures. */
export function learn(seen: usize, map: usize, model: usize, light: usize, mask: usize, memoryFrames: f32): i32 {
  const gain = load<f32>(light), offset = load<f32>(light, 4), slopeX = load<f32>(light, 8), slopeY = load<f32>(light, 12);
  const offsetA = load<f32>(light, 16), offsetB = load<f32>(light, 20);
  for (let i = 0; i < COUNT; i++) {
    const mapped = load<f32>(map + (<usize>i << 3)), v = load<f32>(map + (<usize>i << 3), 4);
    const u = mapped <= BESIDE ? BESIDE - mapped : mapped;
    if (u < 0 || load<u8>(mask + <usize>i) != 255) continue;
    const x = min(TEXELS - 1, <i32>u), y = min(ROWS - 1, max(0, <i32>v));
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

export { believe } from './_occlusion-belief';
export { fitLight } from './_occlusion-light';
export { compare, compareBeside, predict, recall, shiftScores } from './_occlusion-model';
export { guide } from './_occlusion-guide';
export { plane } from './_occlusion-plane';
export { segment } from './_occlusion-segment';
export { jaw01, stray } from './_occlusion-stray';
