import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Cue, Look } from '../../server/protocol/show.js';
import { useDesk } from '../link/desk-context.js';
import { selectAddress } from '../link/show-addresses.js';
import { ActionButton } from '../panels/action-button.js';
import { chosenCue } from './cue-desk.js';
import { numberAfter, secondsText } from './times.js';

interface CueListProps {
  readonly cues: readonly Cue[];
  readonly looks: readonly Look[];
  readonly onOpen: (number: string) => void;
}

/** The list in its order. A row opens the cue for blind editing; nothing here reaches an output but through GO. */
export function CueList({ cues, looks, onOpen }: CueListProps): JSX.Element {
  const desk = useDesk();
  const state = desk.cueState.value;
  const lookName = new Map(looks.map(({ id, name }) => [id, name]));
  return (
    <section class="card cue-list" aria-label="Cues">
      <table>
        <thead>
          <tr>
            <th scope="col">No.</th>
            <th scope="col">Cue</th>
            <th scope="col" class="wide-only">
              Look
            </th>
            <th scope="col">Fade</th>
            <th scope="col" class="wide-only">
              Then
            </th>
            <th scope="col">
              <span class="hidden-text">Make next</span>
            </th>
          </tr>
        </thead>
        <tbody data-testid="cue-list">
          {cues.map((cue) => {
            const place = cue.number === state?.current ? 'current' : cue.number === state?.next ? 'next' : 'none';
            return (
              <tr
                key={cue.number}
                class={`cue cue-${place}`}
                data-testid={`cue-${cue.number}`}
                data-place={place}
                aria-selected={chosenCue.value === cue.number}
              >
                <td class="mono cue-number">
                  {cue.number}
                  {place !== 'none' && <span class="cue-place">{place === 'current' ? 'ON AIR' : 'NEXT'}</span>}
                </td>
                <td>
                  <button
                    type="button"
                    class="cue-open"
                    data-testid={`open-${cue.number}`}
                    onClick={() => onOpen(cue.number)}
                  >
                    {cue.name === '' ? `Cue ${cue.number}` : cue.name}
                    {cue.note !== '' && <span class="cue-note muted">{cue.note}</span>}
                  </button>
                </td>
                <td class="wide-only">
                  {cue.lookId === null ? <span class="muted">–</span> : (lookName.get(cue.lookId) ?? cue.lookId)}
                </td>
                <td class="mono">{cue.fadeMs === 0 ? 'cut' : `${secondsText(cue.fadeMs)} s`}</td>
                <td class="wide-only muted">{thenText(cue)}</td>
                <td>
                  <ActionButton
                    address={selectAddress}
                    value={cue.number}
                    testId={`select-${cue.number}`}
                    label={`Make cue ${cue.number} the next`}
                    disabled={place === 'next'}
                  >
                    Next
                  </ActionButton>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {cues.length === 0 && <p class="muted">No cue yet. A cue puts a look on the outputs, with a fade.</p>}
      <NewCue cues={cues} onMade={onOpen} />
    </section>
  );
}

function thenText({ follow, timecode }: Cue): string {
  const words: string[] = [];
  if (follow) words.push(`follow ${secondsText(follow.waitMs)} s after ${follow.after}`);
  if (timecode !== null) words.push(`at ${timecode}`);
  return words.join(', ');
}

function NewCue({
  cues,
  onMade,
}: {
  readonly cues: readonly Cue[];
  readonly onMade: (number: string) => void;
}): JSX.Element {
  const desk = useDesk();
  const at = cues.findIndex(({ number }) => number === chosenCue.value);
  const after = at < 0 ? (cues.at(-1)?.number ?? null) : chosenCue.value;
  const proposed = numberAfter(after, at < 0 ? null : (cues[at + 1]?.number ?? null));
  const [draft, setDraft] = useState<string | null>(null);
  const number = draft ?? proposed;
  const taken = cues.some((cue) => cue.number === number);
  const make = async (): Promise<void> => {
    if (await desk.edit({ kind: 'cue-set', cue: { number } })) {
      setDraft(null);
      onMade(number);
    }
  };
  return (
    <div class="row-tools">
      <label class="field field-inline">
        <span>New cue number</span>
        <input
          type="text"
          class="entry"
          inputMode="decimal"
          data-testid="new-cue-number"
          value={number}
          disabled={!desk.mayEdit()}
          onInput={(event) => setDraft(event.currentTarget.value)}
        />
      </label>
      <button
        type="button"
        data-testid="new-cue"
        disabled={!desk.mayEdit() || taken || !/^\d{1,5}(\.\d{1,3})?$/.test(number)}
        onClick={() => void make()}
      >
        {taken ? 'That number is taken' : 'Add cue'}
      </button>
    </div>
  );
}
