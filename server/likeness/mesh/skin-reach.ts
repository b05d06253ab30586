import { faceOval } from './canonical.js';
import { outerRings, ringVertex, type SkinMesh } from './skin-mesh.js';
import { textureSizePx } from './unwrap.js';

/** Directions round the middle of the texture in which the skin's end is known. */
export const reachSteps = 256;
/** The face inside the oval that speaks for the skin just outside it, as shares of the oval's radius. */
const speaksFrom = 0.78;
const speaksTo = 0.92;
/** Colours this far from the skin's are hair, cloth or background: chroma (8-bit codes) at the same luma, and luma as a share. */
const chromaTolerance = 15;
const darkest = 0.5;
const brightest = 1.5;
/** Under the jaw there is shade and no hairline: darker is believed, and redder by light from the clothes. */
const jawDarkest = 0.25;
const jawChromaTolerance = 16;
/** So many texels in a row must differ: a mole or a wrinkle is skin. */
const run = 5;

/** Texture-space polar frame of the skin mesh: the oval and the outermost ring by direction. */
export class TexturePolar {
  readonly oval = new Float32Array(reachSteps);
  readonly outer = new Float32Array(reachSteps);
  constructor(mesh: SkinMesh) {
    this.#trace(mesh, 0, this.oval);
    this.#trace(mesh, outerRings, this.outer);
  }
  #trace(mesh: SkinMesh, ring: number, out: Float32Array): void {
    const points = faceOval.map((_, k) => {
      const i = ringVertex(ring, k);
      const u = mesh.uvs[i * 2] - 0.5,
        v = mesh.uvs[i * 2 + 1] - 0.5;
      return { angle: Math.atan2(v, u), radius: Math.hypot(u, v) };
    });
    points.sort((a, b) => a.angle - b.angle);
    for (let step = 0; step < reachSteps; step++) {
      const angle = angleOf(step);
      const next = points.findIndex((point) => point.angle >= angle);
      const b = points[next < 0 ? 0 : next]!;
      const a = points[next <= 0 ? points.length - 1 : next - 1]!;
      const gap = (b.angle - a.angle + 2 * Math.PI) % (2 * Math.PI) || 1;
      const along = ((angle - a.angle + 2 * Math.PI) % (2 * Math.PI)) / gap;
      out[step] = a.radius + (b.radius - a.radius) * along;
    }
  }
  /** Radius (texture shares) at direction `step` (may lie between two) for `reach`: 0 the oval, 1 the outermost ring. */
  radius(step: number, reach: number): number {
    const oval = wrapped(this.oval, step);
    return oval + (wrapped(this.outer, step) - oval) * reach;
  }
}

const angleOf = (step: number): number => (step / reachSteps) * 2 * Math.PI - Math.PI;
/** Direction of (u, v) from the middle as a step number, 0 ≤ … < reachSteps. */
export const stepOf = (u: number, v: number): number =>
  (((Math.atan2(v, u) + Math.PI) / (2 * Math.PI)) * reachSteps) % reachSteps;
/** Linear between two directions. */
export function wrapped(values: Float32Array, step: number): number {
  const low = Math.floor(step) % reachSteps;
  const share = step - Math.floor(step);
  return values[low]! * (1 - share) + values[(low + 1) % reachSteps]! * share;
}

/**
 * How far a person's skin (or beard) goes on from the face's oval, by direction: 0 the oval, 1 the outermost ring, a little
 * below 0 where hair or background already lies inside. What counts as skin are the colours just inside the oval there, and
 * the face's own. rgb: texels × 3; seen: 0 where no photo looked.
 */
export function skinReach(rgb: Float32Array, seen: Float32Array, polar: TexturePolar): Float32Array {
  const raw = new Float32Array(reachSteps);
  const face = meanColour(rgb, seen, 0, 0.55, polar, 0, reachSteps);
  for (let step = 0; step < reachSteps; step++) {
    const beside = meanColour(rgb, seen, speaksFrom, speaksTo, polar, step - 4, step + 5);
    raw[step] = marchOut(rgb, seen, polar, step, beside, face);
  }
  return smoothedRound(raw);
}

