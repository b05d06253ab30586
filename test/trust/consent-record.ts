import type { ConsentUse, PerformerConsent } from '../../server/trust/consent.js';

/** SHA-256 of the photos that the record names. */
export const photosDigest = 'a'.repeat(64);
const record: PerformerConsent = {
  schemaVersion: 1,
  id: 'consent-17',
  performer: { ref: 'performer-4', displayName: 'A. Performer' },
  likenessModelDigests: [photosDigest],
  replicaType: 'employment-based',
  production: 'The Long Year',
  role: 'Older Anna',
  scenes: ['12', '14A'],
  scriptVersionSha256: 'b'.repeat(64),
  scriptDate: '2026-03-01',
  intendedUse: 'Showing the performer as her older self on the monitors of the set during scenes 12 and 14A.',
  outputs: ['monitor'],
  media: 'feature film',
  territory: 'worldwide',
  exclusions: ['endorsement'],
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
};
/** A performer's record that is whole and valid for `consentUse`, but for what is given. */
export const consentRecord = (change: Partial<PerformerConsent> = {}): PerformerConsent => ({ ...record, ...change });

/** Where and when it is valid. */
export const consentUse: ConsentUse = {
  production: 'The Long Year',
  scene: '12',
  output: 'monitor',
  nowIso: '2026-05-01T12:00:00Z',
  likenessDigest: photosDigest,
};
