import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import ArtNet from 'artnet';
import fc from 'fast-check';
import { Sender } from 'sacn';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registryOf } from '../../server/declarations.js';
import { ArtNetNode } from '../../server/surfaces/artnet/node.js';
import { parseArtNet, pollReply } from '../../server/surfaces/artnet/packet.js';
import { Dispatcher } from '../../server/surfaces/dispatch/dispatch.js';
import { DmxMapper } from '../../server/surfaces/dmx/mapper.js';
import { Universe, type DmxPacket } from '../../server/surfaces/dmx/universe.js';
import { parseSacn } from '../../server/surfaces/sacn/packet.js';
import { SacnReceiver } from '../../server/surfaces/sacn/receiver.js';
import { machineClock, SimulatedClock } from '../../server/time/clock.js';
import type { InstantUs } from '../../server/time/time.js';

const mix = '/understudy/lane/cam-a/likeness/mix01';
const interval = '/understudy/lane/cam-a/keyframe/intervalFrames';
const bypass = '/understudy/output/cam-a/output/bypass';
const mode = '/understudy/output/cam-a/output/mode';
const go = '/understudy/show/cue/go';

/** The golden packet of reference/control-and-calibration.md §5.3: source "Onyx", universe 1, sequence 172, 234 255 0 255. */
function onyx(): Buffer {
  const packet = Buffer.alloc(638);
  Buffer.from(
    '001000004153432d45312e3137000000726e00000004a813a65d11295140b97185a66eaa8d4f7258000000024f6e7978',
    'hex',
  ).copy(packet);
  packet[108] = 0x64;
  packet[111] = 0xac;
  Buffer.from('0001720b02a100000001020100eaff00ff', 'hex').copy(packet, 113);
  return packet;
}
const artDmx = Buffer.from('4172742d4e6574000050000e010001000004ff800040', 'hex');

describe('sACN packets', () => {
  it('the golden packet is universe 1, priority 100, sequence 172, 512 levels from 234 255 0 255 on', () => {
    const packet = parseSacn(onyx())!;
    expect(packet).toMatchObject({ universe: 1, priority: 100, sequence: 172, terminated: false });
    expect(packet.source).toBe('a813a65d11295140b97185a66eaa8d4f');
    expect([packet.slots.length, ...packet.slots.subarray(0, 5)]).toEqual([512, 234, 255, 0, 255, 0]);
  });
  it.each([
    ['cut short', (packet: Buffer) => packet.subarray(0, 500)],
    ['another identifier', (packet: Buffer) => packet.fill(0x42, 4, 5)],
    ['a synchronisation packet', (packet: Buffer) => packet.fill(1, 43, 44)],
    ['a preview', (packet: Buffer) => packet.fill(0x80, 112, 113)],
    ['another start code', (packet: Buffer) => packet.fill(0xdd, 125, 126)],
    ['universe 0', (packet: Buffer) => packet.fill(0, 113, 115)],
    ['priority 201', (packet: Buffer) => packet.fill(201, 108, 109)],
    ['more levels than there are', (packet: Buffer) => packet.fill(0xff, 123, 125)],
  ])('refuses %s', (_what, bend) => {
    expect(parseSacn(bend(onyx()))).toBeNull();
  });
});

describe('Art-Net packets', () => {
  it('the reference ArtDmx is universe 1, sequence 1, levels 255 128 0 64', () => {
    const packet = parseArtNet(artDmx, 'desk') as DmxPacket;
    expect(packet).toMatchObject({ universe: 1, sequence: 1, source: 'desk' });
    expect([...packet.slots]).toEqual([255, 128, 0, 64]);
  });
  it('a poll is one, other operations are nobody else, and what is cut short is nothing', () => {
    expect(parseArtNet(Buffer.from('4172742d4e6574000020000e0200', 'hex'), '')).toBe('poll');
    expect(parseArtNet(Buffer.from('4172742d4e6574000021000e0200', 'hex'), '')).toBe('other');
    expect(parseArtNet(artDmx.subarray(0, 20), '')).toBeNull();
    expect(parseArtNet(Buffer.from('4172742d4e6574000050000d010001000004ff800040', 'hex'), '')).toBeNull();
  });
  it('a poll reply is 239 bytes with address, universe and name where Art-Net 4 has them', () => {
    const reply = Buffer.from(
      pollReply({
        host: '10.1.2.3',
        port: 6454,
        universe: 0x1234,
        bindIndex: 2,
        shortName: 'Understudy',
        longName: 'U',
      }),
    );
    expect(reply.length).toBe(239);
    expect(reply.subarray(0, 20).toString('hex')).toBe('4172742d4e65740000210a01020336190000' + '1203');
    expect([reply[174], reply[190], reply[211]]).toEqual([0x80, 4, 2]);
    expect(reply.toString('latin1', 26, 36)).toBe('Understudy');
  });
});

