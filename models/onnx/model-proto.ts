import type { Attribute, GraphBuilder, OnnxNode, OnnxTensorInfo } from '../graph/builder.js';
import type { Constant, ElementType } from '../graph/tensor.js';
import { ProtobufWriter } from './protobuf.js';

/** Field numbers and enumerations are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
const irVersion = 7;
const opsetVersion = 13;
const elementTypes: Readonly<Record<ElementType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** ModelProto bytes. Equal graphs give equal bytes: nothing of time, path or machine goes in. */
export function encodeModel(graph: GraphBuilder, name: string): Uint8Array {
  return new ProtobufWriter()
    .int(1, irVersion)
    .text(2, 'understudy')
    .message(7, (out) => writeGraph(out, graph, name))
    .message(8, (out) => out.text(1, '').int(2, opsetVersion))
    .finish();
}

function writeGraph(out: ProtobufWriter, graph: GraphBuilder, name: string): void {
  for (const node of graph.nodes) out.message(1, (inner) => writeNode(inner, node));
  out.text(2, name);
  for (const [tensor, constant] of graph.initialisers) out.message(5, (inner) => writeTensor(inner, tensor, constant));
  for (const info of graph.inputs) out.message(11, (inner) => writeTensorInfo(inner, info));
  for (const info of graph.outputs) out.message(12, (inner) => writeTensorInfo(inner, info));
}

function writeNode(out: ProtobufWriter, node: OnnxNode): void {
  for (const input of node.inputs) out.text(1, input);
  out.text(2, node.output);
  out.text(3, `${node.op}_${node.output}`);
  out.text(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    out.message(5, (inner) => writeAttribute(inner, name, attribute));
  }
}

function writeAttribute(out: ProtobufWriter, name: string, attribute: Attribute): void {
  out.text(1, name);
  if ('float' in attribute) out.float(2, attribute.float).int(20, 1);
  else if ('int' in attribute) out.int(3, attribute.int).int(20, 2);
  else if ('text' in attribute) out.text(4, attribute.text).int(20, 3);
  else {
    for (const value of attribute.ints) out.int(8, value);
    out.int(20, 7);
  }
}

function writeTensor(out: ProtobufWriter, name: string, constant: Constant): void {
  for (const side of constant.shape) out.int(1, side);
  out.int(2, elementTypes[constant.type]).text(8, name).bytes(9, rawData(constant));
}

/** Little-endian element bytes, as raw_data wants them. */
function rawData({ type, data }: Constant): Uint8Array {
  if (type === 'int64') return new Uint8Array(BigInt64Array.from(data, (value) => BigInt(value)).buffer);
  if (type === 'bool') return Uint8Array.from(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function writeTensorInfo(out: ProtobufWriter, info: OnnxTensorInfo): void {
  out
    .text(1, info.name)
    .message(2, (type) =>
      type.message(1, (tensor) =>
        tensor
          .int(1, elementTypes[info.type])
          .message(2, (shape) => info.shape.forEach((side) => shape.message(1, (dim) => dim.int(1, side)))),
      ),
    );
}
