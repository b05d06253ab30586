import { elementCount, type Constant, type ElementType } from '../graph/tensor.js';
import { halfToFloat } from './float16.js';

/** One operation of a TFJS graph model. Input names have lost their output index; control inputs are dropped. */
export interface TfNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: TfAttributes;
}

export interface TfGraph {
  readonly nodes: ReadonlyMap<string, TfNode>;
  readonly weights: ReadonlyMap<string, Constant>;
}

/** TensorFlow's NodeDef attributes as TFJS writes them in JSON: integers are text, strings are base64. */
interface RawAttribute {
  readonly i?: string | number;
  readonly b?: boolean;
  readonly s?: string;
  readonly type?: string;
  readonly list?: { readonly i?: readonly (string | number)[]; readonly s?: readonly string[] };
}

const decode = (text: string): string => Buffer.from(text, 'base64').toString('latin1');

export class TfAttributes {
  readonly #raw: Readonly<Record<string, RawAttribute>>;
  constructor(raw: Readonly<Record<string, RawAttribute>> = {}) {
    this.#raw = raw;
  }
  int(name: string): number {
    return Number(this.#raw[name]?.i ?? 0);
  }
  flag(name: string): boolean {
    return this.#raw[name]?.b ?? false;
  }
  text(name: string): string {
    return decode(this.#raw[name]?.s ?? '');
  }
  texts(name: string): string[] {
    return (this.#raw[name]?.list?.s ?? []).map(decode);
  }
  ints(name: string): number[] {
    return (this.#raw[name]?.list?.i ?? []).map(Number);
  }
  /** 'DT_FLOAT' and the like; empty when absent. */
  type(name: string): string {
    return this.#raw[name]?.type ?? '';
  }
}

interface RawWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

interface RawModel {
  readonly modelTopology: {
    readonly node: readonly {
      readonly name: string;
      readonly op: string;
      readonly input?: readonly string[];
      readonly attr?: Readonly<Record<string, RawAttribute>>;
    }[];
  };
  readonly weightsManifest: readonly { readonly weights: readonly RawWeight[] }[];
}

/** Parses model.json and its weight file (the shards joined). The caller has checked both against the manifest's hashes. */
export function parseGraphModel(json: Uint8Array, weightBytes: Uint8Array): TfGraph {
  const model = JSON.parse(new TextDecoder().decode(json)) as RawModel;
  const nodes = new Map<string, TfNode>();
  for (const { name, op, input = [], attr } of model.modelTopology.node) {
    const inputs = input.filter((source) => !source.startsWith('^')).map((source) => source.replace(/:\d+$/, ''));
    nodes.set(name, { name, op, inputs, attributes: new TfAttributes(attr) });
  }
  return {
    nodes,
    weights: readWeights(
      model.weightsManifest.flatMap((group) => group.weights),
      weightBytes,
    ),
  };
}

function readWeights(specs: readonly RawWeight[], bytes: Uint8Array): Map<string, Constant> {
  const weights = new Map<string, Constant>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (const spec of specs) {
    const count = elementCount(spec.shape);
    const { data, bytesRead } = readElements(spec, view, at, count);
    weights.set(spec.name, { type: elementTypeOf(spec.dtype), shape: spec.shape, data });
    at += bytesRead;
  }
  if (at !== bytes.length) throw new RangeError(`The weight file has ${bytes.length} bytes; the graph describes ${at}`);
  return weights;
}

function elementTypeOf(dtype: string): ElementType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new RangeError(`Weights of type ${dtype} are not supported`);
}

function readElements(
  spec: RawWeight,
  view: DataView,
  at: number,
  count: number,
): { data: Float32Array | Int32Array; bytesRead: number } {
  const stored = spec.quantization?.dtype ?? spec.dtype;
  switch (stored) {
    case 'float32':
      return {
        data: Float32Array.from({ length: count }, (_, i) => flushed(view.getFloat32(at + i * 4, true))),
        bytesRead: count * 4,
      };
    case 'float16':
      return {
        data: Float32Array.from({ length: count }, (_, i) => halfToFloat(view.getUint16(at + i * 2, true))),
        bytesRead: count * 2,
      };
    case 'int32':
      return {
        data: Int32Array.from({ length: count }, (_, i) => view.getInt32(at + i * 4, true)),
        bytesRead: count * 4,
      };
    case 'uint8': {
      const { scale = 1, min = 0 } = spec.quantization ?? {};
      return {
        data: Float32Array.from({ length: count }, (_, i) => flushed(view.getUint8(at + i) * scale + min)),
        bytesRead: count,
      };
    }
    default:
      throw new RangeError(`Weights stored as ${stored} are not supported`);
  }
}

/** Denormal weights change no result but make the processor's multiplications many times slower. */
const flushed = (weight: number): number => (Math.abs(weight) < 1e-20 ? 0 : weight);
