import type { Role } from '../../server/protocol/messages.js';
import { mayWrite } from '../../server/protocol/roles.js';
import type { LockState } from '../../server/protocol/show.js';

/** What this page is to the server. */
export interface You {
  readonly clientId: string;
  readonly role: Role;
  readonly name: string;
}

/** Edits of looks, cues and stage have no address of their own: they are the operator's. */
export const editsAddress = '/understudy/show/book/edit';

/**
 * Whether it is worth offering the control. The server has the last word: this only spares the operator a refusal. Before the
 * server has said who this page is, everything is offered.
 */
export function mayChange(you: You | null, lock: LockState | null, address: string): boolean {
  if (you && !mayWrite(you.role, address)) return false;
  if (!lock || lock.holder === you?.clientId) return true;
  if (address.endsWith('/output/bypass') || address.startsWith('/understudy/show/lock/')) return true;
  return lock.what === 'edits' && /^\/understudy\/show\/(cue|timecode)\//.test(address);
}

/** Why a control is grey, in words; null where it is not. */
export function whyNot(you: You | null, lock: LockState | null, address: string): string | null {
  if (mayChange(you, lock, address)) return null;
  if (you && !mayWrite(you.role, address)) return `Your role (${you.role}) may look at this, not change it.`;
  return `Locked by ${lock?.holder ?? 'somebody else'}.`;
}
