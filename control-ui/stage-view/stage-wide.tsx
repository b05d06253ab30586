import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { StageViewpoint } from '../../server/protocol/show.js';
import { NameField } from '../inputs/name-field.js';
import { useDesk } from '../link/desk-context.js';
import type { StageState } from './stage-state.js';

/** What concerns the stage as a whole: picture regions, wall content, saved views. */
export function StageWide(props: {
  readonly state: StageState;
  readonly viewpoint: (name: string) => StageViewpoint | null;
}): JSX.Element {
  const { state, viewpoint } = props;
  const desk = useDesk();
  const [name, setName] = useState('');
  const saved = state.shown.value.views ?? [];
  const save = (): void => {
    const view = viewpoint(name.trim());
    if (!view) return;
    const stage = state.shown.peek();
    state.put({ ...stage, views: [...saved.filter((other) => other.name !== view.name), view] });
    setName('');
  };
  return (
    <div class="stage-wide">
      <label class="check">
        <input
          type="checkbox"
          data-testid="wall-content"
          checked={state.wallContent.value}
          onChange={() => (state.wallContent.value = !state.wallContent.value)}
        />
        <span>Walls show what {desk.laneId.value ?? 'the camera'} sees of them</span>
      </label>
      <button
        type="button"
        data-testid="measure-regions"
        title="Works out where each wall is in each camera's picture. Faces inside are pictures on the wall and stay untouched."
        disabled={!desk.mayEdit()}
        onClick={() => state.measureRegions()}
      >
        Set picture regions from this geometry
      </button>
      <div class="row-tools">
        <NameField label="Save this view as" testId="view-name" maxLength={60} value={name} onInput={setName} wide />
        <button type="button" data-testid="view-save" disabled={!desk.mayEdit() || name.trim() === ''} onClick={save}>
          Save view
        </button>
        {saved.map((view) => (
          <button
            key={view.name}
            type="button"
            class="danger"
            aria-label={`Remove view ${view.name}`}
            disabled={!desk.mayEdit()}
            onClick={() => {
              const stage = state.shown.peek();
              state.put({ ...stage, views: saved.filter((other) => other !== view) });
            }}
          >
            {view.name} ×
          </button>
        ))}
      </div>
    </div>
  );
}
