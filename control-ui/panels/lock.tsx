import type { JSX } from 'preact';
import { useDesk } from '../link/desk-context.js';
import { lockAddress, releaseAddress, takeOverAddress } from '../link/show-addresses.js';
import { ActionButton } from './action-button.js';

/** Takes the operator lock, gives it back, or says who has it. */
export function LockButton(): JSX.Element {
  const desk = useDesk();
  const lock = desk.editState.value?.lock ?? null;
  const mine = lock !== null && lock.holder === desk.you.value?.clientId;
  if (!lock) {
    return (
      <ActionButton address={lockAddress} testId="lock" class="tool">
        <span class="tool-word">Lock</span>
      </ActionButton>
    );
  }
  if (mine) {
    return (
      <ActionButton address={releaseAddress} testId="lock" class="tool tool-on" label="Give the lock back">
        Locked by you
      </ActionButton>
    );
  }
  return (
    <span class="tool-word locked-by" data-testid="lock">
      Locked
    </span>
  );
}

/** Over the desk while somebody else holds the lock: who, since when, and the way past. */
export function LockBanner(): JSX.Element | null {
  const desk = useDesk();
  const lock = desk.editState.value?.lock ?? null;
  if (!lock || lock.holder === desk.you.value?.clientId) return null;
  const name = desk.clients.value.find(({ clientId }) => clientId === lock.holder)?.name ?? '';
  return (
    <div class="banner banner-lock" role="status" data-testid="lock-banner">
      <span class="banner-text">
        <strong>Locked by {name === '' ? lock.holder : `${name} (${lock.holder})`}</strong>{' '}
        {lock.what === 'all' ? 'Nobody else may change anything.' : 'Cues still run; everything else is theirs.'} Bypass
        always works.
      </span>
      <ActionButton address={takeOverAddress} testId="take-over">
        Take over
      </ActionButton>
    </div>
  );
}
