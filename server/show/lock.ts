import type { LockState } from '../protocol/show.js';

/** Who stands behind a change: a console's port may change between packets, a page's name while it is open. */
export function holderOf(by: string): string {
  const [surface = '', peer = ''] = by.split(' ');
  return surface === 'osc' ? `osc ${peer.replace(/:\d+$/, '')}` : `${surface} ${peer}`.trim();
}

/** Changes that nobody's hand makes: a lock is against hands. */
const ownHands = /^(cue|follow|lane|bypass|restart|server|show|version)\b/;

/** The operator lock: one holder, everybody else refused. Lives as long as the control process, and ends with it. */
export class OperatorLock {
  #state: LockState | null = null;

  get state(): LockState | null {
    return this.#state;
  }
  /** null where it was taken; otherwise who holds it. */
  take(by: string, what: LockState['what'], nowIso: string): string | null {
    const holder = holderOf(by);
    if (this.#state !== null && this.#state.holder !== holder) return this.#state.holder;
    this.#state = { holder, what, sinceIso: nowIso };
    return null;
  }
  /** Gives who held it before; null where nobody did. */
  takeOver(by: string, nowIso: string): string | null {
    const before = this.#state;
    this.#state = { holder: holderOf(by), what: before?.what ?? 'edits', sinceIso: nowIso };
    return before?.holder ?? null;
  }
  release(by: string): string | null {
    if (this.#state === null || this.#state.holder !== holderOf(by)) return this.#state?.holder ?? null;
    this.#state = null;
    return null;
  }
  /** Its holder has gone and did not come back. */
  drop(): void {
    this.#state = null;
  }

  /** Who is in the way of this change; null where nobody is. `address`: of a parameter or action, or "" for an edit. */
  inTheWayOf(by: string, address: string): string | null {
    const lock = this.#state;
    if (lock === null || lock.holder === holderOf(by) || ownHands.test(by)) return null;
    // Never between a hand and the plain picture, and the lock answers for itself.
    if (address.endsWith('/output/bypass') || address.startsWith('/understudy/show/lock/')) return null;
    const cueAddress = /^\/understudy\/show\/(cue|timecode)\//.test(address);
    return cueAddress && lock.what === 'edits' ? null : lock.holder;
  }
}
