import type { RemoteInfo, Socket } from 'node:dgram';
import type { DmxMapper } from '../dmx/mapper.js';
import { openDmxSocket } from '../dmx/socket.js';
import { parseArtNet, pollReply } from './packet.js';

export const artNetPort = 6454;

/** Art-Net on one address of this machine: takes ArtDmx of the mapped universes and says that it does when it is polled. */
export class ArtNetNode {
  readonly counters = { polls: 0, other: 0 };
  #socket: Socket | null = null;

  private constructor(
    private readonly mapper: DmxMapper,
    private readonly host: string,
    private readonly name: string,
  ) {}

  /** Throws CodedError where the port is taken or the address is not ours. `port`: 6454, another in tests. */
  static async open(mapper: DmxMapper, host: string, name: string, port: number = artNetPort): Promise<ArtNetNode> {
    const node = new ArtNetNode(mapper, host, name);
    node.#socket = await openDmxSocket('Art-Net', host, port, (bytes, from) => node.#take(bytes, from));
    return node;
  }
  get port(): number {
    return this.#socket?.address().port ?? 0;
  }
  close(): void {
    this.#socket?.close();
    this.#socket = null;
  }

  #take(bytes: Uint8Array, from: RemoteInfo): void {
    const said = parseArtNet(bytes, from.address);
    if (said === null) this.mapper.counters.malformed += 1;
    else if (said === 'other') this.counters.other += 1;
    else if (said === 'poll') this.#introduce(from);
    else this.mapper.take(said, 'artnet');
  }
  #introduce(from: RemoteInfo): void {
    this.counters.polls += 1;
    this.mapper.universes.forEach((universe, index) => {
      const reply = pollReply({
        host: this.host,
        port: this.port,
        universe,
        bindIndex: index + 1,
        shortName: 'Understudy',
        longName: this.name,
      });
      this.#socket?.send(reply, from.port, from.address, () => {});
    });
  }
}
