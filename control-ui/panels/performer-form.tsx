import type { JSX } from 'preact';
import { useSignal } from '@preact/signals';
import type { CastMember } from '../../server/protocol/messages.js';
import { useDesk } from '../link/desk-context.js';

/** Ids are part of OSC addresses and file names: "Robin Vale" is robin-vale, or robin-vale-2 where that is somebody else. */
export function performerIdOf(name: string, taken: readonly string[]): string {
  const stem =
    name
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 28) || 'performer';
  for (let number = 1; ; number++) {
    const id = number === 1 ? stem : `${stem}-${number}`;
    if (!taken.includes(id)) return id;
  }
}

/** Adds somebody to the cast list, who is then enrolled before a camera. Nothing changes on an output. */
export function AddPerformer(): JSX.Element {
  const desk = useDesk();
  const name = useSignal('');
  const add = async (): Promise<void> => {
    const said = name.value.trim();
    if (said === '') return;
    const performerId = performerIdOf(
      said,
      desk.cast.value.map((member) => member.performerId),
    );
    if (await desk.edit({ kind: 'performer-set', performer: { performerId, name: said } })) name.value = '';
  };
  return (
    <form
      class="cast-add"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <input
        type="text"
        class="text"
        aria-label="Name of a new performer"
        placeholder="Name of a new performer"
        data-testid="performer-name"
        maxLength={120}
        autocomplete="off"
        value={name.value}
        disabled={!desk.mayEdit()}
        onInput={(event) => (name.value = event.currentTarget.value)}
      />
      <button type="submit" data-testid="performer-add" disabled={!desk.mayEdit() || name.value.trim() === ''}>
        Add to the cast
      </button>
    </form>
  );
}

/** Takes a performer out, at the second press: the face loses its likeness. */
export function RemovePerformer({ member }: { readonly member: CastMember }): JSX.Element {
  const desk = useDesk();
  const asked = useSignal(false);
  return (
    <button
      type="button"
      class={asked.value ? 'danger' : ''}
      data-testid={`remove-${member.performerId}`}
      disabled={!desk.mayEdit()}
      title="Takes the performer and the likeness off: the face is concealed until it was looked at anew, then untouched. Undo brings both back."
      onBlur={() => (asked.value = false)}
      onClick={() => {
        if (asked.value) void desk.edit({ kind: 'performer-remove', id: member.performerId });
        asked.value = !asked.value;
      }}
    >
      {asked.value ? `Really take ${member.name} out?` : 'Take out'}
    </button>
  );
}
