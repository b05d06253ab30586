import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { CodedError } from '../../errors/coded-error.js';
import type { ParamDescriptor, ParamValue } from '../../protocol/descriptors.js';
import type { Clock } from '../../time/clock.js';
import type { Dispatcher, ParamChange } from '../dispatch/dispatch.js';
import { decodePacket, encodeMessage, outOf, type OscMessage, type OscOut, type OscValue } from './codec.js';
import { Subscribers, type Peer } from './subscribers.js';

export interface OscSurfaceOptions {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly host: string;
  readonly port: number;
  /** What the desk's faders send for "full" on parameters that are ratios: 1 (Eos, TouchOSC), 100 (grandMA3) or 255. */
  readonly ratioFull?: 1 | 100 | 255;
}

/**
 * OSC over UDP. `<address> value` sets; `<address>` alone or with "?" asks; `/understudy/ping …` echoes;
 * `/understudy/subscribe [prefix] [port] [leaseSeconds]` gives every matching value now and each change until the lease ends;
 * `/understudy/unsubscribe`; `/understudy/dump [prefix]`. A refusal is answered with `/understudy/refused address code message`.
 * Answers go to the sender's address only. Bundles are executed at once, in order; nothing is sent as a bundle.
 */
export class OscSurface {
  readonly counters = { messages: 0, malformed: 0, refused: 0, sent: 0, sendFailed: 0 };
  readonly #socket: Socket;
  readonly #subscribers: Subscribers;
  readonly #stopListening: () => void;
  readonly #ratioFull: number;
  #refusalBudget = 20;
  readonly #refill: NodeJS.Timeout;

  private constructor(private readonly options: OscSurfaceOptions) {
    this.#socket = createSocket(options.host.includes(':') ? 'udp6' : 'udp4');
    this.#subscribers = new Subscribers(options.clock);
    this.#ratioFull = options.ratioFull ?? 1;
    this.#socket.on('message', (packet, from) => this.#receive(packet, from));
    this.#stopListening = options.dispatcher.onChange((change) => this.#feedback(change));
    // A stuck fader that is refused a thousand times a second gets twenty answers of it.
    this.#refill = setInterval(() => (this.#refusalBudget = 20), 1000);
    this.#refill.unref();
  }

