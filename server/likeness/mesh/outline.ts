/** How far the drawn skin is pushed over its own outline, cm: what the landmark model is unsure of there. */
const overlapCm = 0.22;
/** Cosine to the camera from which on skin counts as outline. */
const outlineFrom = 0.45;

/**
 * The mesh's outline lies a little inside the head's, and the performer's own profile would stand beside it as a line: vertices that turn
 * away are moved out along their normal in the picture, until they lie so far outside the place where the performer's were tracked. Where the
 * likeness's shape reaches further by itself nothing is added; a nose or lip that is flatter than the performer's cannot be drawn so, because
 * nobody knows what is behind.
 *
 * @param normals vertices × (x, y, z), unit, y up, z to the camera
 * @param seen vertices × (x, y, z), where the performer's are: px, y up
 * @param shaped vertices × (x, y), px, y down, changed in place
 * @param shift where shaped begins, in the pixels of seen
 * @param pxPerCm of the face
 */
export function coverOutline(
  normals: Float32Array,
  seen: Float32Array,
  shaped: Float32Array,
  shift: { readonly x0: number; readonly y0: number },
  pxPerCm: number,
): void {
  for (let i = 0; i < shaped.length / 2; i++) {
    const turned = Math.min(1, Math.max(0, (outlineFrom - normals[i * 3 + 2]!) / outlineFrom));
    if (turned <= 0) continue;
    const nx = normals[i * 3]!,
      ny = -normals[i * 3 + 1]!;
    const length = Math.sqrt(nx * nx + ny * ny) || 1;
    const out =
      ((shaped[i * 2]! + shift.x0 - seen[i * 3]!) * nx + (shaped[i * 2 + 1]! + shift.y0 + seen[i * 3 + 1]!) * ny) /
      length;
    const by = Math.max(0, overlapCm * pxPerCm * length - out) * turned * turned * (3 - 2 * turned);
    shaped[i * 2]! += (nx / length) * by;
    shaped[i * 2 + 1]! += (ny / length) * by;
  }
}
