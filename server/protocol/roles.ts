import type { Role } from './messages.js';

/**
 * Who may do what. An operator may do everything. A director looks. A DIT keeps takes and monitors: what those groups declare,
 * and saved versions, but no likeness, look, cue or output. Here, because the page greys out what the server would refuse.
 */
const ditGroups: ReadonlySet<string> = new Set([
  'take',
  'record',
  'slate',
  'burnin',
  'monitor',
  'multiview',
  'lut',
  'scope',
  'preview',
]);
const ditAddresses: ReadonlySet<string> = new Set(['/understudy/show/version/save']);

/** `address` of a parameter or an action. */
export function mayWrite(role: Role, address: string): boolean {
  if (role === 'operator') return true;
  if (role === 'director') return false;
  return ditAddresses.has(address) || ditGroups.has(address.split('/').at(-2) ?? '');
}
