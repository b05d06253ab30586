import { cropSizePx, type FaceTrack } from '../../frame/face-track.js';
import { affine, composeAffine } from '../../frame/geometry.js';
import type { RegionView } from '../../frame/region-view.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { RegionKernel } from '../../kernels/region.js';

/** Cuts the luma that flow runs on. */
export class LumaCrop {
  readonly #paramsPtr: number;
  readonly #shift = affine(1, 0, 0, 0, 1, 0);
  readonly #toRegion = affine(1, 0, 0, 0, 1, 0);

  constructor(
    private readonly memory: KernelMemory,
    private readonly region: RegionKernel,
  ) {
    this.#paramsPtr = memory.allocate(64);
  }

  /** 256×256 luma of the face under the predicted alignment. */
  take(face: FaceTrack, region: RegionView, lumaPtr: number): void {
    const shift = this.#shift;
    shift[2] = -region.box.x0;
    shift[5] = -region.box.y0;
    const map = composeAffine(shift, face.fromCrop, this.#toRegion);
    this.memory.f32.set(map, this.#paramsPtr >> 2);
    this.region.cropLuma(
      region.ptr,
      region.format,
      region.widthPx,
      region.heightPx,
      region.strideBytes,
      region.chromaPtr,
      lumaPtr,
      cropSizePx,
      this.#paramsPtr,
    );
  }
}
