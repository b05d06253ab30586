import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ScopeInfo } from '../../server/protocol/messages.js';
import { paramsOfScope, scopeKind, scopesForLane, type ParamInstance } from '../link/addresses.js';
import { useDesk } from '../link/desk-context.js';
import { humanName } from '../inputs/wording.js';
import { ParamRow } from './param-row.js';

/** All parameters of one scope, in groups in the order of their declaration. */
export function ScopePanel({ scope }: { readonly scope: ScopeInfo }): JSX.Element {
  const desk = useDesk();
  const groups = new Map<string, ParamInstance[]>();
  for (const param of paramsOfScope(desk.descriptors.value, scope.id, scope.groups)) {
    const group = groups.get(param.descriptor.group);
    if (group) group.push(param);
    else groups.set(param.descriptor.group, [param]);
  }
  return (
    <div class="scope-panel" data-testid={`panel-${scope.id}`}>
      {groups.size === 0 && <p class="muted">Nothing to set here.</p>}
      {[...groups].map(([group, params]) => (
        <fieldset key={group} class="group">
          <legend>{humanName(group)}</legend>
          {params.map((param) => (
            <ParamRow key={param.address} param={param} />
          ))}
        </fieldset>
      ))}
    </div>
  );
}

const kindWord = { output: 'Output', lane: 'Camera', show: 'Show' } as const;

/** "Output · Camera A": labels may be the same for a camera and its output. */
function scopeTitle({ id, label }: ScopeInfo): string {
  const word = kindWord[scopeKind(id)];
  return label.startsWith(word) ? label : `${word} · ${label}`;
}

/** One scope at a time behind tabs: the side panel of the Live desk. */
export function TabbedPanels(): JSX.Element {
  const desk = useDesk();
  const chosen = useSignal<string | null>(null);
  const scopes = scopesForLane(desk.scopes.value, desk.laneId.value);
  const scope = scopes.find((candidate) => candidate.id === chosen.value) ?? scopes[0];
  const severalOutputs = scopes.filter((candidate) => scopeKind(candidate.id) === 'output').length > 1;
  return (
    <section class="card panels" aria-label="Controls">
      <div class="tabs" role="tablist" aria-label="What to control">
        {scopes.map((candidate) => (
          <button
            key={candidate.id}
            type="button"
            role="tab"
            data-testid={`tab-${candidate.id}`}
            aria-selected={candidate.id === scope?.id}
            onClick={() => (chosen.value = candidate.id)}
          >
            {severalOutputs && scopeKind(candidate.id) === 'output'
              ? candidate.label
              : kindWord[scopeKind(candidate.id)]}
          </button>
        ))}
      </div>
      <div class="panels-body" role="tabpanel" aria-label={scope?.label ?? 'Controls'} tabIndex={0}>
        {scope && <p class="scope-label muted">{scopeTitle(scope)}</p>}
        {scope ? <ScopePanel key={scope.id} scope={scope} /> : <p class="muted">Waiting for the server…</p>}
      </div>
    </section>
  );
}

/** Every scope of the chosen camera at once, side by side: the Controls desk. */
export function AllPanels(): JSX.Element {
  const desk = useDesk();
  return (
    <div class="all-panels">
      {scopesForLane(desk.scopes.value, desk.laneId.value).map((scope) => (
        <section key={scope.id} class="card" aria-label={scopeTitle(scope)}>
          <h2>{scopeTitle(scope)}</h2>
          <ScopePanel scope={scope} />
        </section>
      ))}
    </div>
  );
}
