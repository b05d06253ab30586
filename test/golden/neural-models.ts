import { contractOf, type EnhancerContract, type ModelRole, type SwapperContract } from '../../server/likeness/neural/roles.js';
import { halvesOfFloats } from '../../server/onnx/half.js';
import { encodeTiny, floats, longs, type TinyConstant, type TinyNode, type TinyTensor } from './tiny-onnx.js';

/** What a golden swapper does to every pixel, in the network's own scale: target · keep + source · tint, per channel. */
export interface SwapArithmetic {
  /** R, G, B. */
  readonly keep: readonly [number, number, number];
  /** Per channel: the element of the source vector (or the channel of the source picture's mean) that is added. */
  readonly add: readonly [number, number, number];
  readonly tint: number;
}
export const plainArithmetic: SwapArithmetic = { keep: [0.5, 0.25, 1], add: [0, 1, 2], tint: 0.25 };

interface SwapNames {
  readonly target: string;
  readonly source: string;
  readonly output: string;
}
const faceFusionNames: SwapNames = { target: 'target', source: 'source', output: 'output' };

/** A swapper of this role. `order`: which input the file lists first. `emap`: for inswapper, as the last or not the last constant. */
export function goldenSwapper(
  role: ModelRole,
  arithmetic: SwapArithmetic = plainArithmetic,
  options: {
    readonly names?: SwapNames;
    readonly sourceFirst?: boolean;
    readonly emap?: Float32Array;
    readonly emapHalf?: boolean;
    readonly emapLast?: boolean;
    /** A second output: one where the target's red is over its middle. */
    readonly mask?: boolean;
  } = {},
): Uint8Array {
  const contract = contractOf(role) as SwapperContract;
  const { sidePx } = contract;
  const { target, source, output } = options.names ?? faceFusionNames;
  const picture: TinyTensor = { name: target, shape: [1, 3, sidePx, sidePx] };
  const fromPicture = contract.source === 'picture-112' || contract.source === 'picture-256';
  const given: TinyTensor = {
    name: source,
    shape: fromPicture ? [1, 3, contract.source === 'picture-112' ? 112 : 256, contract.source === 'picture-112' ? 112 : 256] : [1, 512],
  };
  const pick = new Float32Array(512 * 3);
  arithmetic.add.forEach((element, channel) => (pick[element * 3 + channel] = arithmetic.tint));
  const constants: TinyConstant[] = [floats('keep', [1, 3, 1, 1], arithmetic.keep)];
  const nodes: TinyNode[] = [];
  if (fromPicture) {
    constants.push(floats('pick', [1], [arithmetic.tint]));
    nodes.push(
      { op: 'GlobalAveragePool', inputs: [source], outputs: ['mean'] },
      { op: 'Mul', inputs: ['mean', 'pick'], outputs: ['tint'] },
    );
  } else {
    constants.push(floats('pick', [512, 3], pick), longs('shape', [1, 3, 1, 1]));
    nodes.push(
      { op: 'MatMul', inputs: [source, 'pick'], outputs: ['row'] },
      { op: 'Reshape', inputs: ['row', 'shape'], outputs: ['tint'] },
    );
  }
  nodes.push(
    { op: 'Mul', inputs: [target, 'keep'], outputs: ['kept'] },
    { op: 'Add', inputs: ['kept', 'tint'], outputs: [output] },
  );
  const outputs: TinyTensor[] = [{ name: output, shape: [1, 3, sidePx, sidePx] }];
  if (options.mask === true) {
    constants.push(longs('red', [0]), longs('green', [1]), longs('channels', [1]), floats('steep', [1], [1000]));
    nodes.push(
      { op: 'Slice', inputs: [target, 'red', 'green', 'channels'], outputs: ['reds'] },
      { op: 'Mul', inputs: ['reds', 'steep'], outputs: ['edge'] },
      { op: 'Sigmoid', inputs: ['edge'], outputs: ['mask'] },
    );
    outputs.unshift({ name: 'mask', shape: [1, 1, sidePx, sidePx] });
  }
  if (options.emap !== undefined) {
    const raw = options.emapHalf === true ? halvesOfFloats(options.emap) : options.emap;
    const emap: TinyConstant = {
      name: 'emap',
      type: options.emapHalf === true ? 'float16' : 'float32',
      shape: [512, 512],
      raw: new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength),
    };
    constants.splice(options.emapLast === false ? 0 : constants.length, 0, emap);
  }
  return encodeTiny({ inputs: options.sourceFirst === true ? [given, picture] : [picture, given], outputs, nodes, constants });
}