  static open(options: OscSurfaceOptions): Promise<OscSurface> {
    const surface = new OscSurface(options);
    const { host, port } = options;
    return new Promise((resolve, reject) => {
      surface.#socket.once('error', (error: NodeJS.ErrnoException) => {
        surface.close();
        if (error.code === 'EADDRINUSE')
          reject(new CodedError('CONTROL_PORT_TAKEN', { surface: 'OSC', port, host, key: 'osc' }, { cause: error }));
        else if (error.code === 'EADDRNOTAVAIL')
          reject(new CodedError('CONTROL_INTERFACE_ABSENT', { host }, { cause: error }));
        else reject(error);
      });
      surface.#socket.bind(port, host, () => {
        surface.#socket.removeAllListeners('error');
        surface.#socket.on('error', () => (surface.counters.sendFailed += 1));
        resolve(surface);
      });
    });
  }

  get port(): number {
    return this.#socket.address().port;
  }
  get subscriberCount(): number {
    return this.#subscribers.size;
  }

  close(): void {
    this.#stopListening();
    clearInterval(this.#refill);
    this.#socket.close();
  }

  #receive(packet: Buffer, from: RemoteInfo): void {
    const messages = decodePacket(packet);
    if (messages === null) {
      this.counters.malformed += 1;
      return;
    }
    const peer: Peer = { host: from.address, port: from.port };
    for (const message of messages) {
      this.counters.messages += 1;
      this.#act(message, peer);
    }
  }

  #act({ address, args }: OscMessage, peer: Peer): void {
    switch (address.replace(/^\/understudy(?=\/(ping|subscribe|unsubscribe|dump)$)/, '')) {
      case '/ping':
        this.#send(peer, address, args.map(outOf));
        return;
      case '/subscribe':
        this.#subscribe(args, peer);
        return;
      case '/unsubscribe':
        this.#subscribers.remove(peer);
        return;
      case '/dump':
        this.#dump(peer, typeof args[0] === 'string' ? args[0] : '/');
        return;
      default:
        this.#set(address, args, peer);
    }
  }

  #set(address: string, args: readonly OscValue[], peer: Peer): void {
    const { dispatcher } = this.options;
    const descriptor = dispatcher.registry.find(address)?.descriptor;
    const current = dispatcher.get(address);
    if (descriptor !== undefined && current !== undefined && (args.length === 0 || args[0] === '?')) {
      this.#send(peer, address, [this.#out(descriptor, current)]);
      return;
    }
    const value = descriptor === undefined ? null : this.#scaledIn(descriptor, args[0] ?? null);
    const answer = dispatcher.dispatch(address, value, `osc ${peer.host}:${peer.port}`);
    if (answer.ok) {
      // The desk shows what it sent; where that is not what stands, tell it.
      if (answer.clamped && descriptor !== undefined) this.#send(peer, address, [this.#out(descriptor, answer.value)]);
      return;
    }
    this.counters.refused += 1;
    if (this.#refusalBudget <= 0) return;
    this.#refusalBudget -= 1;
    this.#send(peer, '/understudy/refused', [address.slice(0, 120), answer.code, answer.message].map(outOf));
  }

  #subscribe(args: readonly OscValue[], peer: Peer): void {
    const prefix = args.find((arg) => typeof arg === 'string') ?? '/';
    const [port, leaseSeconds] = args.filter((arg) => typeof arg === 'number');
    const target =
      port !== undefined && port >= 1 && port <= 65535 ? { host: peer.host, port: Math.round(port) } : peer;
    if (leaseSeconds !== undefined && leaseSeconds <= 0) {
      this.#subscribers.remove(target);
      return;
    }
    const granted = this.#subscribers.add(target, prefix, leaseSeconds);
    this.#send(target, '/understudy/subscribed', [outOf(prefix), outOf(granted)]);
    if (granted > 0) this.#dump(target, prefix);
  }

  #dump(peer: Peer, prefix: string): void {
    for (const { address, descriptor } of this.options.dispatcher.registry.instances) {
      const value = this.options.dispatcher.get(address);
      if (value !== undefined && address.startsWith(prefix)) this.#send(peer, address, [this.#out(descriptor, value)]);
    }
  }

  #feedback({ address, value, by }: ParamChange): void {
    const descriptor = this.options.dispatcher.registry.find(address)?.descriptor;
    if (descriptor === undefined) return;
    for (const peer of this.#subscribers.of(address)) {
      // Echo guard: a motor fader must not fight the finger on it.
      if (by !== `osc ${peer.host}:${peer.port}`) this.#send(peer, address, [this.#out(descriptor, value)]);
    }
  }

  #scaledIn(descriptor: ParamDescriptor, value: OscValue): OscValue {
    if (this.#ratioFull === 1 || descriptor.kind !== 'number' || descriptor.unit !== 'ratio01') return value;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number / this.#ratioFull : value;
  }
  #out(descriptor: ParamDescriptor, value: ParamValue): OscOut {
    if (typeof value === 'boolean') return { type: 'i', value: value ? 1 : 0 };
    if (typeof value === 'string') return { type: 's', value };
    if (descriptor.kind === 'number' && descriptor.integer) return { type: 'i', value };
    const scale = descriptor.kind === 'number' && descriptor.unit === 'ratio01' ? this.#ratioFull : 1;
    return { type: 'f', value: value * scale };
  }
  #send(peer: Peer, address: string, args: readonly OscOut[]): void {
    this.counters.sent += 1;
    this.#socket.send(encodeMessage(address, args), peer.port, peer.host, (error) => {
      if (error !== null) this.counters.sendFailed += 1;
    });
  }
}
