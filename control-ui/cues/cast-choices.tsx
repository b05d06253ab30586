import type { JSX } from 'preact';
import type { CastChoice } from '../../server/protocol/show.js';
import { useDesk } from '../link/desk-context.js';
import { Field } from './field.js';

interface CastChoicesProps {
  readonly cast: CastChoice;
  readonly disabled: boolean;
  readonly onChange: (cast: CastChoice) => void;
}

const untouched = ' untouched';

/** Who gets which likeness when the cue runs or the look is recalled; most often nobody changes. */
export function CastChoices({ cast, disabled, onChange }: CastChoicesProps): JSX.Element {
  const desk = useDesk();
  const choose = (performerId: string, chosen: string): void => {
    const others = Object.entries(cast).filter(([id]) => id !== performerId);
    const mine = chosen === untouched ? [] : [[performerId, chosen === '' ? null : chosen] as const];
    onChange(Object.fromEntries([...others, ...mine]));
  };
  return (
    <fieldset class="group">
      <legend>Likenesses</legend>
      {desk.cast.value.map(({ performerId, name }) => (
        <Field key={performerId} name={name}>
          <select
            data-testid={`blind-cast-${performerId}`}
            value={Object.hasOwn(cast, performerId) ? (cast[performerId] ?? '') : untouched}
            disabled={disabled}
            onChange={(event) => choose(performerId, event.currentTarget.value)}
          >
            <option value={untouched}>stays as it is</option>
            <option value="">no likeness</option>
            {desk.likenesses.value.map((likeness) => (
              <option key={likeness.id} value={likeness.id}>
                {likeness.name}
                {likeness.consent === 'valid' ? '' : ` (consent ${likeness.consent})`}
              </option>
            ))}
          </select>
        </Field>
      ))}
    </fieldset>
  );
}
