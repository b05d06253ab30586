import * as tf from '@tensorflow/tfjs-core';

/**
 * FaceMesh V2 in TFJS operations, written apart from the converter: NHWC throughout, TensorFlow's own SAME padding and PReLU,
 * weights looked up by their full names. The package has no TFJS graph to compare with.
 */
export function runFaceMeshV2(description: Uint8Array, weights: Uint8Array, input: tf.Tensor4D): ArrayLike<number>[] {
  return faceMeshV2(description, weights)(input).map((tensor) => tensor.dataSync());
}

/** The same as a function that keeps its weights, for timing: landmarks and presence of an input. */
export function faceMeshV2(description: Uint8Array, weights: Uint8Array): (input: tf.Tensor4D) => tf.Tensor[] {
  const kept = new Map<string, tf.Tensor>();
  const once = <T extends tf.Tensor>(name: string, make: () => T): T => {
    const tensor = kept.get(name) ?? tf.keep(make());
    kept.set(name, tensor);
    return tensor as T;
  };
  const table = JSON.parse(new TextDecoder().decode(description)) as {
    keys: string[];
    shapes: number[][];
    offsets: number[];
  };
  const weight = <T extends tf.Tensor>(part: string): T => once(part, () => read<T>(part));
  const read = <T extends tf.Tensor>(part: string): T => {
    const at = table.keys.findIndex((key) => key.includes(part));
    const count = table.shapes[at]!.reduce((product, side) => product * side, 1);
    const start = table.offsets[at]!;
    return tf.tensor(
      new Float32Array(Uint8Array.from(weights.subarray(start, start + count * 4)).buffer),
      table.shapes[at],
    ) as T;
  };
  let conv = 81,
    norm = 132,
    slope = 126,
    deep = 60;
  const filter = (name: string): tf.Tensor4D =>
    once(`filter ${name}`, () => tf.transpose(weight<tf.Tensor4D>(name), [1, 2, 3, 0]));
  const activate = (x: tf.Tensor4D): tf.Tensor4D =>
    tf.prelu<tf.Tensor>(x, weight(`p_re_lu_${slope++}/`)) as tf.Tensor4D;
  const convolution = (x: tf.Tensor4D, stride: number): tf.Tensor4D =>
    tf.add(tf.conv2d(x, filter(`conv2d_${conv++}/Conv2D`), stride, 'same'), weight(`batch_normalization_${norm++}/`));
  const perChannel = (x: tf.Tensor4D): tf.Tensor4D =>
    tf.depthwiseConv2d(x, filter(`depthwise_conv2d_${deep++}/`), 1, 'same');
  const block = (x: tf.Tensor4D, stride: 1 | 2, channels: number): tf.Tensor4D => {
    const inner = activate(convolution(x, stride));
    const pooled = stride === 1 ? x : tf.maxPool(x, 2, 2, 'same');
    const beside = tf.pad(pooled, [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, channels - pooled.shape[3]],
    ]);
    return activate(tf.add(convolution(perChannel(inner), 1), beside));
  };
  return (input) => {
    [conv, norm, slope, deep] = [81, 132, 126, 60];
    let x = activate(convolution(input, 2));
    for (const [level, channels] of [16, 32, 64, 128, 128, 128, 128].entries()) {
      if (level > 0) x = block(x, 2, channels);
      for (let i = 0; i < 4; i++) x = block(x, 1, channels);
    }
    const head = (name: string): tf.Tensor =>
      tf.add(tf.conv2d(x, filter(`${name}/Conv2D`), 1, 'valid'), weight(`${name}/BiasAdd/`));
    return [head('conv2d_150'), tf.sigmoid(head('conv2d_151'))];
  };
}
