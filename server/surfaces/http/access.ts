import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Role } from '../../protocol/messages.js';

/** As the show file says it; see docs/show-file.md. */
export interface AccessRules {
  readonly tokens: readonly { readonly name: string; readonly role: Role; readonly sha256: string }[];
  readonly loopback?: Role | 'none';
  readonly anonymous?: Role | 'none';
}
export interface Who {
  readonly role: Role;
  /** Of the token; empty without one. */
  readonly name: string;
}
export const tokenCookie = 'understudy-token';

/**
 * Who stands behind a request. A token comes as `Authorization: Bearer`, as `?token=` in the address that the operator hands
 * out, or as the cookie that this address leaves in the browser. A wrong token is refused, never taken for none.
 */
export class Access {
  readonly #tokens: readonly { readonly name: string; readonly role: Role; readonly digest: Buffer }[];

  constructor(private readonly rules: AccessRules | null) {
    this.#tokens = (rules?.tokens ?? []).map(({ name, role, sha256 }) => ({
      name,
      role,
      digest: Buffer.from(sha256, 'hex'),
    }));
  }

  /** null: may not come in. */
  of(request: Pick<IncomingMessage, 'headers' | 'url' | 'socket'>): Who | null {
    if (this.rules === null) return { role: 'operator', name: '' };
    const token = tokenOf(request);
    if (token !== null) return this.#byToken(token);
    const local = isLoopback(request.socket.remoteAddress ?? '');
    const role = local ? (this.rules.loopback ?? 'operator') : (this.rules.anonymous ?? 'none');
    return role === 'none' ? null : { role, name: '' };
  }

  #byToken(token: string): Who | null {
    const digest = createHash('sha256').update(token).digest();
    const found = this.#tokens.filter((one) => timingSafeEqual(one.digest, digest))[0];
    return found === undefined ? null : { role: found.role, name: found.name };
  }
}

export function tokenOf({ headers, url }: Pick<IncomingMessage, 'headers' | 'url'>): string | null {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const asked = new URLSearchParams((url ?? '').split('?')[1] ?? '').get('token');
  if (asked !== null) return asked;
  const cookie = (headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${tokenCookie}=`));
  return cookie === undefined ? null : cookie.slice(tokenCookie.length + 1);
}

const isLoopback = (address: string): boolean => /^(::ffff:)?127\.|^::1$/.test(address);
