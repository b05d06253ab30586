import type { ErrorEntry } from './registry.js';

/** Refusals for want of consent, and faults of the audit log. */
export const trustErrors = {
  CONSENT_MISSING: {
    severity: 'alarm',
    message: 'The likeness "{likeness}" does not load: its consent record is missing. {reason}',
    advice: 'Add the signed consent record to the likeness package.',
  },
  CONSENT_EXPIRED: {
    severity: 'alarm',
    message: 'The likeness "{likeness}" does not load: its consent has expired. {reason}',
    advice: 'Obtain a new consent record, or choose another likeness.',
  },
  CONSENT_REVOKED: {
    severity: 'alarm',
    message: 'The likeness "{likeness}" does not load: its consent was revoked. {reason}',
    advice: 'Choose another likeness. A revoked consent cannot be used again.',
  },
  CONSENT_OUT_OF_SCOPE: {
    severity: 'alarm',
    message: 'The likeness "{likeness}" does not load: its consent does not cover this use. {reason}',
    advice: 'Compare production, scene and output in the show file with the consent record.',
  },
  CONSENT_RECORD_INVALID: {
    severity: 'warning',
    message: 'The consent record {file} is not complete: {reason}',
    advice: 'Correct what is named; docs/trust.md lists the fields of a record.',
  },
  ISSUER_KEY_UNUSABLE: {
    severity: 'warning',
    message: 'The file {file} cannot be signed with: {reason}',
    advice: 'Give the private key that "npx understudy consent keys" made, or another Ed25519 key as PEM (PKCS #8).',
  },
  TOKEN_NAME_TAKEN: {
    severity: 'warning',
    message: 'The show file {file} has a token for "{name}" already.',
    advice: 'Choose another name, or remove that token from access.tokens first: it opens nothing from then on.',
  },
  CONSENT_ENDED_ON_AIR: {
    severity: 'alarm',
    message: 'The consent of the likeness "{likeness}" ended while it is on air. {reason}',
    advice: 'Take it off air now. It stays until you do, and will not load again.',
  },
  AUDIT_BROKEN: {
    severity: 'alarm',
    message: 'The audit log {file} does not verify: {reason}',
    advice: 'Keep the file as evidence; it was changed or cut. A new log continues beside it.',
  },
  AUDIT_NOT_WRITTEN: {
    severity: 'alarm',
    message: 'The audit log could not be written: {reason}',
    advice: 'Free disk space. No likeness loads until the log can be written.',
  },
} satisfies Record<string, ErrorEntry>;
