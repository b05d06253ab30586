import type { CarriedPatch, CarriedPatches } from '../../frame/carried-patch.js';
import type { FaceTrack } from '../../frame/face-track.js';
import { affine, type Affine, composeAffine, invertAffine } from '../../frame/geometry.js';
import type { YuvMatrix } from '../../frame/format.js';
import type { RegionView } from '../../frame/region-view.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { PatchKernel, PatchTarget } from '../../kernels/patch.js';
import type { LikenessEngine, Look, PatchFill, PatchView } from '../port.js';
import type { PatchCanvas } from './patch-canvas.js';

/** Flow may have taken the patch's edge further than its middle; crop px. */
const marginCropPx = 6;

/** Draws the carried patches of a face: the newest, and the one before it while they cross-fade. */
export class PatchLikeness implements LikenessEngine {
  readonly #view: { ptr: number; strideBytes: number; x0: number; y0: number; x1: number; y1: number };
  readonly #toCrop = affine(1, 0, 0, 0, 1, 0);
  readonly #shift = affine(1, 0, 0, 0, 1, 0);
  readonly #fromPatch = affine(1, 0, 0, 0, 1, 0);

  constructor(
    private readonly kernel: PatchKernel,
    private readonly canvas: PatchCanvas,
    private readonly patchesOf: (faceId: number) => CarriedPatches,
    readonly engineKey: string,
    private readonly memory: KernelMemory,
  ) {
    this.#view = { ptr: 0, strideBytes: 0, x0: 0, y0: 0, x1: 0, y1: 0 };
  }

  /** Whether there is a patch of this engine, made not too long ago. */
  has(face: FaceTrack, maxAgeFrames: number): boolean {
    const own = this.#own(face);
    return own !== null && own.ageFrames <= maxAgeFrames;
  }

  /** The newest patch of this engine, also while another one takes over. */
  #own(face: FaceTrack): CarriedPatch | null {
    const { current, leaving } = this.patchesOf(face.faceId);
    if (current?.engineKey === this.engineKey) return current;
    return leaving?.engineKey === this.engineKey ? leaving : null;
  }

  render(face: FaceTrack, region: RegionView, _matrix: YuvMatrix, _look: Look, fill: PatchFill): PatchView | null {
    const current = this.#own(face);
    if (current === null) return null;
    const carried = this.patchesOf(face.faceId);
    const { fade01 } = carried;
    const previous = fade01 < 1 && carried.current === current ? carried.previous : null;
    const view = this.#view;
    view.x0 = region.widthPx;
    view.y0 = region.heightPx;
    view.x1 = 0;
    view.y1 = 0;
    this.#include(current, face.fromCrop, region);
    if (previous) this.#include(previous, face.fromCrop, region);
    view.x0 = Math.max(0, view.x0) & ~1;
    view.y0 = Math.max(0, view.y0);
    view.x1 = Math.min(region.widthPx & ~1, (view.x1 + 1) & ~1);
    view.y1 = Math.min(region.heightPx, view.y1);
    if (view.x1 - view.x0 < 8 || view.y1 - view.y0 < 8) return null;
    const target = this.canvas.cleared(view.x1 - view.x0, view.y1 - view.y0);
    view.ptr = target.ptr;
    view.strideBytes = target.strideBytes;
    this.#shift[2] = region.box.x0 + view.x0;
    this.#shift[5] = region.box.y0 + view.y0;
    composeAffine(face.toCrop, this.#shift, this.#toCrop);
    const weight = Math.round(fade01 * 256);
    if (previous) this.#draw(previous, target, 256 - weight);
    this.#draw(current, target, previous ? weight : 256);
    if (fill === 'white') this.#whiten(target, region.format === 1 || region.format === 2);
    return view;
  }

  #draw(patch: CarriedPatch, target: PatchTarget, weight: number): void {
    if (weight > 0) this.kernel.draw(patch, patch.map, this.#toCrop, patch.toPatch, target, weight);
  }
  #whiten(target: PatchTarget, rgb: boolean): void {
    if (rgb) this.kernel.paint(target, 255, 255, 255);
    else this.kernel.paint(target, 235, 128, 128);
  }

  /** Widens the view by where the patch's corners have come to. */
  #include(patch: CarriedPatch, fromCrop: Affine, region: RegionView): void {
    const inverse = invertAffine(patch.toPatch, this.#fromPatch);
    const view = this.#view;
    for (let corner = 0; corner < 4; corner++) {
      const u = corner & 1 ? patch.sidePx : 0,
        v = corner & 2 ? patch.sidePx : 0;
      const rx = inverse[0]! * u + inverse[1]! * v + inverse[2]!,
        ry = inverse[3]! * u + inverse[4]! * v + inverse[5]!;
      const { columns, rows, ptr } = patch.map;
      const i = Math.min(Math.max(Math.floor(rx / 4), 0), columns - 1),
        j = Math.min(Math.max(Math.floor(ry / 4), 0), rows - 1);
      const at = (ptr >> 2) + (j * columns + i) * 2;
      const qx = rx - this.memory.f32[at]!,
        qy = ry - this.memory.f32[at + 1]!;
      const x = fromCrop[0]! * qx + fromCrop[1]! * qy + fromCrop[2]! - region.box.x0,
        y = fromCrop[3]! * qx + fromCrop[4]! * qy + fromCrop[5]! - region.box.y0;
      const margin = Math.hypot(fromCrop[0]!, fromCrop[3]!) * marginCropPx;
      view.x0 = Math.min(view.x0, Math.floor(x - margin));
      view.y0 = Math.min(view.y0, Math.floor(y - margin));
      view.x1 = Math.max(view.x1, Math.ceil(x + margin));
      view.y1 = Math.max(view.y1, Math.ceil(y + margin));
    }
  }
}
