import fc from 'fast-check';
import slip from 'slip';
import { encode } from 'node-osc';
import { describe, expect, it } from 'vitest';
import { decodePacket, encodeBundle, encodeMessage } from '../../server/surfaces/osc/codec.js';
import { deframer, frame, framingOf } from '../../server/surfaces/osc/framing.js';
import { compilePattern, isPattern } from '../../server/surfaces/osc/pattern.js';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('packets', () => {
  it('a bundle carries its time: 2024-01-01T00:00:00.5Z is e93c7f0080000000', () => {
    const bundle = hex('2362756e646c6500e93c7f00800000000000000c2f6100002c6600003f800000');
    expect(decodePacket(bundle)).toEqual([
      { address: '/a', args: [1], atUnixUs: new Date('2024-01-01T00:00:00.5Z').getTime() * 1000 },
    ]);
  });
  it('what we bundle is the reference vector, and T and F have no bytes', () => {
    const a = encodeMessage('/a', [{ type: 'f', value: 1 }]);
    const b = encodeMessage('/b', [{ type: 'T' }]);
    expect(toHex(encodeBundle([a, b]))).toBe(
      '2362756e646c650000000000000000010000000c2f6100002c6600003f800000000000082f6200002c540000',
    );
  });
  it('refuses more than UDP carries, and a bundle of a thousand messages', () => {
    expect(decodePacket(Buffer.alloc(65_540, 'a'))).toBeNull();
    const many = Array.from({ length: 1000 }, () => encodeMessage('/a', []));
    expect(decodePacket(encodeBundle(many))).toBeNull();
  });
});

describe('framing', () => {
  it('SLIP of /a f -6.0 is the reference vector, and the npm package slip reads it', () => {
    const packet = encodeMessage('/a', [{ type: 'f', value: -6 }]);
    const framed = frame(packet, 'slip');
    expect(toHex(encodeMessage('/a', [{ type: 'f', value: -6 }]))).toBe('2f6100002c660000c0c00000');
    expect(toHex(framed)).toBe('c02f6100002c660000dbdcdbdc0000c0');
    const read: Uint8Array[] = [];
    new slip.Decoder({ onMessage: (message: Uint8Array) => read.push(message.slice()) }).decode(framed);
    expect(read.map(toHex)).toEqual([toHex(packet)]);
  });
  it('the first byte says which framing a peer uses', () => {
    expect([0x00, 0xc0, 0x2f, 0x23, 0x47, 0x16].map(framingOf)).toEqual(['length', 'slip', 'slip', 'slip', null, null]);
  });
  it.each(['length', 'slip'] as const)('%s: whatever the cuts of the stream, the same packets come out', (framing) => {
    const packets = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 });
    fc.assert(
      fc.property(packets, fc.array(fc.nat(20), { minLength: 1, maxLength: 30 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.map((packet) => frame(packet, framing)));
        const cutter = deframer(framing);
        const got: string[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = 1 + cuts[turn % cuts.length]!;
          got.push(...cutter.push(stream.subarray(at, at + size))!.map(toHex));
          at += size;
        }
        return JSON.stringify(got) === JSON.stringify(sent.map(toHex));
      }),
      { numRuns: 300 },
    );
  });
  it('a foreign SLIP encoder and a foreign codec are read', () => {
    const packet = encode({ oscType: 'message', address: '/understudy/ping', args: [192, 219.5, 'À'] } as never);
    expect(decodePacket(deframer('slip').push(slip.encode(packet))![0]!)).toEqual([
      { address: '/understudy/ping', args: [192, 219.5, 'À'] },
    ]);
  });
  it('an impossible length ends the stream; a wrong escape costs one packet', () => {
    expect(deframer('length').push(hex('7fffffff00'))).toBeNull();
    const cutter = deframer('slip');
    expect(cutter.push(hex('c02f61db00c0c02f62c0'))!.map(toHex)).toEqual(['2f62']);
    expect(cutter.dropped).toBe(1);
  });
  it('random bytes never throw and never grow a packet past the limit', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('length' as const, 'slip' as const),
        fc.uint8Array({ maxLength: 400 }),
        (kind, bytes) => {
          const cutter = deframer(kind);
          for (let at = 0; at < bytes.length; at += 7)
            if (cutter.push(bytes.subarray(at, at + 7)) === null) return true;
          return true;
        },
      ),
      { numRuns: 500 },
    );
    const endless = deframer('slip');
    for (let n = 0; n < 40; n += 1) endless.push(Buffer.alloc(4096, 0x61));
    expect(endless.push(hex('c0'))).toEqual([]);
    expect(endless.dropped).toBe(1);
  });
});

describe('address patterns', () => {
  const matches = (pattern: string, address: string): boolean | undefined => compilePattern(pattern)?.(address);
  it.each([
    ['/understudy/output/*/output/bypass', '/understudy/output/cam-a/output/bypass', true],
    ['/understudy/output/*/bypass', '/understudy/output/cam-a/output/bypass', false],
    ['/understudy//bypass', '/understudy/output/cam-a/output/bypass', true],
    ['//bypass', '/understudy/output/cam-a/output/bypass', true],
    ['/understudy/output/cam-?/output/mode', '/understudy/output/cam-a/output/mode', true],
    ['/understudy/output/cam-?/output/mode', '/understudy/output/cam-ab/output/mode', false],
    ['/understudy/output/cam-[a-c]/output/mode', '/understudy/output/cam-b/output/mode', true],
    ['/understudy/output/cam-[!a-c]/output/mode', '/understudy/output/cam-b/output/mode', false],
    ['/understudy/{lane,output}/cam-a//*01', '/understudy/lane/cam-a/likeness/mix01', true],
    ['/understudy/{lane,output}/cam-a//*01', '/understudy/show/likeness/mix01', false],
    ['/a/b-[-x]', '/a/b--', true],
    ['/*a*b*', '/xxaxxbxx', true],
    ['/*a*b*', '/xxbxxaxx', false],
    ['/', '/anything/at/all', true],
  ])('%s on %s: %s', (pattern, address, expected) => {
    expect(matches(pattern, address)).toBe(expected);
  });
  it.each(['', 'no/slash', '/a[b', '/a{b', '/a]b', '/a}b', `/${'a'.repeat(300)}`])('%s is no pattern', (pattern) => {
    expect(compilePattern(pattern)).toBeNull();
  });
  it('every address matches itself and is no pattern', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), (names) => {
        const address = `/${names.join('/')}`;
        return !isPattern(address) && matches(address, address) === true && matches('//*', address) === true;
      }),
    );
  });
  it('an evil pattern costs no more than its length times the address', () => {
    const evil = `/${'*a'.repeat(100)}`;
    const before = process.hrtime.bigint();
    for (let n = 0; n < 50; n += 1) expect(matches(evil, `/${'a'.repeat(99)}b`)).toBe(false);
    expect(Number(process.hrtime.bigint() - before) / 1e9).toBeLessThan(5);
  });
});
