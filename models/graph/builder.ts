import { elementCount, reshapeConstant, transposeConstant, type Constant, type ElementType } from './tensor.js';

export type Attribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly text: string };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxTensorInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/**
 * A tensor of the source graph. `shape` is always the source's (NHWC when 4-D); it may exist in the ONNX graph in that
 * layout (`plain`), channels first (`nchw`), or both. The missing one is made on demand, once.
 */
export interface Value {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly constant: Constant | null;
  plain: string | null;
  nchw: string | null;
}

const toNchw = [0, 3, 1, 2];
const toNhwc = [0, 2, 3, 1];
/** Moving the channels of a one-pixel or one-channel picture moves no data. */
const orderIsSame = ([, height, width, channels]: readonly number[]): boolean =>
  (height === 1 && width === 1) || channels === 1;
export const nchwShape = (shape: readonly number[]): number[] => toNchw.map((axis) => shape[axis]!);

/** Collects ONNX nodes and initialisers in a deterministic order and with deterministic names. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initialisers = new Map<string, Constant>();
  readonly inputs: OnnxTensorInfo[] = [];
  readonly outputs: OnnxTensorInfo[] = [];
  readonly #producers = new Map<string, OnnxNode>();
  readonly #named = new Map<Constant, string>();
  #count = 0;

  input(name: string, shape: readonly number[]): Value {
    this.inputs.push({ name, type: 'float32', shape });
    return this.fromPlain(name, shape);
  }

  /** Declares `value` an output of the model, in the source's layout, under the name of its role. */
  output(role: string, value: Value, shape: readonly number[] = value.shape): void {
    const name = this.#reshaped(this.plainName(value), value.shape, shape);
    this.#add({ op: 'Identity', inputs: [name], output: role, attributes: {} });
    this.outputs.push({ name: role, type: value.type, shape });
  }

  emit(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const node = { op, inputs, output: `t${this.#count++}`, attributes };
    this.#add(node);
    return node.output;
  }

  /** The node that makes a tensor, for peepholes; null for inputs and initialisers. */
  producer(name: string | null): OnnxNode | null {
    return name === null ? null : (this.#producers.get(name) ?? null);
  }

  fromPlain(name: string, shape: readonly number[], type: ElementType = 'float32'): Value {
    return { type, shape, constant: null, plain: name, nchw: null };
  }

  fromNchw(name: string, shape: readonly number[], type: ElementType = 'float32'): Value {
    return { type, shape, constant: null, plain: null, nchw: name };
  }

  fromConstant(constant: Constant): Value {
    return { type: constant.type, shape: constant.shape, constant, plain: null, nchw: null };
  }

  constantName(constant: Constant): string {
    const known = this.#named.get(constant);
    if (known !== undefined) return known;
    const name = `w${this.#named.size}`;
    this.#named.set(constant, name);
    this.initialisers.set(name, constant);
    return name;
  }

  int64(values: readonly number[]): string {
    return this.constantName({ type: 'int64', shape: [values.length], data: Int32Array.from(values) });
  }

  /** Name of the value in the source's own layout. */
  plainName(value: Value): string {
    if (value.plain === null) {
      if (value.constant !== null) value.plain = this.constantName(value.constant);
      else if (value.nchw === null) throw new Error('A value without a tensor');
      else if (orderIsSame(value.shape)) {
        value.plain = this.#reshaped(value.nchw, nchwShape(value.shape), value.shape);
      } else value.plain = this.emit('Transpose', [value.nchw], { perm: { ints: toNhwc } });
    }
    return value.plain;
  }

  /** Name of a 4-D value with channels first. */
  nchwName(value: Value): string {
    if (value.nchw === null) {
      if (value.constant !== null) value.nchw = this.constantName(transposeConstant(value.constant, toNchw));
      else {
        const plain = this.plainName(value);
        value.nchw = orderIsSame(value.shape)
          ? this.#reshaped(plain, value.shape, nchwShape(value.shape))
          : this.emit('Transpose', [plain], { perm: { ints: toNchw } });
      }
    }
    return value.nchw;
  }

  /** Name of an operand that broadcasts against a channels-first 4-D tensor; null when it cannot be one. */
  nchwOperand(value: Value): string | null {
    if (value.shape.length === 4) return this.nchwName(value);
    if (elementCount(value.shape) === 1 && value.shape.length === 0) return this.plainName(value);
    if (value.constant === null) return null;
    const padded = [1, 1, 1, 1, ...value.shape].slice(-4);
    return this.constantName(transposeConstant(reshapeConstant(value.constant, padded), toNchw));
  }

  reshape(value: Value, shape: readonly number[]): Value {
    if (value.constant !== null) return this.fromConstant(reshapeConstant(value.constant, shape));
    return this.fromPlain(this.#reshaped(this.plainName(value), value.shape, shape), shape, value.type);
  }

  /** Drops every node and initialiser that no output needs. */
  removeDeadCode(): void {
    const needed = new Set(this.outputs.map((output) => output.name));
    for (let i = this.nodes.length - 1; i >= 0; i--) {
      const node = this.nodes[i]!;
      if (needed.has(node.output)) for (const input of node.inputs) needed.add(input);
      else this.nodes.splice(i, 1);
    }
    for (const name of this.initialisers.keys()) if (!needed.has(name)) this.initialisers.delete(name);
  }

  #reshaped(name: string, from: readonly number[], to: readonly number[]): string {
    if (from.length === to.length && from.every((side, axis) => side === to[axis])) return name;
    return this.emit('Reshape', [name, this.int64(to)]);
  }

  #add(node: OnnxNode): void {
    this.nodes.push(node);
    this.#producers.set(node.output, node);
  }
}
