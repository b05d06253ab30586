import type { JSX } from 'preact';
import type { ParamAddress, ParamDescriptor, ParamValue } from '../../server/protocol/descriptors.js';
import { useDesk } from '../link/desk-context.js';
import { formatNumber, parseNumber, unitSuffix } from '../inputs/number-format.js';
import { humanName } from '../inputs/wording.js';
import { DraftInput } from './field.js';

type Values = Readonly<Record<ParamAddress, ParamValue>>;
interface BlindValuesProps {
  readonly values: Values;
  readonly disabled: boolean;
  readonly onChange: (values: Values) => void;
}

/** "/understudy/output/cam-a/output/mode" as its parts. */
function partsOf(address: ParamAddress): { readonly scope: string; readonly id: string; readonly key: string } {
  const parts = address.split('/').slice(2);
  const id = parts.length > 3 ? (parts[1] ?? '') : '';
  return { scope: parts[0] ?? '', id, key: parts.slice(-2).join('.') };
}

/** The values of a look or a cue, each with the widget of its declaration, none of them live. */
export function BlindValues({ values, disabled, onChange }: BlindValuesProps): JSX.Element {
  const desk = useDesk();
  const byKey = new Map(desk.descriptors.value.map((descriptor) => [descriptor.key, descriptor]));
  const without = (address: ParamAddress): Values =>
    Object.fromEntries(Object.entries(values).filter(([other]) => other !== address));
  return (
    <fieldset class="group blind-values">
      <legend>Values ({Object.keys(values).length})</legend>
      {Object.entries(values).map(([address, value]) => {
        const { id, key } = partsOf(address);
        const descriptor = byKey.get(key);
        const name = `${humanName(key)}${id === '' ? '' : id === '*' ? ', every camera' : `, ${id}`}`;
        return (
          <div key={address} class="blind-value" data-testid={`blind-${address}`} title={descriptor?.help ?? address}>
            <span>{name}</span>
            <BlindInput
              {...{ address, descriptor, value, disabled, name }}
              onSet={(next) => onChange({ ...values, [address]: next })}
            />
            <button
              type="button"
              class="step"
              aria-label={`Leave ${name} out`}
              disabled={disabled}
              onClick={() => onChange(without(address))}
            >
              ×
            </button>
          </div>
        );
      })}
      <AddValue values={values} disabled={disabled} onChange={onChange} />
    </fieldset>
  );
}

interface BlindInputProps {
  readonly address: ParamAddress;
  readonly descriptor: ParamDescriptor | undefined;
  readonly value: ParamValue;
  readonly name: string;
  readonly disabled: boolean;
  readonly onSet: (value: ParamValue) => void;
}

function BlindInput({ address, descriptor, value, name, disabled, onSet }: BlindInputProps): JSX.Element {
  const testId = `blind-input-${address}`;
  if (descriptor?.kind === 'number') {
    return (
      <span class="blind-number">
        <DraftInput
          numeric
          value={formatNumber(Number(value), descriptor)}
          testId={testId}
          disabled={disabled}
          onCommit={(text) => {
            const parsed = parseNumber(text, descriptor);
            if (parsed !== null) onSet(parsed);
            return parsed !== null;
          }}
        />
        <span class="unit">{unitSuffix(descriptor.unit)}</span>
      </span>
    );
  }
  if (descriptor?.kind === 'choice' || descriptor?.kind === 'toggle') {
    const choices = descriptor.kind === 'choice' ? descriptor.choices : ['on', 'off'];
    const shown = descriptor.kind === 'choice' ? String(value) : value === true ? 'on' : 'off';
    return (
      <select
        data-testid={testId}
        value={shown}
        aria-label={name}
        disabled={disabled}
        onChange={({ currentTarget }) =>
          onSet(descriptor.kind === 'choice' ? currentTarget.value : currentTarget.value === 'on')
        }
      >
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {humanName(choice)}
          </option>
        ))}
      </select>
    );
  }
  return (
    <DraftInput value={String(value)} testId={testId} disabled={disabled} onCommit={(text) => (onSet(text), true)} />
  );
}

/** Takes a parameter in at the value that stands on air now. */
function AddValue({ values, disabled, onChange }: BlindValuesProps): JSX.Element {
  const desk = useDesk();
  const addresses = desk.scopes.value.flatMap((scope) =>
    desk.descriptors.value
      .filter(({ scope: kind, key }) => kind === scope.id.split('/')[0] && key !== 'output.bypass')
      .map(({ group, name }) => `/understudy/${scope.id}/${group}/${name}`)
      .filter((address) => !Object.hasOwn(values, address)),
  );
  return (
    <select
      data-testid="blind-add"
      aria-label="Add a value"
      value=""
      disabled={disabled}
      onChange={({ currentTarget }) => {
        const address = currentTarget.value;
        currentTarget.value = '';
        const cell = desk.cells.find(address)?.peek();
        if (cell) onChange({ ...values, [address]: cell.confirmed });
      }}
    >
      <option value="">Add a value as it stands now…</option>
      {addresses.map((address) => (
        <option key={address} value={address}>
          {address.replace('/understudy/', '')}
        </option>
      ))}
    </select>
  );
}
