import type { DmxPacket } from '../dmx/universe.js';

/** Offsets of an E1.31 data packet (ANSI E1.31-2018, tables 4-1, 5-1 and 5-2); everything is big-endian. */
const identifier = Buffer.from('ASC-E1.17\0\0\0', 'latin1');
const at = {
  preamble: 0,
  identifier: 4,
  rootVector: 18,
  cid: 22,
  frameVector: 40,
  priority: 108,
  sequence: 111,
  options: 112,
  universe: 113,
  dmpVector: 117,
  addressType: 118,
  count: 123,
  startCode: 125,
  slots: 126,
} as const;
const previewOption = 0x80;
const terminatedOption = 0x40;

/**
 * The levels of an sACN packet. null where it is none, is cut short, carries no levels (another start code) or is a preview
 * that is not for the stage. Never throws, whatever the bytes.
 */
export function parseSacn(packet: Uint8Array): DmxPacket | null {
  if (packet.length < at.slots) return null;
  const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
  const isData =
    bytes.readUInt16BE(at.preamble) === 0x0010 &&
    bytes.subarray(at.identifier, at.identifier + identifier.length).equals(identifier) &&
    bytes.readUInt32BE(at.rootVector) === 4 &&
    bytes.readUInt32BE(at.frameVector) === 2 &&
    bytes[at.dmpVector] === 2 &&
    bytes[at.addressType] === 0xa1 &&
    bytes[at.startCode] === 0;
  const count = bytes.readUInt16BE(at.count) - 1;
  const universe = bytes.readUInt16BE(at.universe);
  const priority = bytes[at.priority]!;
  const options = bytes[at.options]!;
  const isSound = count >= 0 && count <= 512 && bytes.length >= at.slots + count && priority <= 200;
  if (!isData || !isSound || universe < 1 || universe > 63_999 || (options & previewOption) !== 0) return null;
  return {
    universe,
    source: bytes.toString('hex', at.cid, at.cid + 16),
    priority,
    sequence: bytes[at.sequence]!,
    slots: bytes.subarray(at.slots, at.slots + count),
    terminated: (options & terminatedOption) !== 0,
  };
}
