import type { IncomingHttpHeaders } from 'node:http';

/**
 * A page of another site, open in the operator's browser, must not drive the show: not by a cross-site request (Origin)
 * and not by a name that it re-points at this machine (DNS rebinding: Host). So both are checked, for HTTP and for /ws.
 */
export interface AllowedHosts {
  /** Lower case, without port; IPv6 without brackets. */
  readonly names: ReadonlySet<string>;
}
export type OriginFault = {
  readonly code: 'CONTROL_HOST_REFUSED' | 'CONTROL_ORIGIN_REFUSED';
  readonly context: Record<string, string>;
};

export const allowedHosts = (interfaces: readonly string[], hostNames: readonly string[]): AllowedHosts => ({
  names: new Set(['localhost', '127.0.0.1', '::1', ...interfaces, ...hostNames].map((name) => name.toLowerCase())),
});

/** null where the request may pass. A request without Origin is no page of another site (curl, a console, a direct visit). */
export function originFault(headers: IncomingHttpHeaders, allowed: AllowedHosts): OriginFault | null {
  const host = headers.host ?? '';
  const own = parseHost(host);
  if (own === null || !allowed.names.has(own)) {
    return { code: 'CONTROL_HOST_REFUSED', context: { host: host.slice(0, 100) } };
  }
  const origin = headers.origin;
  if (origin === undefined) return null;
  // Same origin only: another port of this machine is another program.
  return origin.toLowerCase() === `http://${host.toLowerCase()}`
    ? null
    : { code: 'CONTROL_ORIGIN_REFUSED', context: { origin: origin.slice(0, 100) } };
}

function parseHost(host: string): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::\d{1,5})?$/i.exec(host);
  const name = match?.[1] ?? match?.[2];
  return name === undefined ? null : name.toLowerCase().replace(/\.$/, '');
}
