import type { ActionDescriptor, ParamDescriptor, ParamValue } from '../../server/protocol/descriptors.js';
import type { Cue, CueState, EditState, Look, ShowBook, ShowEdit, VersionInfo } from '../../server/protocol/show.js';

interface FakeFault {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}
export interface FakeAuditEntry {
  readonly index: number;
  readonly atIso: string;
  readonly kind: string;
  readonly by: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly previous: string;
  readonly hash: string;
}
interface FakeShowHost {
  readonly values: ReadonlyMap<string, ParamValue>;
  readonly change: (address: string, value: ParamValue, by: string) => void;
  /** The cast list is the desk's. */
  readonly recast: (edit: Extract<ShowEdit, { kind: 'performer-set' | 'performer-remove' }>) => void;
  /** Book, cues, edit state or versions moved. */
  readonly moved: () => void;
}

const mix = '/understudy/lane/*/likeness/mix01';
const mode = '/understudy/output/*/output/mode';
const cue = (number: string, name: string, more: Partial<Cue> = {}): Cue => ({
  number,
  name,
  lookId: null,
  values: {},
  cast: {},
  delayMs: 0,
  fadeMs: 0,
  curve: 'smooth',
  snap: 'start',
  follow: null,
  timecode: null,
  note: '',
  ...more,
});

const firstLooks: readonly Look[] = [
  { id: 'full-age', name: 'Full age', values: { [mix]: 1, [mode]: 'likeness' }, cast: { mara: 'mara-71' } },
  { id: 'half', name: 'Half way', values: { [mix]: 0.5 }, cast: {} },
  { id: 'clean', name: 'Clean camera', values: { [mode]: 'plain' }, cast: { mara: null } },
];
const firstCues: readonly Cue[] = [
  cue('1', 'House in', { lookId: 'clean' }),
  cue('2', 'Mara ages', { lookId: 'full-age', fadeMs: 3000, note: 'On the turn towards the window.' }),
  cue('2.5', 'Half, held', { lookId: 'half', fadeMs: 1500, follow: { after: 'end', waitMs: 4000 } }),
  cue('3', 'Out', { lookId: 'clean', fadeMs: 2000, timecode: '14:03:10:00' }),
];

const action = (key: string, help: string, argument: ParamDescriptor | null = null): ActionDescriptor => {
  const [group = '', name = ''] = key.split('.');
  return { kind: 'action', key, group, name, scope: 'show', help, argument, argumentOptional: argument !== null };
};
export const fakeActions: readonly ActionDescriptor[] = [
  action('cue.go', 'Runs the next cue of the list. Its fade starts with the next frame.'),
  action('cue.back', 'Runs the cue before the current one, with its own fade, and makes it the current one.'),
  action('cue.jump', 'Runs the cue of this number at once, wherever the list stands.'),
  action('cue.select', 'Makes the cue of this number the next one. Nothing changes on the outputs until go.'),
  action('cue.stop', 'Stops every running fade where it stands, and any follow-on that waits.'),
  action('cue.finish', 'Ends every running fade at once, at its target.'),
  action('edit.undo', 'Takes back the last change, whoever made it.'),
  action('edit.redo', 'Does again what undo took back, until something else is changed.'),
  action('lock.take', 'Keeps everybody else from changing anything. Bypass always works.'),
  {
    ...action('performer.enrol', 'Enrols whoever stands before this camera as a performer of the cast.'),
    scope: 'lane',
  },
  action('version.save', 'Saves values, cast, looks, cues and stage as a numbered version.'),
];

/** Looks, cues, stage, undo, lock, versions and audit trail of the fake desk: as much of the server's show as the page needs. */
export class FakeShow {
  book: ShowBook = { performers: [], looks: firstLooks, cues: firstCues, stage: { walls: [], cameras: [] } };
  versions: readonly VersionInfo[] = [
    { number: 1, name: 'Before lunch', automatic: false, atIso: '2026-01-01T11:58:00Z', by: 'page 1 Kim' },
  ];
  lock: EditState['lock'] = null;
  readonly audit: FakeAuditEntry[] = [];
  private current: string | null = null;
  private next: string | null = '1';
  private running: { number: string; sinceMs: number; fadeMs: number } | null = null;
  private readonly undone: { what: string; book: ShowBook }[] = [];
  private readonly done: { what: string; book: ShowBook }[] = [];

  constructor(private readonly host: FakeShowHost) {
    this.record('opened', 'server', { tornBytes: 0 });
    this.record('show-start', 'server', { name: 'Night Shift' });
    this.record('consent-check', 'server', { likenessId: 'mara-71', verdict: 'valid' });
  }

  cueState(nowMs: number): CueState {
    const { running } = this;
    if (running && nowMs - running.sinceMs >= running.fadeMs) this.running = null;
    const elapsedMs = running ? nowMs - running.sinceMs : 0;
    return {
      current: this.current,
      next: this.next,
      running:
        this.running && running
          ? {
              number: running.number,
              progress01: elapsedMs / running.fadeMs,
              remainingMs: running.fadeMs - elapsedMs,
            }
          : null,
      followInMs: null,
      fading: [],
      timecode: '14:02:58:11',
    };
  }
  editState(): EditState {
    return { undo: this.done.at(-1)?.what ?? null, redo: this.undone.at(-1)?.what ?? null, lock: this.lock };
  }

