import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createSocket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registryOf } from '../../server/declarations.js';
import type { OscTargetConfig } from '../../server/protocol/consoles.js';
import { Dispatcher } from '../../server/surfaces/dispatch/dispatch.js';
import {
  decodePacket,
  encodeBundle,
  encodeMessage,
  type OscMessage,
  type OscOut,
} from '../../server/surfaces/osc/codec.js';
import { deframer, frame, type Framing } from '../../server/surfaces/osc/framing.js';
import { OscSurface } from '../../server/surfaces/osc/osc-surface.js';
import { Outbox } from '../../server/surfaces/osc/outbox.js';
import { oscPresets, outValue, type OscPreset } from '../../server/surfaces/osc/profile.js';
import { machineClock, SimulatedClock } from '../../server/time/clock.js';

const bypass = '/understudy/output/cam-a/output/bypass';
const mix = '/understudy/lane/cam-a/likeness/mix01';
const mixB = '/understudy/lane/cam-b/likeness/mix01';
const interval = '/understudy/lane/cam-a/keyframe/intervalFrames';
const mode = '/understudy/output/cam-a/output/mode';
const go = '/understudy/show/cue/go';
const onProgram = '/understudy/lane/cam-a/meter/onProgram';
const cameras = [
  { id: 'cam-a', label: 'A' },
  { id: 'cam-b', label: 'B' },
];

/** A desk on TCP: collects what it is sent. */
class Desk {
  readonly heard: (readonly [string, ...unknown[]])[] = [];
  constructor(
    readonly socket: Socket,
    readonly framing: Framing,
  ) {
    const cutter = deframer(framing);
    socket.on('data', (chunk) => {
      for (const packet of cutter.push(chunk) ?? [])
        for (const { address, args } of decodePacket(packet) as OscMessage[]) this.heard.push([address, ...args]);
    });
    socket.on('error', () => {});
  }
  say(address: string, ...args: OscOut[]): void {
    this.socket.write(frame(encodeMessage(address, args), this.framing));
  }
}

let dispatcher: Dispatcher;
let surface: OscSurface;
let closers: (() => void)[];
const opened = async (targets: readonly OscTargetConfig[] = []): Promise<void> => {
  surface = await OscSurface.open({ dispatcher, clock: machineClock, host: '127.0.0.1', port: 0, targets });
};
const dial = async (framing: Framing): Promise<Desk> => {
  const socket = connect(surface.tcpPort!, '127.0.0.1');
  await once(socket, 'connect');
  closers.push(() => socket.destroy());
  return new Desk(socket, framing);
};
beforeEach(() => {
  dispatcher = new Dispatcher(registryOf(cameras));
  closers = [];
});
afterEach(() => {
  for (const close of closers) close();
  surface.close();
});

describe('OSC over TCP', () => {
  it.each(['length', 'slip'] as const)(
    '%s: sets, answers the same way, and tells changes to a subscriber',
    async (framing) => {
      await opened();
      const desk = await dial(framing);
      desk.say(mix, { type: 'f', value: 0.25 });
      desk.say('/ping', { type: 's', value: 'À' }, { type: 'i', value: 192 });
      await expect.poll(() => desk.heard).toEqual([['/ping', 'À', 192]]);
      expect(dispatcher.get(mix)).toBe(0.25);
      desk.say('/understudy/subscribe', { type: 's', value: '//bypass' });
      await expect.poll(() => desk.heard.length).toBe(4);
      dispatcher.dispatch(bypass, true, 'page');
      await expect.poll(() => desk.heard.at(-1)).toEqual([bypass, 1]);
      desk.say(bypass, { type: 'F' });
      await expect.poll(() => dispatcher.get(bypass)).toBe(false);
      desk.say('/ping');
      await expect.poll(() => desk.heard.at(-1)).toEqual(['/ping']);
      expect(desk.heard.filter(([address]) => address === bypass)).toHaveLength(2);
      desk.socket.destroy();
      await expect.poll(() => surface.subscriberCount).toBe(0);
    },
  );
  it('a stream that is no OSC is cut and counted, and others go on', async () => {
    await opened();
    const stranger = connect(surface.tcpPort!, '127.0.0.1');
    stranger.write('GET / HTTP/1.1\r\n\r\n');
    await once(stranger, 'close');
    const greedy = connect(surface.tcpPort!, '127.0.0.1');
    greedy.on('error', () => {});
    greedy.write(Buffer.from('00ffffff', 'hex'));
    await once(greedy, 'close');
    expect(surface.counters.malformed).toBe(2);
    const desk = await dial('length');
    desk.say('/ping');
    await expect.poll(() => desk.heard).toEqual([['/ping']]);
  });
});

