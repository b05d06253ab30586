import type { JSX, TargetedKeyboardEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { NumberDescriptor } from '../../server/protocol/descriptors.js';
import type { InputProps } from './input-props.js';
import { formatNumber, parseNumber, stepped, unitSuffix } from './number-format.js';

/** Slider with step keys, number entry and unit. Double click on the slider: back to the default. */
export function NumberInput(props: InputProps<NumberDescriptor>): JSX.Element {
  const { descriptor, testId, labelId, helpId, disabled, onSet, onReset } = props;
  const value = typeof props.value === 'number' ? props.value : descriptor.default;
  const suffix = unitSuffix(descriptor.unit);
  const spoken = `${formatNumber(value, descriptor)} ${suffix}`.trim();
  const fill01 = (value - descriptor.min) / (descriptor.max - descriptor.min || 1);
  const nudge = (steps: number) => (): void => onSet(stepped(value, steps, descriptor));
  return (
    <div class="number">
      <button
        type="button"
        class="step"
        disabled={disabled}
        onClick={nudge(-1)}
        aria-label="One step down"
        aria-describedby={labelId}
      >
        −
      </button>
      <input
        type="range"
        data-testid={`slider-${testId}`}
        min={descriptor.min}
        max={descriptor.max}
        step={descriptor.step}
        value={value}
        disabled={disabled}
        style={{ '--fill': `${(fill01 * 100).toFixed(2)}%` }}
        aria-labelledby={labelId}
        aria-describedby={helpId}
        aria-valuetext={spoken}
        onInput={(event) => onSet(Number(event.currentTarget.value))}
        onDblClick={onReset}
      />
      <button
        type="button"
        class="step"
        disabled={disabled}
        onClick={nudge(1)}
        aria-label="One step up"
        aria-describedby={labelId}
      >
        +
      </button>
      <NumberEntry
        descriptor={descriptor}
        value={value}
        testId={testId}
        labelId={labelId}
        helpId={helpId}
        disabled={disabled}
        onSet={onSet}
      />
      <span class="unit">{suffix}</span>
    </div>
  );
}

type EntryProps = Omit<InputProps<NumberDescriptor>, 'value' | 'onReset'> & { readonly value: number };

const keySteps: Readonly<Record<string, number | undefined>> = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

/** Keeps what is being typed apart from the live value until Enter or leaving the field; Escape gives it up. */
function NumberEntry({ descriptor, value, testId, labelId, helpId, disabled, onSet }: EntryProps): JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  const invalid = draft !== null && parseNumber(draft, descriptor) === null;
  const commit = (): void => {
    if (draft === null) return;
    const parsed = parseNumber(draft, descriptor);
    setDraft(null);
    if (parsed !== null && parsed !== value) onSet(parsed);
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    const steps = keySteps[event.key];
    if (event.key === 'Enter') commit();
    else if (event.key === 'Escape') setDraft(null);
    else if (steps !== undefined) {
      event.preventDefault();
      setDraft(null);
      onSet(stepped(value, steps, descriptor));
    }
  };
  return (
    <input
      type="text"
      inputMode="decimal"
      class="entry"
      data-testid={`entry-${testId}`}
      value={draft ?? formatNumber(value, descriptor)}
      disabled={disabled}
      autocomplete="off"
      aria-labelledby={labelId}
      aria-describedby={helpId}
      aria-invalid={invalid}
      onFocus={(event) => event.currentTarget.select()}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={onKeyDown}
    />
  );
}
