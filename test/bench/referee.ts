// A second opinion on who is in a picture, by a network that the product does not use: the 128-d descriptor of @vladmandic/face-api
// (dlib's metric-learnt ResNet: the same person lies within about 0.6), built here from its weights in TensorFlow.js. It is aligned by landmarks
// that its caller knows, on the stage the truth's own: neither the product's detector nor its landmarks nor its embedding takes part.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { affine, type Affine, invertAffine } from '../../server/frame/geometry.js';
import { projectRoot } from '../../server/paths.js';
import type { RgbPicture } from '../../server/stages/keyframe/analysis/picture.js';
import { bytesAsTheyAre, warpPicture } from '../../server/stages/keyframe/analysis/warp.js';

const modelFolder = join(projectRoot, 'node_modules/@vladmandic/face-api/model');
const sidePx = 150;
/** Mean colour of its training set, RGB, and the scale after it is taken away. */
const trainingMean = [122.782, 117.001, 104.298];
const trainingScale = 256;

type Weights = Readonly<Record<string, tf.Tensor>>;

export class Referee {
  private constructor(private readonly weights: Weights) {}

  static async open(): Promise<Referee> {
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    await tf.setBackend('wasm');
    const manifest = JSON.parse(
      readFileSync(join(modelFolder, 'face_recognition_model-weights_manifest.json'), 'utf8'),
    ) as { weights: tf.io.WeightsManifestEntry[] }[];
    const bytes = readFileSync(join(modelFolder, 'face_recognition_model.bin'));
    return new Referee(tf.io.decodeWeights(Uint8Array.from(bytes).buffer, manifest[0]!.weights));
  }

  /** 128 numbers for the face whose 478 landmarks (x, y, z; px of the picture) are given. */
  async describe(picture: RgbPicture, landmarks: Float32Array): Promise<Float32Array> {
    const crop = new Uint8ClampedArray(sidePx * sidePx * 3);
    warpPicture(picture, invertAffine(squareOf(landmarks)), {
      out: crop,
      widthPx: sidePx,
      heightPx: sidePx,
      scale: bytesAsTheyAre,
    });
    const output = tf.tidy(() => forward(this.weights, crop));
    const descriptor = (await output.data()) as Float32Array;
    output.dispose();
    return Float32Array.from(descriptor);
  }

  close(): void {
    for (const tensor of Object.values(this.weights)) tensor.dispose();
  }
}

/** Euclidean, as dlib compares: 0 is equal, from about 0.6 on it is somebody else. */
export function descriptorDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}

/** The square it was trained on: the distance from the eyes to the mouth is 0.45 of it, their middle lies at (0.5, 0.43). */
function squareOf(landmarks: Float32Array): Affine {
  const middle = (...points: number[]): [number, number] => [
    points.reduce((sum, i) => sum + landmarks[i * 3]!, 0) / points.length,
    points.reduce((sum, i) => sum + landmarks[i * 3 + 1]!, 0) / points.length,
  ];
  const [right, left, mouth] = [middle(33, 133, 159, 145), middle(263, 362, 386, 374), middle(61, 291, 13, 14)];
  const reach = (eye: readonly number[]): number => Math.hypot(eye[0]! - mouth[0], eye[1]! - mouth[1]);
  const side = (reach(right) + reach(left)) / 2 / 0.45;
  const scale = sidePx / side;
  const x = (right[0] + left[0] + mouth[0]) / 3 - side * 0.5;
  const y = (right[1] + left[1] + mouth[1]) / 3 - side * 0.43;
  return affine(scale, 0, -x * scale, 0, scale, -y * scale);
}

/** Residual blocks in order; those that halve the picture end in `down` or `down_out`. */
const blocks = [
  ...['conv32_1', 'conv32_2', 'conv32_3', 'conv64_down', 'conv64_1', 'conv64_2', 'conv64_3', 'conv128_down'],
  ...['conv128_1', 'conv128_2', 'conv256_down', 'conv256_1', 'conv256_2', 'conv256_down_out'],
];

function forward(weights: Weights, crop: Uint8ClampedArray): tf.Tensor {
  const pixels = tf.tensor4d(Float32Array.from(crop), [1, sidePx, sidePx, 3]);
  const input = tf.div(tf.sub(pixels, tf.tensor1d(trainingMean)), trainingScale) as tf.Tensor4D;
  const first = tf.relu(convolved(weights, 'conv32_down', input, 2));
  let x = tf.maxPool(first, 3, 2, 'valid');
  for (const name of blocks) x = residual(weights, name, x);
  return tf.matMul(tf.mean(x, [1, 2]), weights['fc'] as tf.Tensor2D);
}

function convolved(weights: Weights, name: string, x: tf.Tensor4D, stride: 1 | 2): tf.Tensor4D {
  const filters = weights[`${name}/conv/filters`] as tf.Tensor4D;
  const y = tf.add(tf.conv2d(x, filters, stride, stride === 2 ? 'valid' : 'same'), weights[`${name}/conv/bias`]!);
  return tf.add(tf.mul(y, weights[`${name}/scale/weights`]!), weights[`${name}/scale/biases`]!);
}

function residual(weights: Weights, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const halves = name.includes('down');
  const inner = tf.relu(convolved(weights, `${name}/conv1`, x, halves ? 2 : 1));
  const y = convolved(weights, `${name}/conv2`, inner, 1);
  return tf.relu(halves ? sumOfBranches(y, x) : tf.add(y, x));
}

/** The mean of 2 × 2, and zeros where a branch has fewer channels, rows or columns than the other. */
function sumOfBranches(inner: tf.Tensor4D, x: tf.Tensor4D): tf.Tensor4D {
  const outer = tf.avgPool(x, 2, 2, 'valid');
  const size = [1, 2, 3].map((axis) => Math.max(inner.shape[axis]!, outer.shape[axis]!));
  const padded = (from: tf.Tensor4D): tf.Tensor4D =>
    tf.pad(from, [[0, 0], ...size.map((wanted, k): [number, number] => [0, wanted - from.shape[k + 1]!])]);
  return tf.add(padded(inner), padded(outer));
}
