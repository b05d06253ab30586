import type { ErrorEntry } from './registry.js';

/** Faults of the command line: what was typed, and what a verb met that no other room has a code for. */
export const cliErrors = {
  CLI_USAGE: {
    severity: 'warning',
    message: '{reason}',
    advice: '"npx understudy {verb} --help" shows what it takes.',
  },
  CLI_FAULT: {
    severity: 'alarm',
    message: 'The command failed unexpectedly: {reason}',
    advice:
      'This is a fault of Understudy: send the archive of "npx understudy support" to its makers. UNDERSTUDY_TRACE=1 prints the trace.',
  },
  CLI_FILE_MISSING: {
    severity: 'warning',
    message: 'There is no file {file}.',
    advice: 'Check the path.',
  },
  CLI_FILE_UNREADABLE: {
    severity: 'warning',
    message: 'The file {file} cannot be read: {reason}',
    advice: 'Check its permissions and what is in it.',
  },
  CLI_FILE_NOT_WRITTEN: {
    severity: 'warning',
    message: 'The file {file} could not be written: {reason}',
    advice: 'Choose another place, or check free space and permissions.',
  },
  CLI_FILE_EXISTS: {
    severity: 'warning',
    message: 'There is already a file {file}.',
    advice: 'Choose another name, or add --force to replace it.',
  },
  CLI_PART_MISSING: {
    severity: 'alarm',
    message: 'A part of Understudy that this command needs is missing: {part}.',
    advice: 'Run "npm run setup", then "npx understudy doctor".',
  },
  CLI_SOURCE_NOT_SEEN: {
    severity: 'warning',
    message: 'No NDI source "{source}" was seen within {seconds} s. Seen: {seen}.',
    advice:
      '"npx understudy sources" lists what is seen. On other machines: add --interface and --extra-ip, or give the address as "192.168.1.20:5961".',
  },
  CLI_SOURCE_SILENT: {
    severity: 'warning',
    message: 'The NDI source "{source}" was found but sent no picture within {seconds} s.',
    advice: 'Check that the camera or output runs; raise --wait where it starts slowly.',
  },
  TRACE_NOT_HEARD: {
    severity: 'warning',
    message: 'The lane {lane} did not answer at its trace door.',
    advice: 'Check with "npx understudy doctor" that the show runs, and that this is the same user and machine.',
  },
  STILL_NOT_MARKED: {
    severity: 'warning',
    message: 'The source "{source}" carries no Understudy mark, so no still was taken from it.',
    advice: 'Take the still from an output of Understudy. For a camera that shows no likeness, add --unmarked.',
  },
  STILL_NOT_LABELLED: {
    severity: 'alarm',
    message:
      'The picture of "{source}" says that it carries a likeness, but the visible label is not in it: no still was taken.',
    advice:
      'Take the output off air and make an archive with "npx understudy support": a likeness must never leave unlabelled.',
  },
  RUN_NOT_FOUND: {
    severity: 'warning',
    message: 'No running show was found in {folder}.',
    advice:
      'Start one ("npx understudy demo"), or name its state folder with --state. A bypass door can also be given by its port.',
  },
  RUN_AMBIGUOUS: {
    severity: 'warning',
    message: 'Several shows run that have a lane "{lane}": {folders}.',
    advice: 'Name the one you mean with --state <folder>.',
  },
  LANE_UNKNOWN: {
    severity: 'warning',
    message: 'The running show has no lane "{lane}". Lanes: {known}.',
    advice: 'Use one of the lanes named above, or the UDP port of a bypass door.',
  },
  BYPASS_NOT_HEARD: {
    severity: 'alarm',
    message: 'Nothing listens at the bypass door of {lane} (UDP port {port} on loopback).',
    advice: 'The lane is down or restarting; receivers are on its failover source. Try again in a second.',
  },
  LIKENESS_CONSENT_UNSAID: {
    severity: 'warning',
    message: 'It was not said whether the person in the photos is synthetic or has consented.',
    advice: 'Add --consent <record.json> with the signed record, or --synthetic for a person who does not exist.',
  },
  LIKENESS_CONSENT_REFUSED: {
    severity: 'warning',
    message: 'The consent record {file} does not fit these photos: {reason}',
    advice: 'Correct the record. The digest that "likenessModelDigests" must name is {digest}.',
  },
} satisfies Record<string, ErrorEntry>;
