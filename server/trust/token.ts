import { createHash, randomBytes } from 'node:crypto';

/** A new access token, 256 random bits, and what the show file keeps of it. */
export function mintToken(): { readonly token: string; readonly sha256: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, sha256: createHash('sha256').update(token).digest('hex') };
}
