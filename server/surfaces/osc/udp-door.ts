import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { CodedError } from '../../errors/coded-error.js';
import type { Clock } from '../../time/clock.js';
import { Outbox } from './outbox.js';
import type { OscCounters, OscPeer } from './peer.js';
import type { OscProfile } from './profile.js';

/** Peers are remembered so that their rate is one rate; the longest silent goes when there are more. */
const mostPeers = 256;

/** UDP on one address of this machine. Answers go out of the port that desks send to, so that one line of a desk's set-up serves both ways. */
export class UdpDoor {
  readonly #socket: Socket;
  readonly #peers = new Map<string, OscPeer>();
  /** Desks of the show file: never forgotten, or they would be spoken to as strangers. */
  readonly #declared = new Map<string, OscPeer>();
  onPacket: (packet: Uint8Array, from: OscPeer) => void = () => {};

  private constructor(
    host: string,
    private readonly profile: OscProfile,
    private readonly clock: Clock,
    private readonly counters: OscCounters,
  ) {
    this.#socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    this.#socket.on('message', (packet: Buffer, from: RemoteInfo) =>
      this.onPacket(packet, this.peer(from.address, from.port)),
    );
  }

  /** Throws CodedError where the port is taken or the address is not ours. */
  static open(host: string, port: number, profile: OscProfile, clock: Clock, counters: OscCounters): Promise<UdpDoor> {
    const door = new UdpDoor(host, profile, clock, counters);
    return new Promise((resolve, reject) => {
      door.#socket.once('error', (error: NodeJS.ErrnoException) => {
        door.close();
        reject(listenFault(error, host, port, 'osc'));
      });
      door.#socket.bind(port, host, () => {
        door.#socket.removeAllListeners('error');
        door.#socket.on('error', () => (counters.sendFailed += 1));
        resolve(door);
      });
    });
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** The desk at this address; `profile` where it is not the door's own. */
  peer(host: string, port: number, profile: OscProfile = this.profile): OscPeer {
    const key = `${host}:${port}`;
    const declared = this.#declared.get(key);
    if (declared !== undefined) return declared;
    const known = this.#peers.get(key);
    if (known !== undefined) {
      this.#peers.delete(key);
      this.#peers.set(key, known);
      return known;
    }
    const outbox = new Outbox(profile, this.clock, this.counters, (packet) => this.#send(packet, host, port));
    const peer: OscPeer = {
      by: `osc ${key}`,
      host,
      ratioFull: profile.ratioFull,
      outbox,
      at: (other) => this.peer(host, other, profile),
    };
    if (profile !== this.profile) {
      this.#declared.set(key, peer);
      return peer;
    }
    if (this.#peers.size >= mostPeers) {
      const [oldest] = this.#peers;
      if (oldest !== undefined) this.#peers.delete(oldest[0]);
    }
    this.#peers.set(key, peer);
    return peer;
  }

  close(): void {
    for (const { outbox } of [...this.#peers.values(), ...this.#declared.values()]) outbox.close();
    this.#socket.close();
  }

  #send(packet: Uint8Array, host: string, port: number): void {
    this.#socket.send(packet, port, host, (error) => {
      if (error !== null) this.counters.sendFailed += 1;
    });
  }
}

export function listenFault(error: NodeJS.ErrnoException, host: string, port: number, key: string): Error {
  if (error.code === 'EADDRINUSE')
    return new CodedError('CONTROL_PORT_TAKEN', { surface: 'OSC', port, host, key }, { cause: error });
  if (error.code === 'EADDRNOTAVAIL') return new CodedError('CONTROL_INTERFACE_ABSENT', { host }, { cause: error });
  return error;
}
