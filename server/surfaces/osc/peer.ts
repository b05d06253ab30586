import type { Outbox } from './outbox.js';

/** Somebody who sends us OSC or gets it from us: a UDP address, a TCP connection, an OSCQuery client, a target of the show file. */
export interface OscPeer {
  /** Who changed a value, on record: "osc 127.0.0.1:53000". One peer, one name. */
  readonly by: string;
  readonly host: string;
  /** What full means on its faders. */
  readonly ratioFull: number;
  readonly outbox: Outbox;
  /** The same desk at another port, where it wants its feedback; null where there is only this connection. */
  at(port: number): OscPeer | null;
}

/** Everything that is counted, for the metrics: OSC has no other way to say that something went wrong. */
export interface OscCounters {
  messages: number;
  malformed: number;
  refused: number;
  /** Other people's addresses on a shared line, such as /eos/out/…: neither taken nor answered. */
  foreign: number;
  /** Bundles for later, executed when due; late ones were executed at once; too far ahead: refused. */
  scheduled: number;
  late: number;
  tooFarAhead: number;
  sent: number;
  sendFailed: number;
  coalesced: number;
  dropped: number;
  echoesWithheld: number;
  connections: number;
  connectionsRefused: number;
}
export const newOscCounters = (): OscCounters => ({
  messages: 0,
  malformed: 0,
  refused: 0,
  foreign: 0,
  scheduled: 0,
  late: 0,
  tooFarAhead: 0,
  sent: 0,
  sendFailed: 0,
  coalesced: 0,
  dropped: 0,
  echoesWithheld: 0,
  connections: 0,
  connectionsRefused: 0,
});
