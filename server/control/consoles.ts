import { CodedError, type ErrorContext } from '../errors/coded-error.js';
import type { ErrorCode } from '../errors/registry.js';
import type { ShowFile } from '../show/schema.js';
import { defaultPorts } from '../show/schema.js';
import { ArtNetNode } from '../surfaces/artnet/node.js';
import type { Dispatcher } from '../surfaces/dispatch/dispatch.js';
import { DmxMapper } from '../surfaces/dmx/mapper.js';
import type { AllowedHosts } from '../surfaces/http/origin.js';
import { OscSurface } from '../surfaces/osc/osc-surface.js';
import { announce, type Announcement } from '../surfaces/oscquery/announce.js';
import { QueryServer } from '../surfaces/oscquery/query-server.js';
import { SacnReceiver } from '../surfaces/sacn/receiver.js';
import type { Clock } from '../time/clock.js';

export interface ConsolesOptions {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly show: ShowFile;
  readonly interfaces: readonly string[];
  readonly allowed: AllowedHosts;
  readonly raise: (id: string, code: ErrorCode, context: ErrorContext) => void;
}

const zeroconf = '/understudy/show/oscquery/zeroconf';
const isLoopback = (host: string): boolean => host.startsWith('127.') || host === '::1' || host === 'localhost';

/** The doors that consoles knock at: OSC, OSCQuery, sACN and Art-Net, on every interface of the show. */
export class Consoles {
  readonly #oscs: OscSurface[] = [];
  readonly #queries: QueryServer[] = [];
  readonly #dmx: (SacnReceiver | ArtNetNode)[] = [];
  #mapper: DmxMapper | null = null;
  #announced: Announcement[] = [];
  #stopListening: () => void = () => {};

  private constructor(private readonly options: ConsolesOptions) {}

