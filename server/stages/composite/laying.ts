import type { RegionView } from '../../frame/region-view.js';
import type { BlendTarget, LaidPatch, LaidVeil, SightPlane } from '../../kernels/blend.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What the blend kernel is told of a patch, in objects that are made once. */
export class Laying {
  readonly target: Mutable<BlendTarget> = { format: 0, ptr: 0, chromaPtr: 0, strideBytes: 0 };
  readonly patch: Mutable<LaidPatch> = { ptr: 0, strideBytes: 0, widthPx: 0, heightPx: 0 };
  readonly veil: Mutable<LaidVeil> = { ptr: 0, strideBytes: 0, widthPx: 0, heightPx: 0, tonePtr: 0 };
  readonly sight: Mutable<SightPlane> = { ptr: 0, strideBytes: 0 };
}

/** Bytes from the region's first pixel to a box's; the same in a P216 chroma plane. */
export const offsetOf = (region: RegionView, box: { readonly x0: number; readonly y0: number }): number =>
  box.y0 * region.strideBytes + box.x0 * (region.format === 1 || region.format === 2 ? 4 : 2);

/** The target becomes the region's pixel at the box's corner. */
export function aim(
  target: Mutable<BlendTarget>,
  region: RegionView,
  box: { readonly x0: number; readonly y0: number },
): void {
  const offset = offsetOf(region, box);
  target.format = region.format;
  target.ptr = region.ptr + offset;
  target.chromaPtr = region.chromaPtr ? region.chromaPtr + offset : 0;
  target.strideBytes = region.strideBytes;
}
