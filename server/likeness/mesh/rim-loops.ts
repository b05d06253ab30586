import { smooth01 } from '../../frame/ramps.js';
import { faceOval } from './canonical.js';
import type { FacePose } from './pose.js';
import { stepOf, wrapped } from './skin-reach.js';
import { outerRings, ringVertex, type SkinMesh } from './skin-mesh.js';
import { bareSkin } from './veil-tone.js';

/** Loops round the face, from inside out: all drawn skin is kept; the picture decides; half-way; the veil is whole to here; no veil is left. */
export const rimLoops = 5;
export const loopPoints = faceOval.length;
/** How far the innermost loop lies inside the oval, as a share of the way to the nose's bridge. */
const insideShare = 0.12;
const bridge = 6;
/** The ear's heights in the canonical frame, cm, and over what it goes over into temple and jaw. */
const earTopCm = 4.2;
const earBottomCm = -3.2;
const softCm = 1.4;
/** Above this height the picture decides over drawn skin: there is hair; below, the likeness's own jaw and beard may reach over anything. */
const decidesCm = 0.5;
/** Below this height the far eye of a turned head lies at its outline: what turns away there is the likeness's own, whatever the picture shows. */
const eyeLevelCm = 5;
const turnedFrom = 0.05;
const turnedTo = -0.25;
/** Shade that skin is still believed in: under hair none, in an ear, under a jaw. */
const leastShade = { forehead: 0.46, ear: 0.3, jaw: 0.22 } as const;
/** Above the forehead the veil is whole to so far beyond the performer's hairline as it was at enrolment, and ends there, in rings. */
const beyondHairline = { whole: 1.6, end: 2.6 } as const;
/** Distance over which a patch of bare skin speaks for the rim, cm. */
const speaksCm = 3;

/** One point of a loop: where it hangs from its oval landmark (cm, canonical frame), and what it says. */
interface RimPoint {
  readonly offset: readonly [number, number, number];
  readonly veil: number;
  readonly own: number;
}

/** The loops' geometry for one performer. Point (loop, k) is number loop · loopPoints + k; loop 1 is the oval. */
export class RimLoops {
  readonly points: readonly RimPoint[];
  /** Per k: shade in which skin is believed, 0…1, and how much each landmark of bareSkin says about the skin there (sum 1). */
  readonly leastShade: Float32Array;
  /** 1 where the oval lies beside the eyes or lower, 0 at the forehead. */
  readonly #eyeLevel: Float32Array;
  /** Of all points, flat: read in every picture, where an array apiece would leave garbage. */
  readonly #offsets: Float32Array;
  readonly speaks: Float32Array;

  /** reach: the performer's, see skinReach. */
  constructor(mesh: SkinMesh, reach: Float32Array) {
    const at = faceOval.map((i) => [0, 1, 2].map((axis) => mesh.positions[i * 3 + axis]!) as [number, number, number]);
    const zones = at.map(([, y]) => zonesAt(y));
    const hairline = faceOval.map((i) => {
      const step = stepOf(mesh.uvs[i * 2]! - 0.5, mesh.uvs[i * 2 + 1]! - 0.5);
      return Math.max(0, wrapped(reach, step)) * outerRings;
    });
    const picture = at.map(([, y]) => 1 - smooth01((y - decidesCm) / 2));
    const whole = at.map((point, k) =>
      mixed(zones[k]!, topOffset(mesh, k, hairline[k]! + beyondHairline.whole), earWhole(point), jawWhole(point)),
    );
    const half = at.map((point, k) =>
      mixed(
        zones[k]!,
        topOffset(mesh, k, (hairline[k]! + beyondHairline.whole) / 2),
        scaled(earWhole(point)),
        scaled(jawWhole(point)),
      ),
    );
    const end = at.map((point, k) =>
      mixed(zones[k]!, topOffset(mesh, k, hairline[k]! + beyondHairline.end), earEnd(point), jawEnd(point)),
    );
    this.points = [
      ...at.map((): RimPoint => ({ offset: [0, 0, 0], veil: 1, own: 1 })),
      ...at.map((_, k): RimPoint => ({ offset: [0, 0, 0], veil: 1, own: picture[k]! })),
      ...half.map((offset, k): RimPoint => ({ offset, veil: 1, own: picture[k]! })),
      ...whole.map((offset, k): RimPoint => ({ offset, veil: 1, own: picture[k]! })),
      ...end.map((offset, k): RimPoint => ({ offset, veil: 0, own: picture[k]! })),
    ];
    this.#offsets = Float32Array.from(this.points.flatMap(({ offset }) => offset));
    this.#eyeLevel = Float32Array.from(at, ([, y]) => 1 - smooth01((y - eyeLevelCm) / 1.6 + 0.5));
    this.leastShade = Float32Array.from(
      zones,
      ({ top, ear, jaw }) => top * leastShade.forehead + ear * leastShade.ear + jaw * leastShade.jaw,
    );
    this.speaks = Float32Array.from(at.flatMap((point) => speaking(mesh, point)));
  }

