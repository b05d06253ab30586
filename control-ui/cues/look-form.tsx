import type { JSX } from 'preact';
import type { Look } from '../../server/protocol/show.js';
import { useDesk } from '../link/desk-context.js';
import { BlindValues } from './blind-values.js';
import { CastChoices } from './cast-choices.js';
import { DraftInput, Field } from './field.js';

/** One look, edited blind. */
export function LookForm({ look }: { readonly look: Look }): JSX.Element {
  const desk = useDesk();
  const disabled = !desk.mayEdit();
  const change = (part: Partial<Look>): void => void desk.edit({ kind: 'look-set', look: { id: look.id, ...part } });
  return (
    <div class="form look-form" data-testid="look-form">
      <p class="blind-note">Blind: the outputs do not change until the look is used next.</p>
      <div class="fields">
        <Field name="Name of the look">
          <DraftInput
            value={look.name}
            testId="look-name"
            disabled={disabled}
            onCommit={(name) => (change({ name }), true)}
          />
        </Field>
      </div>
      <CastChoices cast={look.cast} disabled={disabled} onChange={(cast) => change({ cast })} />
      <BlindValues values={look.values} disabled={disabled} onChange={(values) => change({ values })} />
      <div class="row-tools">
        <button
          type="button"
          class="danger"
          data-testid="look-remove"
          disabled={disabled}
          onClick={() => void desk.edit({ kind: 'look-remove', id: look.id })}
        >
          Remove look
        </button>
      </div>
    </div>
  );
}
