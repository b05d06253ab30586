/** The little of the Protocol Buffers wire format that an ONNX file needs. https://protobuf.dev/programming-guides/encoding */
export class ProtobufWriter {
  readonly #parts: Uint8Array[] = [];

  /** Field of type int32, int64 or enum; negative values take ten bytes, as the format demands. */
  int(field: number, value: number): this {
    this.#varint(field * 8);
    this.#varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#varint(field * 8 + 5);
    this.#parts.push(new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint(field * 8 + 2);
    this.#varint(value.length);
    this.#parts.push(value);
    return this;
  }

  message(field: number, write: (writer: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter();
    write(inner);
    return this.bytes(field, inner.finish());
  }

  finish(): Uint8Array {
    const total = this.#parts.reduce((sum, part) => sum + part.length, 0);
    const out = new Uint8Array(total);
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  #varint(value: number): void {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.#parts.push(Uint8Array.from(bytes));
  }
}

/** One field of a message as it lies in the file. `bytes` is a view, set for wire type 2; `number` is set otherwise. */
export interface ProtobufField {
  readonly field: number;
  readonly number: number;
  readonly bytes: Uint8Array | null;
}

/** Splits a message into its fields, in file order. Throws a RangeError when the bytes are no such message. */
export function* readProtobuf(bytes: Uint8Array): Generator<ProtobufField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const key = readVarint(bytes, cursor);
    const field = Math.floor(key / 8);
    switch (key % 8) {
      case 0:
        yield { field, number: readVarint(bytes, cursor), bytes: null };
        break;
      case 2: {
        const length = readVarint(bytes, cursor);
        if (cursor.at + length > bytes.length) throw new RangeError('A protobuf field runs past the end');
        yield { field, number: 0, bytes: bytes.subarray(cursor.at, cursor.at + length) };
        cursor.at += length;
        break;
      }
      case 5:
        yield { field, number: view.getFloat32(cursor.at, true), bytes: null };
        cursor.at += 4;
        break;
      default:
        throw new RangeError(`Protobuf wire type ${key % 8} is not expected here`);
    }
  }
}

/** Numbers of a packed repeated varint field. */
export function readPackedVarints(bytes: Uint8Array): number[] {
  const cursor = { at: 0 };
  const values: number[] = [];
  while (cursor.at < bytes.length) values.push(readVarint(bytes, cursor));
  return values;
}

function readVarint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    if (cursor.at >= bytes.length || scale > 2 ** 49) throw new RangeError('A protobuf number does not end');
    const byte = bytes[cursor.at++]!;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
  }
}
