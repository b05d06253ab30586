import { surfaceCount } from '../../frame/face-track.js';
import type { FaceTopology } from './canonical.js';
import type { SkinMesh } from './skin-mesh.js';

/** Rings over which bone structure fades in from the oval, where the performer's own head begins. */
const ovalRings = 4;
/** The jaw is drawn with its edge: it takes on the likeness's shape whole below the first height, not at all above the second (cm). */
const jawCm = -6.5;
const cheekCm = -1;
/** Rings over which lids and lips go from moving as one to their own place. */
export const rimRings = 3;

/** A photo tells no size, and the landmark model errs: no head is believed to be larger or smaller than this beside another. */
const mostScale = 1.1;

/**
 * What brings the likeness's eyes to the performer's. The distance between the eyes differs less from adult to adult than any other
 * of the face, and the performer's own eyes stay in the picture: measured by the whole face, a long one would be drawn too small and
 * its eyes too close together.
 *
 * @returns position · scale + shift (cm)
 */
export function eyesTogether(
  likeness: Float32Array,
  performer: Float32Array,
  { rims }: FaceTopology,
): { readonly scale: number; readonly shift: readonly number[] } {
  const [a, b] = [likeness, performer].map((shape) => [
    meanOf(shape, rims[0]!.vertices),
    meanOf(shape, rims[1]!.vertices),
  ]);
  const between = ([right, left]: number[][]): number => Math.hypot(...right!.map((value, k) => value - left![k]!));
  const scale = Math.min(mostScale, Math.max(1 / mostScale, between(b!) / Math.max(1e-3, between(a!))));
  const shift = [0, 1, 2].map((k) => (b![0]![k]! + b![1]![k]! - (a![0]![k]! + a![1]![k]!) * scale) / 2);
  return { scale, shift };
}

function meanOf(shape: Float32Array, vertices: readonly number[]): number[] {
  return [0, 1, 2].map((k) => vertices.reduce((sum, i) => sum + shape[i * 3 + k]!, 0) / vertices.length);
}

/**
 * The likeness's bones on the performer: per vertex, likeness minus performer in the canonical frame (cm). Nothing on the
 * oval; the rim of an eye or of the mouth moves as one piece, so that it opens and closes exactly as the performer's does.
 *
 * @param out 468 × (x, y, z)
 */
export function shapeTransfer(
  likeness: Float32Array,
  performer: Float32Array,
  topology: FaceTopology,
  mesh: SkinMesh,
  out: Float32Array,
): void {
  const { scale, shift } = eyesTogether(likeness, performer, topology);
  for (let i = 0; i < surfaceCount * 3; i++) out[i] = likeness[i] * scale + shift[i % 3]! - performer[i];
  const own = out.slice();
  for (const { vertices, ringFrom } of topology.rims) {
    for (let k = 0; k < 3; k++) {
      let mean = 0;
      for (const i of vertices) mean += own[i * 3 + k] / vertices.length;
      for (let i = 0; i < surfaceCount; i++) {
        if (ringFrom[i] >= rimRings) continue;
        const free = ringFrom[i] / rimRings;
        out[i * 3 + k] = mean * (1 - free) + own[i * 3 + k] * free;
      }
    }
  }
  for (let i = 0; i < surfaceCount; i++) {
    const jaw = Math.min(1, Math.max(0, (mesh.positions[i * 3 + 1] - cheekCm) / (jawCm - cheekCm)));
    const inner = Math.min(1, topology.ringFromOval[i] / ovalRings);
    const fade = Math.max(inner, jaw);
    for (let k = 0; k < 3; k++) out[i * 3 + k] *= fade;
  }
  for (let i = 0; i < mesh.hangsFrom.length; i++) {
    const from = mesh.hangsFrom[i] * 3;
    for (let k = 0; k < 3; k++) out[(surfaceCount + i) * 3 + k] = out[from + k];
  }
}
