import type { DmxPacket } from '../dmx/universe.js';

const identifier = Buffer.from('Art-Net\0', 'latin1');
const opDmx = 0x5000;
const opPoll = 0x2000;
const opPollReply = 0x2100;
const oldestProtocol = 14;

const opOf = (bytes: Buffer): number | null =>
  bytes.length >= 12 && bytes.subarray(0, 8).equals(identifier) ? bytes.readUInt16LE(8) : null;
const view = (packet: Uint8Array): Buffer => Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);

/** What came in on the Art-Net port. 'other': Art-Net that is none of our business; null: no sound Art-Net. Never throws. */
export function parseArtNet(packet: Uint8Array, from: string): DmxPacket | 'poll' | 'other' | null {
  const bytes = view(packet);
  const op = opOf(bytes);
  if (op === null) return null;
  if (op === opPoll) return 'poll';
  if (op !== opDmx) return 'other';
  if (bytes.length < 18 || bytes.readUInt16BE(10) < oldestProtocol) return null;
  const length = bytes.readUInt16BE(16);
  if (length < 1 || length > 512 || bytes.length < 18 + length) return null;
  const sequence = bytes[12]!;
  return {
    universe: (bytes[15]! & 0x7f) * 256 + bytes[14]!,
    source: from,
    priority: 100,
    // 0 says that the source does not count.
    sequence: sequence === 0 ? null : sequence,
    slots: bytes.subarray(18, 18 + length),
    terminated: false,
  };
}

export interface PollReply {
  /** IPv4. */
  readonly host: string;
  readonly port: number;
  readonly universe: number;
  /** One reply for each universe, counted from 1. */
  readonly bindIndex: number;
  readonly shortName: string;
  readonly longName: string;
}

/** ArtPollReply (Art-Net 4): without it a controller sends us nothing, because it does not know that we listen. */
export function pollReply({ host, port, universe, bindIndex, shortName, longName }: PollReply): Uint8Array {
  const bytes = Buffer.alloc(239);
  const address = Buffer.from(host.split('.').map(Number));
  identifier.copy(bytes, 0);
  bytes.writeUInt16LE(opPollReply, 8);
  address.copy(bytes, 10);
  bytes.writeUInt16LE(port, 14);
  bytes[18] = (universe >> 8) & 0x7f;
  bytes[19] = (universe >> 4) & 0x0f;
  // Status1: indicators normal, universe set by the network.
  bytes[23] = 0xe0;
  bytes.write(shortName.slice(0, 17), 26, 'latin1');
  bytes.write(longName.slice(0, 63), 44, 'latin1');
  bytes.write('#0001 [0000] Power On Tests successful', 108, 'latin1');
  bytes.writeUInt16BE(1, 172);
  // One port, that takes DMX from the network; data arrives.
  bytes[174] = 0x80;
  bytes[182] = 0x80;
  bytes[190] = universe & 0x0f;
  address.copy(bytes, 207);
  bytes[211] = bindIndex;
  // Status2: 15-bit addresses.
  bytes[212] = 0x08;
  return bytes;
}
