import { ProtobufWriter } from '../../models/onnx/protobuf.js';

/**
 * Small ONNX files with known arithmetic, written node by node: the signatures of weights that productions bring, with sums that
 * a test can do by hand. Field numbers are those of onnx.proto.
 */
export interface TinyTensor {
  readonly name: string;
  readonly type?: 'float32' | 'float16' | 'float64';
  /** A string leaves the side open under that name. */
  readonly shape: readonly (number | string)[];
}
export interface TinyConstant {
  readonly name: string;
  readonly type: 'float32' | 'float16' | 'int64';
  readonly shape: readonly number[];
  readonly raw: Uint8Array;
}
export interface TinyNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly ints?: Readonly<Record<string, readonly number[]>>;
  readonly int?: Readonly<Record<string, number>>;
}
export interface TinyModel {
  readonly inputs: readonly TinyTensor[];
  readonly outputs: readonly TinyTensor[];
  readonly nodes: readonly TinyNode[];
  readonly constants: readonly TinyConstant[];
}

const elementTypes = { float32: 1, int64: 7, float16: 10, float64: 11 } as const;
const bytesOf = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
export const floats = (name: string, shape: readonly number[], data: Float32Array | readonly number[]): TinyConstant => ({
  name,
  type: 'float32',
  shape,
  raw: bytesOf(Float32Array.from(data)),
});
export const longs = (name: string, values: readonly number[]): TinyConstant => ({
  name,
  type: 'int64',
  shape: [values.length],
  raw: bytesOf(BigInt64Array.from(values, (value) => BigInt(value))),
});

export function encodeTiny(model: TinyModel): Uint8Array {
  return new ProtobufWriter()
    .int(1, 7)
    .text(2, 'understudy-test')
    .message(7, (graph) => {
      for (const node of model.nodes) graph.message(1, (out) => writeNode(out, node));
      graph.text(2, 'tiny');
      for (const constant of model.constants) graph.message(5, (out) => writeConstant(out, constant));
      for (const tensor of model.inputs) graph.message(11, (out) => writeTensor(out, tensor));
      for (const tensor of model.outputs) graph.message(12, (out) => writeTensor(out, tensor));
    })
    .message(8, (out) => out.text(1, '').int(2, 13))
    .finish();
}
function writeNode(out: ProtobufWriter, { op, inputs, outputs, ints = {}, int = {} }: TinyNode): void {
  for (const input of inputs) out.text(1, input);
  for (const output of outputs) out.text(2, output);
  out.text(3, `${op}-${outputs[0]}`).text(4, op);
  for (const [name, values] of Object.entries(ints)) {
    out.message(5, (attribute) => {
      attribute.text(1, name);
      for (const value of values) attribute.int(8, value);
      attribute.int(20, 7);
    });
  }
  for (const [name, value] of Object.entries(int))
    out.message(5, (attribute) => attribute.text(1, name).int(3, value).int(20, 2));
}
function writeConstant(out: ProtobufWriter, { name, type, shape, raw }: TinyConstant): void {
  for (const side of shape) out.int(1, side);
  out.int(2, elementTypes[type]).text(8, name).bytes(9, raw);
}
function writeTensor(out: ProtobufWriter, { name, type = 'float32', shape }: TinyTensor): void {
  out.text(1, name).message(2, (info) =>
    info.message(1, (tensor) =>
      tensor.int(1, elementTypes[type]).message(2, (sides) => {
        for (const side of shape)
          sides.message(1, (dim) => (typeof side === 'number' ? dim.int(1, side) : dim.text(2, side)));
      }),
    ),
  );
}
