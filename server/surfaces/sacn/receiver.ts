import type { Socket } from 'node:dgram';
import type { DmxMapper } from '../dmx/mapper.js';
import { openDmxSocket } from '../dmx/socket.js';
import { parseSacn } from './packet.js';

export const sacnPort = 5568;
/** 239.255.‹high›.‹low›: where a universe is multicast. */
export const groupOf = (universe: number): string => `239.255.${universe >> 8}.${universe & 0xff}`;

/** sACN on one address of this machine: unicast to it, and the multicast groups of the mapped universes on its network. */
export class SacnReceiver {
  private constructor(private readonly sockets: readonly Socket[]) {}

  /** Throws CodedError where the port is taken or the address is not ours. `port`: 5568, another in tests. */
  static async open(mapper: DmxMapper, host: string, port: number = sacnPort): Promise<SacnReceiver> {
    const take = (bytes: Uint8Array): void => {
      const packet = parseSacn(bytes);
      if (packet === null) mapper.counters.malformed += 1;
      else mapper.take(packet, 'sacn');
    };
    const unicast = await openDmxSocket('sACN', host, port, take);
    const sockets = [unicast];
    const universes = mapper.universes.filter((universe) => universe >= 1);
    try {
      // Bound to the group where the system can: a socket bound to everything would be open on every network of the machine.
      for (const universe of process.platform === 'win32' ? [] : universes) {
        const group = groupOf(universe);
        const socket = await openDmxSocket('sACN', group, port, take);
        sockets.push(socket);
        socket.addMembership(group, host);
      }
      if (process.platform === 'win32')
        for (const universe of universes) unicast.addMembership(groupOf(universe), host);
    } catch (error) {
      for (const socket of sockets) socket.close();
      throw error;
    }
    return new SacnReceiver(sockets);
  }
  get port(): number {
    return this.sockets[0]!.address().port;
  }
  close(): void {
    for (const socket of this.sockets) socket.close();
  }
}
