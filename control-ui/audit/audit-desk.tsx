import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useDesk } from '../link/desk-context.js';
import {
  brokenLink,
  detailText,
  matches,
  readableDetail,
  mergeEntries,
  type AuditAnswer,
  type AuditEntry,
} from './audit-entries.js';
import { Versions } from './versions.js';

const askEveryMs = 2000;
const mostKept = 1000;
const mostShown = 300;

/** Who did what to whose likeness, and the versions of the show to go back to. */
export function AuditDesk(): JSX.Element {
  return (
    <>
      <Trail />
      <Versions />
    </>
  );
}

function Trail(): JSX.Element {
  const { entries, head, failed } = useTrail();
  const [query, setQuery] = useState('');
  const [kind, setKind] = useState('');
  const kinds = [...new Set(entries.map((entry) => entry.kind))].sort();
  const found = entries.filter((entry) => (kind === '' || entry.kind === kind) && matches(entry, query));
  const broken = brokenLink(entries);
  return (
    <section class="card audit" aria-label="Audit trail">
      <div class="card-head">
        <h2>Audit trail</h2>
        <span class={broken === null ? 'good' : 'bad'} data-testid="audit-chain" role="status">
          {failed
            ? 'The trail could not be read.'
            : broken === null
              ? `${entries.length} entries linked`
              : `The chain breaks at entry ${broken}`}
        </span>
      </div>
      <p class="muted small">
        Newest hash, to be kept elsewhere:{' '}
        <code class="mono" data-testid="audit-head">
          {head === '' ? '–' : head}
        </code>
      </p>
      <div class="row-tools">
        <label class="field field-wide">
          <span>Find</span>
          <input
            type="text"
            class="text"
            data-testid="audit-find"
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>Kind</span>
          <select data-testid="audit-kind" value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
            <option value="">all</option>
            {kinds.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </div>
      <div class="audit-scroll" tabIndex={0} role="region" aria-label="Entries">
        <table class="audit-table">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">What</th>
              <th scope="col">Who</th>
              <th scope="col">Detail</th>
            </tr>
          </thead>
          <tbody data-testid="audit-entries">
            {found.slice(0, mostShown).map((entry) => (
              <tr key={entry.index} data-testid={`audit-${entry.index}`}>
                <td class="mono">{entry.atIso.slice(11, 19)}</td>
                <td>
                  <span class={`audit-kind audit-kind-${entry.kind}`}>{entry.kind}</span>
                </td>
                <td>{entry.by}</td>
                <td class="audit-detail" title={detailText(entry.detail)}>
                  {readableDetail(entry.detail)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {found.length === 0 && <p class="muted">Nothing found.</p>}
      </div>
    </section>
  );
}

/** Asks for what is new every two seconds while the desk is open. */
function useTrail(): { readonly entries: readonly AuditEntry[]; readonly head: string; readonly failed: boolean } {
  const desk = useDesk();
  const [trail, setTrail] = useState<{ entries: readonly AuditEntry[]; head: string; failed: boolean }>({
    entries: [],
    head: '',
    failed: false,
  });
  const live = desk.live.value;
  useEffect(() => {
    if (!live) return undefined;
    let newest = -1;
    const ask = async (): Promise<void> => {
      if (document.hidden) return;
      try {
        const answer = await fetch(`/audit?after=${newest}&most=${newest < 0 ? mostShown : mostKept}`);
        const { head, entries } = (await answer.json()) as AuditAnswer;
        newest = entries.at(-1)?.index ?? newest;
        setTrail((known) => ({ entries: mergeEntries(known.entries, entries, mostKept), head, failed: !answer.ok }));
      } catch {
        setTrail((known) => ({ ...known, failed: true }));
      }
    };
    void ask();
    const timer = setInterval(() => void ask(), askEveryMs);
    return () => clearInterval(timer);
  }, [live]);
  return trail;
}
