import { rasterVertexFloats } from '../../kernels/raster.js';
import { eyes } from './lids.js';

/** What a lid takes of the light on the eyeball right under it; and how soon, by the share of the opening that it covers more than the performer's. */
const lidShadow = 0.22;
const lidShadowSteepness = 4;
/** Between lids that all but meet it is dark. */
const seamShadow = 0.7;

/**
 * An eyeball does not shrink with its lids: the likeness's are laid over the performer's eye as it is, and only where they stand further open
 * than the performer's is it drawn out. An upper lid that hangs lower than the performer's casts its shadow anew.
 *
 * @param f32 vertices in the rasteriser's layout from `from` on: drawn places are known, the places in the picture's piece are rewritten
 * @param open01 how far the eye is open
 */
export function keepEyeball(f32: Float32Array, from: number, eye: 0 | 1, open01: number): void {
  const { corners, upper, lower } = eyes[eye];
  const seam = seamShadow * (1 - open01) ** 3;
  const at = (i: number): number => from + i * rasterVertexFloats;
  const a = at(corners[0]),
    b = at(corners[1]);
  // Drawn → seen: the similarity that brings the corners together.
  const dx = f32[b]! - f32[a]!,
    dy = f32[b + 1]! - f32[a + 1]!,
    ux = f32[b + 3]! - f32[a + 3]!,
    uy = f32[b + 4]! - f32[a + 4]!;
  const norm = Math.max(1, dx * dx + dy * dy);
  const cos = (dx * ux + dy * uy) / norm,
    sin = (dx * uy - dy * ux) / norm;
  for (let k = 0; k < upper.length; k++) {
    const u = at(upper[k]!),
      l = at(lower[k]!);
    const lowX = f32[l + 3]!,
      lowY = f32[l + 4]!,
      upX = f32[u + 3]! - lowX,
      upY = f32[u + 4]! - lowY;
    const gap = Math.max(1e-3, upX * upX + upY * upY);
    shade(f32, l, seam);
    // How far up the performer's own opening a drawn point lies, 0 on the lower lid … 1 on the upper.
    for (const v of [l, u]) {
      const x = f32[v]! - f32[a]!,
        y = f32[v + 1]! - f32[a + 1]!;
      const seenX = f32[a + 3]! + cos * x - sin * y,
        seenY = f32[a + 4]! + sin * x + cos * y;
      const up = ((seenX - lowX) * upX + (seenY - lowY) * upY) / gap;
      const over = Math.min(1, Math.max(0, up)) - up;
      f32[v + 3] = seenX + over * upX;
      f32[v + 4] = seenY + over * upY;
      const cut01 = Math.min(1, Math.max(0, 1 - up) * lidShadowSteepness);
      if (v === u) shade(f32, u, Math.max(lidShadow * cut01, seam));
    }
  }
}

function shade(f32: Float32Array, vertex: number, by01: number): void {
  for (let c = 5; c <= 7; c++) f32[vertex + c]! *= 1 - by01;
}
