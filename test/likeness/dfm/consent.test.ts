import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareEngine } from '../../../server/likeness/prepare-engine.js';
import { addedModelsFolder, writeAdded } from '../../../server/likeness/neural/added-models.js';
import type { LikenessPackage } from '../../../server/likeness/package/package-file.js';
import type { ConsentUse, PerformerConsent } from '../../../server/trust/consent.js';
import { goldenDfm } from '../../golden/neural-models.js';

const root = mkdtempSync(join(tmpdir(), 'understudy-dfm-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folders = { models: addedModelsFolder(root), cache: root };
const weights = goldenDfm(128, true);
const sha256 = createHash('sha256').update(weights).digest('hex');
writeAdded(
  folders.models,
  {
    ...{ schemaVersion: 1, id: 'anna-old', role: 'dfm', licence: 'the production’s own', source: 'trained on set' },
    ...{ sha256, bytes: weights.length, addedIso: '2026-05-01T00:00:00Z', inputs: {}, outputs: {} },
  },
  weights,
);

const photosDigest = 'a'.repeat(64);
const record = (digests: string[]): PerformerConsent => ({
  schemaVersion: 1,
  id: 'consent-17',
  performer: { ref: 'performer-4', displayName: 'A. Performer' },
  likenessModelDigests: digests,
  replicaType: 'employment-based',
  production: 'The Long Year',
  role: 'Older Anna',
  scenes: ['12'],
  scriptVersionSha256: 'b'.repeat(64),
  scriptDate: '2026-03-01',
  intendedUse: 'Showing the performer as her older self on the monitors of the set during scene 12.',
  outputs: ['monitor'],
  media: 'feature film',
  territory: 'worldwide',
  exclusions: [],
  sourceMaterial: ['scan session 2026-03-10'],
  noticeAt: '2026-03-05T10:00:00Z',
  signedAt: '2026-03-10T10:00:00Z',
  validFrom: '2026-04-01',
  validUntil: '2026-06-30',
  signature: { method: 'wet ink', documentSha256: 'c'.repeat(64), separatelySigned: true },
  representation: 'union',
  trainingAllowed: false,
  thirdPartyTransfer: false,
  storage: { encrypted: true, deleteAfter: '2027-01-01' },
});
const use: ConsentUse = {
  production: 'The Long Year',
  scene: '12',
  output: 'monitor',
  nowIso: '2026-05-01T12:00:00Z',
  likenessDigest: photosDigest,
};
const packageWith = (consent: unknown): LikenessPackage =>
  ({
    manifest: { id: 'anna', name: 'Anna', photos: [], consent },
    photos: new Map(),
    digest: photosDigest,
  }) as unknown as LikenessPackage;
const choice = { engine: 'dfm' as const, model: 'anna-old' };

describe('a DFM is itself a likeness', () => {
  it('loads only where the consent record names its own digest beside the photos’', async () => {
    const spec = await prepareEngine(packageWith(record([photosDigest, sha256])), choice, use, folders);
    expect(spec).toMatchObject({ kind: 'dfm', model: { id: 'anna-old', sha256 }, sourceFile: null });
    await expect(prepareEngine(packageWith(record([photosDigest])), choice, use, folders)).rejects.toMatchObject({
      code: expect.stringMatching(/^CONSENT_/) as string,
    });
    await expect(prepareEngine(packageWith(null), choice, use, folders)).rejects.toMatchObject({
      code: expect.stringMatching(/^CONSENT_/) as string,
    });
  });

  it('is refused where it was not added, or is called a swapper', async () => {
    const named = packageWith(record([photosDigest, sha256]));
    await expect(prepareEngine(named, { ...choice, model: 'nobody' }, use, folders)).rejects.toMatchObject({
      code: 'MODEL_NOT_ADDED',
    });
    await expect(prepareEngine(named, { ...choice, engine: 'swap' }, use, folders)).rejects.toMatchObject({
      code: 'ENGINE_INCOMPLETE',
    });
  });
});
