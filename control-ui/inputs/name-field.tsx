import type { JSX } from 'preact';

interface NameFieldProps {
  readonly label: string;
  readonly testId: string;
  readonly maxLength: number;
  readonly value: string;
  readonly onInput: (name: string) => void;
  /** Takes what is left of its row. */
  readonly wide?: boolean;
}

/** The name under which something is about to be saved. */
export function NameField({ label, testId, maxLength, value, onInput, wide }: NameFieldProps): JSX.Element {
  return (
    <label class={wide === true ? 'field field-wide' : 'field'}>
      <span>{label}</span>
      <input
        type="text"
        class="text"
        data-testid={testId}
        maxLength={maxLength}
        autocomplete="off"
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}
