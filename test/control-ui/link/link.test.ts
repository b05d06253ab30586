import { describe, expect, it } from 'vitest';
import { Link, pingEveryMs, retryDelayMs, silenceMs, type LinkState } from '../../../control-ui/link/link.js';
import type { ServerMessage } from '../../../server/protocol/messages.js';
import { TestSocket, TestTime } from './fake-host.js';

function build() {
  const time = new TestTime();
  const sockets: TestSocket[] = [];
  const states: LinkState[] = [];
  const messages: ServerMessage[] = [];
  const link = new Link({
    connect: () => {
      const socket = new TestSocket();
      sockets.push(socket);
      return socket;
    },
    now: time.now,
    later: time.later,
    random01: () => 0,
    onState: (state) => states.push(state),
    onMessage: (message) => messages.push(message),
    onBinary: () => undefined,
  });
  link.open();
  return { time, sockets, states, messages, link, state: () => states.at(-1)!, socket: () => sockets.at(-1)! };
}

describe('link', () => {
  it('comes back by itself after a lost connection, each wait longer than the last', () => {
    const { time, sockets, state, socket } = build();
    socket().accept();
    expect(state().phase).toBe('live');
    socket().close();
    expect(state()).toMatchObject({ phase: 'waiting', attempt: 1 });
    time.pass(retryDelayMs(0, 0));
    expect(sockets).toHaveLength(2);
    socket().close();
    time.pass(retryDelayMs(0, 0));
    expect(sockets).toHaveLength(2);
    time.pass(retryDelayMs(1, 0));
    expect(sockets).toHaveLength(3);
    socket().accept();
    expect(state()).toMatchObject({ phase: 'live', attempt: 0 });
  });

  it('never waits longer than 6.5 seconds and spreads many pages out', () => {
    for (let attempt = 0; attempt < 40; attempt++) expect(retryDelayMs(attempt, 1)).toBeLessThanOrEqual(6500);
    expect(retryDelayMs(3, 1)).toBeGreaterThan(retryDelayMs(3, 0));
  });

  it('gives up a socket that looks open but has gone silent', () => {
    const { time, sockets, state, socket } = build();
    socket().accept();
    time.pass(silenceMs + 2 * pingEveryMs);
    expect(sockets.length).toBeGreaterThan(1);
    expect(state().phase).not.toBe('live');
  });

  it('stays on a socket that answers its pings, and tells the round trip', () => {
    const { time, sockets, state, socket } = build();
    socket().accept();
    for (let i = 0; i < 20; i++) {
      const ping = socket().sentOf('ping').at(-1) as { sentAtMs: number };
      time.pass(30);
      socket().say({ type: 'pong', sentAtMs: ping.sentAtMs });
      expect(state().roundTripMs).toBe(30);
      time.pass(pingEveryMs - 30);
    }
    expect(sockets).toHaveLength(1);
  });

  it('keeps no command for later while there is no connection', () => {
    const { time, link, socket } = build();
    expect(link.send({ type: 'set', address: '/a', value: 1 })).toBe(false);
    socket().accept();
    socket().close();
    expect(link.send({ type: 'set', address: '/a', value: 2 })).toBe(false);
    time.pass(1000);
    socket().accept();
    expect(socket().sentOf('set')).toEqual([]);
    expect(link.send({ type: 'set', address: '/a', value: 3 })).toBe(true);
  });

  it('ignores what is not JSON, has no type, or comes from a socket already given up', () => {
    const { time, messages, sockets, socket } = build();
    const first = socket();
    first.accept();
    first.onmessage?.({ data: '{broken' });
    first.onmessage?.({ data: '[1]' });
    first.close();
    time.pass(1000);
    expect(sockets).toHaveLength(2);
    first.say({ type: 'alarms', alarms: [] });
    expect(messages).toEqual([]);
  });
});
