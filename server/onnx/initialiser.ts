import { readPackedVarints, readProtobuf } from '../../models/onnx/protobuf.js';
import { floatsOfHalves } from './half.js';

/** Fields of onnx.proto that are read here: ONNX Runtime gives no access to a graph's constants. */
const modelGraph = 7;
const graphInitialiser = 5;
const tensor = { dims: 1, type: 2, floats: 4, halves: 5, raw: 9, location: 14 } as const;
const float32Type = 1;
const float16Type = 10;

interface RawTensor {
  readonly dims: number[];
  type: number;
  external: boolean;
  floats: Uint8Array | null;
  halves: Uint8Array | null;
  raw: Uint8Array | null;
}

function readTensor(bytes: Uint8Array): RawTensor {
  const found: RawTensor = { dims: [], type: 0, external: false, floats: null, halves: null, raw: null };
  for (const { field, number, bytes: inner } of readProtobuf(bytes)) {
    if (field === tensor.dims) found.dims.push(...(inner === null ? [number] : readPackedVarints(inner)));
    else if (field === tensor.type) found.type = number;
    else if (field === tensor.location) found.external = number === 1;
    else if (field === tensor.floats && inner !== null) found.floats = inner;
    else if (field === tensor.halves && inner !== null) found.halves = inner;
    else if (field === tensor.raw && inner !== null) found.raw = inner;
  }
  return found;
}

function* initialisers(model: Uint8Array): Generator<RawTensor> {
  for (const { field, bytes: graph } of readProtobuf(model)) {
    if (field !== modelGraph || graph === null) continue;
    for (const { field: part, bytes } of readProtobuf(graph)) {
      if (part === graphInitialiser && bytes !== null) yield readTensor(bytes);
    }
  }
}

/** A copy, since the bytes may start anywhere (a Buffer's own slice would not be one). */
const aligned = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

function valuesOf(found: RawTensor): Float32Array | null {
  if (found.type === float32Type) {
    const bytes = found.raw ?? found.floats;
    return bytes === null ? null : new Float32Array(aligned(bytes));
  }
  if (found.type !== float16Type) return null;
  if (found.raw !== null) return floatsOfHalves(new Uint16Array(aligned(found.raw)));
  return found.halves === null ? null : floatsOfHalves(Uint16Array.from(readPackedVarints(found.halves)));
}

/**
 * The last constant of this shape in an ONNX file, as float32 (float16 is widened); null where there is none. By shape, because
 * optimisers rename and reorder constants. Throws RangeError where the bytes are no ONNX file.
 */
export function lastInitialiser(model: Uint8Array, shape: readonly number[]): Float32Array | null {
  let last: Float32Array | null = null;
  const count = shape.reduce((product, side) => product * side, 1);
  for (const found of initialisers(model)) {
    if (found.dims.length !== shape.length || !found.dims.every((side, axis) => side === shape[axis])) continue;
    const values = valuesOf(found);
    if (values?.length === count) last = values;
  }
  return last;
}

/** Whether weights lie in other files beside this one, which one file alone cannot bring. */
export function hasExternalWeights(model: Uint8Array): boolean {
  for (const { external } of initialisers(model)) if (external) return true;
  return false;
}
