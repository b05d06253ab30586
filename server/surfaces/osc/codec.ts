import osc, { type OscArgument, type OscRawBundle, type OscRawMessage } from 'osc/src/osc.js';

/** What an OSC argument means to a parameter. Blobs, colours, MIDI and time tags mean nothing to one and arrive as null. */
export type OscValue = number | string | boolean | null;
export interface OscMessage {
  readonly address: string;
  readonly args: readonly OscValue[];
}
/** What we send: the types that every console reads. */
export type OscOut =
  | { readonly type: 'i' | 'f'; readonly value: number }
  | { readonly type: 's'; readonly value: string };

/** Deeper nesting has no honest use and would only cost stack. */
const deepestBundle = 8;
const mostMessages = 512;

/**
 * The messages of a packet, bundles flattened in order (their time tags are not waited for). null for anything malformed:
 * never throws, whatever the bytes.
 */
export function decodePacket(packet: Uint8Array): readonly OscMessage[] | null {
  if (packet.length === 0 || packet.length % 4 !== 0) return null;
  try {
    // A copy at offset 0: the library reads blobs from the start of the buffer behind a view.
    const raw = osc.readPacket(new Uint8Array(packet), { metadata: true, unpackSingleArgs: false });
    const messages: OscMessage[] = [];
    return flatten(raw, messages, 0) ? messages : null;
  } catch {
    return null;
  }
}

function flatten(raw: OscRawMessage | OscRawBundle, into: OscMessage[], depth: number): boolean {
  if ('packets' in raw) {
    return depth < deepestBundle && raw.packets.every((packet) => flatten(packet, into, depth + 1));
  }
  into.push({ address: raw.address, args: raw.args.flat(4).map(valueOf) });
  return into.length <= mostMessages;
}

function valueOf({ type, value }: OscArgument): OscValue {
  switch (type) {
    case 'i':
    case 'f':
    case 'd':
      return value as number;
    case 'h': {
      const { high, low } = value as { high: number; low: number };
      return high * 4_294_967_296 + (low >>> 0);
    }
    case 's':
    case 'S':
    case 'c':
      return value as string;
    case 'T':
    case 'I':
      return true;
    case 'F':
      return false;
    default:
      return null;
  }
}

/** One message, unbundled: grandMA3 reads no bundles. */
export const encodeMessage = (address: string, args: readonly OscOut[]): Uint8Array =>
  osc.writeMessage({ address, args }, { metadata: true });

/** Echoes what came in: whole numbers that fit as integers, other numbers as floats, T and F as 1 and 0. */
export const outOf = (value: OscValue): OscOut => {
  if (typeof value === 'string') return { type: 's', value };
  const number = Number(value);
  return Number.isInteger(number) && Math.abs(number) < 2 ** 31
    ? { type: 'i', value: number }
    : { type: 'f', value: number };
};
