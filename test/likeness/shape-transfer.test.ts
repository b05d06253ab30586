import { describe, expect, it } from 'vitest';
import { surfaceCount } from '../../server/frame/face-track.js';
import { loadCanonicalFace, topologyOf } from '../../server/likeness/mesh/canonical.js';
import { shapeTransfer } from '../../server/likeness/mesh/shape-transfer.js';
import { skinMeshOf } from '../../server/likeness/mesh/skin-mesh.js';

const canonical = loadCanonicalFace();
const topology = topologyOf(canonical);
const mesh = skinMeshOf(canonical);
const performer = mesh.positions;
const chin = 152;
const [rightEye, leftEye] = topology.rims;

/** The performer with everything below the eyes lengthened by a share, at another size and place. */
function longFace(longer01: number, size: number): Float32Array {
  const eyesY = meanOf(performer, rightEye!.vertices, 1);
  return performer.map((value, k) => {
    const below = k % 3 === 1 && value < eyesY ? (value - eyesY) * longer01 : 0;
    return (value + below) * size + (k % 3 === 1 ? 0.4 : 0);
  });
}
const meanOf = (values: Float32Array, vertices: readonly number[], axis: number): number =>
  vertices.reduce((sum, i) => sum + values[i * 3 + axis]!, 0) / vertices.length;

function transferred(likeness: Float32Array): Float32Array {
  const out = new Float32Array(mesh.count * 3);
  shapeTransfer(likeness, performer, topology, mesh, out);
  return out;
}

describe('shape transfer', () => {
  it('leaves the eyes at the performer’s own and gives a long face its length, whatever size it was fitted at', () => {
    for (const size of [0.94, 1, 1.06]) {
      const offset = transferred(longFace(0.12, size));
      for (const { vertices } of [rightEye!, leftEye!])
        for (const axis of [0, 1, 2]) expect(Math.abs(meanOf(offset, vertices, axis))).toBeLessThan(0.12);
      const drop = (performer[chin * 3 + 1]! - meanOf(performer, rightEye!.vertices, 1)) * 0.12;
      expect(offset[chin * 3 + 1]!).toBeCloseTo(drop, 1);
    }
  });

  it('does not believe that one head is half as large again as another', () => {
    const offset = transferred(longFace(0, 1 / 1.5));
    // Believed whole it would be nothing.
    expect(Math.hypot(offset[chin * 3]!, offset[chin * 3 + 1]!)).toBeGreaterThan(1);
  });

  it('moves nothing where the performer’s own head begins, and each rim as one piece', () => {
    const offset = transferred(longFace(0.12, 0.95));
    for (let i = 0; i < surfaceCount; i++) {
      if (topology.ringFromOval[i] !== 0 || performer[i * 3 + 1]! < -1) continue;
      expect(Math.hypot(offset[i * 3]!, offset[i * 3 + 1]!, offset[i * 3 + 2]!)).toBe(0);
    }
    for (const { vertices } of topology.rims)
      for (const i of vertices)
        for (const axis of [0, 1, 2]) expect(offset[i * 3 + axis]!).toBeCloseTo(meanOf(offset, vertices, axis), 5);
  });
});
