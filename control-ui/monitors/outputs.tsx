import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ScopeInfo } from '../../server/protocol/messages.js';
import { laneOfScope, scopeKind } from '../link/addresses.js';
import type { Desk } from '../link/desk.js';
import { useDesk } from '../link/desk-context.js';
import { ScopePanel } from '../panels/param-panels.js';
import { monitorFacts, multiviewFacts, type OutputFacts, programmeFacts } from './output-facts.js';

const chosenOutput = signal<string | null>(null);

/** Every NDI output of this camera and every multiview: what it sends, who watches, what it costs, and its own controls. */
export function Outputs({ laneId }: { readonly laneId: string }): JSX.Element {
  const desk = useDesk();
  const outputs = desk.scopes.value.filter(
    (scope) => scopeKind(scope.id) === 'output' && (laneOfScope(scope) === laneId || isMultiview(scope)),
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

const isMultiview = ({ groups }: ScopeInfo): boolean => groups?.includes('multiview') === true;

function factsOf(desk: Desk<ImageBitmap>, scope: ScopeInfo): OutputFacts | null {
  const id = scope.id.slice('output/'.length);
  const multiview = desk.multiviews.value.find((each) => each.id === id);
  if (multiview) return multiviewFacts(multiview);
  const lane = desk.lanes.value.find(({ laneId }) => laneId === laneOfScope(scope));
  const monitor = lane?.monitors?.find((each) => each.id === id);
  if (monitor) return monitorFacts(monitor);
  if (!lane || lane.laneId !== id) return null;
  const mode = desk.cells.find(`/understudy/${scope.id}/output/mode`)?.value.shown;
  return programmeFacts(lane, typeof mode === 'string' ? mode : '');
}

function OutputLine({ scope, chosen }: { readonly scope: ScopeInfo; readonly chosen: boolean }): JSX.Element {
  const facts = factsOf(useDesk(), scope);
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
        <span class={facts?.isBad ? 'bad' : 'muted'}>{facts?.does ?? 'its process is not there'}</span>
        {facts && (
          <span class="muted" data-testid={`cost-${scope.id}`}>
            {facts.costs}
          </span>
        )}
      </button>
    </li>
  );
}
