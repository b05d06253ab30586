/** How far the drawn skin is pushed over its own outline, cm: what the landmark model is unsure of there. */
const overlapCm = 0.22;
/** Above the eyes the mesh knows least of a head's width, and the picture cuts what is drawn too far (see RimLoops.ownAt). Canonical heights, cm. */
const foreheadOverlapCm = 0.5;
const [foreheadFromCm, foreheadToCm] = [6.2, 8];
/** Cosine to the camera from which on skin counts as outline. */
const outlineFrom = 0.45;

/** A brow that reaches over the performer's outline would stand on a forehead that cannot: above the eyes it is held to this, cm. */
const browOverCm = 0.25;
const [browFromCm, browToCm] = [3, 4.4];
/** Below, the likeness's profile is its own. */
const noseOverCm = 3;

/** How far outside the performer's outline a vertex is drawn, cm per vertex. */
export interface Overlaps {
  readonly least: Float32Array;
  readonly most: Float32Array;
}

const rise = (value: number, from: number, to: number): number =>
  Math.min(1, Math.max(0, (value - from) / (to - from)));

/** positions: canonical, × (x, y, z), cm. */
export function overlapsOf(positions: Float32Array): Overlaps {
  const heights = Array.from({ length: positions.length / 3 }, (_, i) => positions[i * 3 + 1]!);
  const least = heights.map((y) => overlapCm + (foreheadOverlapCm - overlapCm) * rise(y, foreheadFromCm, foreheadToCm));
  const most = heights.map((y, i) =>
    Math.max(least[i]!, noseOverCm + (browOverCm - noseOverCm) * rise(y, browFromCm, browToCm)),
  );
  return { least: Float32Array.from(least), most: Float32Array.from(most) };
}

/**
 * The mesh's outline lies a little inside the head's, and the performer's own profile would stand beside it as a line: vertices that turn
 * away are moved out along their normal in the picture, until they lie so far outside the place where the performer's were tracked. Where the
 * likeness's shape reaches further by itself nothing is added, and above the eyes something is taken; a nose or lip that is flatter than the performer's cannot be drawn so, because
 * nobody knows what is behind.
 *
 * @param normals vertices × (x, y, z), unit, y up, z to the camera
 * @param seen vertices × (x, y, z), where the performer's are: px, y up
 * @param shaped vertices × (x, y), px, y down, changed in place
 * @param shift where shaped begins, in the pixels of seen
 * @param pxPerCm of the face
 * @param overlaps of the skin mesh
 */
export function coverOutline(
  normals: Float32Array,
  seen: Float32Array,
  shaped: Float32Array,
  shift: { readonly x0: number; readonly y0: number },
  pxPerCm: number,
  { least, most }: Overlaps,
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
    const px = pxPerCm * length;
    const by = (Math.min(most[i]! * px, Math.max(least[i]! * px, out)) - out) * turned * turned * (3 - 2 * turned);
    shaped[i * 2]! += (nx / length) * by;
    shaped[i * 2 + 1]! += (ny / length) * by;
  }
}
