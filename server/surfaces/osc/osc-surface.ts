import type { OscRoles, OscTargetConfig } from '../../protocol/consoles.js';
import type { Clock } from '../../time/clock.js';
import type { Dispatcher } from '../dispatch/dispatch.js';
import { Conversation } from './conversation.js';
import { newOscCounters, type OscCounters } from './peer.js';
import { oscPresets } from './profile.js';
import { aliasesOf, profileOf, Target } from './targets.js';
import { TcpDoor } from './tcp-door.js';
import { UdpDoor } from './udp-door.js';

export interface OscSurfaceOptions {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly host: string;
  readonly port: number;
  /** TCP with length prefix or SLIP; null: no TCP. Unset: the number of the UDP port. */
  readonly tcpPort?: number | null;
  /** What desks that are no target send for "full" on parameters that are ratios: 1 (Eos, TouchOSC), 100 (grandMA3) or 255. */
  readonly ratioFull?: 1 | 100 | 255;
  /** Who may change what; operators where unset. */
  readonly roles?: OscRoles | undefined;
  /** Desks that are told of changes without asking. */
  readonly targets?: readonly OscTargetConfig[];
}

/**
 * OSC on one address of this machine, over UDP and TCP. What may be said is in conversation.ts and commands.ts; how desks
 * want to be spoken to in profile.ts. Answers go to the sender only.
 */
export class OscSurface {
  readonly #targets: readonly Target[];
  #closed = false;

  private constructor(
    options: OscSurfaceOptions,
    readonly counters: OscCounters,
    readonly talk: Conversation,
    private readonly udp: UdpDoor,
    private readonly tcp: TcpDoor | null,
  ) {
    udp.onPacket = (packet, from) => talk.receive(packet, from);
    if (tcp !== null) {
      tcp.onPacket = (packet, from) => talk.receive(packet, from);
      tcp.onGone = (peer) => talk.subscribers.remove(peer);
    }
    this.#targets = (options.targets ?? []).map((target) => new Target(target, talk, options.clock, udp));
  }

  /** Throws CodedError where a port is taken or the address is not ours. */
  static async open(options: OscSurfaceOptions): Promise<OscSurface> {
    const { dispatcher, clock, host, port, targets = [] } = options;
    const counters = newOscCounters();
    const profile = { ...oscPresets.generic, ratioFull: options.ratioFull ?? 1 };
    const udp = await UdpDoor.open(host, port, profile, clock, counters);
    // Known before it speaks: what a target sends is scaled and named as its own.
    for (const target of targets) {
      if (target.sendsFromPort !== undefined) udp.peer(target.host, target.sendsFromPort, profileOf(target));
    }
    try {
      const tcpPort = options.tcpPort === undefined ? port : options.tcpPort;
      const tcp = tcpPort === null ? null : await TcpDoor.open(host, tcpPort, profile, clock, counters);
      const talk = new Conversation(dispatcher, clock, counters, aliasesOf(targets), options.roles);
      return new OscSurface(options, counters, talk, udp, tcp);
    } catch (error) {
      udp.close();
      throw error;
    }
  }

  get port(): number {
    return this.udp.port;
  }
  /** null where there is no TCP. */
  get tcpPort(): number | null {
    return this.tcp?.port ?? null;
  }
  get subscriberCount(): number {
    return this.talk.subscribers.size;
  }
  get targets(): readonly { readonly name: string; readonly connected: boolean }[] {
    return this.#targets.map(({ config, connected }) => ({ name: config.name, connected }));
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const target of this.#targets) target.close();
    this.talk.close();
    this.tcp?.close();
    this.udp.close();
  }
}
