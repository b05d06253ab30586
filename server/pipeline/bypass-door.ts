import { createSocket, type Socket } from 'node:dgram';

/**
 * The lane's own bypass door: a loopback UDP port that works with the control process dead. Takes an OSC message to an
 * address that ends in "/bypass" with one argument (int, float, T or F), or the words "bypass on" / "bypass off".
 */
export function readBypass(packet: Uint8Array): boolean | null {
  const text = Buffer.from(packet).toString('latin1');
  const words = /^bypass\s+(on|off|1|0)\s*$/i.exec(text);
  if (words) return words[1]!.toLowerCase() === 'on' || words[1] === '1';
  if (packet[0] !== 0x2f) return null;
  const addressEnd = text.indexOf('\0');
  if (addressEnd < 0 || !text.slice(0, addressEnd).endsWith('/bypass')) return null;
  const tagsAt = (addressEnd + 4) & ~3;
  if (text[tagsAt] !== ',') return null;
  const tag = text[tagsAt + 1];
  if (tag === 'T') return true;
  if (tag === 'F') return false;
  const tagsEnd = text.indexOf('\0', tagsAt);
  if (tagsEnd < 0) return null;
  const valueAt = (tagsEnd + 4) & ~3;
  if (packet.length < valueAt + 4) return null;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  if (tag === 'i') return view.getInt32(valueAt) !== 0;
  if (tag === 'f') return view.getFloat32(valueAt) >= 0.5;
  return null;
}

export class BypassDoor {
  readonly #socket: Socket;
  refused = 0;
  constructor(port: number, onBypass: (on: boolean) => void, onFault: (error: Error) => void) {
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (packet) => {
      const on = readBypass(packet);
      if (on === null) this.refused++;
      else onBypass(on);
    });
    this.#socket.on('error', onFault);
    this.#socket.bind(port, '127.0.0.1');
  }
  close(): void {
    this.#socket.close();
  }
}
