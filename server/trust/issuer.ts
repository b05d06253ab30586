import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { CodedError } from '../errors/coded-error.js';
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

const rawOf = (key: KeyObject): string =>
  key.export({ format: 'der', type: 'spki' }).subarray(ed25519Header.length).toString('base64');

/** A new key pair: the private half as PEM (PKCS #8), for the issuer alone; the public half as the show file has it. */
export function newIssuer(keyId: string): { readonly privatePem: string; readonly issuer: ConsentIssuer } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const privatePem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  return { privatePem: privatePem.toString(), issuer: { keyId, publicKey: rawOf(publicKey) } };
}

/** Reads an issuer's private key. `file` is only for the message. Throws ISSUER_KEY_UNUSABLE. */
export function issuerOf(
  keyId: string,
  privatePem: string,
  file = 'given',
): { readonly key: KeyObject; readonly issuer: ConsentIssuer } {
  let key: KeyObject;
  try {
    key = createPrivateKey(privatePem);
  } catch (error) {
    throw new CodedError('ISSUER_KEY_UNUSABLE', { file, reason: 'it is no private key in PEM' }, { cause: error });
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    const kind = key.asymmetricKeyType ?? 'unknown';
    throw new CodedError('ISSUER_KEY_UNUSABLE', { file, reason: `it is of the kind ${kind}, not Ed25519` });
  }
  return { key, issuer: { keyId, publicKey: rawOf(createPublicKey(key)) } };
}

/** The record with the issuer's key id and signature; a signature that was there is replaced. */
export function signRecord<R extends object>(
  record: R,
  keyId: string,
  key: KeyObject,
): R & { readonly issuerKeyId: string; readonly issuerSignature: string } {
  const named = { ...record, issuerKeyId: keyId };
  return { ...named, issuerSignature: sign(null, issuedBytes(named), key).toString('base64') };
}
