import { createSocket } from 'node:dgram';
import { describe, expect, it } from 'vitest';
import { BypassDoor, readBypass } from '../../server/pipeline/bypass-door.js';

const padded = (text: string): Buffer => Buffer.from(text.padEnd((text.length + 4) & ~3, '\0'), 'latin1');
const osc = (address: string, tags: string, ...values: Buffer[]): Buffer =>
  Buffer.concat([padded(address), padded(tags), ...values]);
const int = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
};
const float = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatBE(value);
  return buffer;
};
const address = '/understudy/output/cam-a/output/bypass';

describe('the bypass door', () => {
  it.each([
    ['bypass on', Buffer.from('bypass on'), true],
    ['bypass off and a line end', Buffer.from('bypass off\r\n'), false],
    ['BYPASS 1', Buffer.from('BYPASS 1'), true],
    ['bypass 0', Buffer.from('bypass 0'), false],
    ['OSC T', osc(address, ',T'), true],
    ['OSC F', osc(address, ',F'), false],
    ['OSC int 1', osc(address, ',i', int(1)), true],
    ['OSC int 0', osc(address, ',i', int(0)), false],
    ['OSC float 1', osc(address, ',f', float(1)), true],
    ['OSC float 0.4', osc(address, ',f', float(0.4)), false],
    ['an address of four-byte length', osc('/x/bypass12/bypass', ',T'), true],
  ])('understands %s', (_name, packet, on) => {
    expect(readBypass(packet)).toBe(on);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['other words', Buffer.from('bypass maybe')],
    ['words around it', Buffer.from('no bypass on please')],
    ['another address', osc('/understudy/output/cam-a/output/mode', ',T')],
    ['an address that merely contains it', osc('/bypass/other', ',T')],
    ['no type tags', padded(address)],
    ['a value that is cut off', osc(address, ',i', Buffer.from([0, 0]))],
    ['a type it does not know', osc(address, ',s', padded('on'))],
    ['an address without end', Buffer.from(address)],
    ['a bundle', Buffer.concat([padded('#bundle'), Buffer.alloc(12)])],
  ])('refuses %s', (_name, packet) => {
    expect(readBypass(packet)).toBeNull();
  });

  it('reads a packet that lies inside a larger buffer', () => {
    const packet = osc(address, ',i', int(1));
    const around = Buffer.concat([Buffer.alloc(5, 0xff), packet]);
    expect(readBypass(around.subarray(5))).toBe(true);
  });

  it('never throws and never acts on random bytes', () => {
    let seed = 7;
    const random = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 24;
    for (let n = 0; n < 5000; n++) {
      const noise = Uint8Array.from({ length: random() % 60 }, random);
      if (n % 2 === 0 && noise.length > 0) noise[0] = 0x2f;
      expect(readBypass(noise)).toBeNull();
    }
  });

  it('counts what it refuses and hands over what it understands, by UDP on loopback', async () => {
    const probe = createSocket('udp4');
    const port = await new Promise<number>((resolve) =>
      probe.bind(0, '127.0.0.1', () => resolve(probe.address().port)),
    );
    await new Promise<void>((resolve) => probe.close(() => resolve()));
    const heard: boolean[] = [];
    const door = new BypassDoor(
      port,
      (on) => heard.push(on),
      (error) => expect.unreachable(error.message),
    );
    const sender = createSocket('udp4');
    for (const text of ['bypass on', 'rubbish', 'bypass off'])
      await new Promise((resolve) => sender.send(text, port, '127.0.0.1', resolve));
    await expect.poll(() => [heard, door.refused]).toEqual([[true, false], 1]);
    sender.close();
    door.close();
  });
});
