import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareEngine } from '../../../server/likeness/prepare-engine.js';
import { addedModelsFolder, writeAdded } from '../../../server/likeness/neural/added-models.js';
import type { LikenessPackage } from '../../../server/likeness/package/package-file.js';
import { goldenDfm } from '../../golden/neural-models.js';
import { consentRecord, consentUse, photosDigest } from '../../trust/consent-record.js';

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

const record = (digests: string[]) => consentRecord({ likenessModelDigests: digests });
const use = consentUse;
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
