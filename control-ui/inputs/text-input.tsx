import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { TextDescriptor } from '../../server/protocol/descriptors.js';
import type { InputProps } from './input-props.js';

/** Sent on Enter or on leaving the field, not letter by letter; Escape gives the draft up. */
export function TextInput({
  descriptor,
  value,
  testId,
  labelId,
  helpId,
  disabled,
  onSet,
}: InputProps<TextDescriptor>): JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  const commit = (): void => {
    if (draft !== null && draft !== value) onSet(draft);
    setDraft(null);
  };
  return (
    <input
      type="text"
      class="text"
      data-testid={`text-${testId}`}
      value={draft ?? String(value)}
      maxLength={descriptor.maxLength}
      disabled={disabled}
      autocomplete="off"
      aria-labelledby={labelId}
      aria-describedby={helpId}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        if (event.key === 'Escape') setDraft(null);
      }}
    />
  );
}
