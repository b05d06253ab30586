/** Slow and obvious: what assembly/occlusion.ts does to take a face in and to learn it, on plain arrays. Grids and layouts as there. */
import { twinCells, twinRows, twinTexels } from './occlusion.js';

/** Square of the least cosine between a triangle and the line of sight. */
const leastFacing = 0.16;

/** Per cell: mean luma of its 4 × 4 pixels, R − G, B − G, 0. luma: 256 × 256; rgb: one triple per cell. */
export function gatherTwin(luma: Uint8Array, rgb: Uint8Array): Float32Array {
  const side = twinCells * 4;
  return Float32Array.from({ length: twinCells * twinCells * 4 }, (_, k) => {
    const cell = k >> 2;
    const [r, g, b] = [0, 1, 2].map((c) => rgb[cell * 3 + c]!) as [number, number, number];
    if (k % 4 > 0) return [0, r - g, b - g, 0][k % 4]!;
    const x0 = (cell % twinCells) * 4,
      y0 = Math.floor(cell / twinCells) * 4;
    let sum = 0;
    for (let y = y0; y < y0 + 4; y++) for (let x = x0; x < x0 + 4; x++) sum += luma[y * side + x]!;
    return sum / 16;
  });
}

/** Where on the texture each cell's middle lies, texels; −1 where no triangle that faces the camera is. The nearest one counts. From triangle `faceTriangles` on they
 * lie round the face, however slanted: cells that nothing else is on, u as −2 − u; the first one counts. */
export function placeTwin(
  points: Float32Array,
  uvs: Float32Array,
  triangles: Uint16Array,
  faceTriangles: number,
): Float32Array {
  const map = new Float32Array(twinCells * twinCells * 2).fill(-1);
  const depth = new Float64Array(twinCells * twinCells).fill(Infinity);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => {
      const i = triangles[t + k]!;
      return { x: points[i * 3]! / 4 - 0.5, y: points[i * 3 + 1]! / 4 - 0.5, z: points[i * 3 + 2]!, i };
    }) as [Corner, Corner, Corner];
    const area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    if (!(area < -0.001)) continue;
    const bz = (b.z - a.z) / 4,
      cz = (c.z - a.z) / 4;
    const nx = (b.y - a.y) * cz - bz * (c.y - a.y),
      ny = bz * (c.x - a.x) - (b.x - a.x) * cz;
    const isFace = t < faceTriangles * 3;
    if (isFace && area ** 2 / (nx ** 2 + ny ** 2 + area ** 2) < leastFacing) continue;
    for (let cell = 0; cell < depth.length; cell++) {
      const x = cell % twinCells,
        y = Math.floor(cell / twinCells);
      const wb = ((x - a.x) * (c.y - a.y) - (y - a.y) * (c.x - a.x)) / area;
      const wc = ((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)) / area;
      const wa = 1 - wb - wc;
      const z = wa * a.z + wb * b.z + wc * c.z;
      if (wa < 0 || wb < 0 || wc < 0) continue;
      if (isFace ? !(z < depth[cell]!) : map[cell * 2] !== -1) continue;
      if (isFace) depth[cell] = z;
      const [u, v] = [0, 1].map(
        (k) => (wa * uvs[a.i * 2 + k]! + wb * uvs[b.i * 2 + k]! + wc * uvs[c.i * 2 + k]!) * twinTexels,
      ) as [number, number];
      map.set([isFace ? u : -2 - u, v], cell * 2);
    }
  }
  return map;
}
interface Corner {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly i: number;
}

/** u of a cell of the face or round it; below 0 of any other. */
const textureTwin = (mapped: number): number => (mapped <= -2 ? -2 - mapped : mapped);

/** A running mean of what is in sight, its light taken out, per texel; the first look has no spread. */
export function learnTwin(
  seen: Float32Array,
  map: Float32Array,
  model: Float32Array,
  light: Float32Array,
  mask: Uint8Array,
  memoryFrames: number,
): Float32Array {
  const out = model.slice();
  const [gain, offset, slopeX, slopeY, offsetA, offsetB] = [...light] as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const centred = (i: number): number => (i + 0.5 - twinCells / 2) / (twinCells / 2);
  for (let i = 0; i < twinCells * twinCells; i++) {
    const u = textureTwin(map[i * 2]!);
    if (u < 0 || mask[i] !== 255) continue;
    const at =
      8 *
      (Math.min(twinRows - 1, Math.max(0, Math.floor(map[i * 2 + 1]!))) * twinTexels +
        Math.min(twinTexels - 1, Math.floor(u)));
    const shade = offset + slopeX * centred(i % twinCells) + slopeY * centred(Math.floor(i / twinCells));
    const value = [
      (seen[i * 4]! - shade) / gain,
      (seen[i * 4 + 1]! - offsetA) / gain,
      (seen[i * 4 + 2]! - offsetB) / gain,
    ];
    const count = Math.min(memoryFrames, out[at + 5]! + 1);
    const [dy, da, db] = value.map((v, k) => v - out[at + k]!) as [number, number, number];
    for (const [k, d] of [dy, da, db].entries()) out[at + k]! += d / count;
    if (count > 1) {
      out[at + 3]! += (dy ** 2 - out[at + 3]!) / count;
      out[at + 4]! += ((da ** 2 + db ** 2) / 2 - out[at + 4]!) / count;
    }
    out[at + 5] = count;
  }
  return out;
}
