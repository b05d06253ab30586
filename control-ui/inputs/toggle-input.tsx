import type { JSX } from 'preact';
import type { ToggleDescriptor } from '../../server/protocol/descriptors.js';
import type { InputProps } from './input-props.js';

/** A switch that also says its state in a word. */
export function ToggleInput({
  value,
  testId,
  labelId,
  helpId,
  disabled,
  onSet,
}: InputProps<ToggleDescriptor>): JSX.Element {
  const on = value === true;
  return (
    <button
      type="button"
      class="toggle"
      role="switch"
      data-testid={`toggle-${testId}`}
      aria-checked={on}
      aria-labelledby={labelId}
      aria-describedby={helpId}
      disabled={disabled}
      onClick={() => onSet(!on)}
    >
      <span class="toggle-track" aria-hidden="true">
        <span class="toggle-knob" />
      </span>
      <span class="toggle-word">{on ? 'On' : 'Off'}</span>
    </button>
  );
}
