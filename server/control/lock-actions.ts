import type { OperatorLock } from '../show/lock.js';
import { refusal, type Refusal } from '../surfaces/dispatch/dispatch.js';
import type { ShowHost } from './show-host.js';

/** Taking, giving back and taking over the operator lock, as actions; each on record. */
export function handleLock(
  lock: OperatorLock,
  host: Pick<ShowHost, 'dispatcher' | 'clock' | 'record'>,
  onChange: () => void,
): void {
  const note = (did: string, by: string, detail: Readonly<Record<string, string | null>>): null => {
    host.record('lock', by, { ...detail, did });
    onChange();
    return null;
  };
  const locked = (holder: string): Refusal => refusal('', 'LOCKED', { holder });
  host.dispatcher.handle('lock.take', ({ argument, by }) => {
    const what = argument === 'all' ? 'all' : 'edits';
    const holder = lock.take(by, what, host.clock.wallClockIso());
    return holder === null ? note('take', by, { what }) : locked(holder);
  });
  host.dispatcher.handle('lock.release', ({ by }) => {
    const holder = lock.release(by);
    return holder === null ? note('release', by, {}) : locked(holder);
  });
  host.dispatcher.handle('lock.takeOver', ({ by }) =>
    note('takeOver', by, { from: lock.takeOver(by, host.clock.wallClockIso()) }),
  );
}
