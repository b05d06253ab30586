import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ClientInfo } from '../../server/protocol/show.js';
import { keepName, keptName } from '../link/browser-host.js';
import { useDesk } from '../link/desk-context.js';

const roleTag = { operator: 'Operator', director: 'Director', dit: 'DIT' } as const;
const roleWord = { operator: 'Operator', director: 'Director (looks only)', dit: 'DIT' } as const;

/** How many sit at desks; opens to who they are, where they look and what they changed last. */
export function People(): JSX.Element {
  const desk = useDesk();
  const you = desk.you.value;
  const clients = desk.clients.value;
  return (
    <details class="people">
      <summary class="tool" data-testid="people" aria-label={`${clients.length} at a desk`}>
        <span aria-hidden="true">☺ {clients.length}</span>
        {you && you.role !== 'operator' && <span class="role-tag">{roleTag[you.role]}</span>}
      </summary>
      <div class="people-card card">
        <h2>At a desk now</h2>
        <ul data-testid="people-list">
          {clients.map((client) => (
            <Person key={client.clientId} client={client} me={client.clientId === you?.clientId} />
          ))}
        </ul>
        <NameField />
      </div>
    </details>
  );
}

function Person({ client, me }: { readonly client: ClientInfo; readonly me: boolean }): JSX.Element {
  const last = client.lastChange;
  return (
    <li>
      <strong>{client.name === '' ? client.clientId : `${client.name} (${client.clientId})`}</strong>
      {me && ' · you'}
      <span class="muted">
        {' '}
        · {roleWord[client.role]}
        {client.place === '' ? '' : ` · at ${client.place}`} · {client.address}
      </span>
      {last && (
        <p class="muted mono small">
          last changed {last.address.replace('/understudy/', '')} at {last.atIso.slice(11, 19)}
        </p>
      )}
    </li>
  );
}

/** The name goes with every change this page makes, into the others' panels and the audit log. */
function NameField(): JSX.Element {
  const desk = useDesk();
  const [draft, setDraft] = useState(keptName());
  const commit = (): void => {
    keepName(draft.trim());
    desk.identify({ name: draft.trim() });
  };
  return (
    <label class="field">
      <span>Your name</span>
      <input
        type="text"
        data-testid="your-name"
        maxLength={40}
        value={draft}
        autocomplete="off"
        onInput={(event) => setDraft(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
        }}
      />
    </label>
  );
}
