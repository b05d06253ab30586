import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { surfaceCount } from '../../frame/face-track.js';
import { innerLipRing, leftEyeRing, rightEyeRing } from '../../frame/face-rims.js';
import { modelsRoot } from '../../paths.js';

/** MediaPipe's canonical face, extracted at set-up from an npm package (models/). Centimetres, y up, z towards the viewer. */
export interface CanonicalFace {
  /** 468 × (x, y, z). */
  readonly positions: Float32Array;
  /** 468 × (u, v), 0…1, v down. */
  readonly uvs: Float32Array;
  /** 898 × 3. */
  readonly triangles: Uint16Array;
}

export function loadCanonicalFace(file = join(modelsRoot, 'canonical-face.json')): CanonicalFace {
  const json = JSON.parse(readFileSync(file, 'utf8')) as {
    positionsCm: number[];
    uvs01: number[];
    triangles: number[];
  };
  return {
    positions: Float32Array.from(json.positionsCm),
    uvs: Float32Array.from(json.uvs01),
    triangles: Uint16Array.from(json.triangles),
  };
}

export const outerLipRing = [
  61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146,
] as const;
export const faceOval = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
  172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
] as const;
const brows = [70, 63, 105, 66, 107, 55, 65, 52, 53, 46, 300, 293, 334, 296, 336, 285, 295, 282, 283, 276];

/** What the mesh engine needs to know of the mesh's shape; made once. */
export interface FaceTopology {
  /** Triangles of the face's skin: all but those that close the eyes and the mouth's inside. */
  readonly skin: Uint16Array;
  /** Rings from the oval inwards: 0 on the oval. */
  readonly ringFromOval: Uint8Array;
  /** Rings from the rims of the eyes' and the mouth's openings: 0 on them. */
  readonly ringFromOpening: Uint8Array;
  /** The two eyes and the mouth: the rim's vertices, the triangles inside it, and every vertex's rings from it. */
  readonly rims: readonly {
    readonly vertices: readonly number[];
    readonly inside: Uint16Array;
    readonly ringFrom: Uint8Array;
  }[];
  /** 1 for plain skin: no brow, lid, lip, nostril. Light is read from these. */
  readonly isSkin: Uint8Array;
}

function ringsFrom(seeds: Iterable<number>, triangles: ArrayLike<number>): Uint8Array {
  const rings = new Uint8Array(surfaceCount).fill(255);
  for (const i of seeds) rings[i] = 0;
  for (let ring = 0, changed = true; changed && ring < 30; ring++) {
    changed = false;
    for (let t = 0; t < triangles.length; t += 3) {
      for (let k = 0; k < 3; k++) {
        if (rings[triangles[t + k]!] !== ring) continue;
        for (let m = 0; m < 3; m++) {
          const j = triangles[t + m]!;
          if (rings[j]! > ring + 1) {
            rings[j] = ring + 1;
            changed = true;
          }
        }
      }
    }
  }
  return rings;
}

export function topologyOf(face: CanonicalFace): FaceTopology {
  const openings = [rightEyeRing, leftEyeRing, innerLipRing].map((ring) => ({
    set: new Set<number>(ring),
    inside: [] as number[],
  }));
  const skin: number[] = [];
  const { triangles } = face;
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!];
    const opening = openings.find(({ set }) => corners.every((i) => set.has(i)));
    (opening?.inside ?? skin).push(...corners);
  }
  const rims = [rightEyeRing, leftEyeRing, innerLipRing].map((vertices, k) => ({
    vertices,
    inside: Uint16Array.from(openings[k]!.inside),
    ringFrom: ringsFrom(vertices, triangles),
  }));
  const ringFromOpening = ringsFrom([...rightEyeRing, ...leftEyeRing, ...innerLipRing], triangles);
  const lips = ringsFrom([...outerLipRing, ...innerLipRing], triangles);
  const browRings = ringsFrom(brows, triangles);
  const isSkin = new Uint8Array(surfaceCount);
  const ringFromOval = ringsFrom(faceOval, triangles);
  for (let i = 0; i < surfaceCount; i++) {
    isSkin[i] = ringFromOpening[i]! >= 2 && lips[i]! >= 1 && browRings[i]! >= 1 && ringFromOval[i]! >= 1 ? 1 : 0;
  }
  return { skin: Uint16Array.from(skin), ringFromOval, ringFromOpening, rims, isSkin };
}

/** Between the cheeks of the canonical face. */
export const faceWidthCm = 15;
