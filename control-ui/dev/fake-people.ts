import type { CastMember, LikenessSummary } from '../../server/protocol/messages.js';
import { fakeEngine } from './fake-status.js';

export const fakeCast: readonly CastMember[] = [
  { performerId: 'mara', name: 'Mara Lind', likenessId: 'mara-71', enrolled: true },
  { performerId: 'jo', name: 'Jo Adeyemi', likenessId: null, enrolled: false },
];
export const fakeLikenesses: readonly LikenessSummary[] = [
  {
    id: 'mara-71',
    name: 'Mara at seventy',
    synthetic: true,
    consent: 'valid',
    consentReason: 'Synthetic person: nobody real is shown.',
    digest: '5b'.repeat(32),
    engine: fakeEngine,
    engineFault: null,
  },
  {
    id: 'mara-9',
    name: 'Mara at nine',
    synthetic: true,
    consent: 'valid',
    consentReason: 'Synthetic person: nobody real is shown.',
    digest: '9d'.repeat(32),
    engine: { kind: 'mesh', models: [] },
    engineFault: null,
  },
  {
    id: 'otto',
    name: 'Otto Brandt',
    synthetic: false,
    consent: 'expired',
    consentReason: 'The record ran until 2026-10-31.',
    digest: 'c4'.repeat(32),
    engine: { kind: 'mesh', models: [] },
    engineFault: 'The consent record does not name the model "otto-dfm" (a1b2…).',
  },
];
