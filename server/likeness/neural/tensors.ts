import type { ForeignSession, TensorData } from '../../onnx/foreign-port.js';
import { newPicture, type FloatPicture } from './picture.js';

/** How a network wants colours: value = (colour01 − mean) / std, per channel. */
export interface Normalisation {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}
export const plainNormalisation: Normalisation = { mean: [0, 0, 0], std: [1, 1, 1] };
/** −1…1. */
export const signedNormalisation: Normalisation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
export const imageNetNormalisation: Normalisation = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

export interface PictureLayout {
  readonly layout: 'NCHW' | 'NHWC';
  readonly order: 'RGB' | 'BGR';
}

/** A tensor of one picture. */
export function toTensor(
  picture: FloatPicture,
  { layout, order }: PictureLayout,
  { mean, std }: Normalisation = plainNormalisation,
): TensorData {
  const { widthPx, heightPx, data } = picture;
  const pixels = widthPx * heightPx;
  const out = new Float32Array(pixels * 3);
  for (let k = 0; k < 3; k++) {
    const from = order === 'RGB' ? k : 2 - k;
    const gain = 1 / std[from]!,
      bias = -mean[from]! / std[from]!;
    const step = layout === 'NCHW' ? 1 : 3,
      start = layout === 'NCHW' ? k * pixels : k;
    for (let i = 0; i < pixels; i++) out[start + i * step] = data[i * 3 + from]! * gain + bias;
  }
  return { data: out, shape: layout === 'NCHW' ? [1, 3, heightPx, widthPx] : [1, heightPx, widthPx, 3] };
}

/** The first picture of a tensor, value · std + mean, held within 0…1. */
export function toPicture(
  tensor: TensorData,
  { layout, order }: PictureLayout,
  { mean, std }: Normalisation = plainNormalisation,
): FloatPicture {
  const [heightPx, widthPx] = (layout === 'NCHW' ? tensor.shape.slice(2, 4) : tensor.shape.slice(1, 3)) as [
    number,
    number,
  ];
  const out = newPicture(widthPx, heightPx, 3);
  const pixels = widthPx * heightPx;
  for (let k = 0; k < 3; k++) {
    const to = order === 'RGB' ? k : 2 - k;
    const step = layout === 'NCHW' ? 1 : 3,
      start = layout === 'NCHW' ? k * pixels : k;
    for (let i = 0; i < pixels; i++) {
      const value = tensor.data[start + i * step]! * std[to]! + mean[to]!;
      out.data[i * 3 + to] = Math.min(Math.max(value, 0), 1);
    }
  }
  return out;
}

/** The first plane of a one-channel tensor in either layout, held within 0…1. */
export function toMask(tensor: TensorData): FloatPicture {
  const sides = tensor.shape.filter((side, axis) => axis > 0 && side !== 1);
  const [heightPx, widthPx] = [sides[0] ?? 1, sides[1] ?? sides[0] ?? 1];
  const out = newPicture(widthPx, heightPx, 1);
  for (let i = 0; i < out.data.length; i++) out.data[i] = Math.min(Math.max(tensor.data[i]!, 0), 1);
  return out;
}

/** A session whose tensors are known by what they are for. */
export interface RoledSession {
  readonly modelId: string;
  readonly session: ForeignSession;
  /** Role → name in the file. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}
export async function runRoled(
  { session, inputs, outputs }: RoledSession,
  feeds: Readonly<Record<string, TensorData>>,
): Promise<Readonly<Record<string, TensorData>>> {
  const named = Object.fromEntries(
    Object.entries(feeds).flatMap(([role, data]) => (inputs[role] === undefined ? [] : [[inputs[role], data]])),
  );
  const answer = await session.run(named);
  return Object.fromEntries(Object.entries(outputs).map(([role, name]) => [role, answer[name]!]));
}
