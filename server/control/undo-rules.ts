import type { ShowEdit } from '../protocol/show.js';
import type { UndoChange } from '../show/undo.js';

/** Undo is for hands: what a cue, a lane or a restart did is not taken back. */
export const isHand = (by: string): boolean => !/^(cue|follow|timecode|lane|bypass|restart|server|show)\b/.test(by);

/** The likeness that this change would put on air; null where it puts none. */
export function likenessIn(change: UndoChange): string | null {
  if (change.kind === 'assign') return change.after;
  if (change.kind !== 'param' || !change.address.endsWith('/likeness/id')) return null;
  return change.after === '' ? null : String(change.after);
}

/** What the operator reads beside undo. */
export function labelOf(edit: Exclude<ShowEdit, { kind: 'look-record' }>): string {
  switch (edit.kind) {
    case 'look-set':
      return `look "${edit.look.name ?? edit.look.id}"`;
    case 'look-remove':
      return `removal of look "${edit.id}"`;
    case 'cue-set':
      return `cue ${edit.cue.number}`;
    case 'cue-remove':
      return `removal of cue ${edit.number}`;
    case 'cue-renumber':
      return `cue ${edit.number} to ${edit.to}`;
    case 'stage-set':
      return 'stage';
    case 'performer-set':
      return `performer ${edit.performer.performerId}`;
    case 'performer-remove':
      return `removal of performer ${edit.id}`;
  }
}
