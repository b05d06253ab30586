// LPIPS (Zhang et al., CVPR 2018): how unlike two pictures look to a network's features. Its weights come from whoever measures
// (`--lpips FILE`): none may be shipped here.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { affine } from '../../server/frame/geometry.js';
import { imageNetNormalisation } from '../../server/likeness/neural/tensors.js';
import { openForeign } from '../../server/onnx/foreign.js';
import type { ForeignSession, ForeignTensor, ForeignTensors, TensorData } from '../../server/onnx/foreign-port.js';
import type { RgbPicture } from '../../server/stages/keyframe/analysis/picture.js';
import { bytesAsTheyAre, warpPicture } from '../../server/stages/keyframe/analysis/warp.js';

/** Feature vectors shorter than this are not stretched to length 1, but left. */
const leastLength = 1e-10;

/**
 * Two kinds of file are known by their signature. Two pictures in and one number out: LPIPS as a whole, its calibrated layers in it;
 * pictures are given as −1…1, as the authors' code has it. One picture in and one or more maps of features (N × C × H × W) out: a
 * backbone; pictures are normalised as ImageNet's, and the layers' distances are added unweighted (the paper's "baseline").
 * Pictures are shown in their own size where the file leaves the sides open, else resampled to the file's.
 */
export class Lpips {
  private constructor(
    private readonly session: ForeignSession,
    private readonly whole: boolean,
  ) {}

  /** Throws RangeError for a file of another signature, Error of readFileSync, CodedError MODEL_LOAD_FAILED. */
  static async open(path: string): Promise<Lpips> {
    const session = await openForeign(basename(path), readFileSync(path));
    const { inputs, outputs } = session;
    const pictures = inputs.every(({ shape }) => shape.length === 4 && (shape[1] === 3 || shape[1] === null));
    const features = outputs.every(({ shape }) => shape.length === 4);
    const whole = inputs.length === 2 && outputs.length === 1;
    if (pictures && (whole || (inputs.length === 1 && features))) return new Lpips(session, whole);
    await session.close();
    throw new RangeError(
      `${basename(path)} is neither LPIPS (two pictures N×3×H×W in, one number out) nor a backbone (one picture in, maps of features out). It has ${signature(inputs)} in and ${signature(outputs)} out`,
    );
  }

  /** 0 for equal pictures; about 0.1 is near, 0.7 unlike. Pictures of one size. Rejects with MODEL_RUN_FAILED. */
  async distance(a: RgbPicture, b: RgbPicture): Promise<number> {
    if (this.whole) {
      const [first, second] = this.session.inputs as [ForeignTensor, ForeignTensor];
      const answer = await this.session.run({
        [first.name]: tensorOf(first, a, signed),
        [second.name]: tensorOf(second, b, signed),
      });
      const { data } = Object.values(answer)[0]!;
      return data.reduce((sum, value) => sum + value, 0) / data.length;
    }
    const [input] = this.session.inputs as [ForeignTensor];
    const seen: ForeignTensors[] = [];
    for (const picture of [a, b])
      seen.push(await this.session.run({ [input.name]: tensorOf(input, picture, imageNet) }));
    return this.session.outputs.reduce((sum, { name }) => sum + layerDistance(seen[0]![name]!, seen[1]![name]!), 0);
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

type Scale = (value01: number, channel: number) => number;
const signed: Scale = (value01) => value01 * 2 - 1;
const imageNet: Scale = (value01, channel) =>
  (value01 - imageNetNormalisation.mean[channel]!) / imageNetNormalisation.std[channel]!;

function tensorOf({ shape }: ForeignTensor, picture: RgbPicture, scale: Scale): TensorData {
  const heightPx = shape[2] ?? picture.heightPx,
    widthPx = shape[3] ?? picture.widthPx;
  const { data } = resampled(picture, widthPx, heightPx);
  const plane = widthPx * heightPx;
  const out = new Float32Array(3 * plane);
  for (let i = 0; i < plane; i++)
    for (let channel = 0; channel < 3; channel++)
      out[channel * plane + i] = scale(data[i * 3 + channel]! / 255, channel);
  return { data: out, shape: [1, 3, heightPx, widthPx] };
}

function resampled(picture: RgbPicture, widthPx: number, heightPx: number): RgbPicture {
  if (picture.widthPx === widthPx && picture.heightPx === heightPx) return picture;
  const toSource = affine(picture.widthPx / widthPx, 0, 0, 0, picture.heightPx / heightPx, 0);
  const out = new Uint8ClampedArray(widthPx * heightPx * 3);
  warpPicture(picture, toSource, { out, widthPx, heightPx, scale: bytesAsTheyAre });
  return { data: out, widthPx, heightPx };
}

/** Mean over places of the squared distance of two feature vectors, each brought to length 1. 1 × C × H × W. */
function layerDistance(a: TensorData, b: TensorData): number {
  const [, channels, heightPx, widthPx] = a.shape as [number, number, number, number];
  const plane = heightPx * widthPx;
  let sum = 0;
  for (let at = 0; at < plane; at++) {
    const la = lengthAt(a.data, at, channels, plane),
      lb = lengthAt(b.data, at, channels, plane);
    for (let c = 0; c < channels; c++) sum += (a.data[c * plane + at]! / la - b.data[c * plane + at]! / lb) ** 2;
  }
  return sum / plane;
}

function lengthAt(data: Float32Array, at: number, channels: number, plane: number): number {
  let square = 0;
  for (let c = 0; c < channels; c++) square += data[c * plane + at]! ** 2;
  return Math.max(leastLength, Math.sqrt(square));
}

const signature = (tensors: readonly ForeignTensor[]): string =>
  tensors.map(({ shape }) => shape.map((side) => side ?? '?').join('×')).join(' and ');
