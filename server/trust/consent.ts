import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { ErrorCode } from '../errors/registry.js';
import { issuerFault, type ConsentIssuer } from './issuer.js';

/**
 * What a performer agreed to, as it travels in a likeness package. The fields follow SAG-AFTRA's digital-replica terms and NY GOB
 * §5-302: separately signed, a specific intended use, a named production, an end. A synthetic person signs nothing.
 */
const isoDate = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2}))?$',
});
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const text = Type.String({ minLength: 1, maxLength: 2000 });
export const outputUses = ['monitor', 'recording', 'offline_render', 'final_delivery'] as const;
export type OutputUse = (typeof outputUses)[number];
const outputUse = Type.Enum([...outputUses]);

export const SyntheticConsent = Type.Object(
  {
    schemaVersion: Type.Literal(1),
    id: text,
    synthetic: Type.Literal(true),
    /** How the person was made, so that nobody has to take "synthetic" on faith. */
    provenance: Type.String({ minLength: 10, maxLength: 2000 }),
  },
  { additionalProperties: false },
);

export const PerformerConsent = Type.Object(
  {
    schemaVersion: Type.Literal(1),
    id: text,
    synthetic: Type.Optional(Type.Literal(false)),
    performer: Type.Object({ ref: text, displayName: text }, { additionalProperties: false }),
    likenessModelDigests: Type.Array(sha256),
    replicaType: Type.Enum(['employment-based', 'independently-created', 'background-actor', 'digital-alteration']),
    production: text,
    role: text,
    scenes: Type.Union([Type.Literal('all'), Type.Array(text, { minItems: 1 })]),
    scriptVersionSha256: sha256,
    scriptDate: isoDate,
    intendedUse: Type.String({ minLength: 40, maxLength: 4000 }),
    outputs: Type.Array(outputUse, { minItems: 1 }),
    media: text,
    territory: text,
    exclusions: Type.Array(text),
    sourceMaterial: Type.Array(text, { minItems: 1 }),
    noticeAt: isoDate,
    signedAt: Type.Optional(isoDate),
    validFrom: isoDate,
    validUntil: isoDate,
    signature: Type.Optional(
      Type.Object(
        { method: text, documentSha256: sha256, separatelySigned: Type.Literal(true) },
        { additionalProperties: false },
      ),
    ),
    representation: Type.Enum(['union', 'counsel', 'none']),
    representative: Type.Optional(text),
    compensationRef: Type.Optional(text),
    trainingAllowed: Type.Boolean(),
    thirdPartyTransfer: Type.Boolean(),
    storage: Type.Object({ encrypted: Type.Boolean(), deleteAfter: isoDate }, { additionalProperties: false }),
    revokedAt: Type.Optional(isoDate),
    revokedBy: Type.Optional(text),
    revokeReason: Type.Optional(text),
    issuerKeyId: Type.Optional(text),
    issuerSignature: Type.Optional(text),
  },
  { additionalProperties: false },
);
export type SyntheticConsent = Static<typeof SyntheticConsent>;
export type PerformerConsent = Static<typeof PerformerConsent>;

export type ConsentState = 'valid' | 'missing' | 'expired' | 'revoked' | 'out-of-scope';
/** The refusal of each state. */
export const consentCodes: Readonly<Record<Exclude<ConsentState, 'valid'>, ErrorCode>> = {
  missing: 'CONSENT_MISSING',
  expired: 'CONSENT_EXPIRED',
  revoked: 'CONSENT_REVOKED',
  'out-of-scope': 'CONSENT_OUT_OF_SCOPE',
};
export interface ConsentVerdict {
  readonly state: ConsentState;
  /** One sentence an operator can act on; empty where valid. */
  readonly reason: string;
  readonly synthetic: boolean;
}
export interface ConsentUse {
  readonly production: string;
  readonly scene: string | null;
  readonly output: OutputUse;
  /** Wall time, ISO 8601. */
  readonly nowIso: string;
  /** SHA-256 of the package's content, bound by `likenessModelDigests`; null before a package exists. */
  readonly likenessDigest: string | null;
  /** Where there are any, a performer's record must bear the signature of one of them. */
  readonly issuers?: readonly ConsentIssuer[];
}

