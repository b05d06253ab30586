import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { AlarmMessage } from '../../server/protocol/messages.js';
import { useDesk } from '../link/desk-context.js';

const severityWord = { info: 'Note', warning: 'Warning', alarm: 'Alarm' } as const;
const severityRank = { alarm: 0, warning: 1, info: 2 } as const;

function worstFirst(a: AlarmMessage, b: AlarmMessage): number {
  return severityRank[a.severity] - severityRank[b.severity] || b.atIso.localeCompare(a.atIso);
}

/** One line under the header with the worst active alarm and what to do; nothing when all is well. */
export function AlarmBanner(): JSX.Element | null {
  const desk = useDesk();
  const [worst, ...others] = [...desk.activeAlarms.value].sort(worstFirst);
  if (!worst || worst.severity === 'info') return null;
  return (
    <div class={`banner banner-${worst.severity}`} role="alert" data-testid="alarm-banner">
      <strong>{severityWord[worst.severity]}</strong>
      <span class="banner-text">
        {worst.message} <em>{worst.advice}</em>
      </span>
      <a class="banner-more" href="#health">
        {others.length > 0 ? `+${others.length} more` : 'Details'}
      </a>
    </div>
  );
}

/** Active alarms, and what was before. */
export function AlarmList(): JSX.Element {
  const desk = useDesk();
  const history = useSignal(false);
  const alarms = desk.alarms.value
    .filter((alarm) => history.value || alarm.active)
    .sort((a, b) => Number(b.active) - Number(a.active) || worstFirst(a, b));
  const past = desk.alarms.value.length - desk.activeAlarms.value.length;
  return (
    <section class="card alarms" aria-label="Alarms">
      <div class="card-head">
        <h2>Alarms</h2>
        <button
          type="button"
          aria-pressed={history.value}
          data-testid="alarm-history"
          onClick={() => (history.value = !history.value)}
        >
          History ({past})
        </button>
      </div>
      {alarms.length === 0 && <p class="good">No active alarm.</p>}
      <ul data-testid="alarm-list">
        {alarms.map((alarm) => (
          <li
            key={alarm.id}
            class={`alarm alarm-${alarm.severity} ${alarm.active ? '' : 'alarm-over'}`}
            data-testid={`alarm-${alarm.code}`}
          >
            <p class="alarm-line">
              <strong>{alarm.active ? severityWord[alarm.severity] : 'Over'}</strong> {alarm.message}
            </p>
            <p class="alarm-advice">{alarm.advice}</p>
            <p class="muted mono small">
              {alarm.code} · {alarm.laneId ?? 'show'} · {alarm.atIso.replace('T', ' ').replace(/\.\d+Z?$/, '')}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
