import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Look } from '../../server/protocol/show.js';
import { NameField } from '../inputs/name-field.js';
import { useDesk } from '../link/desk-context.js';
import { recallAddress } from '../link/show-addresses.js';
import { ActionButton } from '../panels/action-button.js';
import { chosenLook } from './cue-desk.js';

/** Looks to recall at once, and to record from what stands on air. */
export function LookList({ looks }: { readonly looks: readonly Look[] }): JSX.Element {
  return (
    <ul data-testid="look-list">
      {looks.map(({ id, name, values }) => (
        <li key={id} class="look" data-testid={`look-${id}`}>
          <button
            type="button"
            class="cue-open"
            aria-pressed={chosenLook.value === id}
            data-testid={`open-look-${id}`}
            onClick={() => (chosenLook.value = chosenLook.value === id ? null : id)}
          >
            {name === '' ? id : name}
            <span class="cue-note muted">{Object.keys(values).length} values</span>
          </button>
          <ActionButton address={recallAddress} value={id} testId={`recall-${id}`} label={`Recall ${name} now`}>
            Recall
          </ActionButton>
        </li>
      ))}
    </ul>
  );
}

/** Scope and groups of what is recorded: a lighting desk's record filter. */
export function RecordLook(): JSX.Element {
  const desk = useDesk();
  const [name, setName] = useState('');
  const [what, setWhat] = useState('all');
  const [everyCamera, setEveryCamera] = useState(false);
  const [cast, setCast] = useState(true);
  const groups = [...new Set(desk.descriptors.value.map(({ group }) => group))];
  const oneCamera = what.startsWith('scope:');
  const record = async (): Promise<void> => {
    const done = await desk.edit({
      kind: 'look-record',
      name: name.trim(),
      scopes: what.startsWith('scope:')
        ? desk.scopes.value.filter((scope) => scope.id.endsWith(`/${what.slice(6)}`)).map((scope) => scope.id)
        : 'all',
      groups: what.startsWith('group:') ? [what.slice(6)] : 'all',
      cast,
      ...(oneCamera && everyCamera ? { everyCamera } : {}),
    });
    if (done) setName('');
  };
  return (
    <fieldset class="group record-look">
      <legend>Record what stands now</legend>
      <NameField label="Name" testId="record-name" maxLength={120} value={name} onInput={setName} />
      <label class="field">
        <span>Of</span>
        <select data-testid="record-what" value={what} onChange={(event) => setWhat(event.currentTarget.value)}>
          <option value="all">everything</option>
          {desk.lanes.value.map(({ laneId }) => (
            <option key={laneId} value={`scope:${laneId}`}>
              camera {laneId} and its output
            </option>
          ))}
          {groups.map((group) => (
            <option key={group} value={`group:${group}`}>
              only {group}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input type="checkbox" checked={cast} onChange={() => setCast(!cast)} />
        <span>with the likenesses of the cast</span>
      </label>
      {oneCamera && (
        <label class="check">
          <input type="checkbox" checked={everyCamera} onChange={() => setEveryCamera(!everyCamera)} />
          <span>for every camera</span>
        </label>
      )}
      <button
        type="button"
        data-testid="record-look"
        disabled={!desk.mayEdit() || name.trim() === ''}
        onClick={() => void record()}
      >
        Record look
      </button>
    </fieldset>
  );
}
