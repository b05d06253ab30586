import { describe, expect, it } from 'vitest';
import { ProtobufWriter, readPackedVarints, readProtobuf } from '../../models/onnx/protobuf.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('protobuf wire format', () => {
  it('writes the vectors of the encoding guide', () => {
    expect(hex(new ProtobufWriter().int(1, 150).finish())).toBe('089601');
    expect(hex(new ProtobufWriter().text(2, 'testing').finish())).toBe('120774657374696e67');
    expect(hex(new ProtobufWriter().message(3, (inner) => inner.int(1, 150)).finish())).toBe('1a03089601');
    expect(hex(new ProtobufWriter().int(1, -2).finish())).toBe('08feffffffffffffffff01');
    expect(hex(new ProtobufWriter().float(2, 1).finish())).toBe('150000803f');
  });

  it('reads what it writes', () => {
    const bytes = new ProtobufWriter()
      .int(1, 3_000_000_000)
      .float(2, -0.5)
      .bytes(16, Uint8Array.of(7, 0x96, 1))
      .finish();
    const fields = [...readProtobuf(bytes)];
    expect(fields.map(({ field, number }) => [field, number])).toEqual([
      [1, 3_000_000_000],
      [2, -0.5],
      [16, 0],
    ]);
    expect(readPackedVarints(fields[2]!.bytes!)).toEqual([7, 150]);
  });

  it('refuses bytes that end too early or have a type it does not use', () => {
    expect(() => [...readProtobuf(Uint8Array.of(0x0a, 5, 1))]).toThrow(RangeError);
    expect(() => [...readProtobuf(Uint8Array.of(0x08, 0x80))]).toThrow(RangeError);
    expect(() => [...readProtobuf(Uint8Array.of(0x0b))]).toThrow(RangeError);
  });
});
