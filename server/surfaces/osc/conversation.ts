import type { ParamDescriptor } from '../../protocol/descriptors.js';
import type { OscRoles } from '../../protocol/consoles.js';
import type { Role } from '../../protocol/messages.js';
import type { Clock } from '../../time/clock.js';
import { type DurationUs, fromMs } from '../../time/time.js';
import { refusal, type Dispatcher, type ParamChange, type Refusal } from '../dispatch/dispatch.js';
import { decodePacket, outOf, type OscMessage, type OscOut, type OscValue } from './codec.js';
import { commands, commandOf } from './commands.js';
import { Edges } from './edges.js';
import { compilePattern, isPattern, type AddressMatcher } from './pattern.js';
import type { OscCounters, OscPeer } from './peer.js';
import { inValue, outValue } from './profile.js';
import { Schedule } from './schedule.js';
import { Subscribers } from './subscribers.js';

/** A stuck fader that is refused a thousand times a second gets twenty answers of it. */
const refusalsASecond = 20;
const mostPatternsKept = 64;

/**
 * What OSC says and what is answered, whatever brought the packet. `<address> value` sets a parameter or does an action,
 * `<address> value seconds` sends a number there over time;
 * `<address>` alone or with "?" asks; an address with `*?[]{}` or `//` means everything it matches; commands are in
 * commands.ts. Never throws, whatever the bytes: faults are counted, and told to their sender twenty times a second at most.
 */
export class Conversation {
  readonly subscribers: Subscribers;
  readonly #edges: Edges;
  readonly #schedule: Schedule;
  readonly #matches = new Map<string, readonly string[]>();
  readonly #stop: (() => void)[];
  #refusalBudget = refusalsASecond;
  readonly #refill: NodeJS.Timeout;