/** A recogniser whose embedding's first elements are the means of R, G, B, and whose others are 0 but for one constant. */
export function goldenRecogniser(): Uint8Array {
  const spread = new Float32Array(3 * 512);
  for (let k = 0; k < 3; k++) spread[k * 512 + k] = 1;
  const rest = new Float32Array(512);
  rest[500] = 2;
  return encodeTiny({
    inputs: [{ name: 'input.1', shape: ['batch', 3, 112, 112] }],
    outputs: [{ name: '683', shape: [1, 512] }],
    constants: [floats('spread', [3, 512], spread), floats('rest', [1, 512], rest), longs('shape', [1, 3])],
    nodes: [
      { op: 'GlobalAveragePool', inputs: ['input.1'], outputs: ['mean'] },
      { op: 'Reshape', inputs: ['mean', 'shape'], outputs: ['row'] },
      { op: 'MatMul', inputs: ['row', 'spread'], outputs: ['wide'] },
      { op: 'Add', inputs: ['wide', 'rest'], outputs: ['683'] },
    ],
  });
}

/** embedding · factor. */
export const goldenConverter = (factor: number): Uint8Array =>
  encodeTiny({
    inputs: [{ name: 'input', shape: [1, 512] }],
    outputs: [{ name: 'output', shape: [1, 512] }],
    constants: [floats('factor', [1], [factor])],
    nodes: [{ op: 'Mul', inputs: ['input', 'factor'], outputs: ['output'] }],
  });

/** A restorer: value · 0.5 (in −1…1), plus its weight, which is a double as in CodeFormer. */
export const goldenEnhancer = (role: ModelRole, withWeight: boolean): Uint8Array => {
  const { sidePx } = contractOf(role) as EnhancerContract;
  return encodeTiny({
    inputs: [
      { name: 'x', shape: [1, 3, sidePx, sidePx] },
      ...(withWeight ? [{ name: 'w', type: 'float64' as const, shape: [1] }] : []),
    ],
    outputs: [{ name: 'y', shape: [1, 3, sidePx, sidePx] }],
    constants: [floats('half', [1], [0.5]), floats('quarter', [1], [0.25])],
    nodes: withWeight
      ? [
          { op: 'Cast', inputs: ['w'], outputs: ['w32'], int: { to: 1 } },
          { op: 'Mul', inputs: ['w32', 'quarter'], outputs: ['lift'] },
          { op: 'Mul', inputs: ['x', 'half'], outputs: ['halved'] },
          { op: 'Add', inputs: ['halved', 'lift'], outputs: ['y'] },
        ]
      : [{ op: 'Mul', inputs: ['x', 'half'], outputs: ['y'] }],
  });
};

/** An occluder that calls visible what is more blue than 0.5 (in the order and layout of its kind). */
export function goldenOccluder(role: 'xseg' | 'xseg-nchw' | 'occluder'): Uint8Array {
  const nhwc = role === 'xseg';
  const axis = nhwc ? 3 : 1;
  // Blue is the first of BGR, the last of RGB.
  const at = nhwc ? 0 : 2;
  const side = { name: 'in_face:0', shape: nhwc ? ['n', 256, 256, 3] : [1, 3, 256, 256] };
  const mask = { name: 'out_mask:0', shape: nhwc ? ['n', 256, 256, 1] : [1, 1, 256, 256] };
  return encodeTiny({
    inputs: [side],
    outputs: [mask],
    constants: [longs('from', [at]), longs('to', [at + 1]), longs('axis', [axis]), floats('half', [1], [0.5]), floats('gain', [1], [1000])],
    nodes: [
      { op: 'Slice', inputs: ['in_face:0', 'from', 'to', 'axis'], outputs: ['blue'] },
      { op: 'Sub', inputs: ['blue', 'half'], outputs: ['over'] },
      { op: 'Mul', inputs: ['over', 'gain'], outputs: [role === 'occluder' ? 'out_mask:0' : 'steep'] },
      ...(role === 'occluder' ? [] : [{ op: 'Sigmoid', inputs: ['steep'], outputs: ['out_mask:0'] }]),
    ],
  });
}

/** A parser: class 1 (skin) scores red − 0 in ImageNet scale, class 0 scores 0, the others −100. */
export function goldenParser(): Uint8Array {
  const weights = new Float32Array(19 * 3);
  weights[1 * 3] = 1;
  const bias = new Float32Array(19).fill(-100);
  bias[0] = 0;
  bias[1] = 0;
  return encodeTiny({
    inputs: [{ name: 'input', shape: [1, 3, 512, 512] }],
    outputs: [{ name: 'output', shape: [1, 19, 512, 512] }],
    constants: [floats('weights', [19, 3, 1, 1], weights), floats('bias', [19], bias)],
    nodes: [{ op: 'Conv', inputs: ['input', 'weights', 'bias'], outputs: ['output'] }],
  });
}