  /**
   * Throws CodedError where a port that the show names is taken, or OSC's own. A port nobody named that is taken is an alarm: a
   * second show on the machine runs without it.
   */
  static async open(options: ConsolesOptions): Promise<Consoles> {
    const consoles = new Consoles(options);
    try {
      for (const host of options.interfaces) await consoles.#openOn(host);
      await consoles.#openDmx();
    } catch (error) {
      consoles.close();
      throw error;
    }
    consoles.#stopListening = options.dispatcher.onChange(({ address, value }) => {
      if (address === zeroconf) consoles.#announce(value === true);
    });
    consoles.#announce(options.dispatcher.get(zeroconf) === true);
    return consoles;
  }

  get oscPort(): number {
    return this.#oscs[0]!.port;
  }
  get oscTcpPort(): number | null {
    return this.#oscs[0]!.tcpPort;
  }
  get oscQueryPort(): number | null {
    return this.#queries[0]?.port ?? null;
  }

  /** Counters by surface, then by reason, for the metrics. */
  counters(): Record<string, Record<string, number>> {
    const counted: Record<string, Record<string, number>> = {
      osc: sum(this.#oscs.map(({ counters }) => ({ ...counters }))),
      oscQuery: sum(this.#queries.map(({ counters, clientCount }) => ({ ...counters, clients: clientCount }))),
    };
    return this.#mapper === null ? counted : { ...counted, dmx: { ...this.#mapper.counters } };
  }
  /** What GET /status says of them. */
  status(): unknown {
    return {
      oscPort: this.oscPort,
      oscTcpPort: this.oscTcpPort,
      oscQueryPort: this.oscQueryPort,
      subscribers: this.#oscs.reduce((total, osc) => total + osc.subscriberCount, 0),
      targets: this.#oscs.flatMap((osc) => osc.targets),
      dmxUniverses: this.#mapper?.universes ?? [],
      announced: this.#announced.length > 0,
    };
  }

  /** Idempotent. */
  close(): void {
    this.#stopListening();
    this.#announce(false);
    for (const one of [...this.#dmx.splice(0), ...this.#queries.splice(0), ...this.#oscs.splice(0)]) one.close();
  }

  async #openOn(host: string): Promise<void> {
    const { dispatcher, clock, show, allowed, interfaces } = this.options;
    const { ports = {}, osc: desk = {} } = show;
    const oscPort = this.#oscs[0]?.port ?? ports.osc ?? defaultPorts.osc;
    const targets = (desk.targets ?? []).filter((target) => host === nearest(target.host, interfaces));
    const common = {
      dispatcher,
      clock,
      host,
      port: oscPort,
      ratioFull: desk.ratioFull ?? 1,
      targets,
      roles: desk,
    } as const;
    const tcpPort = this.#oscs[0] === undefined ? (ports.oscTcp ?? oscPort) : this.#oscs[0].tcpPort;
    const osc = await this.#lenient(
      ports.oscTcp !== undefined || desk.tcp === false,
      () => OscSurface.open({ ...common, tcpPort: desk.tcp === false ? null : tcpPort }),
      () => OscSurface.open({ ...common, tcpPort: null }),
    );
    this.#oscs.push(osc);
    if (desk.query === false) return;
    const anyPort = ports.osc === 0 ? 0 : defaultPorts.oscQuery;
    const port = this.#queries[0]?.port ?? ports.oscQuery ?? anyPort;
    const name = `Understudy - ${show.name}`;
    const query = await this.#lenient(
      ports.oscQuery !== undefined,
      () => QueryServer.open({ dispatcher, talk: osc.talk, clock, allowed, host, port, name, oscPort: osc.port }),
      () => Promise.resolve(null),
    );
    if (query !== null) this.#queries.push(query);
  }

  /** Without the port where it is taken and nobody asked for it by number. */
  async #lenient<T>(named: boolean, open: () => Promise<T>, without: () => Promise<T>): Promise<T> {
    try {
      return await open();
    } catch (error) {
      const taken =
        error instanceof CodedError && error.code === 'CONTROL_PORT_TAKEN' && error.context['key'] !== 'osc';
      if (named || !taken) throw error;
      this.options.raise(`port ${String(error.context['key'])}`, error.code, error.context);
      return without();
    }
  }

  async #openDmx(): Promise<void> {
    const { dispatcher, clock, show, interfaces, raise } = this.options;
    if (show.dmx === undefined) return;
    const mapper = (this.#mapper = new DmxMapper(dispatcher, clock, show.dmx.map));
    for (const { universe, channel, address } of mapper.faults)
      raise(`dmx ${universe}/${channel}`, 'DMX_MAP_UNKNOWN', { universe, channel, address });
    for (const host of interfaces.filter((one) => !one.includes(':'))) {
      if (show.dmx.sacn === true) this.#dmx.push(await SacnReceiver.open(mapper, host));
      if (show.dmx.artnet === true) this.#dmx.push(await ArtNetNode.open(mapper, host, `Understudy - ${show.name}`));
    }
  }

  #announce(wanted: boolean): void {
    for (const one of this.#announced.splice(0)) one.withdraw();
    if (!wanted) return;
    const { show, interfaces, raise } = this.options;
    this.#announced = this.#queries.map((query, index) =>
      announce(
        {
          name: `Understudy - ${show.name}`,
          host: interfaces[index] ?? '127.0.0.1',
          queryPort: query.port,
          oscPort: this.oscPort,
        },
        (reason) => raise('zeroconf', 'OSCQUERY_NOT_ANNOUNCED', { reason }),
      ),
    );
  }
}

/** The interface that a target is spoken to from: a loopback socket reaches nobody else. */
function nearest(target: string, interfaces: readonly string[]): string {
  const same = interfaces.find(
    (host) => isLoopback(host) === isLoopback(target) && host.includes(':') === target.includes(':'),
  );
  return same ?? interfaces[0]!;
}

function sum(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const one of all) for (const [key, value] of Object.entries(one)) total[key] = (total[key] ?? 0) + value;
  return total;
}
