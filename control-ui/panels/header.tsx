import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useDesk, tickMs } from '../link/desk-context.js';
import { LockButton } from './lock.js';
import { People } from './people.js';
import { UndoButtons } from './undo.js';

export const desks = ['Live', 'Cues', 'Monitors', 'Stage', 'Cast', 'Controls', 'Health', 'Audit'] as const;
export type DeskName = (typeof desks)[number];

/** Name, link state, desks, cameras. */
export function Header({ shown }: { readonly shown: Signal<DeskName> }): JSX.Element {
  const desk = useDesk();
  const alarms = desk.activeAlarms.value.length;
  return (
    <header class="top">
      <h1>Understudy</h1>
      <nav class="desks" aria-label="Desks">
        {desks.map((name, index) => (
          <a
            key={name}
            href={`#${name.toLowerCase()}`}
            data-testid={`desk-${name.toLowerCase()}`}
            aria-current={shown.value === name ? 'page' : undefined}
            aria-keyshortcuts={String(index + 1)}
          >
            {name}
            {name === 'Health' && alarms > 0 && (
              <span class="count" aria-label={`${alarms} active alarms`}>
                {alarms}
              </span>
            )}
          </a>
        ))}
      </nav>
      <LanePicker />
      <div class="top-tools">
        <UndoButtons />
        <LockButton />
        <People />
        <LinkBadge />
      </div>
    </header>
  );
}

/** Shown only with more than one camera. */
function LanePicker(): JSX.Element | null {
  const desk = useDesk();
  if (desk.lanes.value.length < 2) return null;
  return (
    <div class="lanes" role="radiogroup" aria-label="Camera">
      {desk.lanes.value.map((lane) => (
        <label
          key={lane.laneId}
          class={`segment lane-pick ${lane.onProgram ? 'lane-program' : lane.onPreview ? 'lane-preview' : ''}`}
        >
          <input
            type="radio"
            name="lane"
            data-testid={`lane-${lane.laneId}`}
            checked={lane.laneId === desk.laneId.value}
            onChange={() => (desk.chosenLaneId.value = lane.laneId)}
          />
          <span>
            {lane.laneId}
            {lane.onProgram ? ' · PGM' : lane.onPreview ? ' · PVW' : ''}
          </span>
        </label>
      ))}
    </div>
  );
}

function LinkBadge(): JSX.Element {
  const desk = useDesk();
  const state = desk.linkState.value;
  if (desk.live.value) {
    return (
      <span class="link link-live" data-testid="link-state" data-phase="live">
        Linked{state.roundTripMs === null ? '' : ` · ${Math.max(1, Math.round(state.roundTripMs))} ms`}
      </span>
    );
  }
  const waitS = Math.max(0, Math.ceil((state.retryAtMs - tickMs.value) / 1000));
  const word =
    state.phase === 'waiting' ? `Link lost · retry in ${waitS} s` : state.attempt > 0 ? 'Reconnecting…' : 'Connecting…';
  return (
    <button
      type="button"
      class="link link-lost"
      data-testid="link-state"
      data-phase={state.phase}
      onClick={() => desk.retryNow()}
      title="Try now"
    >
      {word}
    </button>
  );
}