  /** How far drawn skin stays at point i whatever the picture shows, 0…1. facing: cosine of the oval's skin there to the camera. */
  ownAt(i: number, facing: number): number {
    const turned = smooth01((turnedFrom - facing) / (turnedFrom - turnedTo)) * this.#eyeLevel[i % loopPoints]!;
    return Math.max(this.points[i]!.own, turned);
  }

  /**
   * Picture positions of all points: (x, y), px.
   *
   * @param seen mesh vertices × (x, y, z), picture px, y up
   */
  place(pose: FacePose, seen: Float32Array, out: Float32Array): void {
    const R = pose.rotation,
      s = pose.scale;
    const offsets = this.#offsets;
    for (let i = 0; i * 3 < offsets.length; i++) {
      const oval = faceOval[i % loopPoints]! * 3;
      const x = offsets[i * 3]!,
        y = offsets[i * 3 + 1]!,
        z = offsets[i * 3 + 2]!;
      out[i * 2] = seen[oval]! + s * (R[0]! * x + R[1]! * y + R[2]! * z);
      out[i * 2 + 1] = -(seen[oval + 1]! + s * (R[3]! * x + R[4]! * y + R[5]! * z));
      if (i >= loopPoints) continue;
      out[i * 2]! += (seen[bridge * 3]! - out[i * 2]!) * insideShare;
      out[i * 2 + 1]! += (-seen[bridge * 3 + 1]! - out[i * 2 + 1]!) * insideShare;
    }
  }
}

/** Forehead, ear and jaw, sum 1. */
function zonesAt(y: number): { top: number; ear: number; jaw: number } {
  const top = smooth01((y - earTopCm) / softCm + 0.5),
    jaw = smooth01((earBottomCm - y) / softCm + 0.5);
  return { top, jaw, ear: Math.max(0, 1 - top - jaw) };
}
type Offset = [number, number, number];
const mixed = ({ top, ear, jaw }: ReturnType<typeof zonesAt>, a: Offset, b: Offset, c: Offset): Offset =>
  [0, 1, 2].map((axis) => top * a[axis]! + ear * b[axis]! + jaw * c[axis]!) as Offset;

const scaled = (offset: Offset, by = 0.5): Offset => offset.map((value) => value * by) as Offset;
/** Over the head by so many rings, which may end between two of them or beyond the last. */
const topOffset = (mesh: SkinMesh, k: number, rings: number): Offset => {
  const low = Math.min(outerRings - 1, Math.floor(rings));
  const [a, b, oval] = [ringVertex(low, k) * 3, ringVertex(low + 1, k) * 3, faceOval[k]! * 3];
  const { positions: p } = mesh;
  return [0, 1, 2].map(
    (axis) => p[a + axis]! + (p[b + axis]! - p[a + axis]!) * (rings - low) - p[oval + axis]!,
  ) as Offset;
};
// An ear stands off the head's side, a thumb's length behind the oval. From the chin the neck goes down, from beside it down and back. Generous
// everywhere: what stands behind the performer is left to the matte.
const earWhole = ([x]: Offset): Offset => [Math.sign(x) * 2.5, 0, -4.6];
const earEnd = ([x]: Offset): Offset => [Math.sign(x) * 3.5, 0, -6.2];
const jawWhole = ([x]: Offset): Offset => between(besideChin(x), [-x * 0.06, -0.9, -1.6], [-x * 0.06, -1.2, -2.8]);
const jawEnd = ([x]: Offset): Offset => between(besideChin(x), [-x * 0.25, -7.2, -3.6], [-x * 0.15, -6.4, -7.5]);
const besideChin = (x: number): number => smooth01((Math.abs(x) - 4) / 2.2);
const between = (share: number, a: Offset, b: Offset): Offset =>
  a.map((value, axis) => value + (b[axis]! - value) * share) as Offset;

/** Bare skin that is near says how skin looks here; weights fall with the square of distance. */
function speaking(mesh: SkinMesh, [x, y, z]: Offset): number[] {
  const weights = bareSkin.map((i) => {
    const [px, py, pz] = [mesh.positions[i * 3]!, mesh.positions[i * 3 + 1]!, mesh.positions[i * 3 + 2]!];
    return 1 / (1 + ((px - x) ** 2 + (py - y) ** 2 + (pz - z) ** 2) / speaksCm ** 2) ** 2;
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Of the points of all loops, u16 × 3; the same for everybody. */
export function rimTriangles(): Uint16Array {
  const out: number[] = [];
  for (let loop = 0; loop + 1 < rimLoops; loop++) {
    for (let k = 0; k < loopPoints; k++) {
      const next = (k + 1) % loopPoints;
      const [a, b] = [loop * loopPoints + k, loop * loopPoints + next];
      const [outA, outB] = [a + loopPoints, b + loopPoints];
      out.push(a, b, outB, a, outB, outA);
    }
  }
  return Uint16Array.from(out);
}
