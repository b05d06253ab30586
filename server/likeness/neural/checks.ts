import { CodedError } from '../../errors/coded-error.js';
import type { TensorData } from '../../onnx/foreign-port.js';

/** Throws MODEL_OUTPUT_NOT_FINITE: half-precision files do this on some cards, and a black face must never reach a picture. */
export function refuseNotFinite(model: string, tensor: string, { data }: TensorData): void {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) count++;
  if (count > 0) throw new CodedError('MODEL_OUTPUT_NOT_FINITE', { model, tensor, count, total: data.length });
}

/** Less spread than this, over the output's own size, is one flat colour. */
const flatSpread = 1e-4;
/** Throws MODEL_OUTPUT_FLAT. */
export function refuseFlat(model: string, tensor: string, { data }: TensorData): void {
  let sum = 0,
    squares = 0;
  for (let i = 0; i < data.length; i++) {
    sum += data[i]!;
    squares += data[i]! ** 2;
  }
  const mean = sum / data.length;
  const spread = Math.sqrt(Math.max(0, squares / data.length - mean ** 2));
  if (spread <= flatSpread * Math.max(1, Math.abs(mean)))
    throw new CodedError('MODEL_OUTPUT_FLAT', { model, tensor, value: mean.toPrecision(3) });
}

export function refuseShape(
  model: string,
  tensor: string,
  { shape }: TensorData,
  expected: readonly (number | null)[],
): void {
  if (shape.length === expected.length && expected.every((side, axis) => side === null || side === shape[axis])) return;
  throw new CodedError('MODEL_OUTPUT_SHAPE', {
    model,
    tensor,
    found: shape.join('×'),
    expected: expected.map((side) => side ?? 'N').join('×'),
  });
}
