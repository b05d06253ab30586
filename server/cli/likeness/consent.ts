import { Value } from 'typebox/value';
import { CodedError } from '../../errors/coded-error.js';
import { PerformerConsent, SyntheticConsent } from '../../trust/consent.js';
import { readNamedFile } from '../parse.js';

export interface ConsentFlags {
  readonly consent?: string;
  readonly synthetic?: boolean;
  readonly provenance?: string;
}

const usage = (reason: string): CodedError => new CodedError('CLI_USAGE', { reason, verb: 'likeness build' });

/** Exactly one of the two must be said: nobody is synthetic by default. Throws LIKENESS_CONSENT_UNSAID or CLI_USAGE. */
export function refuseUnsaid(flags: ConsentFlags): void {
  if (flags.consent !== undefined && flags.synthetic === true) throw usage('Give --consent or --synthetic, not both.');
  if (flags.consent === undefined && flags.synthetic !== true) throw new CodedError('LIKENESS_CONSENT_UNSAID');
  if (flags.provenance !== undefined && flags.synthetic !== true) throw usage('--provenance belongs to --synthetic.');
}

/** The record that goes into a package: the operator's file, or the statement that nobody is shown. `digest` is the photos'. */
export function consentRecord(flags: ConsentFlags, id: string, digest: string): unknown {
  return flags.consent === undefined ? syntheticRecord(flags, id) : performerRecord(flags.consent, digest);
}

function syntheticRecord(flags: ConsentFlags, id: string): SyntheticConsent {
  const provenance =
    flags.provenance ?? 'Declared synthetic on the command line by whoever built the package; depicts nobody.';
  const record: SyntheticConsent = { schemaVersion: 1, id: `synthetic-${id}`, synthetic: true, provenance };
  const [fault] = Value.Errors(SyntheticConsent, record);
  if (fault !== undefined) throw usage(`--provenance ${fault.message}.`);
  return record;
}

function performerRecord(file: string, digest: string): PerformerConsent {
  const refuse = (reason: string, cause?: unknown): CodedError =>
    new CodedError('LIKENESS_CONSENT_REFUSED', { file, reason, digest }, { cause });
  let parsed: unknown;
  try {
    parsed = JSON.parse(readNamedFile(file).toString('utf8'));
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw refuse('it is not JSON', error);
  }
  const [fault] = Value.Errors(PerformerConsent, parsed);
  if (fault !== undefined) throw refuse(`${fault.instancePath || '/'} ${fault.message}`);
  const record = parsed as PerformerConsent;
  if (record.revokedAt !== undefined) throw refuse(`it was revoked on ${record.revokedAt}`);
  if (!record.likenessModelDigests.includes(digest)) throw refuse('it was given for other photos');
  return record;
}
