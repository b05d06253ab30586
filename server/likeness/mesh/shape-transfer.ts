import { surfaceCount } from '../../frame/face-track.js';
import type { FaceTopology } from './canonical.js';
import type { SkinMesh } from './skin-mesh.js';

/** Rings over which bone structure fades in from the oval, where the performer's own head begins. */
const ovalRings = 4;
/** The jaw is drawn with its edge: it takes on the likeness's shape whole below the first height, not at all above the second (cm). */
const jawCm = -6.5;
const cheekCm = -1;
/** Rings over which lids and lips go from moving as one to their own place. */
const rimRings = 3;

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
  for (let i = 0; i < surfaceCount * 3; i++) out[i] = likeness[i] - performer[i];
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
