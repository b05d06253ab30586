import { createPublicKey, verify } from 'node:crypto';
import { canonicalJson, type Json } from './canonical-json.js';

/** Somebody whose signature a production accepts under consent records: a union, an agency, the production's own legal office. */
export interface ConsentIssuer {
  readonly keyId: string;
  /** Ed25519, the 32 bytes in base64. */
  readonly publicKey: string;
}

/** Before the 32 bytes in a SubjectPublicKeyInfo (RFC 8410). */
const ed25519Header = Buffer.from('302a300506032b6570032100', 'hex');
/** Not under the signature: the signature itself, and what is written into the record when a consent is withdrawn. */
const unsigned: ReadonlySet<string> = new Set(['issuerSignature', 'revokedAt', 'revokedBy', 'revokeReason']);

/** The bytes an issuer signs: the record in canonical JSON without the members above. */
export const issuedBytes = (record: object): Buffer =>
  Buffer.from(canonicalJson(Object.fromEntries(Object.entries(record).filter(([key]) => !unsigned.has(key))) as Json));

/** null where the record is signed by one of the issuers; otherwise one sentence that says what is wrong. Never throws. */
export function issuerFault(
  record: { readonly issuerKeyId?: string; readonly issuerSignature?: string },
  issuers: readonly ConsentIssuer[],
): string | null {
  const { issuerKeyId, issuerSignature } = record;
  if (issuerKeyId === undefined || issuerSignature === undefined) {
    return "The record has no issuer's signature, and this show asks for one.";
  }
  const issuer = issuers.find(({ keyId }) => keyId === issuerKeyId);
  if (issuer === undefined)
    return `It is signed with the key "${issuerKeyId.slice(0, 60)}", which this show does not know.`;
  try {
    const der = Buffer.concat([ed25519Header, Buffer.from(issuer.publicKey, 'base64')]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    if (verify(null, issuedBytes(record), key, Buffer.from(issuerSignature, 'base64'))) return null;
  } catch {
    return `The key "${issuerKeyId.slice(0, 60)}" in the show file is not an Ed25519 key.`;
  }
  return "The issuer's signature does not fit: the record was changed after it was signed.";
}
