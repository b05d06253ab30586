import { invertAffine } from '../../frame/geometry.js';
import type { TensorData } from '../../onnx/foreign-port.js';
import { refuseNotFinite } from '../neural/checks.js';
import { areaMask, boxMask, leastOf, occlusionMask, regionMask, withinCrop } from '../neural/masks.js';
import { warp, type FloatPicture } from '../neural/picture.js';
import type { EnhancerContract, OccluderContract, SwapperContract } from '../neural/roles.js';
import { enhance, type AlignedFace } from '../neural/enhancer.js';
import type { EngineControls, EngineSpec } from '../neural/spec.js';
import { alignMesh } from '../neural/templates.js';
import { runRoled, toMask, toPicture, toTensor, type RoledSession } from '../neural/tensors.js';
import { embed, weighted } from './identity-source.js';
import { joinPhases, splitPhases } from './pixel-boost.js';

/** The models of a swap engine, open, and whom it shows. */
export interface SwapParts {
  readonly swapper: RoledSession & { readonly contract: SwapperContract };
  /** Whom to show: [1, 512], or a picture. */
  readonly source: TensorData;
  readonly recogniser: RoledSession | null;
  readonly enhancer: (RoledSession & { readonly contract: EnhancerContract }) | null;
  readonly occluders: readonly (RoledSession & { readonly contract: OccluderContract })[];
  readonly parser: RoledSession | null;
}
interface Swapped {
  readonly picture: FloatPicture;
  /** What the network itself says of where its picture counts; null where it is not asked, or says nothing. */
  readonly ownMask: FloatPicture | null;
}
const layout = { layout: 'NCHW', order: 'RGB' } as const;

/** align → swap (pixel boost) → masks → enhance, for one crop of the camera's picture. */
export class SwapEngine {
  constructor(
    private readonly spec: Pick<EngineSpec, 'pixelBoost' | 'regions' | 'areas' | 'ownMask'>,
    private readonly parts: SwapParts,
  ) {}

  /** `landmarks`: 478 × (x, y, z) in pixels of the crop. Rejects with MODEL_RUN_FAILED or MODEL_OUTPUT_NOT_FINITE. */
  async face(crop: FloatPicture, landmarks: Float32Array, controls: EngineControls): Promise<AlignedFace> {
    const { contract } = this.parts.swapper;
    const sidePx = contract.sidePx * this.spec.pixelBoost;
    const toPatch = alignMesh(landmarks, contract.template, sidePx);
    const target = warp(crop, invertAffine(toPatch), { widthPx: sidePx, heightPx: sidePx, outside: 'edge' });
    const source = await this.#source(crop, landmarks, controls);
    const { picture, ownMask } = await this.#swap(target, source);
    const swapped: AlignedFace = { picture, mask: await this.#mask(target, picture, landmarks, toPatch), toPatch };
    leastOf(swapped.mask, withinCrop(sidePx, toPatch, crop.widthPx));
    if (ownMask !== null) leastOf(swapped.mask, ownMask);
    const { enhancer } = this.parts;
    return enhancer === null || controls.enhance01 <= 0
      ? swapped
      : enhance(enhancer, crop, landmarks, swapped, controls.enhance01);
  }

  async close(): Promise<void> {
    const { swapper, recogniser, enhancer, occluders, parser } = this.parts;
    for (const part of [swapper, recogniser, enhancer, parser, ...occluders]) await part?.session.close();
  }

  async #source(crop: FloatPicture, landmarks: Float32Array, { weight01 }: EngineControls): Promise<TensorData> {
    const { recogniser, source, swapper } = this.parts;
    if (weight01 === 0.5 || recogniser === null || source.shape.length !== 2) return source;
    const own = await embed(recogniser, crop, landmarks);
    return { data: weighted(swapper.contract.source, source.data, own, weight01), shape: source.shape };
  }

  async #swap(target: FloatPicture, source: TensorData): Promise<Swapped> {
    const n = this.spec.pixelBoost;
    if (n === 1) return this.#run(target, source);
    const parts: Swapped[] = [];
    for (const part of splitPhases(target, n)) parts.push(await this.#run(part, source));
    const masks = parts.flatMap(({ ownMask }) => (ownMask === null ? [] : [ownMask]));
    return {
      picture: joinPhases(
        parts.map(({ picture }) => picture),
        n,
      ),
      ownMask: masks.length === parts.length ? joinPhases(masks, n) : null,
    };
  }

  async #run(target: FloatPicture, source: TensorData): Promise<Swapped> {
    const { swapper } = this.parts;
    const { normalisation, denormalise } = swapper.contract;
    const answer = await runRoled(swapper, { target: toTensor(target, layout, normalisation), source });
    refuseNotFinite(swapper.modelId, 'picture', answer['picture']!);
    const picture = toPicture(answer['picture']!, layout, denormalise ? normalisation : undefined);
    const mask = this.spec.ownMask ? answer['mask'] : undefined;
    if (mask === undefined) return { picture, ownMask: null };
    refuseNotFinite(swapper.modelId, 'mask', mask);
    return { picture, ownMask: toMask(mask) };
  }

  /** Least of all: the box, what lies in front (by the camera's crop), the parts of a face (by the swapped one), the areas. */
  async #mask(
    target: FloatPicture,
    swapped: FloatPicture,
    landmarks: Float32Array,
    toPatch: Float64Array,
  ): Promise<FloatPicture> {
    const { occluders, parser } = this.parts;
    const { regions, areas } = this.spec;
    const mask = boxMask(target.widthPx);
    for (const occluder of occluders) leastOf(mask, await occlusionMask(occluder, target));
    if (parser !== null && regions.length > 0) leastOf(mask, await regionMask(parser, swapped, regions));
    if (areas.length > 0) leastOf(mask, areaMask(landmarks, toPatch, target.widthPx, areas));
    return mask;
  }
}