  constructor(
    readonly dispatcher: Dispatcher,
    clock: Clock,
    readonly counters: OscCounters,
    /** What desks call our addresses, by their name for it. */
    private readonly aliases: ReadonlyMap<string, string> = new Map(),
    private readonly roles: OscRoles = {},
  ) {
    this.subscribers = new Subscribers(clock);
    this.#edges = new Edges(clock);
    this.#schedule = new Schedule(clock, counters);
    this.#stop = [
      dispatcher.onChange((change) => this.#feedback(change)),
      dispatcher.onMeter((change) => this.#feedback(change)),
      dispatcher.registry.onScope(() => this.#matches.clear()),
    ];
    this.#refill = setInterval(() => (this.#refusalBudget = refusalsASecond), 1000);
    this.#refill.unref();
  }

  close(): void {
    for (const stop of this.#stop) stop();
    clearInterval(this.#refill);
    this.#schedule.close();
  }

  receive(packet: Uint8Array, peer: OscPeer): void {
    const messages = decodePacket(packet);
    if (messages === null) {
      this.counters.malformed += 1;
      return;
    }
    for (const message of messages) {
      this.counters.messages += 1;
      if (message.atUnixUs === undefined) this.#act(message, peer);
      else if (!this.#schedule.run(message.atUnixUs, () => this.#act(message, peer))) {
        this.refuse(peer, refusal(message.address, 'OSC_TIME_TAG_AHEAD'));
      }
    }
  }

  /** The value at an address as this peer reads it; null where there is none to read. */
  valueFor(peer: OscPeer, address: string): OscOut | null {
    const { dispatcher } = this;
    const { registry } = dispatcher;
    const descriptor = (registry.find(address) ?? registry.findMeter(address))?.descriptor;
    const value = dispatcher.get(address) ?? dispatcher.meter(address);
    return descriptor === undefined || value === undefined ? null : outValue(peer.outbox.profile, descriptor, value);
  }

  /** Everything readable that `covers`, to the peer under its own names; how many that were. */
  dump(peer: OscPeer, covers: AddressMatcher, nameOf: (address: string) => string = (address) => address): number {
    const { registry } = this.dispatcher;
    let told = 0;
    for (const { address } of [...registry.instances, ...registry.meters]) {
      const value = covers(address) ? this.valueFor(peer, address) : null;
      if (value === null) continue;
      peer.outbox.put(nameOf(address), [value]);
      told += 1;
    }
    return told;
  }

  /** Sets, at once or over time, and tells the peer where another value stands than the one it sent. */
  write(peer: OscPeer, address: string, value: OscValue, over?: OscValue): void {
    const role = this.#roleOf(peer);
    const answer =
      role === 'none'
        ? refusal(address, 'OSC_PEER_REFUSED', { host: peer.host })
        : this.dispatcher.dispatch(address, value, peer.by, role, fadeOf(over));
    if (!answer.ok) this.refuse(peer, answer);
    else if (answer.clamped) this.#answer(peer, address);
  }
  refuse(peer: OscPeer, { address, code, message }: Pick<Refusal, 'address' | 'code' | 'message'>): void {
    this.counters.refused += 1;
    this.#tellRefusal(peer, address, code, message);
  }

  /** Asking and being told is everybody's: what changes something is not. */
  reset(peer: OscPeer, address: string): void {
    const role = this.#roleOf(peer);
    const answer =
      role === 'none'
        ? refusal(address, 'OSC_PEER_REFUSED', { host: peer.host })
        : this.dispatcher.reset(address, peer.by, role);
    if (!answer.ok) this.refuse(peer, answer);
  }
  #roleOf({ host }: OscPeer): Role | 'none' {
    const { peers = [], role = 'operator' } = this.roles;
    return peers.find((one) => one.host === host)?.role ?? role;
  }

  #act({ address, args }: OscMessage, peer: OscPeer): void {
    const command = commandOf(address);
    if (command !== null) {
      commands[command](this, peer, address, args);
      return;
    }
    const own = this.aliases.get(address) ?? address;
    if (isForeign(own)) {
      this.counters.foreign += 1;
      return;
    }
    if (!isPattern(own)) this.#one(own, args, peer);
    else {
      const matches = this.#matching(own);
      if (matches.length === 0) this.#one(own, args, peer);
      for (const match of matches) this.#one(match, args, peer);
    }
  }

  #one(address: string, args: readonly OscValue[], peer: OscPeer): void {
    const { registry } = this.dispatcher;
    const action = registry.findAction(address)?.descriptor;
    const [first] = args;
    if (action !== undefined) {
      if (first === '?') return;
      const { argument, argumentOptional } = action;
      const isButton = argument === null || (argumentOptional && isKey(first));
      if (!isButton) this.write(peer, address, this.#scaled(peer, argument, first ?? null));
      else if (this.#edges.isPress(`${peer.by} ${address}`, first)) this.write(peer, address, argument && null);
      return;
    }
    const descriptor = registry.find(address)?.descriptor;
    const known = descriptor !== undefined || registry.findMeter(address) !== null;
    if (known && (first === undefined || first === '?')) this.#answer(peer, address);
    else if (descriptor === undefined) this.write(peer, address, first ?? null);
    else this.write(peer, address, this.#scaled(peer, descriptor, first!), args[1]);
  }

  #scaled(peer: OscPeer, descriptor: ParamDescriptor, value: OscValue): OscValue {
    // A float has seven digits: cue 1.1 must not become 1.10000002.
    if (descriptor.kind === 'text' && typeof value === 'number') return String(Number(value.toPrecision(7)));
    return inValue(peer.ratioFull, descriptor, value);
  }
  #answer(peer: OscPeer, address: string): void {
    const value = this.valueFor(peer, address);
    if (value !== null) peer.outbox.say(address, [value]);
  }

  #matching(pattern: string): readonly string[] {
    const known = this.#matches.get(pattern);
    if (known !== undefined) return known;
    const matches = compilePattern(pattern);
    const { registry } = this.dispatcher;
    const all = [...registry.instances, ...registry.actions, ...registry.meters];
    const found = matches === null ? [] : all.map(({ address }) => address).filter(matches);
    if (this.#matches.size >= mostPatternsKept) this.#matches.clear();
    this.#matches.set(pattern, found);
    return found;
  }

  #feedback({ address, value, by }: ParamChange): void {
    const { registry } = this.dispatcher;
    const descriptor = (registry.find(address) ?? registry.findMeter(address))?.descriptor;
    if (descriptor === undefined) return;
    for (const { peer, nameOf, isOwn } of this.subscribers.of(address)) {
      if (isOwn(by)) this.counters.echoesWithheld += 1;
      else peer.outbox.put(nameOf(address), [outValue(peer.outbox.profile, descriptor, value)]);
    }
  }

  #tellRefusal(peer: OscPeer, address: string, code: string, message: string): void {
    if (this.#refusalBudget <= 0) return;
    this.#refusalBudget -= 1;
    peer.outbox.say('/understudy/refused', [address.slice(0, 120), code, message].map(outOf));
  }
}

/** Longer than any fade of a show; what is asked beyond is a mistake of a scale. */
const longestFadeS = 3600;
/** The second argument of a number: seconds. Nothing, zero and what is no number: at once. */
function fadeOf(over: OscValue | undefined): DurationUs | null {
  const seconds = typeof over === 'string' ? Number(over) : over;
  if (typeof seconds !== 'number' || !(seconds > 0)) return null;
  return fromMs(1000 * Math.min(longestFadeS, seconds));
}

/** What a button sends, or nothing at all: then an action that may be done without its argument is. Cue 1 is asked for as "1". */
const isKey = (value: OscValue | undefined): boolean =>
  value === undefined || typeof value === 'boolean' || value === 0 || value === 1;

/** Addresses that consoles talk to everybody who is connected. */
const isForeign = (address: string): boolean => /^\/(eos|gma3|qlab|reply|composition|thump)\//.test(address);
