import { once } from 'node:events';
import { request } from 'node:http';
import { DiscoveredService } from 'oscquery';
import { decode, encode } from 'node-osc';
import { WebSocket } from 'ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registryOf } from '../../server/declarations.js';
import { Dispatcher } from '../../server/surfaces/dispatch/dispatch.js';
import { allowedHosts } from '../../server/surfaces/http/origin.js';
import { OscSurface } from '../../server/surfaces/osc/osc-surface.js';
import { answerQuery } from '../../server/surfaces/oscquery/answer.js';
import { QueryServer } from '../../server/surfaces/oscquery/query-server.js';
import { QueryTree, type QueryMethod } from '../../server/surfaces/oscquery/tree.js';
import { machineClock } from '../../server/time/clock.js';

const mix = '/understudy/lane/cam-a/likeness/mix01';
const bypass = '/understudy/output/cam-a/output/bypass';

describe("the proposal's own example", () => {
  const method = (address: string, values: readonly (number | string)[], attributes: object): QueryMethod => ({
    address,
    attributes: attributes as QueryMethod['attributes'],
    values: () => values,
  });
  const tree = new QueryTree([
    method('/foo', [0.5], { DESCRIPTION: 'test float node', TYPE: 'f', ACCESS: 1, RANGE: [{ MIN: 0, MAX: 100 }] }),
    method('/bar', [4, 51], {
      TYPE: 'ii',
      ACCESS: 3,
      RANGE: [
        { MIN: 0, MAX: 50 },
        { MIN: 51, MAX: 100 },
      ],
    }),
    method('/baz/qux', ['half-full'], { TYPE: 's', ACCESS: 3, RANGE: [{ VALS: ['empty', 'half-full', 'full'] }] }),
    { address: '/do', attributes: { TYPE: 'I', ACCESS: 2 }, values: () => null },
  ]);
  const get = (target: string): readonly [number, unknown] => {
    const { status, body } = answerQuery(tree, () => ({ NAME: 'test' }), target);
    return [status, body];
  };
  it.each([
    ['/foo?VALUE', 200, { VALUE: [0.5] }],
    ['/foo?VALUE#ignored', 200, { VALUE: [0.5] }],
    ['/baz?TYPE', 200, {}],
    ['/bazzzzz?TYPE', 404, null],
    ['/bazzzzz', 404, null],
    ['/foo/below', 404, null],
    ['/baz/qux?RANGE', 200, { RANGE: [{ VALS: ['empty', 'half-full', 'full'] }] }],
    ['/foo?HOST_INFO', 200, { NAME: 'test' }],
    ['/nowhere?HOST_INFO', 200, { NAME: 'test' }],
    ['/foo?UNIT', 204, null],
    ['/do?VALUE', 204, null],
    ['/foo?GABBAGABBAHEY', 400, null],
    ['/%zz', 400, null],
    [
      '/baz/',
      200,
      { FULL_PATH: '/baz', ACCESS: 0, CONTENTS: { qux: expect.objectContaining({ FULL_PATH: '/baz/qux' }) } },
    ],
  ])('GET %s: %s', (target, status, body) => {
    expect(get(target)).toEqual([status, body]);
  });
  it('the root holds everything, and each node its full path', () => {
    expect(get('/')[1]).toMatchObject({
      FULL_PATH: '/',
      CONTENTS: { foo: { FULL_PATH: '/foo', VALUE: [0.5] }, bar: { VALUE: [4, 51] }, baz: { CONTENTS: { qux: {} } } },
    });
  });
});

