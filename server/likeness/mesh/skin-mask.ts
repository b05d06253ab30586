import { outerRings, type SkinMesh } from './skin-mesh.js';
import { stepOf, TexturePolar, wrapped } from './skin-reach.js';
import { textureSizePx } from './unwrap.js';

/** Of one ring, on average; turns ring shares of the texture into length. */
const ringCm = 1.1;
/** Width of the texture's own soft end, as a share of the rings: a hairline is not a cut. */
const softShare = 0.1;

/** Texture height of the brows: above, skin ends at hair. */
const aboveEyesV = 0.34;
/** How far the likeness goes into the hair's roots above the eyes, as a share of the rings. */
const rootsShare = 0.1;
/** Beside the face the mesh knows nothing of the ear: the skin ends before it. */
const mostAtEars = 0.35;

/** How far inside the end of the drawn skin every vertex lies, centimetres; negative outside. reach: see skinReach. */
export function rimDistance(mesh: SkinMesh, reach: Float32Array): Float32Array {
  const polar = new TexturePolar(mesh);
  const out = new Float32Array(mesh.count);
  for (let i = 0; i < mesh.count; i++) {
    const u = mesh.uvs[i * 2] - 0.5,
      v = mesh.uvs[i * 2 + 1] - 0.5;
    out[i] = insideRings(polar, reach, u, v) * outerRings * ringCm;
  }
  return out;
}

/**
 * Whether the performer's skin goes on beyond where the likeness ends, 0…1 per vertex: neck and ears do; above the eyes there
 * is a hairline, and nothing to match.
 */
export function skinGoesOn(mesh: SkinMesh): Float32Array {
  return Float32Array.from({ length: mesh.count }, (_, i) =>
    Math.min(1, Math.max(0, (aboveEyesV - mesh.uvs[i * 2 + 1]!) / -0.12)),
  );
}

/** Alpha of the skin texture at a texel, 0…255: where the performer's skin may be drawn over. */
export function skinMaskAt(polar: TexturePolar, reach: Float32Array, x: number, y: number): number {
  const inside = insideRings(polar, reach, (x + 0.5) / textureSizePx - 0.5, (y + 0.5) / textureSizePx - 0.5);
  const t = Math.min(1, Math.max(0, inside / softShare));
  return Math.round(255 * t * t * (3 - 2 * t));
}

/** How far inside the skin's end, in shares of all rings. */
function insideRings(polar: TexturePolar, reach: Float32Array, u: number, v: number): number {
  const step = stepOf(u, v);
  const oval = wrapped(polar.oval, step),
    outer = wrapped(polar.outer, step);
  // Roots of hair are skin too: without this a band of the performer's forehead would stand below the hair.
  const roots = v < 0 ? rootsShare * Math.min(1, -v / 0.12) : 0;
  const sideways = Math.min(1, Math.max(0, (Math.abs(u) / (Math.hypot(u, v) || 1) - 0.75) / 0.2));
  return (
    Math.min(1 - (1 - mostAtEars) * sideways, wrapped(reach, step) + roots) - (Math.hypot(u, v) - oval) / (outer - oval)
  );
}
