import type { Cue, Look, ShowBook, ShowEdit, StageDescription } from '../protocol/show.js';
import { compareCueNumbers, cueNumberOf } from './cue-number.js';

/** One entry of the book, as undo and the journal keep it; value null: it is not there. */
export type BookEntry =
  | { readonly part: 'look'; readonly id: string; readonly value: Look | null }
  | { readonly part: 'cue'; readonly id: string; readonly value: Cue | null }
  | { readonly part: 'stage'; readonly id: ''; readonly value: StageDescription };

export const emptyBook: ShowBook = { looks: [], cues: [], stage: { walls: [], cameras: [] } };

export const completeLook = (look: Partial<Look> & { readonly id: string }, before?: Look): Look => ({
  name: look.id,
  values: {},
  cast: {},
  ...before,
  ...look,
});
/** `cue.number` as cueNumberOf gives it. */
export const completeCue = (cue: Partial<Cue> & { readonly number: string }, before?: Cue): Cue => ({
  name: '',
  lookId: null,
  values: {},
  cast: {},
  delayMs: 0,
  fadeMs: 0,
  curve: 'linear',
  snap: 'start',
  follow: null,
  timecode: null,
  note: '',
  ...before,
  ...cue,
});

/** Looks, cues and stage of a running show. Only `put` changes it; who keeps the journal or undo takes what it returns. */
export class Book {
  readonly #looks = new Map<string, Look>();
  readonly #cues = new Map<string, Cue>();
  #stage: StageDescription;

  constructor(book: ShowBook) {
    for (const look of book.looks) this.#looks.set(look.id, look);
    for (const cue of book.cues) this.#cues.set(cue.number, cue);
    this.#stage = book.stage;
  }

  get content(): ShowBook {
    return { looks: [...this.#looks.values()], cues: this.cues, stage: this.#stage };
  }
  get cues(): readonly Cue[] {
    return [...this.#cues.values()].sort((a, b) => compareCueNumbers(a.number, b.number));
  }
  get stage(): StageDescription {
    return this.#stage;
  }
  look(id: string): Look | null {
    return this.#looks.get(id) ?? null;
  }
  cue(number: string): Cue | null {
    return this.#cues.get(number) ?? null;
  }
  /** Cues that use a look, in order. */
  usesOf(lookId: string): readonly string[] {
    return this.cues.filter((cue) => cue.lookId === lookId).map((cue) => cue.number);
  }

  /** What stands where this entry would go. */
  standing({ part, id }: BookEntry): BookEntry {
    if (part === 'stage') return { part, id: '', value: this.#stage };
    return part === 'look' ? { part, id, value: this.look(id) } : { part, id, value: this.cue(id) };
  }
  /** Puts an entry in, or takes it out, and gives what was there before. */
  put(entry: BookEntry): BookEntry {
    const before = this.standing(entry);
    if (entry.part === 'stage') this.#stage = entry.value;
    else {
      const map: Map<string, unknown> = entry.part === 'look' ? this.#looks : this.#cues;
      if (entry.value === null) map.delete(entry.id);
      else map.set(entry.id, entry.value);
    }
    return before;
  }

  /** What has to be put to become `target`, whatever stands now. */
  difference(target: ShowBook): readonly BookEntry[] {
    const wanted = new Book(target);
    const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
    const looks = new Set([...this.#looks.keys(), ...wanted.#looks.keys()]);
    const cues = new Set([...this.#cues.keys(), ...wanted.#cues.keys()]);
    const entries: BookEntry[] = [
      ...[...looks].map((id) => ({ part: 'look', id, value: wanted.look(id) }) as const),
      ...[...cues].map((id) => ({ part: 'cue', id, value: wanted.cue(id) }) as const),
      { part: 'stage', id: '', value: wanted.stage },
    ];
    return entries.filter((entry) =>
      differs(
        entry.part === 'stage' ? this.#stage : entry.part === 'look' ? this.look(entry.id) : this.cue(entry.id),
        entry.value,
      ),
    );
  }
}

type SimpleEdit = Exclude<ShowEdit, { kind: 'look-record' }>;
export type EditFault = {
  readonly code: 'SHOW_ENTRY_UNKNOWN' | 'SHOW_ENTRY_USED' | 'SHOW_ENTRY_THERE';
  readonly context: Readonly<Record<string, string>>;
};

/** What an edit puts into the book, or why it cannot be. Does not change the book. */
export function entriesOf(edit: SimpleEdit, book: Book): readonly BookEntry[] | EditFault {
  switch (edit.kind) {
    case 'look-set': {
      const { id } = edit.look;
      return [{ part: 'look', id, value: completeLook(edit.look, book.look(id) ?? undefined) }];
    }
    case 'look-remove': {
      if (book.look(edit.id) === null) return unknown(`look "${edit.id}"`);
      const uses = book.usesOf(edit.id);
      if (uses.length > 0)
        return { code: 'SHOW_ENTRY_USED', context: { entry: `look "${edit.id}"`, users: `cue ${uses.join(', ')}` } };
      return [{ part: 'look', id: edit.id, value: null }];
    }
    case 'cue-set': {
      const number = cueNumberOf(edit.cue.number)!;
      const lookId = edit.cue.lookId ?? null;
      if (lookId !== null && book.look(lookId) === null) return unknown(`look "${lookId}"`);
      const value = completeCue({ ...edit.cue, number }, book.cue(number) ?? undefined);
      return [{ part: 'cue', id: number, value }];
    }
    case 'cue-remove': {
      const number = cueNumberOf(edit.number)!;
      return book.cue(number) === null ? unknown(`cue ${number}`) : [{ part: 'cue', id: number, value: null }];
    }
    case 'cue-renumber': {
      const number = cueNumberOf(edit.number)!;
      const to = cueNumberOf(edit.to)!;
      const cue = book.cue(number);
      if (cue === null) return unknown(`cue ${number}`);
      if (book.cue(to) !== null) return { code: 'SHOW_ENTRY_THERE', context: { entry: `cue ${to}` } };
      return [
        { part: 'cue', id: number, value: null },
        { part: 'cue', id: to, value: { ...cue, number: to } },
      ];
    }
    case 'stage-set':
      return [{ part: 'stage', id: '', value: edit.stage }];
  }
}

const unknown = (entry: string): EditFault => ({ code: 'SHOW_ENTRY_UNKNOWN', context: { entry } });
