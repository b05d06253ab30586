import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ParamDescriptor } from '../../server/protocol/descriptors.js';
import type { ParamCell } from '../link/cells.js';
import type { ParamInstance } from '../link/addresses.js';
import { tickMs, useDesk } from '../link/desk-context.js';
import { copyText } from '../inputs/copy-text.js';
import type { InputProps } from '../inputs/input-props.js';
import { ParamInput } from '../inputs/param-input.js';
import { ago, humanName } from '../inputs/wording.js';
import { LikenessChoice } from './likeness-choice.js';

/** One parameter: name (opens its help), widget, reset, OSC address, who changed it last. */
export function ParamRow({ param }: { readonly param: ParamInstance }): JSX.Element | null {
  const desk = useDesk();
  const [helpOpen, setHelpOpen] = useState(false);
  const cell = desk.cells.find(param.address)?.value;
  if (!cell) return null;
  const { descriptor, address } = param;
  const id = `p${address.replace(/[^a-zA-Z0-9]/g, '-')}`;
  const disabled = !desk.may(address);
  const reset = (): void => desk.reset(address);
  return (
    <div class={`param param-${descriptor.kind}`} data-testid={`param-${address}`} data-pending={cell.pending}>
      <div class="param-head">
        <button
          type="button"
          class="param-name"
          id={`${id}-label`}
          aria-expanded={helpOpen}
          title={descriptor.help}
          onClick={() => setHelpOpen(!helpOpen)}
        >
          {humanName(descriptor.name)}
          <span class="param-hint" aria-hidden="true">
            {helpOpen ? '×' : '?'}
          </span>
        </button>
        {descriptor.apply === 'restart' && <span class="tag">needs restart</span>}
        <button
          type="button"
          class="reset"
          data-testid={`reset-${address}`}
          disabled={disabled || cell.confirmed === descriptor.default}
          title={`Back to ${String(descriptor.default)}`}
          aria-label={`Reset ${humanName(descriptor.name)} to its default`}
          onClick={reset}
        >
          ↺
        </button>
      </div>
      <Widget
        descriptor={descriptor}
        value={cell.shown}
        testId={address}
        labelId={`${id}-label`}
        helpId={`${id}-help`}
        disabled={disabled}
        onSet={(value) => desk.set(address, value)}
        onReset={reset}
      />
      <p id={`${id}-help`} class={helpOpen ? 'param-help' : 'hidden-text'}>
        {descriptor.help}
      </p>
      <div class="param-foot">
        <AddressButton address={address} />
        <LastChange cell={cell} />
      </div>
    </div>
  );
}

/** The generated widget, or the one registered for this parameter. */
function Widget({ descriptor, ...rest }: InputProps<ParamDescriptor>): JSX.Element {
  if (descriptor.key === 'likeness.id' && descriptor.kind === 'text') {
    return <LikenessChoice descriptor={descriptor} {...rest} />;
  }
  return <ParamInput descriptor={descriptor} {...rest} />;
}

function AddressButton({ address }: { readonly address: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void copyText(address).then((done) => {
      setCopied(done);
      setTimeout(() => setCopied(false), 1200);
    });
  };
  return (
    <button
      type="button"
      class="address"
      title="Copy the OSC address"
      aria-label={`Copy OSC address ${address}`}
      onClick={copy}
    >
      <span>{copied ? 'copied' : address}</span>
    </button>
  );
}

/** Stands out for a few seconds when somebody else moved the control under the operator's hand. */
function LastChange({ cell }: { readonly cell: ParamCell }): JSX.Element | null {
  if (cell.by === '') return null;
  const ageMs = cell.changedAtMs === null ? null : tickMs.value - cell.changedAtMs;
  const fresh = !cell.mine && ageMs !== null && ageMs < 6000;
  return (
    <span class={fresh ? 'by by-fresh' : 'by'} data-testid="changed-by">
      {cell.mine ? 'this page' : cell.by}
      {ageMs === null ? '' : ` · ${ago(ageMs)}`}
    </span>
  );
}
