import { describe, expect, it } from 'vitest';
import { landmarkCount } from '../../server/frame/face-track.js';
import { foreheadPoints, placeForehead, withForehead } from '../../server/frame/forehead.js';
import { loadCanonicalFace } from '../../server/likeness/mesh/canonical.js';

const canonical = loadCanonicalFace();
const mesh = withForehead(canonical);
const bandFrom = canonical.triangles.length;

describe('the forehead above the landmarks', () => {
  it('lies on the texture above the oval, within it, and every triangle runs as those of the face do', () => {
    const area = (at: number): number => {
      const [a, b, c] = [0, 1, 2].map((k) => mesh.triangles[at + k]! * 2) as [number, number, number];
      const { uvs } = mesh;
      const [abx, aby] = [uvs[b]! - uvs[a]!, uvs[b + 1]! - uvs[a + 1]!];
      return abx * (uvs[c + 1]! - uvs[a + 1]!) - aby * (uvs[c]! - uvs[a]!);
    };
    expect(mesh.triangles.length).toBeGreaterThan(bandFrom);
    for (let at = bandFrom; at < mesh.triangles.length; at += 3) expect(Math.sign(area(at))).toBe(Math.sign(area(0)));
    for (let i = landmarkCount; i < foreheadPoints; i++) {
      expect(mesh.uvs[i * 2 + 1]).toBeGreaterThanOrEqual(0);
      expect(mesh.uvs[i * 2 + 1]).toBeLessThan(canonical.uvs[54 * 2 + 1]!);
    }
  });

  it('goes on as far above the landmarks as a tenth of the face, and follows them', () => {
    const points = new Float32Array(foreheadPoints * 3);
    points.set(canonical.positions.map((value, k) => (k % 3 === 1 ? -value : value) * 10));
    placeForehead(points);
    const [top, chin] = [points[10 * 3 + 1]!, points[152 * 3 + 1]!];
    let highest = Infinity;
    for (let i = landmarkCount; i < foreheadPoints; i++) highest = Math.min(highest, points[i * 3 + 1]!);
    expect((top - highest) / (chin - top)).toBeGreaterThan(0.04);
    expect((top - highest) / (chin - top)).toBeLessThan(0.12);
    const there = points[landmarkCount * 3]!;
    points.forEach((_, k) => (points[k]! += k % 3 === 0 ? 7 : 0));
    placeForehead(points);
    expect(points[landmarkCount * 3]).toBeCloseTo(there + 7, 3);
  });
});
