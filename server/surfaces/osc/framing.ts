import { largestPacketBytes } from './codec.js';

/** How packets lie in a TCP stream: OSC 1.0 puts their length in front, OSC 1.1 ends them as SLIP does. */
export type Framing = 'length' | 'slip';

const end = 0xc0;
const escape = 0xdb;
const escapedEnd = 0xdc;
const escapedEscape = 0xdd;

/** A packet as it goes into a TCP stream. SLIP gets an END on both sides, so that noise on the line ends before it. */
export function frame(packet: Uint8Array, framing: Framing): Uint8Array {
  if (framing === 'length') {
    const framed = Buffer.alloc(4 + packet.length);
    framed.writeUInt32BE(packet.length);
    framed.set(packet, 4);
    return framed;
  }
  const bytes = [end];
  for (const byte of packet) {
    if (byte === end) bytes.push(escape, escapedEnd);
    else if (byte === escape) bytes.push(escape, escapedEscape);
    else bytes.push(byte);
  }
  bytes.push(end);
  return Uint8Array.from(bytes);
}

/**
 * Which framing a peer uses, by its first byte: a length below 16 MB begins with 0; SLIP begins with its END, or with the
 * "/" or "#" of the packet where the peer only ends its packets. null: neither, so no OSC.
 */
export const framingOf = (firstByte: number): Framing | null =>
  firstByte === 0 ? 'length' : [end, 0x2f, 0x23].includes(firstByte) ? 'slip' : null;

/**
 * Cuts a stream into packets. `push` returns the packets that are complete, or null where the stream cannot be followed any
 * more (an impossible length): then the connection has to be closed. A SLIP packet that is too long or wrongly escaped is
 * dropped and counted in `dropped`; the next END begins anew. Holds at most one packet's bytes.
 */
export interface Deframer {
  dropped: number;
  push(chunk: Uint8Array): readonly Uint8Array[] | null;
}

export const deframer = (framing: Framing): Deframer =>
  framing === 'length' ? new LengthDeframer() : new SlipDeframer();

class LengthDeframer implements Deframer {
  dropped = 0;
  #pending = Buffer.alloc(0);

  push(chunk: Uint8Array): readonly Uint8Array[] | null {
    let rest = this.#pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#pending, chunk]);
    const packets: Uint8Array[] = [];
    while (rest.length >= 4) {
      const length = rest.readUInt32BE(0);
      if (length > largestPacketBytes) return null;
      if (rest.length < 4 + length) break;
      // A length of 0 carries nothing and keeps a connection open.
      if (length > 0) packets.push(rest.subarray(4, 4 + length));
      rest = rest.subarray(4 + length);
    }
    this.#pending = rest;
    return packets;
  }
}

class SlipDeframer implements Deframer {
  dropped = 0;
  readonly #packet = Buffer.alloc(largestPacketBytes);
  #length = 0;
  #escaping = false;
  /** The packet is spoilt: everything up to the next END goes with it. */
  #spoilt = false;

  push(chunk: Uint8Array): readonly Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (const byte of chunk) {
      if (byte === end) this.#finish(packets);
      else if (this.#spoilt) continue;
      else if (this.#escaping) this.#unescape(byte);
      else if (byte === escape) this.#escaping = true;
      else this.#take(byte);
    }
    return packets;
  }

  #finish(packets: Uint8Array[]): void {
    if (this.#spoilt || this.#escaping) this.dropped += 1;
    else if (this.#length > 0) packets.push(Uint8Array.prototype.slice.call(this.#packet, 0, this.#length));
    this.#length = 0;
    this.#spoilt = this.#escaping = false;
  }
  #unescape(byte: number): void {
    this.#escaping = false;
    if (byte === escapedEnd) this.#take(end);
    else if (byte === escapedEscape) this.#take(escape);
    else this.#spoilt = true;
  }
  #take(byte: number): void {
    if (this.#length === this.#packet.length) this.#spoilt = true;
    else this.#packet[this.#length++] = byte;
  }
}
