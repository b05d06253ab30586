import { CodedError } from '../../errors/coded-error.js';
import type { ForeignSession, ForeignTensor, TensorData } from '../../onnx/foreign-port.js';
import { refuseFlat, refuseNotFinite, refuseShape } from './checks.js';
import { contractOf, resolveTensors, type ModelRole, type TensorNeed } from './roles.js';

/** Sides that a file leaves open are tried at this. */
const openSidePx = 256;
/** An answer of one value may be right for these: nothing lies in front of noise. */
const mayBeFlat: readonly string[] = ['mask', 'faceMask', 'celebMask'];

/** Numbers that look like a picture to no network, the same every time. */
function noise(count: number, low: number, high: number): Float32Array {
  let state = 0x2545f491;
  return Float32Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return low + ((state >>> 0) / 2 ** 32) * (high - low);
  });
}

function feedFor(need: TensorNeed, { shape }: ForeignTensor, most: number): TensorData {
  const sides = shape.map((side, axis) => side ?? need.shape[axis] ?? (axis === 0 ? 1 : openSidePx));
  const count = sides.reduce((product, side) => product * side, 1);
  if (sides.length === 1) return { data: new Float32Array(count).fill(1), shape: sides };
  if (sides.length === 2) {
    const vector = noise(count, -1, 1);
    const length = Math.hypot(...vector);
    return { data: vector.map((value) => value / length), shape: sides };
  }
  return { data: noise(count, 0, most), shape: sides };
}

export interface TestedTensors {
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Whether a file is what it is said to be: its tensors by role and shape, then one run on noise, whose answers must have the right
 * shapes, be numbers and not be flat. Rejects with MODEL_ROLE_MISMATCH, MODEL_RUN_FAILED, MODEL_OUTPUT_SHAPE, _NOT_FINITE or _FLAT.
 */
export async function selfTest(modelId: string, role: ModelRole, session: ForeignSession): Promise<TestedTensors> {
  const contract = contractOf(role);
  const inputs = resolveTensors(modelId, role, 'inputs', session.inputs);
  const outputs = resolveTensors(modelId, role, 'outputs', session.outputs);
  const feeds: Record<string, TensorData> = {};
  for (const need of contract.inputs) {
    const tensor = session.inputs.find(({ name }) => name === inputs[need.role]);
    if (tensor !== undefined) feeds[tensor.name] = feedFor(need, tensor, contract.what === 'flow' ? 255 : 1);
  }
  const answer = await session.run(feeds);
  for (const need of contract.outputs) {
    const name = outputs[need.role];
    if (name === undefined) continue;
    const tensor = answer[name];
    if (tensor === undefined)
      throw new CodedError('MODEL_OUTPUT_SHAPE', {
        model: modelId,
        tensor: name,
        found: 'nothing',
        expected: 'a tensor',
      });
    refuseShape(modelId, name, tensor, need.shape);
    refuseNotFinite(modelId, name, tensor);
    if (!mayBeFlat.includes(need.role)) refuseFlat(modelId, name, tensor);
  }
  return { inputs, outputs };
}
