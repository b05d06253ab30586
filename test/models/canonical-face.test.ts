import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { extractCanonicalFace } from '../../models/canonical-face.js';
import { readManifest } from '../../models/manifest.js';
import { readVerifiedSources } from '../../models/verify.js';
import { testFootageRoot } from '../../server/paths.js';
import { packagesRoot } from './ready.js';

const [assets, loader] = readVerifiedSources(readManifest('canonical-face'), packagesRoot) as [Buffer, Buffer];
const face = extractCanonicalFace(assets, loader);
const footage = testFootageRoot();
const reference =
  footage === null
    ? ''
    : readFileSync(join(footage, 'landmarks/mediapipe_geometry_pipeline_metadata_landmarks.pbtxt'), 'utf8');
const numbersNamed = (name: string): number[] =>
  [...reference.matchAll(new RegExp(`${name}: (\\S+)`, 'g'))].map((found) => Number(found[1]));

describe('the canonical face', () => {
  it('is a closed-rim triangle mesh of 468 points in centimetres', () => {
    expect(face.positionsCm.length).toBe(468 * 3);
    expect(face.triangles.length).toBe(898 * 3);
    expect(new Set(face.triangles).size).toBe(468);
    const widthCm = Math.max(...face.positionsCm.filter((_, i) => i % 3 === 0)) * 2;
    expect(widthCm).toBeGreaterThan(14);
    expect(widthCm).toBeLessThan(18);
  });

  it('winds its triangles so that they face +z', () => {
    const at = (point: number, axis: number): number => face.positionsCm[point * 3 + axis]!;
    let outward = 0;
    for (let i = 0; i < face.triangles.length; i += 3) {
      const [a, b, c] = face.triangles.slice(i, i + 3) as [number, number, number];
      const cross = (at(b, 0) - at(a, 0)) * (at(c, 1) - at(a, 1)) - (at(b, 1) - at(a, 1)) * (at(c, 0) - at(a, 0));
      if (cross > 0) outward++;
    }
    expect(outward / 898).toBeGreaterThan(0.9);
  });

  it('refuses assets without the metadata', () => {
    expect(() => extractCanonicalFace(assets, Buffer.from('{"files": []}'))).toThrow(/metadata/);
    expect(() => extractCanonicalFace(assets.subarray(0, 1000), loader)).toThrow(RangeError);
  });

  it.skipIf(footage === null)('equals the text form that MediaPipe publishes (skipped: no test footage)', () => {
    const vertices = numbersNamed('vertex_buffer');
    expect(face.positionsCm).toEqual(vertices.filter((_, i) => i % 5 < 3));
    expect(face.uvs01).toEqual(vertices.filter((_, i) => i % 5 >= 3));
    expect(face.triangles).toEqual(numbersNamed('index_buffer'));
    expect(face.fitWeights.map(({ landmark }) => landmark)).toEqual(numbersNamed('landmark_id'));
    const weights = numbersNamed('weight');
    face.fitWeights.forEach(({ weight }, i) => expect(weight).toBeCloseTo(weights[i]!, 8));
  });
});
