import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CodedError } from '../../server/errors/coded-error.js';
import {
  buildLikeness,
  mostYawDeg,
  smallestFacePx,
  type FoundFace,
  type PhotoFaces,
} from '../../server/likeness/package/build.js';
import { landmarkCount, likenessDigest } from '../../server/likeness/package/manifest.js';
import { readLikeness, writeLikeness } from '../../server/likeness/package/package-file.js';
import { SimulatedClock } from '../../server/time/clock.js';

const jpeg = (text: string): Uint8Array => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from(text)]);
const consent = { schemaVersion: 1, id: 's', synthetic: true, provenance: 'simulated stage, seed 7' };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'us-lp-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Scene {
  readonly faces?: number;
  readonly widthPx?: number;
  readonly yawDeg?: number;
  readonly left?: number;
  readonly confidence01?: number;
}
/** A face of known width and turn in a 1000 × 1000 photo: what the models would say, without the models. */
function facesOf({ faces = 1, widthPx = 300, yawDeg = 0, left = 200, confidence01 = 0.9 }: Scene): PhotoFaces {
  const box = { x0: left, y0: 300, x1: left + widthPx, y1: 300 + widthPx };
  const face: FoundFace = { box, keyPoints: new Float32Array(12), score01: 0.9 };
  const landmarksPx = new Float32Array(landmarkCount * 3);
  for (let i = 0; i < landmarkCount; i += 1) landmarksPx.set([left + widthPx / 2, 400, 0], i * 3);
  landmarksPx.set([left, 400, 0], 234 * 3);
  landmarksPx.set([left + widthPx, 400, widthPx * Math.tan((yawDeg * Math.PI) / 180)], 454 * 3);
  return {
    decode: (bytes) =>
      bytes.includes(33)
        ? Promise.reject(new Error('broken'))
        : Promise.resolve({ rgb: new Uint8Array(0), widthPx: 1000, heightPx: 1000 }),
    find: () => Promise.resolve([...Array<FoundFace>(faces).fill(face), { ...face, score01: 0.49 }]),
    measure: () => Promise.resolve({ landmarksPx, confidence01 }),
  };
}
const build = (scene: Scene, photos = [{ name: 'a.jpg', bytes: jpeg('a') }]) =>
  buildLikeness({ id: 'older-anna', name: 'Older Anna', photos, consent }, facesOf(scene), new SimulatedClock(0));
const codeOf = async (action: () => unknown): Promise<string> => {
  try {
    await action();
    return 'none';
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
};

describe('building a likeness', () => {
  it('measures each photo and names it by content', async () => {
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 1]);
    const { manifest } = await build({}, [
      { name: 'a.png', bytes: jpeg('a') },
      { name: 'b', bytes: png },
    ]);
    expect(manifest.photos.map((photo) => [photo.file, photo.landmarksPx.length])).toEqual([
      ['photo-1.jpg', 1434],
      ['photo-2.png', 1434],
    ]);
  });
  it.each([
    [{ faces: 0 }, 'LIKENESS_NO_FACE'],
    [{ faces: 2 }, 'LIKENESS_SEVERAL_FACES'],
    [{ widthPx: smallestFacePx - 1 }, 'LIKENESS_FACE_SMALL'],
    [{ widthPx: smallestFacePx }, 'none'],
    [{ yawDeg: mostYawDeg + 1 }, 'LIKENESS_FACE_TURNED'],
    [{ yawDeg: -mostYawDeg - 1 }, 'LIKENESS_FACE_TURNED'],
    [{ yawDeg: mostYawDeg - 1 }, 'none'],
    [{ left: -1 }, 'LIKENESS_FACE_CUT'],
    [{ left: 0 }, 'none'],
    [{ left: 701 }, 'LIKENESS_FACE_CUT'],
    [{ confidence01: 0.49 }, 'LIKENESS_FACE_UNSURE'],
    [{ confidence01: NaN }, 'LIKENESS_FACE_UNSURE'],
  ] as const)('with %j says %s', async (scene, code) => {
    expect(await codeOf(() => build(scene))).toBe(code);
  });
  it('refuses no photos, a file that is no photo, and one that cannot be decoded', async () => {
    expect(await codeOf(() => build({}, []))).toBe('LIKENESS_NO_PHOTOS');
    expect(await codeOf(() => build({}, [{ name: 'a.jpg', bytes: Buffer.from('GIF89a') }]))).toBe(
      'LIKENESS_PHOTO_UNREADABLE',
    );
    expect(await codeOf(() => build({}, [{ name: 'a.jpg', bytes: jpeg('!') }]))).toBe('LIKENESS_PHOTO_UNREADABLE');
  });
});

describe('the package', () => {
  it.each(['anna', 'anna.zip'])('is the same after writing and reading %s, and is never overwritten', async (name) => {
    const made = await build({});
    const path = join(folder, name);
    writeLikeness(path, made);
    const read = readLikeness(path);
    expect(read.manifest).toEqual(made.manifest);
    expect(read.digest).toBe(made.digest);
    expect(Buffer.from(read.photos.get('photo-1.jpg')!)).toEqual(Buffer.from(jpeg('a')));
    expect(await codeOf(() => writeLikeness(path, made))).toBe('LIKENESS_PACKAGE_EXISTS');
    expect(readdirSync(folder)).toEqual([name]);
  });
  it('is refused where it is missing, wrong, or changed since it was built', async () => {
    const path = join(folder, 'anna');
    expect(await codeOf(() => readLikeness(path))).toBe('LIKENESS_PACKAGE_MISSING');
    writeLikeness(path, await build({}));
    writeFileSync(join(path, 'photo-1.jpg'), jpeg('b'));
    expect(await codeOf(() => readLikeness(path))).toBe('LIKENESS_PACKAGE_CHANGED');
    const manifest = readFileSync(join(path, 'likeness.json'), 'utf8');
    for (const bad of [
      '{',
      '{}',
      manifest.replace('photo-1.jpg', '../photo-1.jpg'),
      manifest.replace('"older-anna"', '"Older Anna"'),
    ]) {
      writeFileSync(join(path, 'likeness.json'), bad);
      expect(await codeOf(() => readLikeness(path))).toBe('LIKENESS_PACKAGE_INVALID');
    }
    writeFileSync(join(folder, 'x.zip'), 'not a zip');
    expect(await codeOf(() => readLikeness(join(folder, 'x.zip')))).toBe('LIKENESS_PACKAGE_INVALID');
    writeFileSync(join(folder, 'y.zip'), zipSync({ '../likeness.json': Buffer.from(manifest) }));
    expect(await codeOf(() => readLikeness(join(folder, 'y.zip')))).toBe('LIKENESS_PACKAGE_INVALID');
  });
  it('has a digest that depends on the photos and not on their order', () => {
    const [a, b] = [{ sha256: 'a'.repeat(64) }, { sha256: 'b'.repeat(64) }];
    expect(likenessDigest([a, b])).toBe(likenessDigest([b, a]));
    expect(likenessDigest([a])).not.toBe(likenessDigest([b]));
  });
});
