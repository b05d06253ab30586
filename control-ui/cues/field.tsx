import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';

interface FieldProps {
  readonly name: string;
  /** What follows from it; shown below and read by screen readers. */
  readonly help?: string;
  readonly children: ComponentChildren;
}

/** A named control with its help in view. */
export function Field({ name, help, children }: FieldProps): JSX.Element {
  return (
    <label class="field" title={help}>
      <span>{name}</span>
      {children}
    </label>
  );
}

interface DraftInputProps {
  readonly value: string;
  readonly testId: string;
  readonly disabled: boolean;
  readonly maxLength?: number;
  readonly numeric?: boolean;
  readonly placeholder?: string;
  /** False: the text is not taken; the field says so and keeps it until Escape. */
  readonly onCommit: (text: string) => boolean;
}

/** Text that is sent on Enter or on leaving the field; Escape gives it up; a text that is not taken is marked. */
export function DraftInput(props: DraftInputProps): JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  const [refused, setRefused] = useState(false);
  const commit = (): void => {
    if (draft === null || draft === props.value || props.onCommit(draft)) {
      setDraft(null);
      setRefused(false);
    } else setRefused(true);
  };
  return (
    <input
      type="text"
      class={props.numeric ? 'entry' : 'text'}
      inputMode={props.numeric ? 'decimal' : 'text'}
      data-testid={props.testId}
      value={draft ?? props.value}
      maxLength={props.maxLength ?? 120}
      placeholder={props.placeholder}
      disabled={props.disabled}
      autocomplete="off"
      aria-invalid={refused}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        if (event.key === 'Escape') {
          setDraft(null);
          setRefused(false);
        }
      }}
    />
  );
}
