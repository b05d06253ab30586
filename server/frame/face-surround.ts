import { foreheadPoints, placeForehead, withForehead } from './forehead.js';

/** The face's oval from the middle of the forehead round to it again; the two ends of a half are the forehead and the chin. */
const oval = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
  172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109, 10,
] as const;
const halfPoints = (oval.length + 1) / 2;
/** The oval's middle is that of these. */
const middleOf = [10, 152, 234, 454] as const;
/**
 * From where within the oval to where beyond it the surroundings go, as a share of the way from its middle: skin at the rim is too slanted to be
 * learned with the face, and a likeness is drawn over ears, jaw and beard.
 */
const reach = [-0.12, 0.45] as const;
/** On the texture: below the face's rows one strip of rows for each half, rows between them left empty. v of the two edges, in faces. */
const strips = [
  [33.5 / 32, 39.5 / 32],
  [41.5 / 32, 47.5 / 32],
] as const;
/** A half does not quite go to the texture's sides: what is learned of a cell goes to whole texels. */
const side = 0.5 / 32;

export const surroundPoints = foreheadPoints + 4 * halfPoints;

interface TexturedMesh {
  /** u, v 0…1 per vertex, v down. */
  readonly uvs: Float32Array;
  /** Clockwise on the screen. */
  readonly triangles: Uint16Array;
}
interface SurroundedMesh extends TexturedMesh {
  /** So many of the triangles are the face; the others lie round it. */
  readonly faceTriangles: number;
}

/** Index of the oval's point and place across for one of the points beyond the forehead's. */
const ovalAt = (half: number, k: number): number => oval[half * (halfPoints - 1) + k]!;
const pointAt = (half: number, edge: number, k: number): number => foreheadPoints + (half * 2 + edge) * halfPoints + k;

/** The mesh of the landmarks with its forehead, and a band round all of it: hair, ears, jaw and neck. */
export function withSurround(face: TexturedMesh): SurroundedMesh {
  const mesh = withForehead(face);
  const uvs = new Float32Array(surroundPoints * 2);
  uvs.set(mesh.uvs);
  const band: number[] = [];
  for (const half of [0, 1])
    for (let k = 0; k < halfPoints; k++) {
      for (const edge of [0, 1])
        uvs.set([side + (1 - 2 * side) * (k / (halfPoints - 1)), strips[half]![edge]!], pointAt(half, edge, k) * 2);
      if (k === 0) continue;
      const [a, b, c, d] = [0, 1].flatMap((edge) => [pointAt(half, edge, k - 1), pointAt(half, edge, k)]);
      band.push(a!, c!, b!, b!, c!, d!);
    }
  if (runsOtherwise(face))
    for (let at = 0; at < band.length; at += 3) band.splice(at + 1, 2, band[at + 2]!, band[at + 1]!);
  return {
    uvs,
    triangles: Uint16Array.from([...mesh.triangles, ...band]),
    faceTriangles: mesh.triangles.length / 3,
  };
}

/** The band's triangles run as (oval, beyond it, next of the oval): whether the face's run the other way round on its texture. */
function runsOtherwise({ uvs, triangles }: TexturedMesh): boolean {
  const at = (i: number): [number, number] => [uvs[i * 2]!, uvs[i * 2 + 1]!];
  const area = (a: readonly number[], b: readonly number[], c: readonly number[]): number =>
    (b[0]! - a[0]!) * (c[1]! - a[1]!) - (b[1]! - a[1]!) * (c[0]! - a[0]!);
  const [here, next] = [at(oval[8]), at(oval[9])];
  const beyond = here.map((value, axis) => value + value - (at(234)[axis]! + at(454)[axis]!) / 2);
  const own = [0, 1, 2].map((k) => at(triangles[k]!)) as [[number, number], [number, number], [number, number]];
  return area(here, beyond, next) > 0 !== area(...own) > 0;
}

/** Writes the forehead's points and those round the face behind the landmarks: `points`, surroundPoints × (x, y, z), of which the landmarks are there. */
export function placeSurround(points: Float32Array): void {
  placeForehead(points);
  for (let axis = 0; axis < 3; axis++) {
    let middle = 0;
    for (let n = 0; n < middleOf.length; n++) middle += points[middleOf[n]! * 3 + axis]! / middleOf.length;
    for (let half = 0; half < 2; half++)
      for (let k = 0; k < halfPoints; k++) {
        const here = points[ovalAt(half, k) * 3 + axis]!;
        for (let edge = 0; edge < 2; edge++)
          points[pointAt(half, edge, k) * 3 + axis] = here + reach[edge]! * (here - middle);
      }
  }
}