describe('what may be said', () => {
  it('a pattern means everything it matches', async () => {
    await opened();
    const desk = await dial('length');
    desk.say('/understudy/lane/cam-*/likeness/mix01', { type: 'f', value: 0.5 });
    await expect.poll(() => [dispatcher.get(mix), dispatcher.get(mixB)]).toEqual([0.5, 0.5]);
    desk.say('/understudy/lane/cam-{a,b}/likeness/mix01', { type: 's', value: '?' });
    await expect
      .poll(() => desk.heard)
      .toEqual([
        [mix, 0.5],
        [mixB, 0.5],
      ]);
    desk.say('/understudy/nothing/*', { type: 'f', value: 1 });
    await expect
      .poll(() => desk.heard.at(-1)?.slice(0, 3))
      .toEqual(['/understudy/refused', '/understudy/nothing/*', 'PARAM_UNKNOWN_ADDRESS']);
  });
  it('a bundle waits for its time; a late one is executed at once and counted; one far ahead is refused', async () => {
    await opened();
    const desk = await dial('length');
    const at = (ms: number, value: number): Uint8Array => {
      const bundle = Buffer.from(encodeBundle([encodeMessage(mix, [{ type: 'f', value }])]));
      const unixUs = machineClock.wallClockUs() + ms * 1000;
      bundle.writeUInt32BE(Math.floor(unixUs / 1e6) + 2_208_988_800, 8);
      bundle.writeUInt32BE(Math.floor(((unixUs % 1e6) / 1e6) * 2 ** 32), 12);
      return frame(bundle, 'length');
    };
    desk.socket.write(at(-5000, 0.5));
    await expect.poll(() => dispatcher.get(mix)).toBe(0.5);
    const sentAtUs = machineClock.nowUs();
    desk.socket.write(at(250, 0.75));
    desk.socket.write(at(3_600_000, 0.125));
    await expect.poll(() => dispatcher.get(mix)).toBe(0.75);
    expect(machineClock.nowUs() - sentAtUs).toBeGreaterThan(200_000);
    expect(surface.counters).toMatchObject({ late: 1, scheduled: 1, tooFarAhead: 1 });
    await expect.poll(() => desk.heard[0]?.[2]).toBe('OSC_TIME_TAG_AHEAD');
  });
  it('a button acts when it is pressed, not when it is let go, and a fader on it acts once', async () => {
    await opened();
    const done: unknown[] = [];
    dispatcher.handle('cue.go', ({ argument }) => {
      done.push(argument);
      return null;
    });
    const desk = await dial('length');
    const press = (value: number): void => desk.say(go, { type: 'f', value });
    press(1);
    press(0);
    press(1);
    press(0);
    await expect.poll(() => done).toEqual([null, null]);
    desk.say(go);
    await expect.poll(() => done).toEqual([null, null, null]);
    // A cue's number as consoles send it: a word, or a float that has no exact 2.1.
    dispatcher.handle('cue.jump', ({ argument }) => {
      done.push(argument);
      return null;
    });
    desk.say('/understudy/show/cue/jump', { type: 's', value: '1.5' });
    desk.say('/understudy/show/cue/jump', { type: 'f', value: Math.fround(2.1) });
    await expect.poll(() => done.slice(3)).toEqual(['1.5', '2.1']);
  });
  it('keys toggle, encoders nudge, within the range; a meter is read and not written', async () => {
    await opened();
    const desk = await dial('slip');
    const text = (value: string): OscOut => ({ type: 's', value });
    desk.say('/understudy/toggle', text(bypass));
    await expect.poll(() => dispatcher.get(bypass)).toBe(true);
    desk.say('/understudy/nudge', text(interval), { type: 'i', value: -1 });
    await expect.poll(() => dispatcher.get(interval)).toBe(3);
    desk.say('/understudy/nudge', text(interval), { type: 'i', value: -100 });
    await expect.poll(() => dispatcher.get(interval)).toBe(1);
    desk.say('/understudy/nudge', text(mode), { type: 'i', value: 1 });
    await expect.poll(() => dispatcher.get(mode)).not.toBe('likeness');
    desk.say('/understudy/reset', text(interval));
    await expect.poll(() => dispatcher.get(interval)).toBe(4);
    dispatcher.report(onProgram, true);
    desk.say(onProgram);
    await expect.poll(() => desk.heard.at(-1)).toEqual([onProgram, 1]);
    desk.say(onProgram, { type: 'i', value: 0 });
    await expect.poll(() => desk.heard.at(-1)?.slice(1, 3)).toEqual([onProgram, 'PARAM_READ_ONLY']);
  });
  it('a dump says how much it was', async () => {
    await opened();
    const desk = await dial('length');
    desk.say('/understudy/dump', { type: 's', value: '/understudy/lane/cam-b/' });
    await expect.poll(() => desk.heard.at(-1)?.[0]).toBe('/understudy/dumped');
    const { registry } = dispatcher;
    const below = [...registry.instances, ...registry.meters].filter(({ scopeId }) => scopeId === 'lane/cam-b');
    expect(desk.heard.at(-1)).toEqual(['/understudy/dumped', below.length]);
    expect(desk.heard).toHaveLength(below.length + 1);
  });
});

