import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import fc from 'fast-check';
import { Client, Server } from 'node-osc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registryOf } from '../../server/declarations.js';
import { Dispatcher } from '../../server/surfaces/dispatch/dispatch.js';
import { decodePacket, encodeMessage } from '../../server/surfaces/osc/codec.js';
import { OscSurface } from '../../server/surfaces/osc/osc-surface.js';
import { SimulatedClock } from '../../server/time/clock.js';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const bypass = '/understudy/output/cam-a/output/bypass';
const mix = '/understudy/lane/cam-a/likeness/mix01';
const interval = '/understudy/lane/cam-a/keyframe/intervalFrames';
const mode = '/understudy/output/cam-a/output/mode';

describe('the codec', () => {
  // Byte vectors of reference/control-and-calibration.md §5.1 (python-osc, liblo and console captures), not of our own encoder.
  it.each([
    ['2f76702f6d617374657200002c6600003f000000', [{ address: '/vp/master', args: [0.5] }]],
    ['2f76702f70696e67000000002c000000', [{ address: '/vp/ping', args: [] }]],
    [
      '2f656f732f6f75742f70696e670000002c73690068656c6c6f000000000003e8',
      [{ address: '/eos/out/ping', args: ['hello', 1000] }],
    ],
    [
      '2f676d61332f50616765312f4661646572323031000000002c69000000000064',
      [{ address: '/gma3/Page1/Fader201', args: [100] }],
    ],
    [
      '2362756e646c650000000000000000010000000c2f6100002c6600003f800000000000082f6200002c540000',
      [
        { address: '/a', args: [1] },
        { address: '/b', args: [true] },
      ],
    ],
  ])('reads %s', (bytes, messages) => {
    expect(decodePacket(hex(bytes))).toEqual(messages);
  });
  it('writes what others read', () => {
    expect(Buffer.from(encodeMessage('/vp/master', [{ type: 'f', value: 0.5 }])).toString('hex')).toBe(
      '2f76702f6d617374657200002c6600003f000000',
    );
  });
  it('never throws and never invents, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const messages = decodePacket(bytes);
        return messages === null || messages.every(({ address }) => address.startsWith('/'));
      }),
      { numRuns: 3000 },
    );
    const honest = hex('2362756e646c650000000000000000010000000c2f6100002c6600003f800000000000082f6200002c540000');
    fc.assert(
      fc.property(fc.nat(honest.length - 1), fc.nat(255), fc.nat(honest.length), (at, byte, cut) => {
        const bent = Buffer.from(honest);
        bent[at] = byte;
        decodePacket(bent.subarray(0, cut));
      }),
      { numRuns: 3000 },
    );
  });
  it('refuses a bundle nested out of reason and a blob that claims more than there is', () => {
    let nested = hex('2f6100002c000000');
    for (let depth = 0; depth < 12; depth += 1) {
      const head = Buffer.alloc(20);
      head.write('#bundle\0');
      head.writeUInt32BE(1, 12);
      head.writeUInt32BE(nested.length, 16);
      nested = Buffer.concat([head, nested]);
    }
    expect(decodePacket(nested)).toBeNull();
    expect(decodePacket(hex('2f6100002c6200007fffffff00000000'))).toBeNull();
  });
});

