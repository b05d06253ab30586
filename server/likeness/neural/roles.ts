import { CodedError } from '../../errors/coded-error.js';
import type { ForeignTensor } from '../../onnx/foreign-port.js';
import type { TemplateName } from './templates.js';
import { imageNetNormalisation, plainNormalisation, signedNormalisation, type Normalisation } from './tensors.js';

/**
 * One tensor that a kind of network must have. It is found by shape; where two fit, by a part of its name, and else by the order of
 * this list. `null` is any side.
 */
export interface TensorNeed {
  readonly role: string;
  readonly shape: readonly (number | null)[];
  /** Parts of names seen in published files, for tensors of the same shape. */
  readonly named?: readonly string[];
  readonly optional?: true;
}

interface Contract {
  readonly what: 'swapper' | 'converter' | 'recogniser' | 'enhancer' | 'occluder' | 'parser' | 'dfm' | 'flow';
  readonly inputs: readonly TensorNeed[];
  readonly outputs: readonly TensorNeed[];
}

export type SourceKind = 'emap' | 'normed' | 'ghost' | 'simswap' | 'hififace' | 'picture-112' | 'picture-256';
export interface SwapperContract extends Contract {
  readonly what: 'swapper';
  readonly template: TemplateName;
  readonly sidePx: number;
  readonly normalisation: Normalisation;
  /** Whether the answer comes back in the input's normalisation. */
  readonly denormalise: boolean;
  readonly source: SourceKind;
}
export interface EnhancerContract extends Contract {
  readonly what: 'enhancer';
  readonly template: TemplateName;
  readonly sidePx: number;
}
export interface OccluderContract extends Contract {
  readonly what: 'occluder';
  readonly layout: 'NHWC' | 'NCHW';
  readonly order: 'RGB' | 'BGR';
  /** 'logits': above zero is visible. */
  readonly answer: 'visible01' | 'logits';
}
export type ModelContract =
  | SwapperContract
  | EnhancerContract
  | OccluderContract
  | (Contract & { readonly what: 'converter' | 'recogniser' | 'parser' | 'dfm' | 'flow' });

const nchw = (sidePx: number): readonly (number | null)[] => [1, 3, sidePx, sidePx];
const vector: readonly (number | null)[] = [1, 512];
const picture = (role: string, sidePx: number, named: readonly string[] = []): TensorNeed => ({
  role,
  shape: nchw(sidePx),
  named,
});

function swapper(
  template: TemplateName,
  sidePx: number,
  source: SourceKind,
  normalisation: Normalisation,
  denormalise: boolean,
): SwapperContract {
  const given: TensorNeed =
    source === 'picture-112' || source === 'picture-256'
      ? picture('source', source === 'picture-112' ? 112 : 256, ['source', 'src'])
      : { role: 'source', shape: vector };
  return {
    what: 'swapper',
    template,
    sidePx,
    normalisation,
    denormalise,
    source,
    inputs: [picture('target', sidePx, ['target', 'input']), given],
    outputs: [{ role: 'picture', shape: nchw(sidePx), named: ['output'] }],
  };
}
/** The network says besides where its picture is a face. */
const withMask = (contract: SwapperContract): SwapperContract => ({
  ...contract,
  outputs: [
    ...contract.outputs,
    { role: 'mask', shape: [1, 1, contract.sidePx, contract.sidePx], named: ['mask'], optional: true },
  ],
});
const converter: ModelContract = {
  what: 'converter',
  inputs: [{ role: 'embedding', shape: vector }],
  outputs: [{ role: 'embedding', shape: vector }],
};
const enhancer = (sidePx: number, template: TemplateName = 'ffhq-512'): EnhancerContract => ({
  what: 'enhancer',
  template,
  sidePx,
  inputs: [picture('picture', sidePx), { role: 'weight', shape: [1], optional: true }],
  outputs: [picture('picture', sidePx)],
});
const occluder = (layout: 'NHWC' | 'NCHW', order: 'RGB' | 'BGR', answer: 'visible01' | 'logits'): OccluderContract => ({
  what: 'occluder',
  layout,
  order,
  answer,
  inputs: [{ role: 'picture', shape: layout === 'NHWC' ? [1, 256, 256, 3] : nchw(256) }],
  outputs: [{ role: 'mask', shape: layout === 'NHWC' ? [1, 256, 256, 1] : [1, 1, 256, 256] }],
});

