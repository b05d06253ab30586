import { invertAffine } from '../../frame/geometry.js';
import { erodeCross, gaussian } from '../neural/blur.js';
import { refuseNotFinite } from '../neural/checks.js';
import type { AlignedFace } from '../neural/enhancer.js';
import { enhance } from '../neural/enhancer.js';
import { areaMask, boxMask, leastOf, occlusionMask, regionMask, withinCrop } from '../neural/masks.js';
import { newPicture, resize, warp, type FloatPicture } from '../neural/picture.js';
import type { EnhancerContract, OccluderContract } from '../neural/roles.js';
import type { EngineControls, EngineSpec } from '../neural/spec.js';
import { alignMesh } from '../neural/templates.js';
import { runRoled, toMask, toPicture, toTensor, type RoledSession } from '../neural/tensors.js';
import { matchColours } from './colour-match.js';

export interface DfmParts {
  readonly dfm: RoledSession;
  readonly enhancer: (RoledSession & { readonly contract: EnhancerContract }) | null;
  readonly occluders: readonly (RoledSession & { readonly contract: OccluderContract })[];
  readonly parser: RoledSession | null;
}
/** DeepFaceLab's exports are NHWC and BGR, 0…1. */
const layout = { layout: 'NHWC', order: 'BGR' } as const;
/** A DFM that leaves its input's size open was trained at one of these; the smallest is safe. */
const openSidePx = 224;
const maskBlurPx = 6.25;

/** A production's own DeepFaceLab export: it is the likeness, so there is no source. */
export class DfmEngine {
  readonly #sidePx: number;
  constructor(
    private readonly spec: Pick<EngineSpec, 'areas' | 'regions'>,
    private readonly parts: DfmParts,
  ) {
    const name = parts.dfm.inputs['face'];
    this.#sidePx = parts.dfm.session.inputs.find((input) => input.name === name)?.shape[1] ?? openSidePx;
  }

  /** As SwapEngine.face. */
  async face(crop: FloatPicture, landmarks: Float32Array, controls: EngineControls): Promise<AlignedFace> {
    const { dfm, enhancer, occluders, parser } = this.parts;
    const { areas, regions } = this.spec;
    const sidePx = this.#sidePx;
    const toPatch = alignMesh(landmarks, 'dfl-whole-face', sidePx);
    const target = warp(crop, invertAffine(toPatch), { widthPx: sidePx, heightPx: sidePx, outside: 'edge' });
    const answer = await runRoled(dfm, {
      face: toTensor(sharpened(target), layout),
      morph: { data: Float32Array.of(controls.morph01), shape: [1] },
    });
    refuseNotFinite(dfm.modelId, 'celeb', answer['celeb']!);
    const picture = matchColours(resize(toPicture(answer['celeb']!, layout), sidePx), target);
    const mask = leastOf(
      softened(leastOf(resize(toMask(answer['faceMask']!), sidePx), resize(toMask(answer['celebMask']!), sidePx))),
      boxMask(sidePx),
      withinCrop(sidePx, toPatch, crop.widthPx),
    );
    for (const occluder of occluders) leastOf(mask, await occlusionMask(occluder, target));
    if (areas.length > 0) leastOf(mask, areaMask(landmarks, toPatch, sidePx, areas));
    if (parser !== null && regions.length > 0) leastOf(mask, await regionMask(parser, picture, regions));
    const face: AlignedFace = { picture, mask, toPatch };
    return enhancer === null || controls.enhance01 <= 0
      ? face
      : enhance(enhancer, crop, landmarks, face, controls.enhance01);
  }

  async close(): Promise<void> {
    const { dfm, enhancer, occluders, parser } = this.parts;
    for (const part of [dfm, enhancer, parser, ...occluders]) await part?.session.close();
  }
}

/** What the training saw: 1.75 of the picture less 0.75 of its blur. */
function sharpened(picture: FloatPicture): FloatPicture {
  const soft = gaussian(picture, 2);
  const out = newPicture(picture.widthPx, picture.heightPx, 3);
  for (let i = 0; i < out.data.length; i++)
    out.data[i] = Math.min(Math.max(1.75 * picture.data[i]! - 0.75 * soft.data[i]!, 0), 1);
  return out;
}
const softened = (mask: FloatPicture): FloatPicture => gaussian(erodeCross(erodeCross(mask)), maskBlurPx);