/** A DFM: the celebrity is the face with blue and red changed over, times morph; both masks are given by green. */
export function goldenDfm(sidePx: number, withMorph: boolean, openSides = false): Uint8Array {
  const sides = openSides ? ['n', 'h', 'w'] : [1, sidePx, sidePx];
  return encodeTiny({
    inputs: [
      { name: 'in_face:0', shape: [...sides, 3] },
      ...(withMorph ? [{ name: 'morph_value:0', shape: [1] }] : []),
    ],
    outputs: [
      { name: 'out_face_mask:0', shape: [...sides, 1] },
      { name: 'out_celeb_face:0', shape: [...sides, 3] },
      { name: 'out_celeb_face_mask:0', shape: [...sides, 1] },
    ],
    constants: [
      longs('order', [2, 1, 0]),
      longs('one', [1]),
      longs('two', [2]),
      longs('axis', [3]),
      floats('gain', [1], [1000]),
      floats('half', [1], [0.25]),
    ],
    nodes: [
      { op: 'Gather', inputs: ['in_face:0', 'order'], outputs: [withMorph ? 'turned' : 'out_celeb_face:0'], int: { axis: 3 } },
      ...(withMorph ? [{ op: 'Mul', inputs: ['turned', 'morph_value:0'], outputs: ['out_celeb_face:0'] }] : []),
      { op: 'Slice', inputs: ['in_face:0', 'one', 'two', 'axis'], outputs: ['green'] },
      { op: 'Sub', inputs: ['green', 'half'], outputs: ['over'] },
      { op: 'Mul', inputs: ['over', 'gain'], outputs: ['steep'] },
      { op: 'Sigmoid', inputs: ['steep'], outputs: ['out_face_mask:0'] },
      { op: 'Identity', inputs: ['out_face_mask:0'], outputs: ['out_celeb_face_mask:0'] },
    ],
  });
}

/** One flat colour, or not a number, whatever goes in. */
export const goldenFault = (fault: 'flat' | 'nan'): Uint8Array =>
  encodeTiny({
    inputs: [
      { name: 'target', shape: [1, 3, 128, 128] },
      { name: 'source', shape: [1, 512] },
    ],
    outputs: [{ name: 'output', shape: [1, 3, 128, 128] }],
    constants: [floats('zero', [1], [0]), floats('emap', [512, 512], new Float32Array(512 * 512))],
    nodes: [
      { op: 'Mul', inputs: ['target', 'zero'], outputs: ['nothing'] },
      fault === 'flat'
        ? { op: 'Add', inputs: ['nothing', 'zero'], outputs: ['output'] }
        : { op: 'Div', inputs: ['nothing', 'zero'], outputs: ['output'] },
    ],
  });

/**
 * RAFT's signature: (mean of the second picture − mean of the first) · gain, red's to the right and green's downwards, and a slope:
 * `slopePx` more from the left edge to the right, from the top to the bottom. `decoys`: a coarser flow and an earlier one before it.
 */
export function goldenRaft(
  widthPx: number,
  heightPx: number,
  options: {
    readonly gainPxPerCode: readonly [number, number];
    readonly slopePx?: number;
    readonly names?: readonly [string, string];
    readonly secondFirst?: boolean;
    readonly decoys?: boolean;
  },
): Uint8Array {
  const { gainPxPerCode, slopePx = 0.5, names = ['image1', 'image2'], decoys = false } = options;
  const pixels = widthPx * heightPx;
  const slope = new Float32Array(2 * pixels);
  for (let i = 0; i < pixels; i++) {
    slope[i] = (((i % widthPx) + 0.5) / widthPx - 0.5) * slopePx;
    slope[pixels + i] = ((Math.floor(i / widthPx) + 0.5) / heightPx - 0.5) * slopePx;
  }
  const inputs = names.map((name) => ({ name, shape: [1, 3, heightPx, widthPx] }));
  const flow = { name: 'z', shape: [1, 2, heightPx, widthPx] };
  const [u, v] = gainPxPerCode;
  return encodeTiny({
    inputs: options.secondFirst === true ? inputs.toReversed() : inputs,
    outputs: decoys ? [{ name: 'x', shape: [1, 2, 1, 1] }, { ...flow, name: 'y' }, flow] : [flow],
    constants: [floats('gains', [2, 3, 1, 1], [u, 0, 0, 0, v, 0]), floats('slope', [1, 2, heightPx, widthPx], slope)],
    nodes: [
      { op: 'GlobalAveragePool', inputs: [names[0]], outputs: ['mean1'] },
      { op: 'GlobalAveragePool', inputs: [names[1]], outputs: ['mean2'] },
      { op: 'Sub', inputs: ['mean2', 'mean1'], outputs: ['rise'] },
      { op: 'Conv', inputs: ['rise', 'gains'], outputs: ['x'] },
      ...(decoys ? [{ op: 'Sub', inputs: ['slope', 'x'], outputs: ['y'] }] : []),
      { op: 'Add', inputs: ['slope', 'x'], outputs: ['z'] },
    ],
  });
}
