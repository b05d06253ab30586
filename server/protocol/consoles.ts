/**
 * What a show file says about the desks that steer it: OSC targets, OSCQuery, DMX. Checked by server/show/consoles-schema.ts,
 * used by server/surfaces. Imports nothing.
 */
export interface OscTargetConfig {
  /** For the operator: "Lighting desk". */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly preset?: 'generic' | 'eos' | 'grandma3' | 'qlab' | 'touchosc' | 'resolume' | 'companion';
  /** Where the desk differs from its preset: see OscProfile in server/surfaces/osc/profile.ts. */
  readonly transport?: 'udp' | 'tcp';
  readonly framing?: 'length' | 'slip';
  readonly bundles?: boolean;
  readonly ratioFull?: 1 | 100 | 255;
  readonly numbers?: 'declared' | 'float' | 'int';
  readonly toggles?: 'int' | 'float' | 'tag';
  readonly choices?: 'name' | 'position';
  readonly rateHz?: number;
  readonly largestPacketBytes?: number;
  /** Prefixes or patterns of what it is told. Unset: everything, or with `map` only what is mapped. */
  readonly feedback?: readonly string[];
  /** The desk's own names for our addresses, both ways: { "remote": "/gma3/Page1/Fader201", "local": "/understudy/…" }. */
  readonly map?: readonly { readonly remote: string; readonly local: string }[];
  /** The port it sends from, where that is not `port`: so its own changes are not told back to it. */
  readonly sendsFromPort?: number;
}

type OscRole = 'operator' | 'director' | 'dit' | 'none';
/** Who a console is to the show, by the address it sends from; OSC has no other name for its sender. */
export interface OscRoles {
  /** Of everybody who is not named; operator where unset. */
  readonly role?: OscRole;
  readonly peers?: readonly { readonly host: string; readonly role: OscRole }[];
}

/** One DMX channel, or two, on one parameter. */
export interface DmxMapping {
  readonly universe: number;
  /** 1 to 512; the coarse one of two. */
  readonly channel: number;
  /** 16: this channel and the next. */
  readonly bits?: 8 | 16;
  readonly address: string;
  /** What 0 and full mean, in the parameter's unit. Unset: its whole range; a choice's positions; off and on. */
  readonly from?: number;
  readonly to?: number;
}
