/** How far the drawn skin is pushed over its own outline, cm: what the landmark model is unsure of there. */
const overlapCm = 0.22;
/** Cosine to the camera from which on skin counts as outline. */
const outlineFrom = 0.45;

/**
 * The mesh's outline lies a little inside the head's, and the performer's own profile would stand beside it as a line: vertices
 * that turn away are moved out along their normal in the picture.
 *
 * @param normals vertices × (x, y, z), unit, y up, z to the camera
 * @param shaped vertices × (x, y), picture px, changed in place
 * @param pxPerCm of the face
 */
export function coverOutline(normals: Float32Array, shaped: Float32Array, pxPerCm: number): void {
  for (let i = 0; i < shaped.length / 2; i++) {
    const t = Math.min(1, Math.max(0, (outlineFrom - normals[i * 3 + 2]!) / outlineFrom));
    if (t <= 0) continue;
    const by = overlapCm * pxPerCm * t * t * (3 - 2 * t);
    shaped[i * 2]! += normals[i * 3]! * by;
    shaped[i * 2 + 1]! -= normals[i * 3 + 1]! * by;
  }
}
