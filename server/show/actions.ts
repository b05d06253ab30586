import { defineActions, type ActionGroup } from '../params/actions.js';

/** What an operator does with the show as a whole. Declared here once; server/control does it (show-actions.ts). */
export const cueNumberPattern = '^[0-9]{1,5}(\\.[0-9]{1,3})?$';

const cueActions = defineActions('cue', 'show', {
  go: { help: 'Runs the next cue of the list. Its fade starts with the next frame.' },
  back: { help: 'Runs the cue before the current one, with its own fade, and makes it the current one.' },
  jump: {
    help: 'Runs the cue of this number at once, wherever the list stands; the list goes on from there.',
    argument: { kind: 'text', maxLength: 16, default: '', apply: 'next-frame', help: 'Number of a cue, such as 1.5.' },
  },
  select: {
    help: 'Makes the cue of this number the next one. Nothing changes on the outputs until go.',
    argument: { kind: 'text', maxLength: 16, default: '', apply: 'next-frame', help: 'Number of a cue, such as 1.5.' },
  },
  stop: { help: 'Stops every running fade where it stands, and any follow-on that waits.' },
  finish: { help: 'Ends every running fade at once, at its target.' },
});

const looksActions = defineActions('looks', 'show', {
  recall: {
    help: 'Puts a look on the outputs at once, without a fade. Refused where a likeness in it may not be shown.',
    argument: {
      kind: 'text',
      maxLength: 32,
      default: '',
      apply: 'next-frame',
      help: 'Id of the look as the show lists it.',
    },
  },
  record: {
    help: 'Saves what stands now as a snapshot of the whole show under this name, to be recalled or used in a cue.',
    argument: {
      kind: 'text',
      maxLength: 120,
      default: '',
      apply: 'next-frame',
      help: 'Name of the snapshot on the page.',
    },
    argumentOptional: true,
  },
});

const editActions = defineActions('edit', 'show', {
  undo: {
    help: 'Takes back the last change of a value, the cast, a look, a cue or the stage, whoever made it. Bypass and cues that ran are not taken back.',
  },
  redo: { help: 'Does again what undo took back, until something else is changed.' },
});

const lockActions = defineActions('lock', 'show', {
  take: {
    help: 'Keeps everybody else from changing anything. "edits" leaves the cue list to all; "all" locks it too. Bypass always works.',
    argument: {
      kind: 'choice',
      choices: ['edits', 'all'],
      default: 'edits',
      apply: 'next-frame',
      help: 'What the others are kept from.',
    },
    argumentOptional: true,
  },
  release: { help: 'Gives the lock back. Only its holder can; see takeOver for a holder who is not there.' },
  takeOver: { help: 'Takes the lock from whoever holds it. The audit log says who took it from whom.' },
});

const versionActions = defineActions('version', 'show', {
  save: {
    help: 'Saves values, cast, looks, cues and stage as a numbered version that is kept until it is removed by hand.',
    argument: { kind: 'text', maxLength: 120, default: '', apply: 'next-frame', help: 'What the version is called.' },
    argumentOptional: true,
  },
  restore: {
    help: 'Brings the numbered version back, after saving what stands now. Undo takes it back in one step.',
    argument: {
      kind: 'number',
      unit: 'none',
      min: 1,
      max: 999_999,
      step: 1,
      default: 1,
      integer: true,
      onOutOfRange: 'refuse',
      apply: 'next-frame',
      help: 'Number of the version, as the list shows it.',
    },
  },
});

const timecodeActions = defineActions('timecode', 'show', {
  at: {
    help: "Tells the show's timecode (HH:MM:SS:FF). Cues with a timecode run as it passes theirs; a jump runs none.",
    argument: {
      kind: 'text',
      maxLength: 12,
      default: '',
      apply: 'next-frame',
      help: 'Timecode as HH:MM:SS:FF or HH:MM:SS;FF.',
    },
  },
});

const castActions = defineActions('cast', 'show', {
  add: {
    help: 'Adds a performer to the cast list, or changes a name. Nobody is recognised as them before they are enrolled; they get no likeness.',
    argument: {
      kind: 'text',
      maxLength: 160,
      default: '',
      apply: 'next-frame',
      help: 'Id of the performer, and after a space the name on the page.',
    },
  },
  remove: {
    help: 'Takes a performer out of the cast list, with the likeness: the face is concealed until it was looked at anew, then untouched.',
    argument: { kind: 'text', maxLength: 32, default: '', apply: 'next-frame', help: 'Id of the performer.' },
  },
  assign: {
    help: 'Gives a performer a likeness, or takes it away. Refused where no consent record lets it be shown here and now.',
    argument: {
      kind: 'text',
      maxLength: 66,
      default: '',
      apply: 'next-frame',
      help: "Id of the performer, and after a space the likeness's; the performer alone for none.",
    },
  },
});

const performerActions = defineActions('performer', 'lane', {
  enrol: {
    help: 'Enrols whoever stands before this camera as a performer, who joins the cast list where that has no such id: ten looks in three seconds, then a few seconds of making.',
    argument: {
      kind: 'text',
      maxLength: 80,
      default: '',
      apply: 'next-frame',
      help: "Id of the performer; where several faces are in sight the face's number; and, if one is to be given, a likeness's id.",
    },
  },
});

export const showActions: readonly ActionGroup[] = [
  cueActions,
  looksActions,
  editActions,
  lockActions,
  versionActions,
  timecodeActions,
  castActions,
  performerActions,
];
