import type { Book } from '../show/book.js';
import { isBypass } from '../show/cue-plan.js';
import type { UndoChange } from '../show/undo.js';
import type { VersionState } from '../show/versions.js';
import type { ShowHost } from './show-host.js';

/** What differs between now and a version. Bypass is a hand's; what this show does not have any more is left out. */
export function changesTo(
  state: VersionState,
  host: Pick<ShowHost, 'dispatcher' | 'registry' | 'assignments'>,
  book: Book,
): readonly UndoChange[] {
  const { dispatcher, registry } = host;
  const params = Object.entries(state.values).flatMap(([address, value]): UndoChange[] => {
    const before = dispatcher.get(address);
    const checked = registry.validate(address, value);
    if (before === undefined || !checked.ok || before === checked.value || isBypass(address)) return [];
    return [{ kind: 'param', address, before, after: checked.value }];
  });
  const assignments = host.assignments();
  const there = new Set((state.book.performers ?? book.performers).map(({ performerId }) => performerId));
  const casts = [...there].flatMap((performerId): UndoChange[] => {
    const before = assignments.get(performerId) ?? null;
    const after = state.assignments[performerId] ?? null;
    return before === after ? [] : [{ kind: 'assign', performerId, before, after }];
  });
  const entries = book
    .difference(state.book)
    .map((after): UndoChange => ({ kind: 'book', before: book.standing(after), after }));
  return [...entries, ...params, ...casts];
}