function marchOut(
  rgb: Float32Array,
  seen: Float32Array,
  polar: TexturePolar,
  step: number,
  beside: readonly number[],
  face: readonly number[],
): number {
  const angle = angleOf(step);
  const oval = polar.oval[step]!,
    outer = polar.outer[step]!;
  const jaw = Math.sin(angle) > 0.3;
  let strange = 0;
  for (let radius = oval * 0.9; radius < outer; radius += 1 / textureSizePx) {
    const colour = texel(rgb, seen, 0.5 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle));
    // What no photo saw says nothing: the far side of a jaw is not its end.
    if (colour === null) continue;
    strange = alike(colour, beside, jaw) || alike(colour, face, jaw) ? 0 : strange + 1;
    if (strange >= run) return (radius - run / textureSizePx - oval) / (outer - oval);
  }
  return 1;
}

/** Shade darkens skin and its chroma with it: the known colour is brought to the other's luma before chroma is compared. */
function alike(colour: readonly number[], known: readonly number[], jaw: boolean): boolean {
  const share = (colour[0]! + 4) / (known[0]! + 4);
  if (share < (jaw ? jawDarkest : darkest) || share > brightest) return false;
  return (
    Math.hypot(colour[1]! - known[1]! * share, colour[2]! - known[2]! * share) <
    (jaw ? jawChromaTolerance : chromaTolerance)
  );
}

/** Y, Cb − 128, Cr − 128 (BT.709, full range) of 3 × 3 texels; null where no photo looked. */
function texel(rgb: Float32Array, seen: Float32Array, u: number, v: number): [number, number, number] | null {
  const x = Math.min(textureSizePx - 2, Math.max(1, Math.floor(u * textureSizePx)));
  const y = Math.min(textureSizePx - 2, Math.max(1, Math.floor(v * textureSizePx)));
  if (seen[y * textureSizePx + x]! < 0.004) return null;
  const sum = [0, 0, 0];
  for (let dy = -1; dy <= 1; dy++)
    for (let dx = -1; dx <= 1; dx++)
      for (let c = 0; c < 3; c++) sum[c]! += rgb[((y + dy) * textureSizePx + x + dx) * 3 + c]! / 9;
  const luma = 0.2126 * sum[0]! + 0.7152 * sum[1]! + 0.0722 * sum[2]!;
  return [luma, (sum[2]! - luma) / 1.8556, (sum[0]! - luma) / 1.5748];
}

function meanColour(
  rgb: Float32Array,
  seen: Float32Array,
  from: number,
  to: number,
  polar: TexturePolar,
  firstStep: number,
  endStep: number,
): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  let n = 0;
  for (let step = firstStep; step < endStep; step++) {
    const at = (step + reachSteps) % reachSteps;
    for (let share = from; share < to; share += 0.02) {
      const radius = polar.oval[at]! * share;
      const colour = texel(rgb, seen, 0.5 + radius * Math.cos(angleOf(at)), 0.5 + radius * Math.sin(angleOf(at)));
      if (!colour) continue;
      for (let c = 0; c < 3; c++) sum[c]! += colour[c]!;
      n++;
    }
  }
  return sum.map((value) => value / Math.max(1, n)) as [number, number, number];
}

/** The median of nine directions, then their mean: a hairline has no teeth. */
function smoothedRound(raw: Float32Array): Float32Array {
  const round = (values: Float32Array, of: (window: number[]) => number): Float32Array =>
    values.map((_, i) => of(Array.from({ length: 9 }, (__, k) => values[(i + k - 4 + reachSteps) % reachSteps]!)));
  const middle = round(raw, (window) => window.sort((a, b) => a - b)[4]!);
  return round(middle, (window) => window.reduce((sum, value) => sum + value, 0) / 9);
}
