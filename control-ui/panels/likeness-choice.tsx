import type { JSX } from 'preact';
import type { TextDescriptor } from '../../server/protocol/descriptors.js';
import type { InputProps } from '../inputs/input-props.js';
import { useDesk } from '../link/desk-context.js';

/** The likenesses there are, instead of a field to type an id into. One without valid consent is refused by the server, with the reason. */
export function LikenessChoice(props: InputProps<TextDescriptor>): JSX.Element {
  const { value, testId, labelId, helpId, disabled, onSet } = props;
  const { likenesses } = useDesk();
  const known = likenesses.value.some(({ id }) => id === value);
  return (
    <select
      data-testid={`select-${testId}`}
      value={String(value)}
      disabled={disabled}
      aria-labelledby={labelId}
      aria-describedby={helpId}
      onChange={(event) => onSet(event.currentTarget.value)}
    >
      <option value="">None</option>
      {!known && value !== '' && <option value={String(value)}>{value} (not on the shelf)</option>}
      {likenesses.value.map(({ id, name, consent }) => (
        <option key={id} value={id}>
          {consent === 'valid' ? name : `${name} (consent ${consent})`}
        </option>
      ))}
    </select>
  );
}
