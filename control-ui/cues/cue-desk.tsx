import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useDesk } from '../link/desk-context.js';
import { CueForm } from './cue-form.js';
import { CueList } from './cue-list.js';
import { LookForm } from './look-form.js';
import { LookList, RecordLook } from './look-list.js';
import { Transport } from './transport.js';

/** What is open on the right: kept while the operator looks at other desks. */
export const chosenCue = signal<string | null>(null);
export const chosenLook = signal<string | null>(null);
const side = signal<'cue' | 'looks'>('cue');

/** Cue list and looks: what runs next, and blind editing of everything that does not run yet. */
export function CueDesk(): JSX.Element {
  const desk = useDesk();
  const book = desk.book.value;
  if (!book) return <p class="card muted empty">Waiting for the cue list…</p>;
  const cue = book.cues.find(({ number }) => number === chosenCue.value) ?? null;
  const look = book.looks.find(({ id }) => id === chosenLook.value) ?? null;
  return (
    <>
      <div class="cue-main">
        <Transport />
        <CueList
          cues={book.cues}
          looks={book.looks}
          onOpen={(number) => {
            chosenCue.value = number;
            side.value = 'cue';
          }}
        />
      </div>
      <section class="card panels" aria-label="Cue and looks">
        <div class="tabs" role="tablist" aria-label="Cue or looks">
          {(['cue', 'looks'] as const).map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              data-testid={`side-${name}`}
              aria-selected={side.value === name}
              onClick={() => (side.value = name)}
            >
              {name === 'cue' ? 'Cue' : `Looks (${book.looks.length})`}
            </button>
          ))}
        </div>
        <div class="panels-body" role="tabpanel" aria-label={side.value === 'cue' ? 'Cue' : 'Looks'}>
          {side.value === 'cue' && <CueForm key={cue?.number ?? ''} cue={cue} looks={book.looks} />}
          {side.value === 'looks' && <LookList looks={book.looks} />}
          {side.value === 'looks' && (look ? <LookForm key={look.id} look={look} /> : <RecordLook />)}
        </div>
      </section>
    </>
  );
}