it('random and bent bytes are refused or read, never thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 700 }), (bytes) => {
      parseSacn(bytes);
      parseArtNet(bytes, '');
      return true;
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.nat(637), fc.nat(255), fc.nat(638), (at, byte, cut) => {
      const bent = onyx();
      bent[at] = byte;
      const read = parseSacn(bent.subarray(0, cut));
      return read === null || read.slots.length <= 512;
    }),
    { numRuns: 1000 },
  );
});

describe('several sources of one universe', () => {
  const from = (source: string, priority: number, sequence: number | null, ...slots: number[]): DmxPacket => ({
    universe: 1,
    source,
    priority,
    sequence,
    slots: Uint8Array.from(slots),
    terminated: false,
  });
  const at = (seconds: number): InstantUs => (seconds * 1e6) as InstantUs;
  it('the highest priority counts; among equals the highest level; a source that ends or falls silent no longer', () => {
    const universe = new Universe();
    universe.take(from('a', 100, 1, 10, 200), at(0));
    universe.take(from('b', 100, 1, 50, 20), at(0.1));
    expect([...universe.levels.subarray(0, 2)]).toEqual([50, 200]);
    universe.take(from('backup', 50, 1, 255, 255), at(0.2));
    expect([...universe.levels.subarray(0, 2)]).toEqual([50, 200]);
    universe.take({ ...from('a', 100, 2), terminated: true }, at(0.3));
    expect([...universe.levels.subarray(0, 2)]).toEqual([50, 20]);
    universe.take(from('backup', 50, 2, 255, 255), at(2.7));
    expect([...universe.levels.subarray(0, 2)]).toEqual([255, 255]);
    expect(universe.sourceCount).toBe(1);
  });
  it('a packet that arrives late is dropped, a source that began anew is not', () => {
    const universe = new Universe();
    expect(universe.take(from('a', 100, 250, 1), at(0))).toBe(true);
    expect(universe.take(from('a', 100, 2, 2), at(0.01))).toBe(true);
    expect(universe.take(from('a', 100, 251, 3), at(0.02))).toBe(false);
    expect(universe.take(from('a', 100, 200, 4), at(0.03))).toBe(true);
    expect([universe.levels[0], universe.dropped]).toEqual([4, 1]);
  });
});

