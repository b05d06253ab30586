import type { JSX } from 'preact';
import type { ScopeInfo } from '../../server/protocol/messages.js';
import { addressOf, instancesForLane, laneOfScope, scopeKind, type ParamInstance } from '../link/addresses.js';
import { useDesk } from '../link/desk-context.js';
import { ParamInput } from '../inputs/param-input.js';
import { humanName } from '../inputs/wording.js';

/** Always on the screen: BYPASS of every output, and mode and mix of the chosen camera. */
export function OnAirBar(): JSX.Element {
  const desk = useDesk();
  const outputs = desk.scopes.value.filter((scope) => scopeKind(scope.id) === 'output');
  const quick = ['output.mode', 'likeness.mix01'].flatMap((key) =>
    instancesForLane(desk.descriptors.value, desk.scopes.value, desk.laneId.value, key).slice(0, 1),
  );
  return (
    <section class="on-air-bar" aria-label="On air">
      <div class={outputs.length > 1 ? 'bypasses bypasses-many' : 'bypasses'}>
        {outputs.map((scope) => (
          <BypassButton key={scope.id} scope={scope} alone={outputs.length === 1} />
        ))}
      </div>
      <div class="quick">
        {quick.map((param) => (
          <QuickParam key={param.address} param={param} />
        ))}
      </div>
    </section>
  );
}

/** Shows what is asked for (pressed) and what the output really does (the line below), which may differ for a moment. */
function BypassButton({ scope, alone }: { readonly scope: ScopeInfo; readonly alone: boolean }): JSX.Element | null {
  const desk = useDesk();
  const descriptor = desk.descriptors.value.find(
    ({ key, scope: kind }) => key === 'output.bypass' && kind === 'output',
  );
  const address = descriptor ? addressOf(scope.id, descriptor) : null;
  const cell = address === null ? undefined : desk.cells.find(address)?.value;
  if (address === null || !cell) return null;
  const lane = desk.lanes.value.find(({ laneId }) => laneId === laneOfScope(scope));
  const on = cell.shown === true;
  const live = desk.live.value;
  const allowed = desk.may(address);
  const onAir = lane?.step === 'bypass';
  const chosen = lane !== undefined && lane.laneId === desk.laneId.value;
  const line = !live
    ? 'no link'
    : on
      ? onAir
        ? 'CLEAN camera on output'
        : 'asked for…'
      : onAir
        ? 'leaving…'
        : 'press for clean camera';
  return (
    <button
      type="button"
      class="bypass"
      data-testid={`bypass-${scope.id}`}
      aria-pressed={on}
      aria-keyshortcuts="B"
      aria-label={`Bypass ${scope.label}`}
      title={descriptor?.help}
      disabled={!allowed}
      onClick={() => desk.set(address, !on)}
    >
      <span class="bypass-word">
        {on ? 'BYPASS ON' : 'BYPASS'}
        {chosen && <kbd>B</kbd>}
      </span>
      <span class="bypass-line">{alone ? line : on ? `${scope.label}: ${line}` : scope.label}</span>
    </button>
  );
}

function QuickParam({ param }: { readonly param: ParamInstance }): JSX.Element | null {
  const desk = useDesk();
  const cell = desk.cells.find(param.address)?.value;
  if (!cell) return null;
  const id = `quick-${param.descriptor.key.replace('.', '-')}`;
  return (
    <div class={`quick-param quick-${param.descriptor.kind}`}>
      <span id={id} class="quick-name" title={param.descriptor.help}>
        {humanName(param.descriptor.key)}
      </span>
      <span id={`${id}-help`} class="hidden-text">
        {param.descriptor.help}
      </span>
      <ParamInput
        descriptor={param.descriptor}
        value={cell.shown}
        testId={`quick-${param.descriptor.key}`}
        labelId={id}
        helpId={`${id}-help`}
        disabled={!desk.may(param.address)}
        onSet={(value) => desk.set(param.address, value)}
        onReset={() => desk.reset(param.address)}
      />
    </div>
  );
}
