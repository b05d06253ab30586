import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { CodedError } from '../errors/coded-error.js';
import type { ForeignSession, ForeignTensor, ForeignTensors, ForeignType } from './foreign-port.js';
import { floatsOfHalves, halvesOfFloats } from './half.js';
import { createNative, loadRuntime, reasonOf } from './ort.js';
import { defaultSessionOptions, type SessionOptions } from './port.js';

type Runtime = Awaited<ReturnType<typeof loadRuntime>>;
const types: readonly string[] = ['float32', 'float16', 'float64'] satisfies ForeignType[];

/** Opens weights that a production brings, with whatever names and open sides they have. Errors: see ForeignSessionFactory. */
export async function openForeign(
  modelId: string,
  bytes: Uint8Array,
  options: Partial<SessionOptions> = {},
): Promise<ForeignSession> {
  const ort = await loadRuntime();
  const native = await createNative(ort, modelId, bytes, { ...defaultSessionOptions, ...options });
  const describe = (all: readonly InferenceSession.ValueMetadata[]): ForeignTensor[] =>
    all.map((one) => described(modelId, one));
  return new OrtForeign(modelId, ort, native, describe(native.inputMetadata), describe(native.outputMetadata));
}

function described(modelId: string, one: InferenceSession.ValueMetadata): ForeignTensor {
  if (!one.isTensor || !types.includes(one.type)) {
    throw new CodedError('MODEL_TENSOR_MISMATCH', {
      model: modelId,
      tensor: one.name,
      found: one.isTensor ? one.type : 'no tensor',
      expected: types.join(', '),
    });
  }
  const shape = one.shape.map((side) => (typeof side === 'number' && side > 0 ? side : null));
  return { name: one.name, type: one.type as ForeignType, shape };
}

class OrtForeign implements ForeignSession {
  #tail: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | null = null;
  constructor(
    private readonly modelId: string,
    private readonly ort: Runtime,
    private readonly native: InferenceSession,
    readonly inputs: readonly ForeignTensor[],
    readonly outputs: readonly ForeignTensor[],
  ) {}

  run(feeds: ForeignTensors): Promise<ForeignTensors> {
    if (this.#closed !== null) return Promise.reject(new Error(`The session of ${this.modelId} is closed`));
    const answer = this.#tail.then(() => this.#run(feeds));
    this.#tail = answer.catch(() => undefined);
    return answer;
  }
  close(): Promise<void> {
    this.#closed ??= this.#tail.then(() => this.native.release());
    return this.#closed;
  }

  async #run(feeds: ForeignTensors): Promise<ForeignTensors> {
    try {
      const given = Object.fromEntries(this.inputs.map((input) => [input.name, this.#tensorOf(input, feeds)]));
      const answer = await this.native.run(given);
      return Object.fromEntries(
        Object.entries(answer).map(([name, tensor]) => [name, { data: floatsOf(tensor), shape: tensor.dims.slice() }]),
      );
    } catch (error) {
      throw new CodedError('MODEL_RUN_FAILED', { model: this.modelId, reason: reasonOf(error) }, { cause: error });
    }
  }

  #tensorOf({ name, type }: ForeignTensor, feeds: ForeignTensors): Tensor {
    const feed = feeds[name];
    if (feed === undefined) throw new Error(`nothing was given for its input "${name}"`);
    const { data, shape } = feed;
    switch (type) {
      case 'float32':
        return new this.ort.Tensor('float32', data, shape);
      case 'float16':
        return new this.ort.Tensor('float16', halvesOfFloats(data), shape);
      case 'float64':
        return new this.ort.Tensor('float64', Float64Array.from(data), shape);
    }
  }
}

function floatsOf(tensor: Tensor): Float32Array {
  const { data } = tensor;
  if (data instanceof Float32Array) return data;
  if (data instanceof Uint16Array) return floatsOfHalves(data);
  if (data instanceof Float64Array) return Float32Array.from(data);
  throw new Error(`an output is of type ${tensor.type}`);
}
