import type { ErrorEntry } from './registry.js';

/** Faults of the control process and its surfaces. */
export const controlErrors = {
  CONTROL_PORT_TAKEN: {
    severity: 'alarm',
    message: 'The {surface} port {port} on {host} is already in use.',
    advice:
      'Stop the other program, perhaps another show, or give another port: ports.{key} in the show file, or --http-port and --osc-port.',
  },
  CONTROL_INTERFACE_ABSENT: {
    severity: 'alarm',
    message: 'This machine has no interface with the address {host}.',
    advice: 'Correct "interfaces" in the show file; 127.0.0.1 always works.',
  },
  CONTROL_OPTIONS_INVALID: {
    severity: 'alarm',
    message: 'The control process was started with unusable options: {reason}',
    advice: 'Start it with "npx understudy start"; it is not meant to be started by hand.',
  },
  CONTROL_HOST_REFUSED: {
    severity: 'warning',
    message: 'A request was refused because it was addressed to "{host}".',
    advice:
      'Open the page by the address that the server prints at start, or add the name to "hostNames" in the show file.',
  },
  CONTROL_ORIGIN_REFUSED: {
    severity: 'warning',
    message: 'A request was refused because it came from a page of "{origin}".',
    advice: 'Open the page by the address that the server prints at start.',
  },
  CONTROL_TOKEN_REFUSED: {
    severity: 'warning',
    message: 'This show asks for a token, and none or a wrong one was given.',
    advice: 'Open the address with the token that the operator handed out: http://…/?token=….',
  },
  CONTROL_MESSAGE_INVALID: {
    severity: 'warning',
    message: 'A message was not understood: {reason}',
    advice: 'Reload the page; if another program sent it, compare it with server/protocol/messages.ts.',
  },
  LANE_SILENT: {
    severity: 'alarm',
    message: 'The lane of {lane} is not answering.',
    advice: 'The supervisor restarts it; receivers show the failover source meanwhile. See the process list.',
  },
  CAST_UNKNOWN_PERFORMER: {
    severity: 'warning',
    message: 'There is no performer "{performer}" in the cast.',
    advice: 'Add the performer on the Cast desk, by /understudy/show/cast/add, or to "cast" in the show file.',
  },
} satisfies Record<string, ErrorEntry>;