  record(kind: string, by: string, detail: Readonly<Record<string, unknown>>): void {
    const index = this.audit.length;
    const hashOf = (of: number): string => (of < 0 ? '0' : ((of + 7) * 2654435761).toString(16)).padStart(64, '0');
    const second = String(index % 60).padStart(2, '0');
    const atIso = `2026-01-01T14:02:${second}.120Z`;
    this.audit.push({ index, atIso, kind, by, detail, previous: hashOf(index - 1), hash: hashOf(index) });
  }

  do(address: string, value: ParamValue | undefined, by: string, nowMs: number): FakeFault | null {
    const name = address.replace('/understudy/show/', '');
    if (name === 'cue/go') this.run(this.next, by, nowMs);
    else if (name === 'cue/jump') this.run(String(value), by, nowMs);
    else if (name === 'cue/back') this.run(this.neighbour(this.current, -1), by, nowMs);
    else if (name === 'cue/select') this.next = String(value);
    else if (name === 'cue/stop' || name === 'cue/finish') this.running = null;
    else if (name === 'edit/undo') this.swap(this.done, this.undone);
    else if (name === 'edit/redo') this.swap(this.undone, this.done);
    else if (name === 'lock/take' || name === 'lock/takeOver')
      this.lock = { holder: by, what: value === 'all' ? 'all' : 'edits', sinceIso: '2026-01-01T14:02:00Z' };
    else if (name === 'lock/release') this.lock = null;
    else if (name === 'looks/recall') this.recall(String(value), by);
    else if (name === 'version/save') this.save(String(value ?? ''), by);
    else if (name !== 'version/restore')
      return { code: 'PARAM_UNKNOWN', message: `No ${address}.`, advice: 'Look it up.' };
    this.record(name.startsWith('cue') ? 'cue' : 'show-edit', by, {
      did: name,
      ...(value === undefined ? {} : { value }),
    });
    this.host.moved();
    return null;
  }

  edit(edit: ShowEdit, by: string): FakeFault | null {
    const { looks, cues, stage } = this.book;
    if (edit.kind === 'look-remove' && cues.some(({ lookId }) => lookId === edit.id)) {
      return { code: 'SHOW_LOOK_IN_USE', message: 'A cue uses this look.', advice: 'Take it out of the cue first.' };
    }
    this.done.push({ what: `${edit.kind} (${by})`, book: this.book });
    this.undone.length = 0;
    switch (edit.kind) {
      case 'cue-set': {
        const before = cues.find(({ number }) => number === edit.cue.number) ?? cue(edit.cue.number, '');
        this.putCues([...cues.filter((other) => other !== before), { ...before, ...edit.cue }]);
        break;
      }
      case 'cue-remove':
        this.putCues(cues.filter(({ number }) => number !== edit.number));
        break;
      case 'cue-renumber':
        this.putCues(cues.map((other) => (other.number === edit.number ? { ...other, number: edit.to } : other)));
        break;
      case 'look-record':
        this.book = {
          ...this.book,
          looks: [...looks, this.recorded(edit.id ?? `look-${looks.length + 1}`, edit.name)],
        };
        break;
      case 'look-set': {
        const before = looks.find(({ id }) => id === edit.look.id) ?? {
          id: edit.look.id,
          name: '',
          values: {},
          cast: {},
        };
        this.book = {
          ...this.book,
          looks: [...looks.filter((other) => other !== before), { ...before, ...edit.look }],
        };
        break;
      }
      case 'look-remove':
        this.book = { ...this.book, looks: looks.filter(({ id }) => id !== edit.id) };
        break;
      case 'stage-set':
        this.book = { ...this.book, stage: edit.stage ?? stage };
        break;
      case 'performer-set':
      case 'performer-remove':
        this.host.recast(edit);
    }
    this.record('show-edit', by, { kind: edit.kind });
    this.host.moved();
    return null;
  }

  private putCues(cues: readonly Cue[]): void {
    this.book = { ...this.book, cues: [...cues].sort((a, b) => Number(a.number) - Number(b.number)) };
  }
  private recorded(id: string, name: string): Look {
    const values = [...this.host.values].filter(([address]) => !address.endsWith('/bypass'));
    return { id, name, values: Object.fromEntries(values), cast: { mara: 'mara-71' } };
  }
  private neighbour(number: string | null, step: 1 | -1): string | null {
    const at = this.book.cues.findIndex((other) => other.number === number);
    return this.book.cues[at + step]?.number ?? null;
  }

  private run(number: string | null, by: string, nowMs: number): void {
    const found = this.book.cues.find((other) => other.number === number);
    if (!found) return;
    this.current = found.number;
    this.next = this.neighbour(found.number, 1);
    this.running = found.fadeMs > 0 ? { number: found.number, sinceMs: nowMs, fadeMs: found.fadeMs } : null;
    if (found.lookId !== null) this.recall(found.lookId, `cue ${found.number}`);
    this.record('cue', by, { number: found.number });
  }
  private recall(id: string, by: string): void {
    const look = this.book.looks.find((other) => other.id === id);
    for (const [star, value] of Object.entries(look?.values ?? {})) {
      for (const address of this.host.values.keys())
        if (address === star || address.replace(/^(\/understudy\/\w+\/)[^/]+\//, '$1*/') === star)
          this.host.change(address, value, by);
    }
  }
  private save(name: string, by: string): void {
    const number = (this.versions[0]?.number ?? 0) + 1;
    this.versions = [{ number, name, automatic: false, atIso: '2026-01-01T14:05:00Z', by }, ...this.versions];
  }
  private swap(from: { what: string; book: ShowBook }[], to: { what: string; book: ShowBook }[]): void {
    const step = from.pop();
    if (!step) return;
    to.push({ what: step.what, book: this.book });
    this.book = step.book;
  }
}