const verdict = (state: ConsentState, reason: string, synthetic = false): ConsentVerdict => ({
  state,
  reason,
  synthetic,
});
const isSynthetic = (record: unknown): boolean =>
  typeof record === 'object' && record !== null && (record as { synthetic?: unknown }).synthetic === true;

/** Whether this record lets this likeness be shown here and now. Anything unreadable counts as missing, never as valid. */
export function checkConsent(record: unknown, use: ConsentUse): ConsentVerdict {
  if (record === null || record === undefined) return verdict('missing', 'The package has no consent record.');
  const schema = isSynthetic(record) ? SyntheticConsent : PerformerConsent;
  const [fault] = Value.Errors(schema, record);
  if (fault !== undefined)
    return verdict('missing', `The record is not complete at ${fault.instancePath || '/'}: ${fault.message}.`);
  if (isSynthetic(record)) return verdict('valid', '', true);
  return checkPerformerConsent(record as PerformerConsent, use);
}

function checkPerformerConsent(record: PerformerConsent, use: ConsentUse): ConsentVerdict {
  const now = Date.parse(use.nowIso);
  if (Number.isNaN(now)) return verdict('missing', 'The time of the check is not known.');
  const from = startOf(record.validFrom);
  const until = endOf(record.validUntil);
  if (record.revokedAt !== undefined) {
    const by = record.revokedBy === undefined ? '' : ` by ${record.revokedBy}`;
    return verdict('revoked', `Revoked on ${record.revokedAt}${by}.`);
  }
  if (record.signature === undefined || record.signedAt === undefined) {
    return verdict('missing', 'The record is not signed.');
  }
  const fault = use.issuers === undefined || use.issuers.length === 0 ? null : issuerFault(record, use.issuers);
  if (fault !== null) return verdict('missing', fault);
  if (Number.isNaN(from) || Number.isNaN(until) || Number.isNaN(startOf(record.signedAt))) {
    return verdict('missing', 'A date of the record does not exist in the calendar.');
  }
  if (startOf(record.signedAt) > now)
    return verdict('missing', `The record is dated ${record.signedAt}, in the future.`);
  if (now > until) return verdict('expired', `It was valid until ${record.validUntil}.`);
  if (now < from) return verdict('out-of-scope', `It is valid only from ${record.validFrom}.`);
  return checkScope(record, use);
}

function checkScope(record: PerformerConsent, use: ConsentUse): ConsentVerdict {
  if (record.production !== use.production) {
    return verdict('out-of-scope', `It covers the production "${record.production}", not "${use.production}".`);
  }
  if (record.scenes !== 'all' && (use.scene === null || !record.scenes.includes(use.scene))) {
    const here = use.scene === null ? 'no scene is set in the show file' : `not scene ${use.scene}`;
    return verdict('out-of-scope', `It covers the scenes ${record.scenes.join(', ')}; ${here}.`);
  }
  if (!record.outputs.includes(use.output)) {
    return verdict('out-of-scope', `It covers ${record.outputs.join(', ')}, not ${use.output}.`);
  }
  if (use.likenessDigest !== null && !record.likenessModelDigests.includes(use.likenessDigest)) {
    return verdict('out-of-scope', 'It was given for other photos than those in the package.');
  }
  return verdict('valid', '');
}

/** A bare date begins at its first and ends at its last moment (UTC). */
const startOf = (date: string): number => Date.parse(date.length === 10 ? `${date}T00:00:00.000Z` : date);
const endOf = (date: string): number => Date.parse(date.length === 10 ? `${date}T23:59:59.999Z` : date);