describe('the server', () => {
  let dispatcher: Dispatcher;
  let osc: OscSurface;
  let server: QueryServer;
  let sockets: WebSocket[];
  beforeEach(async () => {
    dispatcher = new Dispatcher(registryOf([{ id: 'cam-a', label: 'A' }]));
    osc = await OscSurface.open({ dispatcher, clock: machineClock, host: '127.0.0.1', port: 0 });
    server = await QueryServer.open({
      dispatcher,
      talk: osc.talk,
      clock: machineClock,
      allowed: allowedHosts(['127.0.0.1'], []),
      host: '127.0.0.1',
      port: 0,
      name: 'Understudy - Test',
      oscPort: osc.port,
    });
    sockets = [];
  });
  afterEach(() => {
    for (const socket of sockets) socket.terminate();
    server.close();
    osc.close();
  });
  const listen = async (): Promise<{ socket: WebSocket; texts: unknown[]; packets: unknown[] }> => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/`);
    sockets.push(socket);
    const texts: unknown[] = [];
    const packets: unknown[] = [];
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) texts.push(JSON.parse(data.toString()));
      else packets.push(decode(data));
    });
    await once(socket, 'open');
    return { socket, texts, packets };
  };
  const say = (socket: WebSocket, command: string, data: string): void =>
    socket.send(JSON.stringify({ COMMAND: command, DATA: data }));

  it('is walked by a client that somebody else wrote, which finds every parameter, action and meter with its range', async () => {
    dispatcher.dispatch(mix, 0.25, 'page');
    const service = new DiscoveredService('127.0.0.1', server.port);
    await service.update();
    expect(service.hostInfo).toMatchObject({ name: 'Understudy - Test', oscPort: osc.port, wsPort: server.port });
    const found = new Map(service.flat().map((one) => [one.full_path, one]));
    const { registry } = dispatcher;
    const own = [...registry.instances, ...registry.actions, ...registry.meters].map(({ address }) => address);
    expect([...found.keys()].sort()).toEqual([...own].sort());
    expect(found.get(mix)).toMatchObject({
      access: 3,
      arguments: [{ type: 'f', value: 0.25, range: { min: 0, max: 1 } }],
    });
    for (const { address, descriptor } of registry.instances) {
      const [argument] = found.get(address)!.arguments!;
      expect(found.get(address)!.description).toBe(descriptor.help);
      if (descriptor.kind === 'choice') expect(argument!.range).toMatchObject({ vals: descriptor.choices });
      if (descriptor.kind === 'number')
        expect(argument!.range).toMatchObject({ min: descriptor.min, max: descriptor.max });
    }
    for (const { address } of registry.meters) expect(found.get(address)!.access).toBe(1);
    for (const { address } of registry.actions) expect(found.get(address)!.access).toBe(2);
  });

  it('sends a listened address as OSC, exactly that one, until it is ignored', async () => {
    const { socket, packets } = await listen();
    say(socket, 'LISTEN', bypass);
    say(socket, 'LISTEN', '/understudy/lane');
    await expect
      .poll(() => {
        dispatcher.dispatch(bypass, dispatcher.get(bypass) !== true, 'page');
        return packets.length;
      })
      .toBeGreaterThan(0);
    expect(packets[0]).toMatchObject({ address: bypass, args: [{ value: expect.any(Boolean) }] });
    dispatcher.dispatch(mix, 0.5, 'page');
    say(socket, 'IGNORE', bypass);
    socket.send(encode({ oscType: 'message', address: '/ping', args: [7] } as never));
    await expect.poll(() => packets.at(-1)).toMatchObject({ address: '/ping' });
    const before = packets.length;
    dispatcher.dispatch(bypass, dispatcher.get(bypass) !== true, 'page');
    socket.send(encode({ oscType: 'message', address: '/ping', args: [8] } as never));
    await expect.poll(() => packets.length).toBe(before + 1);
    expect(packets.filter((packet) => (packet as { address: string }).address === mix)).toEqual([]);
  });

  it('takes OSC in binary frames, does not echo it to its sender, and tells the other client', async () => {
    const a = await listen();
    const b = await listen();
    for (const { socket } of [a, b]) say(socket, 'LISTEN', mix);
    await expect
      .poll(() => {
        a.socket.send(
          encode({ oscType: 'message', address: mix, args: [{ type: 'float', value: Math.random() }] } as never),
        );
        return b.packets.length;
      })
      .toBeGreaterThan(0);
    expect(a.packets).toEqual([]);
    expect(b.packets[0]).toMatchObject({ address: mix });
  });

  it('says which cameras came, went and were renamed', async () => {
    const { texts } = await listen();
    const { registry } = dispatcher;
    registry.addScope('lane/cam-b', 'B');
    await expect.poll(() => texts).toEqual([{ COMMAND: 'PATH_ADDED', DATA: '/understudy/lane/cam-b' }]);
    registry.removeScope('lane/cam-b');
    registry.addScope('lane/cam-c', 'B');
    await expect
      .poll(() => texts[1])
      .toEqual({ COMMAND: 'PATH_RENAMED', DATA: { OLD: '/understudy/lane/cam-b', NEW: '/understudy/lane/cam-c' } });
    registry.removeScope('lane/cam-c');
    await expect.poll(() => texts[2]).toEqual({ COMMAND: 'PATH_REMOVED', DATA: '/understudy/lane/cam-c' });
    registry.addScope('lane/cam-a', 'A, but better');
    await expect.poll(() => texts[3]).toEqual({ COMMAND: 'PATH_CHANGED', DATA: '/understudy/lane/cam-a' });
    const answer = await fetch(`http://127.0.0.1:${server.port}/understudy/lane/cam-a?DESCRIPTION`);
    expect(await answer.json()).toEqual({ DESCRIPTION: 'A, but better' });
  });

  it('refuses what is no request, another site and another host name, and goes on', async () => {
    const ask = (options: { method?: string; path?: string; headers?: Record<string, string> }): Promise<number> =>
      new Promise((resolve, reject) => {
        const sent = request({ host: '127.0.0.1', port: server.port, agent: false, ...options }, (answer) =>
          answer.resume().on('end', () => resolve(answer.statusCode ?? 0)),
        );
        sent.on('error', reject).end();
      });
    expect(await ask({ method: 'POST', path: mix })).toBe(405);
    expect(await ask({ headers: { host: 'evil.example' } })).toBe(403);
    expect(await ask({ headers: { origin: 'http://evil.example' } })).toBe(403);
    expect(await ask({ path: `${mix}?VALUE` })).toBe(200);
    const stranger = new WebSocket(`ws://127.0.0.1:${server.port}/`, { origin: 'http://evil.example' });
    sockets.push(stranger);
    const [fault] = (await once(stranger, 'error').catch((error: unknown) => [error])) as [Error];
    expect(fault.message).toContain('403');
    const { socket } = await listen();
    for (const text of ['', '{', '[]', 'null', '{"COMMAND":"LISTEN"}', '{"COMMAND":"DROP","DATA":"/"}'])
      socket.send(text);
    socket.send(Buffer.from('ffffffff', 'hex'));
    await expect.poll(() => [server.counters.invalid, osc.counters.malformed]).toEqual([6, 1]);
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });
});
