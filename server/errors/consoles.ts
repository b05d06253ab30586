import type { ErrorEntry } from './registry.js';

/** Faults of what consoles send: OSC, OSCQuery, DMX. */
export const consoleErrors = {
  OSC_TIME_TAG_AHEAD: {
    severity: 'warning',
    message: 'A bundle asked to be executed more than a minute from now.',
    advice: 'Compare the clocks of the desk and of this machine, or let the desk send "immediately".',
  },
  OSC_PEER_REFUSED: {
    severity: 'warning',
    message: 'The console at {host} may change nothing.',
    advice: 'If it should steer the show, give its address a role under "osc.peers" in the show file.',
  },
  DMX_MAP_UNKNOWN: {
    severity: 'alarm',
    message: 'DMX universe {universe} channel {channel} is mapped to {address}, which is not there.',
    advice: 'Correct "dmx.map" in the show file; docs/generated/parameters.md lists the addresses.',
  },
  OSCQUERY_NOT_ANNOUNCED: {
    severity: 'warning',
    message: 'OSCQuery could not be announced on the network: {reason}',
    advice: 'Give its address to the client by hand; it works without the announcement.',
  },
} satisfies Record<string, ErrorEntry>;