describe('the OSC surface, with node-osc at the other end', () => {
  let dispatcher: Dispatcher;
  let clock: SimulatedClock;
  let surface: OscSurface;
  let client: Client;
  let raw: Socket;
  const open = async (ratioFull: 1 | 100 | 255 = 1): Promise<void> => {
    surface = await OscSurface.open({ dispatcher, clock, host: '127.0.0.1', port: 0, ratioFull });
    client = new Client('127.0.0.1', surface.port);
  };
  /** The next message that a peer gets on its own socket, as node-osc's own codec would see it. */
  const ask = async (...message: unknown[]): Promise<unknown[]> => {
    const [packet] = (await Promise.all([once(raw, 'message'), sendRaw(message)]))[0] as [Buffer];
    const [{ address, args }] = decodePacket(packet) as [{ address: string; args: unknown[] }];
    return [address, ...args];
  };
  const sendRaw = (message: unknown[]): Promise<void> => {
    const [address, ...args] = message as [string, ...(number | string)[]];
    const out = args.map((value) =>
      typeof value === 'string' ? { type: 's' as const, value } : { type: 'i' as const, value },
    );
    return new Promise((resolve) => raw.send(encodeMessage(address, out), surface.port, '127.0.0.1', () => resolve()));
  };
  /** Messages of one socket arrive in order on loopback: a ping answered means everything before it was handled. */
  const settled = async (): Promise<void> => {
    await client.send('/ping');
    await expect.poll(() => surface.counters.sent).toBeGreaterThan(0);
  };
  beforeEach(async () => {
    clock = new SimulatedClock(0);
    dispatcher = new Dispatcher(registryOf([{ id: 'cam-a', label: 'A' }]));
    raw = createSocket('udp4');
    raw.bind(0, '127.0.0.1');
    await once(raw, 'listening');
  });
  afterEach(async () => {
    surface.close();
    await client.close();
    raw.close();
  });

  // Bytes packed by Python's struct, not by our own encoder: address, type tags, value, seconds.
  it.each([
    [
      '2f756e64657273747564792f6c616e652f63616d2d612f6c696b656e6573732f6d697830310000002c6666003f00000040000000',
      0.5,
      2_000_000,
    ],
    [
      '2f756e64657273747564792f6c616e652f63616d2d612f6c696b656e6573732f6d697830310000002c6669003e80000000000003',
      0.25,
      3_000_000,
    ],
    [
      '2f756e64657273747564792f6c616e652f63616d2d612f6c696b656e6573732f6d697830310000002c6673003f400000312e3500',
      0.75,
      1_500_000,
    ],
  ])('%s: a number with seconds behind it gets there in that time', async (bytes, value, overUs) => {
    await open();
    const asked: unknown[] = [];
    dispatcher.fader = (change, lastsUs) => asked.push([change.address, change.value, lastsUs]);
    raw.send(hex(bytes), surface.port, '127.0.0.1');
    await expect.poll(() => asked).toEqual([[mix, value, overUs]]);
    // It is on its way, not there.
    expect(dispatcher.get(mix)).toBe(1);
  });

  it('heeds no time on what cannot fade, and sets a number at once where the time is zero or no number', async () => {
    await open();
    let fades = 0;
    dispatcher.fader = () => (fades += 1);
    await client.send(bypass, 1, 2);
    await client.send(mode, 'WIPE', 2);
    await client.send(mix, 0.5, 0);
    await client.send(interval, 12, 'soon');
    await client.send('/understudy/lane/cam-a/look/light01', 0.5, -1);
    await settled();
    await expect.poll(() => dispatcher.get('/understudy/lane/cam-a/look/light01')).toBe(0.5);
    expect([bypass, mode, mix, interval].map((address) => dispatcher.get(address))).toEqual([true, 'wipe', 0.5, 12]);
    expect(fades).toBe(0);
  });

  it('takes changes only from peers whose role may make them; all may ask, and each refusal is counted and told', async () => {
    const roles = { role: 'operator', peers: [{ host: '127.0.0.1', role: 'director' }] } as const;
    surface = await OscSurface.open({ dispatcher, clock, host: '127.0.0.1', port: 0, roles });
    client = new Client('127.0.0.1', surface.port);
    expect(await ask(mix, 0)).toEqual(['/understudy/refused', mix, 'ROLE_READ_ONLY', expect.any(String)]);
    expect(await ask('/reset', mix)).toEqual(['/understudy/refused', mix, 'ROLE_READ_ONLY', expect.any(String)]);
    expect(await ask(mix, '?')).toEqual([mix, 1]);
    expect(dispatcher.get(mix)).toBe(1);
    expect(surface.counters.refused).toBe(2);
    surface.close();
    surface = await OscSurface.open({ dispatcher, clock, host: '127.0.0.1', port: 0, roles: { role: 'none' } });
    expect(await ask(bypass, 1)).toEqual(['/understudy/refused', bypass, 'OSC_PEER_REFUSED', expect.any(String)]);
    expect(dispatcher.get(bypass)).toBe(false);
  });

  it('takes an integer, a float, a numeric string and a true from a real peer', async () => {
    await open();
    await client.send(bypass, 1);
    await client.send(mix, 0.25);
    await client.send(interval, '12');
    await client.send(mode, 'WIPE');
    await settled();
    expect([dispatcher.get(bypass), dispatcher.get(mix), dispatcher.get(interval), dispatcher.get(mode)]).toEqual([
      true,
      0.25,
      12,
      'wipe',
    ]);
    await client.send(bypass, false);
    await expect.poll(() => dispatcher.get(bypass)).toBe(false);
  });

  it('takes a fader of 0–100 where the desk is declared to send that', async () => {
    await open(100);
    await client.send(mix, 50);
    await client.send(interval, 12);
    await expect.poll(() => [dispatcher.get(mix), dispatcher.get(interval)]).toEqual([0.5, 12]);
    expect(await ask(mix)).toEqual([mix, 50]);
  });

  it('answers a ping with its arguments, and a question with the value', async () => {
    await open();
    expect(await ask('/ping', 'hello', 1000)).toEqual(['/ping', 'hello', 1000]);
    expect(await ask('/understudy/ping')).toEqual(['/understudy/ping']);
    expect(await ask(mode)).toEqual([mode, 'likeness']);
    expect(await ask(interval, '?')).toEqual([interval, 4]);
    expect(await ask(bypass)).toEqual([bypass, 0]);
  });

  it('says why it refuses, and tells the true value where it clamped', async () => {
    await open();
    expect(await ask(mix, 'half')).toEqual([
      '/understudy/refused',
      mix,
      'PARAM_WRONG_TYPE',
      'likeness.mix01 does not take "half".',
    ]);
    expect(await ask('/understudy/nowhere', 1)).toMatchObject([
      '/understudy/refused',
      '/understudy/nowhere',
      'PARAM_UNKNOWN_ADDRESS',
      expect.any(String),
    ]);
    expect(await ask(interval, 61)).toEqual([interval, 60]);
    expect(surface.counters.refused).toBe(2);
  });

  it('gives a subscriber everything once and every change after, but not its own echo, until the lease ends', async () => {
    await open();
    const heard: unknown[][] = [];
    const listener = new Server(0, '127.0.0.1');
    await once(listener, 'listening');
    listener.on('message', (message: unknown[]) => heard.push(message));
    const port = (listener as unknown as { _sock: Socket })._sock.address().port;
    await client.send('/understudy/subscribe', '/understudy/output/cam-a', port, 30);
    const { registry } = dispatcher;
    const below = [...registry.instances, ...registry.meters].filter(
      ({ scopeId }) => scopeId === 'output/cam-a',
    ).length;
    await expect.poll(() => heard.length).toBe(1 + below);
    expect(heard[0]).toEqual(['/understudy/subscribed', '/understudy/output/cam-a', 30]);
    dispatcher.dispatch(bypass, true, 'page');
    dispatcher.dispatch(mix, 0.1, 'page');
    await expect.poll(() => heard.at(-1)).toEqual([bypass, 1]);
    dispatcher.dispatch(mode, 'plain', `osc 127.0.0.1:${port}`);
    dispatcher.dispatch(bypass, false, 'page');
    await expect.poll(() => heard.at(-1)).toEqual([bypass, 0]);
    expect(heard.filter(([address]) => address === mode)).toHaveLength(1);
    clock.advanceUs(30_000_001);
    expect(surface.subscriberCount).toBe(0);
    await listener.close();
  });

  it('counts malformed packets and goes on', async () => {
    await open();
    for (const bytes of ['', '00', 'ffffffff', '2f610000', '2f6100002c7a0000', '2f61000020660000'])
      raw.send(hex(bytes), surface.port, '127.0.0.1');
    await expect.poll(() => surface.counters.malformed).toBe(6);
    expect(await ask('/ping', 1)).toEqual(['/ping', 1]);
  });

  it('answers a stuck fader twenty times a second at most', async () => {
    await open();
    for (let n = 0; n < 100; n += 1) await client.send('/nowhere', n);
    await expect.poll(() => surface.counters.refused).toBe(100);
    expect(surface.counters.sent).toBeLessThanOrEqual(40);
  });

  it('says which port is taken', async () => {
    await open();
    await expect(OscSurface.open({ dispatcher, clock, host: '127.0.0.1', port: surface.port })).rejects.toMatchObject({
      code: 'CONTROL_PORT_TAKEN',
    });
  });
});
