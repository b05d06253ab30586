import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { PreviewSide } from '../../server/protocol/binary.js';
import { useDesk } from '../link/desk-context.js';
import { Outputs } from './outputs.js';
import { Scopes } from './scopes.js';
import { Tile } from './tile.js';

type Shown = 'outputs' | 'cameras' | 'both';
const shownWords: Record<Shown, string> = { outputs: 'Outputs', cameras: 'Cameras', both: 'Both' };
const shown = signal<Shown>('outputs');
const scopeSide = signal<PreviewSide>('output');

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
