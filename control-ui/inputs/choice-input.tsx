import type { JSX } from 'preact';
import type { ChoiceDescriptor } from '../../server/protocol/descriptors.js';
import type { InputProps } from './input-props.js';
import { humanName } from './wording.js';

const mostSegments = 6;
const mostLetters = 46;

/** Buttons side by side where they fit (radio buttons underneath, so arrow keys work), else a list. */
export function ChoiceInput(props: InputProps<ChoiceDescriptor>): JSX.Element {
  const { descriptor, value, testId, labelId, helpId, disabled, onSet } = props;
  const letters = descriptor.choices.reduce((sum, choice) => sum + choice.length, 0);
  if (descriptor.choices.length > mostSegments || letters > mostLetters) {
    return (
      <select
        data-testid={`select-${testId}`}
        value={String(value)}
        disabled={disabled}
        aria-labelledby={labelId}
        aria-describedby={helpId}
        onChange={(event) => onSet(event.currentTarget.value)}
      >
        {descriptor.choices.map((choice) => (
          <option key={choice} value={choice}>
            {humanName(choice)}
          </option>
        ))}
      </select>
    );
  }
  return (
    <div
      class="segments"
      role="radiogroup"
      data-testid={`choice-${testId}`}
      aria-labelledby={labelId}
      aria-describedby={helpId}
    >
      {descriptor.choices.map((choice) => (
        <label key={choice} class="segment">
          <input
            type="radio"
            name={`${labelId}-choice`}
            value={choice}
            checked={choice === value}
            disabled={disabled}
            onChange={() => onSet(choice)}
          />
          <span>{humanName(choice)}</span>
        </label>
      ))}
    </div>
  );
}
