import { composeAffine, invertAffine, type Affine } from '../../frame/geometry.js';
import { refuseNotFinite } from './checks.js';
import { boxMask, leastOf } from './masks.js';
import { lay, warp, type FloatPicture } from './picture.js';
import type { EnhancerContract } from './roles.js';
import { alignMesh } from './templates.js';
import { runRoled, signedNormalisation, toPicture, toTensor, type RoledSession } from './tensors.js';

/** How faithful an enhancer with a weight stays: 1 is most. */
const fidelity = 1;
const layout = { layout: 'NCHW', order: 'RGB' } as const;

export interface AlignedFace {
  readonly picture: FloatPicture;
  readonly mask: FloatPicture;
  /** Crop pixels → picture pixels. */
  readonly toPatch: Affine;
}

/**
 * Runs a face restorer over a swapped face: it is laid into the camera's crop, cut out anew by the restorer's own template, restored,
 * and mixed with what it was given. The patch is then in the restorer's template.
 */
export async function enhance(
  enhancer: RoledSession & { readonly contract: EnhancerContract },
  crop: FloatPicture,
  landmarks: Float32Array,
  face: AlignedFace,
  amount01: number,
): Promise<AlignedFace> {
  const { template, sidePx } = enhancer.contract;
  const whole = { widthPx: crop.widthPx, heightPx: crop.heightPx };
  const pasted = lay(
    crop,
    warp(face.picture, face.toPatch, { ...whole, outside: 'edge' }),
    warp(face.mask, face.toPatch, { ...whole, outside: 'zero' }),
  );
  const toPatch = alignMesh(landmarks, template, sidePx);
  const fromPatch = invertAffine(toPatch);
  const side = { widthPx: sidePx, heightPx: sidePx };
  const before = warp(pasted, fromPatch, { ...side, outside: 'edge' });
  const answer = await runRoled(enhancer, {
    picture: toTensor(before, layout, signedNormalisation),
    weight: { data: Float32Array.of(fidelity), shape: [1] },
  });
  refuseNotFinite(enhancer.modelId, 'picture', answer['picture']!);
  const after = toPicture(answer['picture']!, layout, signedNormalisation);
  for (let i = 0; i < after.data.length; i++)
    after.data[i] = before.data[i]! + (after.data[i]! - before.data[i]!) * amount01;
  const mask = warp(face.mask, composeAffine(face.toPatch, fromPatch), { ...side, outside: 'zero' });
  return { picture: after, mask: leastOf(mask, boxMask(sidePx)), toPatch };
}
