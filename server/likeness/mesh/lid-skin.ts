import { edgeTexels, eyes } from './lids.js';
import type { SkinMesh } from './skin-mesh.js';
import { textureSizePx } from './unwrap.js';

/** Between fold and brow, where the skin is a lid's: from the outer corner to the inner one. */
const skinAbove = [
  [30, 29, 27, 28, 56, 225, 224, 223, 222, 221],
  [260, 259, 257, 258, 286, 445, 444, 443, 442, 441],
] as const;
/** Half the side of the patch that is looked at there, texels. */
const patchTexels = 3;
/** A lid's light, as a share of the skin above it: in the fold, where it bulges most, at its edge; what it loses towards the corners. */
const inFold = 0.9;
const onBulge = 1.06;
const bulgeAt = 0.45;
const atEdge = 0.86;
const toCorners = 0.12;
/** The line of lashes along its edge: how dark, and half of how thick. Texels. */
const lashLight = 0.42;
const lashTexels = 1.2;
/** So far above the open eye's lower lid its own rim stays as it is. */
const rimTexels = 1.5;
/** How soon the paint covers what the photo shows under the upper lid. */
const softTexels = 1.5;

/**
 * What lies between the lids of a photographed open eye is never drawn as skin: the performer's own eye is seen there. In its place the texture gets
 * a shut lid, which no photo shows, in the colour of the skin above it: a lid that comes down unrolls it.
 *
 * @param rgb texels × RGB, 0…255 without light; changed in place
 */
export function paintLids(rgb: Float32Array, mesh: Pick<SkinMesh, 'uvs'>): void {
  const place = (i: number): Point => [mesh.uvs[i * 2]! * textureSizePx, mesh.uvs[i * 2 + 1]! * textureSizePx];
  eyes.forEach(({ corners, upper, lower }, eye) => {
    const colour = colourOf(rgb, skinAbove[eye]!.map(place));
    const [a, b] = corners.map(place) as [Point, Point];
    const above = [a, ...upper.map(place), b],
      below = [a, ...lower.map(place), b];
    const x0 = Math.ceil(Math.min(a[0], b[0])),
      x1 = Math.floor(Math.max(a[0], b[0]));
    for (let x = x0; x < x1; x++) {
      const top = rowAt(above, x + 0.5),
        bottom = rowAt(below, x + 0.5);
      const across = (2 * (x + 0.5 - x0)) / (x1 - x0) - 1;
      for (let y = Math.floor(top); y < bottom - rimTexels; y++) {
        const down = y + 0.5 - top,
          fromEdge = bottom - edgeTexels - (y + 0.5);
        const share = Math.min(1, Math.max(0, down / softTexels));
        const lash = 1 - (1 - lashLight) * Math.max(0, 1 - Math.abs(fromEdge) / lashTexels);
        const light = lightAt(Math.min(1, down / Math.max(1, bottom - top))) * (1 - toCorners * across * across) * lash;
        const at = (y * textureSizePx + x) * 3;
        for (let c = 0; c < 3; c++) rgb[at + c]! += (colour[c]! * light - rgb[at + c]!) * share;
      }
    }
  });
}

type Point = readonly [number, number];

/** down01: 0 in the fold … 1 at the lid's edge. */
function lightAt(down01: number): number {
  const t = down01 < bulgeAt ? down01 / bulgeAt : (1 - down01) / (1 - bulgeAt);
  const end = down01 < bulgeAt ? inFold : atEdge;
  return end + (onBulge - end) * Math.sin((Math.PI / 2) * Math.max(0, t));
}

/** What is found at the places, but for the darker half, in which a brow's hairs and a fold's shadow lie, and the brightest eighth, a highlight. */
function colourOf(rgb: Float32Array, places: readonly Point[]): number[] {
  const found = places.map(([u, v]) => {
    const sum = [0, 0, 0];
    const n = (patchTexels * 2 + 1) ** 2;
    for (let dy = -patchTexels; dy <= patchTexels; dy++)
      for (let dx = -patchTexels; dx <= patchTexels; dx++)
        for (let c = 0; c < 3; c++)
          sum[c]! += rgb[((Math.floor(v) + dy) * textureSizePx + Math.floor(u) + dx) * 3 + c]! / n;
    return sum;
  });
  found.sort((p, q) => p[0]! + p[1]! + p[2]! - q[0]! - q[1]! - q[2]!);
  const middle = found.slice(found.length >> 1, found.length - (found.length >> 3));
  return [0, 1, 2].map((c) => middle.reduce((sum, one) => sum + one[c]!, 0) / middle.length);
}

/** Where a line from corner to corner passes a column. */
function rowAt(line: readonly Point[], column: number): number {
  for (let k = 0; k + 1 < line.length; k++) {
    const [ax, ay] = line[k]!,
      [bx, by] = line[k + 1]!;
    const t = (column - ax) / (bx - ax);
    if (t >= 0 && t <= 1) return ay + (by - ay) * t;
  }
  return line[0]![1];
}
