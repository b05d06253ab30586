import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { PreviewSide } from '../../server/protocol/binary.js';
import type { ScopeInfo } from '../../server/protocol/messages.js';
import { laneOfScope, scopeKind } from '../link/addresses.js';
import { useDesk } from '../link/desk-context.js';
import { ScopePanel } from '../panels/param-panels.js';
import { Scopes } from './scopes.js';
import { Tile } from './tile.js';

type Shown = 'outputs' | 'cameras' | 'both';
const shownWords: Record<Shown, string> = { outputs: 'Outputs', cameras: 'Cameras', both: 'Both' };
const shown = signal<Shown>('outputs');
const scopeSide = signal<PreviewSide>('output');
const chosenOutput = signal<string | null>(null);

/** Every camera and output at once, scopes of the chosen one, and what its outputs send. */
export function MonitorDesk(): JSX.Element {
  const desk = useDesk();
  const lane = desk.lane.value;
  if (!lane) return <p class="card muted empty">No camera yet. The server has told of no lane.</p>;
  const sides: readonly PreviewSide[] =
    shown.value === 'both' ? ['input', 'output'] : shown.value === 'cameras' ? ['input'] : ['output'];
  const tiles = sides.flatMap((which) => desk.lanes.value.map((each) => ({ lane: each, which })));
  const columns = shown.value === 'both' ? Math.min(4, desk.lanes.value.length) : Math.ceil(Math.sqrt(tiles.length));
  return (
    <>
      <section class="multiview-card" aria-label="Multiview">
        <div class="segments" role="radiogroup" aria-label="What the multiview shows">
          {(Object.keys(shownWords) as Shown[]).map((each) => (
            <label key={each} class="segment">
              <input
                type="radio"
                name="multiview"
                data-testid={`multiview-${each}`}
                checked={shown.value === each}
                onChange={() => (shown.value = each)}
              />
              <span>{shownWords[each]}</span>
            </label>
          ))}
        </div>
        <div class="multiview" style={{ '--columns': columns }} data-testid="multiview">
          {tiles.map(({ lane: each, which }) => (
            <Tile
              key={`${which} ${each.laneId}`}
              lane={each}
              which={which}
              chosen={each.laneId === lane.laneId && which === scopeSide.value}
              onChoose={() => {
                desk.chosenLaneId.value = each.laneId;
                scopeSide.value = which;
              }}
            />
          ))}
        </div>
      </section>
      <div class="monitor-side">
        <Scopes laneId={lane.laneId} which={scopeSide.value} />
        <Outputs laneId={lane.laneId} />
      </div>
    </>
  );
}

/** Every NDI output of this camera, with what it sends, who watches, and its own controls. */
function Outputs({ laneId }: { readonly laneId: string }): JSX.Element {
  const desk = useDesk();
  const outputs = desk.scopes.value.filter(
    (scope) => scopeKind(scope.id) === 'output' && laneOfScope(scope) === laneId,
  );
  const chosen = outputs.find(({ id }) => id === chosenOutput.value) ?? outputs[0];
  return (
    <section class="card outputs" aria-label="Outputs">
      <h2>Outputs of {laneId}</h2>
      <ul>
        {outputs.map((scope) => (
          <OutputLine key={scope.id} scope={scope} chosen={scope.id === chosen?.id} />
        ))}
      </ul>
      {chosen && <ScopePanel key={chosen.id} scope={chosen} />}
    </section>
  );
}

function OutputLine({ scope, chosen }: { readonly scope: ScopeInfo; readonly chosen: boolean }): JSX.Element {
  const desk = useDesk();
  const lane = desk.lanes.value.find(({ laneId }) => laneId === laneOfScope(scope));
  const mode = desk.cells.find(`/understudy/${scope.id}/output/mode`)?.value.shown;
  const meters = desk.controls.value?.meters.filter((meter) => meter.scope === 'output') ?? [];
  const read = meters.flatMap((meter) => {
    const value = desk.meters.value[`/understudy/${scope.id}/${meter.group}/${meter.name}`];
    return value === undefined ? [] : [`${meter.name.replace(/(Ms|Frames)$/, '')} ${String(value)}`];
  });
  return (
    <li>
      <button
        type="button"
        class="output-line"
        aria-pressed={chosen}
        data-testid={`output-${scope.id}`}
        onClick={() => (chosenOutput.value = scope.id)}
      >
        <strong>{scope.label}</strong>
        <span class="muted">
          {[typeof mode === 'string' ? mode : '', ...read, lane ? `${lane.receivers} watching` : '']
            .filter((word) => word !== '')
            .join(' · ')}
        </span>
      </button>
    </li>
  );
}
