import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Clock } from '../../time/clock.js';
import type { OscCounters, OscPeer } from './peer.js';
import type { OscProfile } from './profile.js';
import { TcpLine } from './tcp-line.js';
import { listenFault } from './udp-door.js';

const mostConnections = 32;

/** Desks that call us over TCP. One port takes both framings: the first byte of a connection says which it is. */
export class TcpDoor {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  onPacket: (packet: Uint8Array, from: OscPeer) => void = () => {};
  onGone: (peer: OscPeer) => void = () => {};

  private constructor(profile: OscProfile, clock: Clock, counters: OscCounters) {
    this.#server = createServer((socket) => {
      if (this.#sockets.size >= mostConnections) {
        counters.connectionsRefused += 1;
        socket.destroy();
        return;
      }
      counters.connections += 1;
      this.#sockets.add(socket);
      const line = new TcpLine(socket, profile, null, clock, counters);
      line.onPacket = (packet, from) => this.onPacket(packet, from);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        this.onGone(line.peer);
      });
    });
  }

  /** Throws CodedError where the port is taken or the address is not ours. */
  static open(host: string, port: number, profile: OscProfile, clock: Clock, counters: OscCounters): Promise<TcpDoor> {
    const door = new TcpDoor(profile, clock, counters);
    return new Promise((resolve, reject) => {
      door.#server.once('error', (error: NodeJS.ErrnoException) => reject(listenFault(error, host, port, 'oscTcp')));
      door.#server.listen(port, host, () => resolve(door));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
  get connectionCount(): number {
    return this.#sockets.size;
  }
  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