describe('targets of the show file', () => {
  it('an Eos is called over TCP, is told what it maps under its own names, and steers by them', async () => {
    let desk: Desk | null = null;
    const eos = createServer((socket) => (desk = new Desk(socket, 'length')));
    eos.listen(0, '127.0.0.1');
    await once(eos, 'listening');
    closers.push(() => eos.close());
    const { port } = eos.address() as AddressInfo;
    const map = [{ remote: '/eos/fader/1/2', local: mix }];
    await opened([{ name: 'Eos', host: '127.0.0.1', port, preset: 'eos', map }]);
    await expect.poll(() => desk?.heard).toEqual([['/eos/fader/1/2', 1]]);
    dispatcher.dispatch(mix, 0.5, 'page');
    dispatcher.dispatch(interval, 9, 'page');
    await expect.poll(() => desk?.heard.at(-1)).toEqual(['/eos/fader/1/2', 0.5]);
    desk!.say('/eos/fader/1/2', { type: 'f', value: 0.75 });
    await expect.poll(() => dispatcher.get(mix)).toBe(0.75);
    desk!.say('/eos/out/event/state', { type: 'i', value: 1 });
    await expect.poll(() => surface.counters.foreign).toBe(1);
    expect(desk!.heard).toHaveLength(2);
    expect(surface.counters.echoesWithheld).toBe(1);
    // It hangs up and is called again, and gets everything anew.
    const first = desk!;
    (first as Desk).socket.destroy();
    await expect.poll(() => desk !== first && desk!.heard.length, { timeout: 5000 }).toBe(1);
    (desk as unknown as Desk).socket.destroy();
  });
  it('a grandMA3 sends 0 to 100 from the port it listens on, and is never sent a bundle', async () => {
    const console3 = createSocket('udp4');
    console3.bind(0, '127.0.0.1');
    await once(console3, 'listening');
    closers.push(() => console3.close());
    const packets: Buffer[] = [];
    console3.on('message', (packet) => packets.push(packet));
    const fader = '/gma3/Page1/Fader201';
    const { port } = console3.address();
    await opened([{ name: 'MA', host: '127.0.0.1', port, preset: 'grandma3', map: [{ remote: fader, local: mix }] }]);
    await expect
      .poll(() => packets.map((packet) => packet.toString('hex')))
      .toEqual([
        // Reference vector: /gma3/Page1/Fader201 ,i 100.
        '2f676d61332f50616765312f4661646572323031000000002c69000000000064',
      ]);
    console3.send(encodeMessage(fader, [{ type: 'i', value: 50 }]), surface.port, '127.0.0.1');
    await expect.poll(() => dispatcher.get(mix)).toBe(0.5);
    dispatcher.dispatch(mix, 0.25, 'page');
    await expect.poll(() => decodePacket(packets.at(-1)!)).toEqual([{ address: fader, args: [25] }]);
    expect(packets).toHaveLength(2);
  });
});

