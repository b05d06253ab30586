import type { ErrorEntry } from './registry.js';

/** Faults of the show file. `{path}` is a JSON pointer into it. */
export const showErrors = {
  SHOW_FILE_MISSING: {
    severity: 'alarm',
    message: 'The show file {file} is not there.',
    advice: 'Check the path, or run "npx understudy demo" for a show that needs no file.',
  },
  SHOW_FILE_NOT_JSON: {
    severity: 'alarm',
    message: 'The show file {file} is not JSON: {reason}',
    advice: 'Correct the place named above; a missing comma or quote is the usual cause.',
  },
  SHOW_FILE_INVALID: {
    severity: 'alarm',
    message: 'The show file {file} is wrong at {path}: {reason}',
    advice: 'Correct {path}. The fields are explained in docs/show-file.md.',
  },
  SHOW_FILE_VERSION: {
    severity: 'alarm',
    message: 'The show file {file} has version {version}; this server reads version {supported}.',
    advice: 'Use a server that matches the file, or save the show again with this one.',
  },
  SHOW_ID_TWICE: {
    severity: 'alarm',
    message: 'The show file names "{id}" twice ({path}).',
    advice: 'Give every source, performer and output name its own.',
  },
  SHOW_REFERENCE_UNKNOWN: {
    severity: 'alarm',
    message: 'The show file refers to "{id}" at {path}, which is not in the cast.',
    advice: 'Add the performer to "cast", or correct {path}.',
  },
  SHOW_CAMERA_UNKNOWN: {
    severity: 'alarm',
    message: 'The show file names the camera "{id}" at {path}, which it does not have.',
    advice: 'Add the camera to "sources", or correct {path}.',
  },
  SHOW_LOOK_UNKNOWN: {
    severity: 'alarm',
    message: 'The show file uses the look "{id}" at {path}, which it does not have.',
    advice: 'Add the look to "looks", or correct {path}.',
  },
  SHOW_ENTRY_UNKNOWN: {
    severity: 'warning',
    message: 'There is no {entry} in this show.',
    advice: 'Choose one from the list; somebody else may have removed it.',
  },
  SHOW_ENTRY_USED: {
    severity: 'warning',
    message: 'The {entry} is used by {users}.',
    advice: 'Give those another look first, or remove them.',
  },
  SHOW_ENTRY_THERE: {
    severity: 'warning',
    message: 'There is already a {entry}.',
    advice: 'Choose another number, or remove that one first.',
  },
  SHOW_CAST_FULL: {
    severity: 'warning',
    message: 'The cast list is full: it holds {most} performers.',
    advice: 'Remove somebody who is not needed any more.',
  },
  SHOW_EDIT_INVALID: {
    severity: 'warning',
    message: 'The change was not taken: {reason}',
    advice: 'Correct what is named; docs/cues.md lists what a look, a cue and the stage hold.',
  },
  SHOW_VERSION_UNKNOWN: {
    severity: 'warning',
    message: 'There is no saved version {number}.',
    advice: 'Choose one from the list of versions.',
  },
  SHOW_VERSION_NOT_SAVED: {
    severity: 'alarm',
    message: 'The version of the show could not be saved: {reason}',
    advice: 'What is on air is not touched. Free disk space, then save again.',
  },
  CUE_UNKNOWN: {
    severity: 'warning',
    message: 'There is no cue {number}.',
    advice: 'Send a number of the cue list, such as 1.5.',
  },
  CUE_LIST_END: {
    severity: 'info',
    message: 'There is no further cue in this direction.',
    advice: 'Nothing changed. Jump to a cue to go on from there.',
  },
  CUE_PARTLY: {
    severity: 'warning',
    message: 'Cue {cue} ran without {count} of its values, the first being {address}.',
    advice: 'Its camera or parameter is not in this show any more. Record the look again.',
  },
  NOTHING_TO_UNDO: { severity: 'info', message: 'There is nothing to {what}.', advice: 'Nothing changed.' },
  LOCKED: {
    severity: 'warning',
    message: 'The show is locked by {holder}.',
    advice: 'Ask {holder} to release it, or take the lock over. Bypass works all the same.',
  },
  SHOW_FILE_NOT_SAVED: {
    severity: 'alarm',
    message: 'The show file {file} could not be saved: {reason}',
    advice: 'The file on disk is the version before. Check free space and permissions, then save again.',
  },
} satisfies Record<string, ErrorEntry>;
