import { cropSizePx, type FaceTrack } from '../../frame/face-track.js';
import { affine, type Affine, composeAffine } from '../../frame/geometry.js';
import type { RegionView } from '../../frame/region-view.js';
import type { KernelMemory } from '../../kernels/memory.js';
import { occlusionCells, type OcclusionKernel } from '../../kernels/occlusion.js';
import type { OcclusionGrids } from '../../kernels/occlusion-grids.js';
import type { RegionKernel } from '../../kernels/region.js';

/** The small colour crop that an appearance is learned from, and which of its cells lie in the picture. */
export class AppearanceCrop {
  readonly #paramsPtr: number;
  readonly #toCells = affine(1, 0, 0, 0, 1, 0);

  constructor(
    private readonly memory: KernelMemory,
    private readonly region: RegionKernel,
    private readonly kernel: OcclusionKernel,
  ) {
    this.#paramsPtr = memory.allocate(64);
  }

  /** Cells that lie outside the region, which ends where the picture does, show nothing of anybody. */
  cutOff(grids: OcclusionGrids, face: FaceTrack, region: RegionView): void {
    const m = face.fromCrop;
    const { x0, y0, x1, y1 } = region.box;
    const reach = (Math.abs(m[0]!) + Math.abs(m[1]!)) * (cropSizePx / 2);
    const middle = cropSizePx / 2;
    const centreX = m[0]! * middle + m[1]! * middle + m[2]!,
      centreY = m[3]! * middle + m[4]! * middle + m[5]!;
    if (centreX - reach >= x0 && centreX + reach <= x1 && centreY - reach >= y0 && centreY + reach <= y1) return;
    const { f32 } = this.memory;
    const cell = cropSizePx / occlusionCells;
    let at = grids.mapPtr >> 2;
    for (let j = 0; j < occlusionCells; j++) {
      for (let i = 0; i < occlusionCells; i++, at += 2) {
        const x = (i + 0.5) * cell,
          y = (j + 0.5) * cell;
        const px = m[0]! * x + m[1]! * y + m[2]!,
          py = m[3]! * x + m[4]! * y + m[5]!;
        if (px < x0 || py < y0 || px > x1 || py > y1) f32[at] = -1;
      }
    }
  }

  /** Fills the kernel's RGB cells from the region. */
  take(face: FaceTrack, region: RegionView, shift: Affine): void {
    const map = composeAffine(shift, face.fromCrop, this.#toCells);
    const scale = cropSizePx / occlusionCells;
    map[0]! *= scale;
    map[1]! *= scale;
    map[3]! *= scale;
    map[4]! *= scale;
    this.memory.f32.set(map, this.#paramsPtr >> 2);
    this.region.cropRgb(
      region.ptr,
      region.format,
      region.widthPx,
      region.heightPx,
      region.strideBytes,
      region.chromaPtr,
      this.kernel.rgbPtr,
      occlusionCells,
      this.#paramsPtr,
      1,
    );
  }
}
