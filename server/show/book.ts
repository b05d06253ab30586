import type { Cue, Look, Performer, ShowBook, ShowEdit, StageDescription } from '../protocol/show.js';
import { compareCueNumbers, cueNumberOf } from './cue-number.js';

/** One entry of the book, as undo and the journal keep it; value null: it is not there. */
export type BookEntry =
  | { readonly part: 'look'; readonly id: string; readonly value: Look | null }
  | { readonly part: 'cue'; readonly id: string; readonly value: Cue | null }
  | { readonly part: 'performer'; readonly id: string; readonly value: Performer | null }
  | { readonly part: 'stage'; readonly id: ''; readonly value: StageDescription };

export const emptyBook: ShowBook = { performers: [], looks: [], cues: [], stage: { walls: [], cameras: [] } };

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

/** As a version of an older show has it: without the cast list. */
export type GivenBook = Omit<ShowBook, 'performers'> & Partial<Pick<ShowBook, 'performers'>>;
/** The cast list is as long as the show file's may be. */
export const mostPerformers = 64;

/** Performers, looks, cues and stage of a running show. Only `put` changes it; who keeps the journal or undo takes what it returns. */
export class Book {
  readonly #performers = new Map<string, Performer>();
  readonly #looks = new Map<string, Look>();
  readonly #cues = new Map<string, Cue>();
  #stage: StageDescription;

  constructor(book: GivenBook) {
    for (const performer of book.performers ?? []) this.#performers.set(performer.performerId, performer);
    for (const look of book.looks) this.#looks.set(look.id, look);
    for (const cue of book.cues) this.#cues.set(cue.number, cue);
    this.#stage = book.stage;
  }

  get content(): ShowBook {
    return { performers: this.performers, looks: [...this.#looks.values()], cues: this.cues, stage: this.#stage };
  }
  get performers(): readonly Performer[] {
    return [...this.#performers.values()];
  }
  get cues(): readonly Cue[] {
    return [...this.#cues.values()].sort((a, b) => compareCueNumbers(a.number, b.number));
  }
  get stage(): StageDescription {
    return this.#stage;
  }
  performer(id: string): Performer | null {
    return this.#performers.get(id) ?? null;
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
  standing({ part, id }: Pick<BookEntry, 'part' | 'id'>): BookEntry {
    switch (part) {
      case 'performer':
        return { part, id, value: this.performer(id) };
      case 'look':
        return { part, id, value: this.look(id) };
      case 'cue':
        return { part, id, value: this.cue(id) };
      case 'stage':
        return { part, id: '', value: this.#stage };
    }
  }
  /** Puts an entry in, or takes it out, and gives what was there before. */
  put(entry: BookEntry): BookEntry {
    const before = this.standing(entry);
    if (entry.part === 'stage') this.#stage = entry.value;
    else {
      const maps = { performer: this.#performers, look: this.#looks, cue: this.#cues };
      const map: Map<string, unknown> = maps[entry.part];
      if (entry.value === null) map.delete(entry.id);
      else map.set(entry.id, entry.value);
    }
    return before;
  }

  /** What has to be put to become `target`, whatever stands now. */
  difference(target: GivenBook): readonly BookEntry[] {
    const wanted = new Book(target);
    const both = (own: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): Set<string> =>
      new Set([...own.keys(), ...other.keys()]);
    const performers = target.performers === undefined ? [] : both(this.#performers, wanted.#performers);
    const entries: BookEntry[] = [
      ...[...performers].map((id) => wanted.standing({ part: 'performer', id })),
      ...[...both(this.#looks, wanted.#looks)].map((id) => wanted.standing({ part: 'look', id })),
      ...[...both(this.#cues, wanted.#cues)].map((id) => wanted.standing({ part: 'cue', id })),
      wanted.standing({ part: 'stage', id: '' }),
    ];
    return entries.filter((entry) => JSON.stringify(this.standing(entry).value) !== JSON.stringify(entry.value));
  }
}

type SimpleEdit = Exclude<ShowEdit, { kind: 'look-record' }>;
export type EditFault = {
  readonly code: 'SHOW_ENTRY_UNKNOWN' | 'SHOW_ENTRY_USED' | 'SHOW_ENTRY_THERE' | 'SHOW_CAST_FULL';
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
    case 'performer-set': {
      const { performerId: id, name } = edit.performer;
      const before = book.performer(id);
      if (before === null && book.performers.length >= mostPerformers)
        return { code: 'SHOW_CAST_FULL', context: { most: String(mostPerformers) } };
      return [{ part: 'performer', id, value: { performerId: id, name: name ?? before?.name ?? id } }];
    }
    case 'performer-remove':
      return book.performer(edit.id) === null
        ? unknown(`performer "${edit.id}"`)
        : [{ part: 'performer', id: edit.id, value: null }];
  }
}

const unknown = (entry: string): EditFault => ({ code: 'SHOW_ENTRY_UNKNOWN', context: { entry } });
