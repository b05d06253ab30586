import { asComposited, type CompositedFrame, type PictureKind, type ReceivedFrame } from '../../frame/frames.js';
import { type BoxPx, boxesMeet } from '../../frame/geometry.js';
import type { FaceTrack } from '../../frame/face-track.js';
import type { RegionView } from '../../frame/region-view.js';
import type { BlendKernel } from '../../kernels/blend.js';
import type { ConcealKernel } from '../../kernels/conceal.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { OcclusionKernel } from '../../kernels/occlusion.js';
import type { KernelPicture, PictureKernel } from '../../kernels/picture.js';
import { copyPartOut, copyRegionIn, copyRegionOut } from '../../kernels/region-copy.js';
import { aim, Laying, offsetOf } from './laying.js';
import { kernelPixelBytes } from '../../kernels/formats.js';
import type { Look, PatchView } from '../../likeness/port.js';
import type { CompositeSettings, Compositor, FaceWork, PictureTap } from './contract.js';
import { PictureBuffers } from './picture-buffers.js';

/** Mean colours across a concealed face: few enough that no feature is left. */
const concealCells = 6;
/** Of a whole concealed picture; a face of half its height still has fewer than concealCells of them. */
const concealAllCells = 9;

export interface CompositeKernels {
  readonly memory: KernelMemory;
  readonly blend: BlendKernel;
  readonly conceal: ConcealKernel;
  readonly picture: PictureKernel;
  readonly occlusion: OcclusionKernel;
}

export class CompositeStage implements Compositor {
  readonly #buffers: PictureBuffers;
  readonly #ellipsePtr: number;
  /** Written anew for every patch. */
  readonly #laying = new Laying();
  constructor(private readonly kernels: CompositeKernels) {
    this.#buffers = new PictureBuffers(kernels.memory);
    this.#ellipsePtr = kernels.memory.allocate(64);
  }

  composite(
    frame: ReceivedFrame,
    work: readonly FaceWork[],
    workCount: number,
    settings: CompositeSettings,
  ): CompositedFrame {
    const kind = kindOf(settings);
    const { mode, bypass, tap } = settings;
    const pairs = !bypass && (mode === 'side-by-side' || mode === 'wipe');
    const plain = pairs ? this.#buffers.take(frame.video, 0) : null;
    if (tap) this.#forMonitors(frame, work, workCount, settings, tap);
    if (bypass || mode === 'plain') {
      if (settings.mirror) this.#mirror(frame);
      return asComposited(frame, kind);
    }
    if (mode === 'matte') this.#toMatte(frame, work, workCount, tap != null);
    // Drawn for the monitors already, where the programme shows the likeness too.
    if (!tap || mode === 'matte') this.#draw(frame, work, workCount, settings);
    if (plain) this.#pair(frame, plain, settings);
    if (settings.mirror) this.#mirror(frame);
    return asComposited(frame, kind);
  }

