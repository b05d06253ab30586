import osc, { type OscArgument, type OscRawBundle, type OscRawMessage } from 'osc/src/osc.js';

/** What an OSC argument means to a parameter. Blobs, colours, MIDI and time tags mean nothing to one and arrive as null. */
export type OscValue = number | string | boolean | null;
export interface OscMessage {
  readonly address: string;
  readonly args: readonly OscValue[];
  /** When its bundle asks to be executed, microseconds since 1970 (UTC). Absent: at once. */
  readonly atUnixUs?: number;
}
/** What we send: the types that every console reads. T and F carry no value. */
export type OscOut =
  | { readonly type: 'i' | 'f'; readonly value: number }
  | { readonly type: 's'; readonly value: string }
  | { readonly type: 'T' | 'F' };

/** Deeper nesting has no honest use and would only cost stack. */
const deepestBundle = 8;
const mostMessages = 512;
/** Larger than any console sends, and than UDP carries. */
export const largestPacketBytes = 65_536;

/**
 * The messages of a packet, bundles flattened in order, each with the time its innermost bundle asks for. null for anything
 * malformed: never throws, whatever the bytes.
 */
export function decodePacket(packet: Uint8Array): readonly OscMessage[] | null {
  if (packet.length === 0 || packet.length % 4 !== 0 || packet.length > largestPacketBytes) return null;
  try {
    // A copy at offset 0: the library reads blobs from the start of the buffer behind a view.
    const raw = osc.readPacket(new Uint8Array(packet), { metadata: true, unpackSingleArgs: false });
    const messages: OscMessage[] = [];
    return flatten(raw, null, messages, 0) ? messages : null;
  } catch {
    return null;
  }
}

function flatten(
  raw: OscRawMessage | OscRawBundle,
  atUnixUs: number | null,
  into: OscMessage[],
  depth: number,
): boolean {
  if ('packets' in raw) {
    const at = unixUsOf(raw.timeTag.raw);
    return depth < deepestBundle && raw.packets.every((packet) => flatten(packet, at, into, depth + 1));
  }
  const message = { address: raw.address, args: raw.args.flat(4).map(valueOf) };
  into.push(atUnixUs === null ? message : { ...message, atUnixUs });
  return into.length <= mostMessages;
}

/** NTP counts from 1900. */
const secondsTo1970 = 2_208_988_800;
/** null: immediately, which is the tag 0x0000000000000001. */
function unixUsOf([seconds, fraction]: readonly [number, number]): number | null {
  if (seconds === 0 && fraction <= 1) return null;
  return (seconds - secondsTo1970) * 1_000_000 + Math.round((fraction / 4_294_967_296) * 1_000_000);
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

/** One message as a packet of its own: grandMA3 reads no bundles. */
export const encodeMessage = (address: string, args: readonly OscOut[]): Uint8Array =>
  osc.writeMessage({ address, args }, { metadata: true });

const bundleHead = Buffer.from('2362756e646c65000000000000000001', 'hex');
export const bundleHeadBytes = bundleHead.length;
/** Encoded messages as one bundle, to be executed at once. Adds 4 bytes a message and `bundleHeadBytes`. */
export function encodeBundle(messages: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [bundleHead];
  for (const message of messages) {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(message.length);
    parts.push(size, message);
  }
  return Buffer.concat(parts);
}

/** Echoes what came in: whole numbers that fit as integers, other numbers as floats, T and F as 1 and 0. */
export const outOf = (value: OscValue): OscOut => {
  if (typeof value === 'string') return { type: 's', value };
  const number = Number(value);
  return Number.isInteger(number) && Math.abs(number) < 2 ** 31
    ? { type: 'i', value: number }
    : { type: 'f', value: number };
};
