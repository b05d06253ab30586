import type { JSX } from 'preact';
import { useDesk } from '../link/desk-context.js';
import { backAddress, finishAddress, goAddress, stopAddress } from '../link/show-addresses.js';
import { ActionButton } from '../panels/action-button.js';

/** GO, BACK, and what runs: the part that is used without looking at the rest. */
export function Transport(): JSX.Element {
  const desk = useDesk();
  const state = desk.cueState.value;
  const cues = desk.book.value?.cues ?? [];
  const named = (number: string | null | undefined): string =>
    number === null || number === undefined
      ? '–'
      : `${number} ${cues.find((cue) => cue.number === number)?.name ?? ''}`.trim();
  const running = state?.running ?? null;
  return (
    <section class="card transport" aria-label="Cue list">
      <ActionButton address={goAddress} testId="go" class="go" keys="Space" disabled={(state?.next ?? null) === null}>
        <span class="go-word">GO</span>
        <span class="go-next">{(state?.next ?? null) === null ? 'end of the list' : named(state?.next)}</span>
      </ActionButton>
      <div class="transport-buttons">
        <ActionButton address={backAddress} testId="back" disabled={(state?.current ?? null) === null}>
          Back
        </ActionButton>
        <ActionButton address={stopAddress} testId="stop" disabled={running === null && state?.followInMs === null}>
          Stop
        </ActionButton>
        <ActionButton address={finishAddress} testId="finish" disabled={running === null}>
          Finish
        </ActionButton>
      </div>
      <dl class="transport-facts">
        <div>
          <dt>On air</dt>
          <dd data-testid="cue-current" aria-live="polite">
            {named(state?.current)}
          </dd>
        </div>
        <div>
          <dt>Timecode</dt>
          <dd class="mono">{state?.timecode ?? '–'}</dd>
        </div>
        <div>
          <dt>{running ? `Fading ${running.number}` : 'Fade'}</dt>
          <dd data-testid="cue-progress">
            {running
              ? `${(running.remainingMs / 1000).toFixed(1)} s left`
              : (state?.followInMs ?? null) === null
                ? 'none'
                : `next in ${(state!.followInMs! / 1000).toFixed(1)} s`}
          </dd>
        </div>
      </dl>
      <progress class="fade-bar" max={1} value={running?.progress01 ?? 0} aria-label="Progress of the fade" />
    </section>
  );
}
