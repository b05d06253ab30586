import { surfaceCount } from '../../frame/face-track.js';
import { type CanonicalFace, faceOval } from './canonical.js';
import type { FacePose } from './pose.js';

/** Rings of vertices outside the face oval: forehead to the hairline, the jaw's underside, the cheek to the ear. */
export const outerRings = 4;
/** Vertices of the skin mesh. */
export const skinVertexCount = surfaceCount + outerRings * faceOval.length;
/** What the extension follows: the cranium's middle in the canonical frame (cm), and the way the face looks. */
const craniumCm = [0, 3.8, -4.5] as const;
const ahead = [0, 0.2, 0.98] as const;
/** Length of one ring's step, cm: over the forehead, beside the ear, under the jaw. */
const foreheadStepCm = 1.25;
const earStepCm = 0.55;
const jawStepCm = 1.1;

/**
 * The surface that the mesh likeness draws: MediaPipe's face, which ends half-way up the forehead and on the jaw's edge, and
 * rings round it that bend over the head. Vertices 0…467 are the landmarks; ring r (1…outerRings) of oval point k is
 * surfaceCount + (r − 1) · 36 + k, in faceOval's order.
 */
export interface SkinMesh {
  readonly count: number;
  /** count × (x, y, z), cm, y up, z to the viewer. */
  readonly positions: Float32Array;
  /** count × (u, v), 0…1. The face takes the middle, the rings the border. */
  readonly uvs: Float32Array;
  /** The rows of the texture between which they lie. */
  readonly fromV: number;
  readonly toV: number;
  readonly triangles: Uint16Array;
  /** Per ring vertex: the oval landmark that it hangs from, and where from there (cm, canonical frame). */
  readonly hangsFrom: Uint16Array;
  readonly offsets: Float32Array;
}

/** Canonical texture coordinates are shrunk about the middle to make room for the rings. */
export const faceShare = 0.68;
const ringStepUv = (1 - faceShare) / 2 / outerRings - 0.004;
const toShared = (value: number, middle: number): number => 0.5 + (value - middle) * faceShare;
/** Middle of the canonical texture coordinates. */
const middleV = 0.5307;

function stepCm(y: number, x: number): number {
  const sideways = Math.min(1, Math.max(0, (Math.abs(x) - 5) / 2));
  const along = y > 0 ? foreheadStepCm : jawStepCm;
  return along * (1 - sideways) + earStepCm * sideways;
}

/** Turns v (from the cranium's middle) away from where the face looks, by an arc of `lengthCm`. */
function bendBack(v: readonly number[], lengthCm: number): [number, number, number] {
  const axis = [
    ahead[1] * v[2]! - ahead[2] * v[1]!,
    ahead[2] * v[0]! - ahead[0] * v[2]!,
    ahead[0] * v[1]! - ahead[1] * v[0]!,
  ];
  const size = Math.hypot(axis[0]!, axis[1]!, axis[2]!);
  const angle = lengthCm / Math.hypot(v[0]!, v[1]!, v[2]!);
  const [x, y, z] = axis.map((value) => value / size) as [number, number, number];
  const c = Math.cos(angle),
    s = Math.sin(angle);
  // Rodrigues; the axis is square to v, so its third term vanishes.
  return [
    v[0]! * c + (y * v[2]! - z * v[1]!) * s,
    v[1]! * c + (z * v[0]! - x * v[2]!) * s,
    v[2]! * c + (x * v[1]! - y * v[0]!) * s,
  ];
}

export function skinMeshOf(face: CanonicalFace): SkinMesh {
  const n = faceOval.length;
  const count = skinVertexCount;
  const positions = new Float32Array(count * 3);
  const uvs = new Float32Array(count * 2);
  const hangsFrom = new Uint16Array(n * outerRings);
  const offsets = new Float32Array(n * outerRings * 3);
  positions.set(face.positions);
  for (let i = 0; i < surfaceCount; i++) {
    uvs[i * 2] = toShared(face.uvs[i * 2], 0.5);
    uvs[i * 2 + 1] = toShared(face.uvs[i * 2 + 1], middleV);
  }
  faceOval.forEach((oval, k) => {
    const at = [0, 1, 2].map((axis) => face.positions[oval * 3 + axis]!);
    const fromMiddle = at.map((value, axis) => value - craniumCm[axis]!);
    const step = stepCm(at[1]!, at[0]!);
    const du = uvs[oval * 2] - 0.5,
      dv = uvs[oval * 2 + 1] - 0.5;
    const reach = Math.hypot(du, dv);
    for (let ring = 1; ring <= outerRings; ring++) {
      const vertex = ringVertex(ring, k);
      const bent = bendBack(fromMiddle, step * ring);
      for (let axis = 0; axis < 3; axis++) {
        positions[vertex * 3 + axis] = bent[axis]! + craniumCm[axis]!;
        offsets[(vertex - surfaceCount) * 3 + axis] = positions[vertex * 3 + axis] - at[axis]!;
      }
      hangsFrom[vertex - surfaceCount] = oval;
      const out = (reach + ringStepUv * ring) / reach;
      uvs[vertex * 2] = 0.5 + du * out;
      uvs[vertex * 2 + 1] = 0.5 + dv * out;
    }
  });
  const rows = uvs.filter((_, i) => i % 2 === 1);
  const [fromV, toV] = [Math.min(...rows), Math.max(...rows)];
  return { count, positions, uvs, fromV, toV, triangles: triangulate(face, n), hangsFrom, offsets };
}

export const ringVertex = (ring: number, k: number): number =>
  ring === 0 ? faceOval[k]! : surfaceCount + (ring - 1) * faceOval.length + k;

/** The oval runs clockwise seen from the front; triangles run anticlockwise, as the canonical face's. */
function triangulate(face: CanonicalFace, n: number): Uint16Array {
  const triangles = Array.from(face.triangles);
  for (let ring = 0; ring < outerRings; ring++) {
    for (let k = 0; k < n; k++) {
      const a = ringVertex(ring, k),
        b = ringVertex(ring, (k + 1) % n);
      const outA = ringVertex(ring + 1, k),
        outB = ringVertex(ring + 1, (k + 1) % n);
      triangles.push(a, b, outB, a, outB, outA);
    }
  }
  return Uint16Array.from(triangles);
}

/**
 * Puts the rings round tracked landmarks: the head's own bend at the face's pose and size. `seen` holds count × (x, y, z) in
 * canonical axes (y up, z near); its first 468 are given, the rest is written.
 */
export function hangRings(mesh: SkinMesh, pose: FacePose, seen: Float32Array): void {
  const { hangsFrom, offsets } = mesh;
  const R = pose.rotation,
    s = pose.scale;
  for (let i = 0; i < hangsFrom.length; i++) {
    const from = hangsFrom[i] * 3,
      to = (surfaceCount + i) * 3;
    const x = offsets[i * 3],
      y = offsets[i * 3 + 1],
      z = offsets[i * 3 + 2];
    seen[to] = seen[from] + s * (R[0] * x + R[1] * y + R[2] * z);
    seen[to + 1] = seen[from + 1] + s * (R[3] * x + R[4] * y + R[5] * z);
    seen[to + 2] = seen[from + 2] + s * (R[6] * x + R[7] * y + R[8] * z);
  }
}
