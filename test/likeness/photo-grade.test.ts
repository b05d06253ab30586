import { describe, expect, it } from 'vitest';
import type { FaceBake } from '../../server/likeness/mesh/bake.js';
import { loadCanonicalFace, topologyOf } from '../../server/likeness/mesh/canonical.js';
import { gradeOf, inGrade } from '../../server/likeness/mesh/photo-grade.js';
import { skinMeshOf } from '../../server/likeness/mesh/skin-mesh.js';

const canonical = loadCanonicalFace();
const topology = topologyOf(canonical);
const mesh = skinMeshOf(canonical);
const none = new Uint8Array(0);

/** A face of one colour, its beard grey. */
function face(skin: readonly number[]): FaceBake {
  const vertexRgb = Float32Array.from({ length: mesh.count * 3 }, (_, k) =>
    mesh.positions[Math.floor(k / 3) * 3 + 1]! < -3 ? 110 : skin[k % 3]!,
  );
  const floats = new Float32Array(0);
  return { texture: none, smooth: none, lines: none, shape: floats, vertexRgb, reach: floats, irisRgb: floats };
}
const orange = face([214, 150, 110]);
const gain = (performer: readonly number[]): number => gradeOf(orange, face(performer), topology, mesh);

describe('the grade of the scene', () => {
  it('is not read from what may be the difference of two people', () => {
    expect(gain([226, 184, 156])).toBe(1);
    expect(gain([110, 72, 50])).toBe(1);
  });

  it('takes colour from a likeness before a camera that shows hardly any, and never more than is between people', () => {
    const low = gain([140, 130, 126]);
    expect(low).toBeLessThan(0.5);
    expect(gain([128, 128, 128])).toBeGreaterThanOrEqual(0.3);
    expect(low).toBeGreaterThanOrEqual(0.3);
  });

  it('leaves grey hair grey and every luma as it was', () => {
    const graded = inGrade(orange, 0.5);
    for (let i = 0; i < mesh.count * 3; i += 3) {
      const luma = (rgb: Float32Array): number => 0.2126 * rgb[i]! + 0.7152 * rgb[i + 1]! + 0.0722 * rgb[i + 2]!;
      expect(luma(graded.vertexRgb)).toBeCloseTo(luma(orange.vertexRgb), 3);
      if (mesh.positions[i + 1]! < -3) expect(graded.vertexRgb[i]).toBeCloseTo(110, 3);
    }
  });
});
