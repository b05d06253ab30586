import { describe, expect, it } from 'vitest';
import { faceOval, loadCanonicalFace } from '../../server/likeness/mesh/canonical.js';
import { newPose } from '../../server/likeness/mesh/pose.js';
import {
  hangRings,
  outerRings,
  ringVertex,
  skinMeshOf,
  skinVertexCount,
} from '../../server/likeness/mesh/skin-mesh.js';

const canonical = loadCanonicalFace();
const mesh = skinMeshOf(canonical);
const uvArea = (a: number, b: number, c: number): number => {
  const at = (i: number): [number, number] => [mesh.uvs[i * 2]!, mesh.uvs[i * 2 + 1]!];
  const [ax, ay] = at(a),
    [bx, by] = at(b),
    [cx, cy] = at(c);
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
};

describe('the skin mesh', () => {
  it('keeps the canonical face and adds rings that lie wholly inside the texture', () => {
    expect(mesh.count).toBe(468 + outerRings * 36);
    expect(mesh.positions.slice(0, 468 * 3)).toEqual(canonical.positions);
    for (const value of mesh.uvs) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(1);
    }
  });

  it('folds nowhere: every triangle of the rings has the same turn in texture space', () => {
    const rings = mesh.triangles.subarray(canonical.triangles.length);
    const signs = new Set<number>();
    for (let t = 0; t < rings.length; t += 3) signs.add(Math.sign(uvArea(rings[t]!, rings[t + 1]!, rings[t + 2]!)));
    expect([...signs]).toHaveLength(1);
  });

  it('goes up and back over the forehead, down and back under the jaw', () => {
    const top = faceOval.indexOf(10),
      chin = faceOval.indexOf(152);
    for (let ring = 1; ring <= outerRings; ring++) {
      const y = (k: number, r: number): number => mesh.positions[ringVertex(r, k) * 3 + 1]!;
      const z = (k: number, r: number): number => mesh.positions[ringVertex(r, k) * 3 + 2]!;
      expect(y(top, ring)).toBeGreaterThan(y(top, ring - 1));
      expect(z(top, ring)).toBeLessThan(z(top, ring - 1));
      expect(y(chin, ring)).toBeLessThan(y(chin, ring - 1));
      expect(z(chin, ring)).toBeLessThan(z(chin, ring - 1));
    }
  });

  it('hangs its rings on tracked landmarks at the pose and size of the face', () => {
    const pose = newPose();
    pose.scale = 20;
    pose.rotation.set([0, -1, 0, 1, 0, 0, 0, 0, 1]);
    const seen = new Float32Array(skinVertexCount * 3);
    for (let i = 0; i < 468; i++) {
      seen[i * 3] = 100 - 20 * mesh.positions[i * 3 + 1]!;
      seen[i * 3 + 1] = 50 + 20 * mesh.positions[i * 3]!;
      seen[i * 3 + 2] = 20 * mesh.positions[i * 3 + 2]!;
    }
    hangRings(mesh, pose, seen);
    for (let i = 468; i < mesh.count; i++) {
      expect(seen[i * 3]).toBeCloseTo(100 - 20 * mesh.positions[i * 3 + 1]!, 2);
      expect(seen[i * 3 + 1]).toBeCloseTo(50 + 20 * mesh.positions[i * 3]!, 2);
      expect(seen[i * 3 + 2]).toBeCloseTo(20 * mesh.positions[i * 3 + 2]!, 2);
    }
  });
});