/** The kinds of weights that are understood; facts in docs/neural-engines.md. */
export const modelContracts = {
  inswapper: swapper('arcface-128', 128, 'emap', plainNormalisation, false),
  hyperswap: withMask(swapper('arcface-128', 256, 'normed', signedNormalisation, true)),
  ghost: swapper('arcface-112-v1', 256, 'ghost', signedNormalisation, true),
  'simswap-256': swapper('arcface-112-v1', 256, 'simswap', imageNetNormalisation, false),
  'simswap-512': swapper('arcface-112-v1', 512, 'simswap', plainNormalisation, false),
  hififace: swapper('mtcnn-512', 256, 'hififace', signedNormalisation, true),
  blendswap: swapper('ffhq-512', 256, 'picture-112', plainNormalisation, false),
  uniface: swapper('ffhq-512', 256, 'picture-256', signedNormalisation, true),
  'crossface-ghost': converter,
  'crossface-simswap': converter,
  'crossface-hififace': converter,
  arcface: {
    what: 'recogniser',
    inputs: [picture('picture', 112)],
    outputs: [{ role: 'embedding', shape: vector }],
  },
  gfpgan: enhancer(512),
  codeformer: enhancer(512),
  restoreformer: enhancer(512),
  'gpen-256': enhancer(256, 'arcface-128'),
  'gpen-512': enhancer(512),
  'gpen-1024': enhancer(1024),
  xseg: occluder('NHWC', 'BGR', 'visible01'),
  'xseg-nchw': occluder('NCHW', 'RGB', 'visible01'),
  occluder: occluder('NCHW', 'RGB', 'logits'),
  bisenet: {
    what: 'parser',
    inputs: [picture('picture', 512)],
    outputs: [{ role: 'regions', shape: [1, 19, 512, 512] }],
  },
  dfm: {
    what: 'dfm',
    inputs: [
      { role: 'face', shape: [null, null, null, 3], named: ['in_face'] },
      { role: 'morph', shape: [1], named: ['morph_value'], optional: true },
    ],
    outputs: [
      { role: 'faceMask', shape: [null, null, null, 1], named: ['face_mask'] },
      { role: 'celeb', shape: [null, null, null, 3], named: ['celeb'] },
      { role: 'celebMask', shape: [null, null, null, 1], named: ['celeb_mask'] },
    ],
  },
  // Two RGB pictures of 0…255, flow in pixels of theirs. Files give the flow of every iteration, the last one last.
  raft: {
    what: 'flow',
    inputs: [
      { role: 'first', shape: [1, 3, null, null], named: ['image1', 'image_1', 'img1', 'frame1', 'input1', 'first'] },
      { role: 'second', shape: [1, 3, null, null], named: ['image2', 'image_2', 'img2', 'frame2', 'input2', 'second'] },
    ],
    outputs: [{ role: 'flow', shape: [1, 2, null, null], named: ['flow_up', 'up', 'final'] }],
  },
} as const satisfies Record<string, ModelContract>;

export type ModelRole = keyof typeof modelContracts;
export const modelRoles = Object.keys(modelContracts) as ModelRole[];
export const isModelRole = (text: string): text is ModelRole => Object.hasOwn(modelContracts, text);
export const contractOf = (role: ModelRole): ModelContract => modelContracts[role];

/** An open side on either hand fits; a file that does not say its output's rank is judged by what a run gives. */
const fits = (need: TensorNeed, shape: readonly (number | null)[]): boolean =>
  shape.length === need.shape.length &&
  shape.every((side, axis) => side === null || need.shape[axis] === null || side === need.shape[axis]);

/** Role → name. Throws MODEL_ROLE_MISMATCH where a tensor that is needed is not there, or an input nobody knows is. */
export function resolveTensors(
  model: string,
  role: ModelRole,
  part: 'inputs' | 'outputs',
  tensors: readonly ForeignTensor[],
): Record<string, string> {
  const needs: readonly TensorNeed[] = contractOf(role)[part];
  const left = [...tensors];
  const found: Record<string, string> = {};
  const take = (need: TensorNeed, pick: (fitting: ForeignTensor[]) => ForeignTensor | undefined): void => {
    if (found[need.role] !== undefined) return;
    const chosen = pick(
      left.filter((tensor) =>
        part === 'outputs' ? fits(need, tensor.shape) || tensor.shape.length === 0 : fits(need, tensor.shape),
      ),
    );
    if (chosen === undefined) return;
    found[need.role] = chosen.name;
    left.splice(left.indexOf(chosen), 1);
  };
  // First what only one tensor can be, then by name, then in order.
  for (const need of needs)
    take(need, (fitting) => (fitting.length === 1 && rivals(need, needs, fitting[0]!) === 1 ? fitting[0] : undefined));
  for (const need of needs)
    take(need, (fitting) => fitting.find(({ name }) => need.named?.includes(name.toLowerCase())));
  for (const need of needs)
    take(need, (fitting) => fitting.find(({ name }) => need.named?.some((word) => name.toLowerCase().includes(word))));
  for (const need of needs) take(need, (fitting) => fitting[0]);
  const missing = needs.find((need) => need.optional !== true && found[need.role] === undefined);
  if (missing !== undefined || (part === 'inputs' && left.length > 0)) {
    throw new CodedError('MODEL_ROLE_MISMATCH', {
      model,
      role,
      part: missing?.role ?? part,
      expected: needs.map((need) => `${need.role} ${shapeText(need.shape)}`).join(', '),
      found: tensors.map(({ name, shape }) => `${name} ${shapeText(shape)}`).join(', '),
    });
  }
  return found;
}
const rivals = (own: TensorNeed, needs: readonly TensorNeed[], tensor: ForeignTensor): number =>
  needs.filter((need) => need === own || fits(need, tensor.shape)).length;
export const shapeText = (shape: readonly (number | null)[]): string => shape.map((side) => side ?? 'N').join('×');
