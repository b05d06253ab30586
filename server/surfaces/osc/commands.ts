import { outOf, type OscValue } from './codec.js';
import type { Conversation } from './conversation.js';
import type { OscPeer } from './peer.js';
import { coverage } from './subscribers.js';

/**
 * What may be said besides addresses, with or without "/understudy" in front:
 * - `/ping …` — the same back, to measure the way there and back;
 * - `/subscribe [prefix or pattern] [port] [seconds]` — every matching value now and each change until the lease ends
 *   (60 s where unsaid; renew by asking again); without a port to where it was asked from;
 * - `/unsubscribe`; `/dump [prefix or pattern]` — everything once, then `/understudy/dumped count`;
 * - `/toggle address` — the other of on and off, for keys that cannot know which it is;
 * - `/nudge address steps` — by so many of its steps, or to the next choice, for encoders; `/reset address` — its default.
 */
export type Command = 'ping' | 'subscribe' | 'unsubscribe' | 'dump' | 'toggle' | 'nudge' | 'reset';
const names: ReadonlySet<string> = new Set<Command>([
  'ping',
  'subscribe',
  'unsubscribe',
  'dump',
  'toggle',
  'nudge',
  'reset',
]);

export function commandOf(address: string): Command | null {
  const name = address.startsWith('/understudy/') ? address.slice(12) : address.slice(1);
  return names.has(name) ? (name as Command) : null;
}

type Saying = (talk: Conversation, peer: OscPeer, address: string, args: readonly OscValue[]) => void;
const textOf = (args: readonly OscValue[]): string | undefined => args.find((arg) => typeof arg === 'string');

export const commands: Readonly<Record<Command, Saying>> = {
  ping(_talk, peer, address, args) {
    peer.outbox.say(address, args.map(outOf));
  },
  subscribe(talk, peer, _address, args) {
    const text = textOf(args) ?? '/';
    const [port, leaseSeconds] = args.filter((arg) => typeof arg === 'number');
    const elsewhere = port !== undefined && port >= 1 && port <= 65_535 ? peer.at(Math.round(port)) : null;
    const target = elsewhere ?? peer;
    if (leaseSeconds !== undefined && leaseSeconds <= 0) {
      talk.subscribers.remove(target);
      return;
    }
    const granted = talk.subscribers.add(target, text, leaseSeconds);
    target.outbox.say('/understudy/subscribed', [outOf(text), outOf(granted)]);
    const covers = coverage(text);
    if (granted > 0 && covers !== null) talk.dump(target, covers);
  },
  unsubscribe(talk, peer, _address, args) {
    const port = args.find((arg) => typeof arg === 'number');
    talk.subscribers.remove((port === undefined ? null : peer.at(port)) ?? peer);
  },
  dump(talk, peer, _address, args) {
    const covers = coverage(textOf(args) ?? '/');
    const told = covers === null ? 0 : talk.dump(peer, covers);
    peer.outbox.say('/understudy/dumped', [outOf(told)]);
  },
  toggle(talk, peer, _address, args) {
    const address = textOf(args) ?? '';
    const now = talk.dispatcher.get(address);
    talk.write(peer, address, typeof now === 'boolean' ? !now : null);
  },
  nudge(talk, peer, _address, args) {
    const address = textOf(args) ?? '';
    talk.write(peer, address, nudged(talk, address, Number(args.find((arg) => typeof arg === 'number') ?? 1)));
  },
  reset(talk, peer, _address, args) {
    talk.reset(peer, textOf(args) ?? '');
  },
};

/** null where there is nothing to nudge; dispatch then says why. */
function nudged({ dispatcher }: Conversation, address: string, steps: number): OscValue {
  const descriptor = dispatcher.registry.find(address)?.descriptor;
  const now = dispatcher.get(address);
  if (descriptor?.kind === 'number' && typeof now === 'number') {
    // Floating steps leave crumbs: 0.1 + 0.2 is not what an encoder means.
    const next = Number((now + steps * descriptor.step).toPrecision(12));
    return Math.min(descriptor.max, Math.max(descriptor.min, next));
  }
  if (descriptor?.kind === 'choice' && typeof now === 'string') {
    const { length } = descriptor.choices;
    const at = descriptor.choices.indexOf(now) + Math.round(steps);
    return descriptor.choices[((at % length) + length) % length]!;
  }
  return descriptor?.kind === 'toggle' ? steps > 0 : null;
}