describe('channels as parameters', () => {
  let dispatcher: Dispatcher;
  let done: number;
  const map = [
    { universe: 1, channel: 1, address: mix },
    { universe: 1, channel: 2, bits: 16 as const, address: interval, from: 1, to: 60 },
    { universe: 1, channel: 4, address: bypass },
    { universe: 1, channel: 5, address: mode },
    { universe: 1, channel: 6, address: go },
  ];
  const levels = (...slots: number[]): DmxPacket => ({
    universe: 1,
    source: 'desk',
    priority: 100,
    sequence: null,
    slots: Uint8Array.from(slots),
    terminated: false,
  });
  beforeEach(() => {
    dispatcher = new Dispatcher(registryOf([{ id: 'cam-a', label: 'A' }]));
    done = 0;
    dispatcher.handle('cue.go', () => {
      done += 1;
      return null;
    });
  });
  const values = (): unknown[] => [mix, interval, bypass, mode].map((address) => dispatcher.get(address));

  it('a channel acts when it moves; the first picture changes nothing on air', () => {
    const mapper = new DmxMapper(dispatcher, new SimulatedClock(0), map);
    const before = values();
    mapper.take(levels(0, 0, 0, 255, 255, 255), 'sacn');
    expect([values(), done]).toEqual([before, 0]);
    mapper.take(levels(51, 0x80, 0, 255, 255, 255), 'sacn');
    expect([dispatcher.get(mix), dispatcher.get(interval), dispatcher.get(bypass)]).toEqual([0.2, 31, before[2]]);
    mapper.take(levels(51, 0x80, 0, 0, 0, 0), 'sacn');
    mapper.take(levels(51, 0x80, 0, 200, 0, 200), 'sacn');
    expect([dispatcher.get(bypass), dispatcher.get(mode), done]).toEqual([true, 'likeness', 1]);
    dispatcher.dispatch(mix, 0.9, 'page');
    mapper.take(levels(51, 0x80, 0, 200, 0, 200), 'sacn');
    expect([dispatcher.get(mix), done]).toEqual([0.9, 1]);
  });
  it('off means off, and what is mapped to nothing is named', () => {
    const lost = { universe: 1, channel: 9, address: '/understudy/nowhere' };
    const mapper = new DmxMapper(dispatcher, new SimulatedClock(0), [...map, lost]);
    expect(mapper.faults).toEqual([lost]);
    dispatcher.dispatch('/understudy/show/dmx/input', false, 'page');
    mapper.take(levels(0), 'sacn');
    mapper.take(levels(255), 'sacn');
    expect([dispatcher.get(mix), mapper.counters.changes]).toEqual([1, 0]);
  });

  describe('from foreign senders', () => {
    let closers: (() => void)[];
    beforeEach(() => (closers = []));
    afterEach(() => {
      for (const close of closers) close();
    });
    it('npm sacn reaches us by unicast and by multicast on loopback', async () => {
      const mapper = new DmxMapper(dispatcher, machineClock, map);
      const probe = createSocket('udp4').bind(0, '127.0.0.1');
      await once(probe, 'listening');
      const { port } = probe.address();
      probe.close();
      const receiver = await SacnReceiver.open(mapper, '127.0.0.1', port);
      closers.push(() => receiver.close());
      const defaultPacketOptions = { useRawDmxValues: true } as const;
      const unicast = new Sender({ universe: 1, port, useUnicastDestination: '127.0.0.1', defaultPacketOptions });
      closers.push(() => unicast.close());
      await unicast.send({ payload: { 1: 10 } });
      await unicast.send({ payload: { 1: 102 } });
      await expect.poll(() => dispatcher.get(mix)).toBe(0.4);
      // Another CID: under the same one its numbers, which begin anew, would be late packets of the first.
      const multicast = new Sender({
        universe: 1,
        port,
        iface: '127.0.0.1',
        reuseAddr: true,
        defaultPacketOptions: { ...defaultPacketOptions, cid: Buffer.alloc(16, 7) },
      });
      closers.push(() => multicast.close());
      await multicast.send({ payload: { 1: 204 } });
      await expect.poll(() => dispatcher.get(mix)).toBe(0.8);
      expect(mapper.counters.malformed).toBe(0);
    });
    it('npm artnet reaches us, and who polls is told which universes we take', async () => {
      const mapper = new DmxMapper(dispatcher, machineClock, map);
      const node = await ArtNetNode.open(mapper, '127.0.0.1', 'Understudy - Test', 0);
      closers.push(() => node.close());
      const desk = ArtNet({ host: '127.0.0.1', port: node.port });
      closers.push(() => desk.close());
      desk.set(1, 1, 10);
      await expect.poll(() => mapper.counters.packets).toBe(1);
      desk.set(1, 1, 153);
      await expect.poll(() => dispatcher.get(mix)).toBe(0.6);
      const poller = createSocket('udp4').bind(0, '127.0.0.1');
      closers.push(() => poller.close());
      poller.send(Buffer.from('4172742d4e6574000020000e0200', 'hex'), node.port, '127.0.0.1');
      const [reply] = (await once(poller, 'message')) as [Buffer];
      expect([reply.length, reply.readUInt16LE(8), reply[190]]).toEqual([239, 0x2100, 1]);
    });
  });
});
