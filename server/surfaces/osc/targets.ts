import { connect, type Socket } from 'node:net';
import type { OscTargetConfig } from '../../protocol/consoles.js';
import type { Clock } from '../../time/clock.js';
import type { Conversation } from './conversation.js';
import type { OscPeer } from './peer.js';
import { oscPresets, type OscProfile } from './profile.js';
import { coverage } from './subscribers.js';
import { TcpLine } from './tcp-line.js';
import type { UdpDoor } from './udp-door.js';

const retryMs = [500, 1000, 2000, 5000, 10_000] as const;

/** A desk's profile: its preset, and what the show file says otherwise. */
export function profileOf(target: OscTargetConfig): OscProfile {
  const { transport, framing, bundles, ratioFull, numbers, toggles, choices, rateHz, largestPacketBytes } = target;
  const own = { transport, framing, bundles, ratioFull, numbers, toggles, choices, rateHz, largestPacketBytes };
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return { ...oscPresets[target.preset ?? 'generic'], ...given };
}

/** What the desks of a show file call our addresses: their name → ours. */
export const aliasesOf = (targets: readonly OscTargetConfig[]): ReadonlyMap<string, string> =>
  new Map(targets.flatMap(({ map }) => (map ?? []).map(({ remote, local }) => [remote, local] as const)));

/** One desk that is told of changes as long as the show runs. TCP is called, and called again where it hangs up. */
export class Target {
  #socket: Socket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #tries = 0;
  #closed = false;
  #peer: OscPeer | null = null;

  constructor(
    readonly config: OscTargetConfig,
    private readonly talk: Conversation,
    private readonly clock: Clock,
    udp: UdpDoor,
  ) {
    const profile = profileOf(config);
    if (profile.transport === 'udp') this.#stand(udp.peer(config.host, config.port, profile));
    else this.#call(profile);
  }

  /** Whether it is told of changes now. UDP always is: nobody can know whether it listens. */
  get connected(): boolean {
    return this.#peer !== null;
  }
  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket?.destroy();
    this.#peer?.outbox.close();
  }

  #call(profile: OscProfile): void {
    const { host, port } = this.config;
    const socket = (this.#socket = connect({ host, port }));
    let stop: (() => void) | null = null;
    socket.once('connect', () => {
      this.#tries = 0;
      const line = new TcpLine(socket, profile, profile.framing, this.clock, this.talk.counters);
      line.onPacket = (packet, from) => this.talk.receive(packet, from);
      stop = this.#stand(line.peer);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      stop?.();
      this.#peer = null;
      if (this.#closed) return;
      const waitMs = retryMs[Math.min(this.#tries, retryMs.length - 1)]!;
      this.#tries += 1;
      this.#timer = setTimeout(() => this.#call(profile), waitMs);
      this.#timer.unref();
    });
  }

  /** Tells it everything it wants once, and every change from now on. */
  #stand(peer: OscPeer): () => void {
    const { config } = this;
    this.#peer = peer;
    const names = new Map((config.map ?? []).map(({ remote, local }) => [local, remote]));
    // A desk with a map is told only what it maps, unless it asks for more.
    const wanted = (config.feedback ?? (names.size > 0 ? [] : ['/understudy/'])).map(coverage);
    const covers = (address: string): boolean =>
      names.has(address) || wanted.some((covered) => covered !== null && covered(address));
    const nameOf = (address: string): string => names.get(address) ?? address;
    const stop = this.talk.subscribers.addStanding({
      peer,
      covers,
      until: null,
      nameOf,
      isOwn: (by) => by === peer.by || by === ownSender(config),
    });
    this.talk.dump(peer, covers, nameOf);
    return stop;
  }
}

/** Desks that send from another port than they listen on: their own changes are not told back. */
const ownSender = ({ host, sendsFromPort }: OscTargetConfig): string =>
  sendsFromPort === undefined ? '' : `osc ${host}:${sendsFromPort}`;
