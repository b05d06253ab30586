import type { ErrorEntry } from './registry.js';

/** Why a value was refused. The same answer on the page, over OSC and over HTTP. */
export const paramsErrors = {
  PARAM_UNKNOWN_ADDRESS: {
    severity: 'warning',
    message: 'There is no parameter at {address}.',
    advice: 'GET /params lists every address; docs/generated/parameters.md explains them.',
  },
  PARAM_WRONG_TYPE: {
    severity: 'warning',
    message: '{key} does not take "{value}".',
    advice: 'Send {wanted}.',
  },
  PARAM_OUT_OF_RANGE: {
    severity: 'warning',
    message: '{key} cannot be {value}.',
    advice: 'Send {wanted}.',
  },
  PARAM_UNKNOWN_CHOICE: {
    severity: 'warning',
    message: '{key} has no choice "{value}".',
    advice: 'Send {wanted}, or its position from 0.',
  },
  PARAM_TEXT_TOO_LONG: {
    severity: 'warning',
    message: '{key} is too long.',
    advice: 'Send {wanted}.',
  },
  PARAM_READ_ONLY: {
    severity: 'warning',
    message: '{address} is a meter.',
    advice: 'Read it, or subscribe to it; what it shows is not set by hand.',
  },
  ACTION_NOT_SERVED: {
    severity: 'warning',
    message: 'Nobody does "{action}" in this process.',
    advice: 'Use an address of the version that runs here: GET /params lists them.',
  },
  ROLE_READ_ONLY: {
    severity: 'warning',
    message: 'The role "{role}" may not change this.',
    advice: "Ask the operator, or open the page with an operator's token.",
  },
  PARAM_NOT_SAVED: {
    severity: 'alarm',
    message: 'The state of the show could not be written: {reason}',
    advice:
      'Changes still reach the output, but would be lost in a power cut. Free disk space or check the folder {folder}.',
  },
  STATE_IN_USE: {
    severity: 'alarm',
    message: 'Another show runs from the state folder {folder} (process {pid}).',
    advice: 'End that show first, or give this one a name or a folder of its own: "name" in the show file, or --state.',
  },
  STATE_UNREADABLE: {
    severity: 'alarm',
    message: 'The saved state of the show was not readable and was set aside as {file}.',
    advice: 'Check every value before going on air: what was saved only there is back to its default.',
  },
} satisfies Record<string, ErrorEntry>;
