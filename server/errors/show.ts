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
  SHOW_FILE_NOT_SAVED: {
    severity: 'alarm',
    message: 'The show file {file} could not be saved: {reason}',
    advice: 'The file on disk is the version before. Check free space and permissions, then save again.',
  },
} satisfies Record<string, ErrorEntry>;