describe('profiles', () => {
  const { registry } = new Dispatcher(registryOf(cameras));
  it.each<[OscPreset, string, number | boolean | string, OscOut]>([
    ['eos', mix, 0.5, { type: 'f', value: 0.5 }],
    ['eos', bypass, true, { type: 'f', value: 1 }],
    ['grandma3', mix, 0.5, { type: 'i', value: 50 }],
    ['grandma3', interval, 12, { type: 'i', value: 12 }],
    ['touchosc', interval, 12, { type: 'f', value: 12 }],
    ['companion', bypass, false, { type: 'i', value: 0 }],
    ['companion', interval, 12, { type: 'i', value: 12 }],
    ['resolume', mix, 0.5, { type: 'f', value: 0.5 }],
    ['qlab', mode, 'likeness', { type: 's', value: 'likeness' }],
    ['touchosc', mode, 'likeness', { type: 'f', value: 0 }],
    ['qlab', mix, 0.5, { type: 'f', value: 0.5 }],
  ])('%s reads %s = %s as it wants it', (preset, address, value, expected) => {
    expect(outValue(oscPresets[preset], registry.find(address)!.descriptor, value)).toEqual(expected);
  });
  const counters = () => ({ sent: 0, coalesced: 0, dropped: 0 });
  it('a fast fader costs a slow desk its rate: what waits is the newest of each address', () => {
    const sent: Uint8Array[] = [];
    const counted = counters();
    const box = new Outbox({ ...oscPresets.generic, rateHz: 10 }, new SimulatedClock(0), counted, (p) => sent.push(p));
    for (let n = 0; n < 1000; n += 1) box.put(n % 2 === 0 ? '/a' : '/b', [{ type: 'i', value: n }]);
    expect(sent).toHaveLength(10);
    expect(counted.coalesced).toBe(1000 - 10 - 2);
    box.close();
  });
  it('bundles are packed up to the largest packet and no further; a message that does not fit is dropped and counted', async () => {
    const sent: Uint8Array[] = [];
    const counted = counters();
    const box = new Outbox({ ...oscPresets.touchosc, largestPacketBytes: 128 }, machineClock, counted, (p) =>
      sent.push(p),
    );
    for (let n = 0; n < 20; n += 1) box.put(`/fader/${n}`, [{ type: 'f', value: n }]);
    box.put('/long', [{ type: 's', value: 'x'.repeat(200) }]);
    await expect.poll(() => sent.flatMap((packet) => decodePacket(packet)!).length).toBe(20);
    expect(Math.max(...sent.map(({ length }) => length))).toBeLessThanOrEqual(128);
    expect(sent.length).toBeLessThan(20);
    expect(counted).toMatchObject({ sent: 20, dropped: 1 });
    box.close();
  });
});
