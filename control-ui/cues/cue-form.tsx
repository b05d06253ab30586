import type { JSX } from 'preact';
import type { Cue, FollowOn, Look } from '../../server/protocol/show.js';
import { useDesk } from '../link/desk-context.js';
import { jumpAddress } from '../link/show-addresses.js';
import { ActionButton } from '../panels/action-button.js';
import { BlindValues } from './blind-values.js';
import { CastChoices } from './cast-choices.js';
import { chosenCue, chosenLook } from './cue-desk.js';
import { DraftInput, Field } from './field.js';
import { parseSeconds, secondsText } from './times.js';

/** One cue, edited blind: each field is one step of undo, and nothing is seen on an output until the cue runs. */
export function CueForm({ cue, looks }: { readonly cue: Cue | null; readonly looks: readonly Look[] }): JSX.Element {
  const desk = useDesk();
  if (!cue) return <p class="muted empty">Choose a cue in the list to look at it or edit it.</p>;
  const disabled = !desk.mayEdit();
  const change = (part: Partial<Cue>): void =>
    void desk.edit({ kind: 'cue-set', cue: { number: cue.number, ...part } });
  const span = (name: 'delayMs' | 'fadeMs') => (text: string) => {
    const ms = parseSeconds(text);
    if (ms !== null) change({ [name]: ms });
    return ms !== null;
  };
  const renumber = (text: string): boolean => {
    if (!/^\d{1,5}(\.\d{1,3})?$/.test(text)) return false;
    void desk.edit({ kind: 'cue-renumber', number: cue.number, to: text }).then((done) => {
      if (done) chosenCue.value = text;
    });
    return true;
  };
  return (
    <div class="form" data-testid="cue-form">
      <p class="blind-note">Blind: the outputs do not change.</p>
      <div class="fields">
        <Field name="Number">
          <DraftInput numeric value={cue.number} testId="cue-number" disabled={disabled} onCommit={renumber} />
        </Field>
        <Field name="Name">
          <DraftInput
            value={cue.name}
            testId="cue-name"
            disabled={disabled}
            onCommit={(name) => (change({ name }), true)}
          />
        </Field>
        <Field name="Look" help="Put on when the cue runs; the cue's own values go on top.">
          <select
            data-testid="cue-look"
            value={cue.lookId ?? ''}
            disabled={disabled}
            onChange={(event) =>
              change({ lookId: event.currentTarget.value === '' ? null : event.currentTarget.value })
            }
          >
            <option value="">None: only what the cue holds itself</option>
            {looks.map(({ id, name }) => (
              <option key={id} value={id}>
                {name === '' ? id : name}
              </option>
            ))}
          </select>
        </Field>
        <Field name="Wait, s" help="Before anything changes.">
          <DraftInput
            numeric
            value={secondsText(cue.delayMs)}
            testId="cue-delay"
            disabled={disabled}
            onCommit={span('delayMs')}
          />
        </Field>
        <Field name="Fade, s" help="Every number fades over this time. 0 is a cut.">
          <DraftInput
            numeric
            value={secondsText(cue.fadeMs)}
            testId="cue-fade"
            disabled={disabled}
            onCommit={span('fadeMs')}
          />
        </Field>
        <CueChoices cue={cue} disabled={disabled} onChange={change} />
        <Field
          name="Timecode"
          help="HH:MM:SS:FF. The cue runs as the show's timecode passes it. Empty: never by itself."
        >
          <DraftInput
            value={cue.timecode ?? ''}
            testId="cue-timecode"
            disabled={disabled}
            placeholder="HH:MM:SS:FF"
            onCommit={(text) => {
              const right = text === '' || /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d[:;]\d\d$/.test(text);
              if (right) change({ timecode: text === '' ? null : text });
              return right;
            }}
          />
        </Field>
        <Field name="Note">
          <DraftInput
            value={cue.note}
            testId="cue-note"
            disabled={disabled}
            maxLength={2000}
            onCommit={(note) => (change({ note }), true)}
          />
        </Field>
      </div>
      <CastChoices cast={cue.cast} disabled={disabled} onChange={(cast) => change({ cast })} />
      <BlindValues values={cue.values} disabled={disabled} onChange={(values) => change({ values })} />
      <div class="row-tools">
        <ActionButton address={jumpAddress} value={cue.number} testId="cue-jump">
          Run now
        </ActionButton>
        {cue.lookId !== null && (
          <button type="button" onClick={() => (chosenLook.value = cue.lookId)}>
            Choose its look
          </button>
        )}
        <button
          type="button"
          class="danger"
          data-testid="cue-remove"
          disabled={disabled}
          onClick={() => void desk.edit({ kind: 'cue-remove', number: cue.number })}
        >
          Remove cue
        </button>
      </div>
    </div>
  );
}

interface CueChoicesProps {
  readonly cue: Cue;
  readonly disabled: boolean;
  readonly onChange: (part: Partial<Cue>) => void;
}

function CueChoices({ cue, disabled, onChange }: CueChoicesProps): JSX.Element {
  const follow = (after: string, waitMs: number): FollowOn | null =>
    after === 'start' || after === 'end' ? { after, waitMs } : null;
  return (
    <>
      <Field name="Curve">
        <select
          data-testid="cue-curve"
          value={cue.curve}
          disabled={disabled}
          onChange={(event) => onChange({ curve: event.currentTarget.value === 'linear' ? 'linear' : 'smooth' })}
        >
          <option value="smooth">Smooth</option>
          <option value="linear">Linear</option>
        </select>
      </Field>
      <Field name="Switches change" help="Choices, switches, texts and likenesses cannot fade.">
        <select
          data-testid="cue-snap"
          value={cue.snap}
          disabled={disabled}
          onChange={(event) => onChange({ snap: event.currentTarget.value === 'end' ? 'end' : 'start' })}
        >
          <option value="start">at the start of the fade</option>
          <option value="end">at the end of the fade</option>
        </select>
      </Field>
      <Field name="Next cue follows" help="The next cue runs by itself.">
        <select
          data-testid="cue-follow"
          value={cue.follow?.after ?? ''}
          disabled={disabled}
          onChange={(event) => onChange({ follow: follow(event.currentTarget.value, cue.follow?.waitMs ?? 0) })}
        >
          <option value="">No: it waits for GO</option>
          <option value="start">after this one's start</option>
          <option value="end">after this one's fade</option>
        </select>
      </Field>
      {cue.follow && (
        <Field name="… after, s">
          <DraftInput
            numeric
            value={secondsText(cue.follow.waitMs)}
            testId="cue-follow-wait"
            disabled={disabled}
            onCommit={(text) => {
              const waitMs = parseSeconds(text);
              if (waitMs !== null) onChange({ follow: follow(cue.follow?.after ?? '', waitMs) });
              return waitMs !== null;
            }}
          />
        </Field>
      )}
    </>
  );
}
