import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { NameField } from '../inputs/name-field.js';
import { useDesk } from '../link/desk-context.js';
import { restoreAddress, saveAddress } from '../link/show-addresses.js';
import { ActionButton } from '../panels/action-button.js';

/** Numbered versions of values, cast, looks, cues and stage. Restoring is one step of undo. */
export function Versions(): JSX.Element {
  const desk = useDesk();
  const [name, setName] = useState('');
  const save = async (): Promise<void> => {
    if (await desk.do(saveAddress, name.trim())) setName('');
  };
  return (
    <section class="card versions" aria-label="Versions of the show">
      <h2>Versions</h2>
      <div class="row-tools">
        <NameField label="Name" testId="version-name" maxLength={120} value={name} onInput={setName} wide />
        <button type="button" data-testid="version-save" disabled={!desk.may(saveAddress)} onClick={() => void save()}>
          Save now
        </button>
        <a class="as-button" href="/show/file" download="show.json">
          Show file
        </a>
      </div>
      <ul data-testid="versions">
        {desk.versions.value.map((version) => (
          <li key={version.number} class="look">
            <span class="version-text">
              <strong class="mono">{version.number}</strong> {version.name === '' ? 'saved by itself' : version.name}
              <span class="cue-note muted">
                {version.atIso.replace('T', ' ').slice(0, 19)} · {version.automatic ? 'automatic' : version.by}
              </span>
            </span>
            <ActionButton
              address={restoreAddress}
              value={version.number}
              testId={`restore-${version.number}`}
              label={`Restore version ${version.number}`}
            >
              Restore
            </ActionButton>
          </li>
        ))}
      </ul>
      {desk.versions.value.length === 0 && <p class="muted">None yet.</p>}
    </section>
  );
}