  #draw(frame: ReceivedFrame, work: readonly FaceWork[], workCount: number, settings: CompositeSettings): void {
    if (settings.concealAll) {
      settings.tap?.concealed({ x0: 0, y0: 0, x1: frame.video.widthPx, y1: frame.video.heightPx });
      return this.#concealAll(frame);
    }
    for (let i = 0; i < workCount; i++) this.#face(frame, work, i, settings);
    if (!settings.concealBox || settings.mode === 'matte') return;
    settings.tap?.concealed(settings.concealBox);
    this.#concealPart(frame, settings.concealBox);
  }

  /** Monitors get the likeness whatever the programme shows; on bypass they get the camera. */
  #forMonitors(
    frame: ReceivedFrame,
    work: readonly FaceWork[],
    workCount: number,
    settings: CompositeSettings,
    tap: PictureTap,
  ): void {
    tap.plain(frame);
    if (!settings.bypass) this.#draw(frame, work, workCount, { ...settings, mode: 'likeness' });
    tap.drawn(frame);
    if (!settings.bypass && (settings.mode === 'plain' || settings.mode === 'matte')) tap.restore(frame);
  }

  #face(frame: ReceivedFrame, work: readonly FaceWork[], index: number, settings: CompositeSettings): void {
    const { face, region, action, engine } = work[index]!;
    if (action === 'none') return;
    const matte = settings.mode === 'matte';
    // A region that an earlier face has changed since it was copied in is read again. A matte's is still the camera's.
    if (!matte && overlapsEarlier(work, index)) this.#copyIn(frame, region);
    const patch =
      action === 'likeness' && engine
        ? engine.render(face, region, frame.matrix, settings.look, matte ? 'white' : 'likeness')
        : null;
    if (patch) {
      const hiddenPtr = this.#hidden(face, region, patch);
      if (matte) this.#copyIn(frame, region);
      this.#lay(region, patch, hiddenPtr, settings.look);
      if (!matte) settings.tap?.laid(face, region, patch, hiddenPtr, mixOf(settings.look));
      copyPartOut(frame.video, region, patch, this.kernels.memory);
      return;
    }
    if (matte) this.#copyIn(frame, region);
    else {
      this.#conceal(face, region);
      settings.tap?.concealed(region.box);
    }
    this.#copyOut(frame, region);
  }

  /** `hiddenPtr`: plane of what is in front of the face, over the patch; 0 where nothing is. */
  #lay(region: RegionView, patch: PatchView, hiddenPtr: number, look: Look): void {
    const { blend } = this.kernels;
    const { target, patch: laid, veil: laidVeil, sight } = this.#laying;
    const { veil } = patch;
    laid.widthPx = patch.x1 - patch.x0;
    sight.strideBytes = laid.widthPx;
    if (veil) {
      aim(target, region, veil);
      // The veil lies inside the patch.
      sight.ptr = hiddenPtr === 0 ? 0 : hiddenPtr + (veil.y0 - patch.y0) * laid.widthPx + veil.x0 - patch.x0;
      laidVeil.ptr = veil.ptr;
      laidVeil.strideBytes = veil.strideBytes;
      laidVeil.widthPx = veil.x1 - veil.x0;
      laidVeil.heightPx = veil.y1 - veil.y0;
      laidVeil.tonePtr = veil.tonePtr;
      blend.veilOver(target, laidVeil, Math.round(look.mix01 * veil.mix01 * 256), sight);
    }
    aim(target, region, patch);
    sight.ptr = hiddenPtr;
    laid.ptr = patch.ptr;
    laid.strideBytes = patch.strideBytes;
    laid.heightPx = patch.y1 - patch.y0;
    blend.over(target, laid, mixOf(look), sight);
  }

  /** The plane of what is in front of the face, over the patch; 0 where nothing is. */
  #hidden(face: FaceTrack, region: RegionView, patch: PatchView): number {
    if (face.maskPtr === 0) return 0;
    const srcPtr = region.ptr + offsetOf(region, patch);
    const where = {
      x0: region.box.x0 + patch.x0,
      y0: region.box.y0 + patch.y0,
      widthPx: patch.x1 - patch.x0,
      heightPx: patch.y1 - patch.y0,
    };
    const { occlusion } = this.kernels;
    return occlusion.plane(region.format, face.maskPtr, srcPtr, region.strideBytes, where, face.toCrop);
  }

  #conceal(face: FaceTrack, region: RegionView): void {
    const { box, toCrop } = face;
    const scale = Math.hypot(toCrop[0]!, toCrop[1]!) || 1;
    // The kernel is full within three quarters of the radii; ears, chin and hairline lie outside the mesh's box.
    const f32 = this.kernels.memory.f32;
    const at = this.#ellipsePtr >> 2;
    f32[at] = (box.x0 + box.x1) / 2 - region.box.x0;
    f32[at + 1] = (box.y0 + box.y1) / 2 - region.box.y0;
    f32[at + 2] = ((box.x1 - box.x0) / 2) * 1.55;
    f32[at + 3] = ((box.y1 - box.y0) / 2) * 1.6;
    f32[at + 4] = toCrop[0]! / scale;
    f32[at + 5] = -toCrop[3]! / scale;
    this.kernels.conceal.soften(
      region.format,
      region.ptr,
      region.chromaPtr,
      region.strideBytes,
      region.widthPx,
      region.heightPx,
      this.#ellipsePtr,
      concealCells,
    );
  }

  /** The same of a part: whole pairs of pixels, in cells of the same size. */
  #concealPart(frame: ReceivedFrame, box: BoxPx): void {
    const { video } = frame;
    const x0 = Math.floor(box.x0) & ~1,
      x1 = Math.ceil(box.x1) & ~1;
    const y0 = Math.floor(box.y0),
      y1 = Math.ceil(box.y1);
    if (x1 - x0 < 16 || y1 - y0 < 16) return;
    const picture = this.#buffers.take(video, 1);
    const format = this.#buffers.kernelFormat(video);
    const offset = y0 * picture.strideBytes + x0 * kernelPixelBytes(format);
    const { luma, chroma, strideBytes } = picture;
    const share = Math.max(x1 - x0, y1 - y0) / Math.max(video.widthPx, video.heightPx);
    this.kernels.conceal.softenAll(
      format,
      luma + offset,
      chroma ? chroma + offset : 0,
      strideBytes,
      x1 - x0,
      y1 - y0,
      Math.max(2, Math.round(concealAllCells * share)),
    );
    this.#buffers.give(video, picture);
  }

  #concealAll(frame: ReceivedFrame): void {
    const { video } = frame;
    const picture = this.#buffers.take(video, 1);
    const format = this.#buffers.kernelFormat(video);
    this.kernels.conceal.softenAll(
      format,
      picture.luma,
      picture.chroma,
      picture.strideBytes,
      video.widthPx,
      video.heightPx,
      concealAllCells,
    );
    this.#buffers.give(video, picture);
  }

  #pair(frame: ReceivedFrame, plain: KernelPicture, settings: CompositeSettings): void {
    const { video } = frame;
    const format = this.#buffers.kernelFormat(video);
    const shown = this.#buffers.take(video, 1);
    const out = this.#buffers.of(video, 2);
    const { picture } = this.kernels;
    if (settings.mode === 'wipe')
      picture.wipe(format, plain, shown, out, video.widthPx, video.heightPx, settings.wipe01 * video.widthPx);
    else picture.sideBySide(format, plain, shown, out, video.widthPx, video.heightPx);
    this.#buffers.give(video, out);
  }

  #mirror(frame: ReceivedFrame): void {
    const { video } = frame;
    const from = this.#buffers.take(video, 0);
    const to = this.#buffers.of(video, 1);
    this.kernels.picture.mirror(this.#buffers.kernelFormat(video), from, to, video.widthPx, video.heightPx);
    this.#buffers.give(video, to);
  }

  /** Regions hold the camera's picture, from which a likeness may read where it ends; the frame becomes black. */
  #toMatte(frame: ReceivedFrame, work: readonly FaceWork[], workCount: number, wasDrawn: boolean): void {
    if (wasDrawn) for (let i = 0; i < workCount; i++) this.#copyIn(frame, work[i]!.region);
    this.#blackout(frame);
  }

  #blackout(frame: ReceivedFrame): void {
    const { video } = frame;
    const picture = this.#buffers.of(video, 0);
    this.kernels.picture.blackout(this.#buffers.kernelFormat(video), picture, video.widthPx, video.heightPx);
    this.#buffers.give(video, picture);
  }

  #copyIn(frame: ReceivedFrame, region: RegionView): void {
    copyRegionIn(frame.video, region, this.kernels.memory);
  }
  #copyOut(frame: ReceivedFrame, region: RegionView): void {
    copyRegionOut(frame.video, region, this.kernels.memory);
  }
}

const mixOf = (look: Look): number => Math.round(look.mix01 * 256);

function kindOf(settings: CompositeSettings): PictureKind {
  if (settings.bypass) return 'bypass';
  if (settings.mode === 'plain') return 'plain';
  return settings.mode === 'matte' ? 'matte' : 'likeness';
}

function overlapsEarlier(work: readonly FaceWork[], index: number): boolean {
  const own = work[index]!.region.box;
  for (let i = 0; i < index; i++) {
    const { action, region } = work[i]!;
    if (action === 'none') continue;
    if (boxesMeet(own, region.box)) return true;
  }
  return false;
}
