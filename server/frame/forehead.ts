import { landmarkCount } from './face-track.js';

/** The oval's top, from one temple to the other, and the root of the nose, from which the forehead is seen to go on. */
const temples = [54, 103, 67, 109, 10, 338, 297, 332, 284] as const;
const noseRoot = 168;
/** Of the way from the nose's root to the oval: as far as a forehead goes on above the landmarks, to the hair; less at the temples. */
const beyond = temples.map((_, k) => 0.24 * Math.sin((Math.PI * (k + 0.5)) / temples.length));

/** Landmarks with those of the forehead above them. */
export const foreheadPoints = landmarkCount + temples.length;

interface TexturedMesh {
  /** u, v 0…1 per vertex, v down. */
  readonly uvs: Float32Array;
  /** Clockwise on the screen. */
  readonly triangles: Uint16Array;
}

/** The mesh of the landmarks, with a band of forehead above it that no landmark is on. */
export function withForehead({ uvs, triangles }: TexturedMesh): TexturedMesh {
  const all = new Float32Array(foreheadPoints * 2);
  all.set(uvs);
  temples.forEach((i, k) => {
    for (const side of [0, 1]) {
      const root = uvs[noseRoot * 2 + side]!,
        here = uvs[i * 2 + side]!;
      all[(landmarkCount + k) * 2 + side] = Math.min(1, Math.max(0, here + beyond[k]! * (here - root)));
    }
  });
  const band: number[] = [];
  for (let k = 0; k + 1 < temples.length; k++) {
    const [a, b] = [temples[k]!, temples[k + 1]!];
    band.push(a, landmarkCount + k, b, b, landmarkCount + k, landmarkCount + k + 1);
  }
  const areaOf = (mesh: ArrayLike<number>, at: number): number => {
    const [a, b, c] = [mesh[at]!, mesh[at + 1]!, mesh[at + 2]!];
    const [ax, ay] = [all[a * 2]!, all[a * 2 + 1]!];
    return (all[b * 2]! - ax) * (all[c * 2 + 1]! - ay) - (all[b * 2 + 1]! - ay) * (all[c * 2]! - ax);
  };
  for (let at = 0; at < band.length; at += 3)
    if (areaOf(band, at) > 0 !== areaOf(triangles, 0) > 0)
      [band[at + 1], band[at + 2]] = [band[at + 2]!, band[at + 1]!];
  return { uvs: all, triangles: Uint16Array.from([...triangles, ...band]) };
}

/** Writes the forehead's points behind the landmarks: `points`, foreheadPoints × (x, y, z), of which the landmarks are there. */
export function placeForehead(points: Float32Array): void {
  for (let k = 0; k < temples.length; k++) {
    const from = temples[k]! * 3,
      to = (landmarkCount + k) * 3;
    for (let axis = 0; axis < 3; axis++) {
      const here = points[from + axis]!;
      points[to + axis] = here + beyond[k]! * (here - points[noseRoot * 3 + axis]!);
    }
  }
}
