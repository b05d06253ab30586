import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { landmarkCount, likenessSchemaVersion, type LikenessManifest } from '../../server/likeness/package/manifest.js';
import { writeLikeness } from '../../server/likeness/package/package-file.js';
import { admitLikeness, findPrepared, type PrepareJob, readPerformer } from '../../server/likeness/prepared.js';

let folder: string;
let job: PrepareJob;
const photo = new Uint8Array([1, 2, 3, 4]);
const consent = { schemaVersion: 1, id: 'made', synthetic: true, provenance: 'made of four bytes for a test' };

function layPackage(id: string, record: unknown): string {
  const manifest = {
    schemaVersion: likenessSchemaVersion,
    id,
    name: id,
    createdIso: '2026-01-01T00:00:00.000Z',
    photos: [
      {
        file: 'photo-1.png',
        sha256: createHash('sha256').update(photo).digest('hex'),
        widthPx: 2,
        heightPx: 2,
        landmarksPx: Array.from({ length: landmarkCount * 3 }, () => 0),
        confidence01: 1,
        yawDeg: 0,
      },
    ],
    consent: record,
  } satisfies LikenessManifest;
  const path = join(folder, 'packages', id);
  writeLikeness(path, { manifest, photos: new Map([['photo-1.png', photo]]) });
  return path;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prepared-'));
  mkdirSync(join(folder, 'packages'));
  mkdirSync(join(folder, 'cache'));
  const enrolment = join(folder, 'robin.png');
  writeFileSync(enrolment, photo);
  job = {
    cacheFolder: join(folder, 'cache'),
    packages: [layPackage('older', consent)],
    use: { production: 'A test', scene: null, output: 'monitor', issuers: [] },
    performers: [{ performerId: 'robin', photos: [enrolment] }],
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Stands for what an earlier start made. */
function fillCache(): void {
  writeFileSync(admitLikeness(job.packages[0]!, job).made.bakeFile, photo);
  const { made } = readPerformer('robin', job.performers[0]!.photos, job.cacheFolder);
  writeFileSync(made.bakeFile, photo);
  writeFileSync(made.identityFile, photo);
}

describe('what an earlier start prepared', () => {
  it('is not taken while any of it is missing', () => {
    expect(findPrepared(job)).toBeNull();
    fillCache();
    rmSync(readPerformer('robin', job.performers[0]!.photos, job.cacheFolder).made.identityFile);
    expect(findPrepared(job)).toBeNull();
  });

  it('is found whole, without a process', () => {
    fillCache();
    const found = findPrepared(job)!;
    expect(found.faults).toEqual([]);
    expect(found.likenesses.map(({ id, consentId }) => [id, consentId])).toEqual([['older', 'made']]);
    expect(found.performers.map(({ performerId }) => performerId)).toEqual(['robin']);
  });

  it('is refused all the same where the record no longer covers it, and the refusal names the code', () => {
    fillCache();
    const found = findPrepared({ ...job, packages: [...job.packages, layPackage('unsigned', null)] })!;
    expect(found.likenesses.map(({ id }) => id)).toEqual(['older']);
    expect(found.faults.map(({ what, code }) => [what, code])).toEqual([['unsigned', 'CONSENT_MISSING']]);
  });

  it('is refused where a photo was changed since', () => {
    fillCache();
    writeFileSync(join(job.packages[0]!, 'photo-1.png'), new Uint8Array([9]));
    const found = findPrepared(job)!;
    expect(found.likenesses).toEqual([]);
    expect(found.faults[0]!.code).toBe('LIKENESS_PACKAGE_CHANGED');
  });

  it('is made anew for other photos of the performer', () => {
    fillCache();
    writeFileSync(join(folder, 'robin.png'), new Uint8Array([7]));
    expect(findPrepared(job)).toBeNull();
  });

  it('is looked up by the process that knows networks, where the show names one', () => {
    fillCache();
    const engines = { folder, byLikeness: { older: { engine: 'swap' as const, model: 'brought' } } };
    expect(findPrepared({ ...job, engines })).toBeNull();
  });
});
