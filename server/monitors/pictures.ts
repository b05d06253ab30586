import { naturalStrideBytes, type PixelFormat, pictureBytes, type YuvMatrix } from '../frame/format.js';
import type { FaceTrack } from '../frame/face-track.js';
import type { ReceivedFrame } from '../frame/frames.js';
import type { BoxPx } from '../frame/geometry.js';
import type { RegionView } from '../frame/region-view.js';
import { type KernelFormat, kernelFormatOf, kernelPixelBytes } from '../kernels/formats.js';
import type { BakedLut, LutKernel } from '../kernels/lut.js';
import type { KernelMemory } from '../kernels/memory.js';
import type { BytePlane, MonitorKernel } from '../kernels/monitor.js';
import type { KernelPicture, PictureKernel } from '../kernels/picture.js';
import { alignBox, copyRegionIn, copyRegionOut, type FramePlanes, type RegionPlanes } from '../kernels/region-copy.js';
import type { PatchView } from '../likeness/port.js';
import type { PictureTap } from '../stages/composite/contract.js';
import type { BurnIn } from './burn-in.js';
import type { MonitorLook } from './contract.js';
import { SurenessMap } from './sureness.js';

export interface MonitorKernels {
  readonly memory: KernelMemory;
  readonly picture: PictureKernel;
  readonly monitor: MonitorKernel;
  readonly lut: LutKernel;
}

/** Pictures kept of each frame, and those that are being made. */
const buffers = { plain: 0, shown: 1, made: 2, spare: 3 } as const;
type BufferIndex = (typeof buffers)[keyof typeof buffers];
const tintStrength01 = 0.7;

/**
 * Copies of what composite saw and did, in kernel memory, and the monitors' pictures out of them. Buffers are made at first use and
 * kept for the largest size; while nobody watches a monitor nothing is copied.
 */
export class MonitorPictures implements PictureTap {
  format: PixelFormat = 'UYVY';
  matrix: YuvMatrix = 'bt709';
  widthPx = 0;
  heightPx = 0;
  /** Whether masks are wanted of the next picture. */
  wantsAlpha = false;
  readonly #sureness: SurenessMap;
  readonly #buffers: KernelPicture[] = [];
  #bytes = 0;
  #kernelFormat: KernelFormat = 0;
  #alpha: BytePlane = { ptr: 0, strideBytes: 0 };
  #sure: BytePlane = { ptr: 0, strideBytes: 0 };
  #isSureMade = false;
  readonly #faces: FaceTrack[] = [];
  readonly #concealed: BoxPx[] = [];

  constructor(
    private readonly kernels: MonitorKernels,
    private readonly burnIn: BurnIn,
  ) {
    this.#sureness = new SurenessMap(kernels.memory, kernels.monitor);
  }

  /** The camera's picture, before anything is done to it. */
  plain(frame: ReceivedFrame): void {
    this.#fit(frame);
    this.#keep(frame, buffers.plain);
    this.#faces.length = 0;
    this.#concealed.length = 0;
    this.#isSureMade = false;
    if (this.wantsAlpha) this.#clear(this.#alpha);
  }
  laid(face: FaceTrack, region: RegionView, patch: PatchView, occlusionPtr: number, mix: number): void {
    this.#faces.push(face);
    if (!this.wantsAlpha) return;
    const { x0, y0, x1, y1 } = patch;
    const place = { x: region.box.x0 + x0, y: region.box.y0 + y0, widthPx: x1 - x0, heightPx: y1 - y0 };
    this.kernels.monitor.screenAlpha(patch, occlusionPtr, this.#alpha, place, mix);
  }
  concealed(box: BoxPx): void {
    this.#concealed.push(alignBox(this.format, box, this.widthPx, this.heightPx, { x0: 0, y0: 0, x1: 0, y1: 0 }));
  }
  /** Faces are drawn; nothing is paired, mirrored or labelled. */
  drawn(frame: ReceivedFrame): void {
    this.#keep(frame, buffers.shown);
  }
  /** Takes what was drawn out of the frame again: another picture leaves as programme. */
  restore(frame: ReceivedFrame): void {
    copyRegionOut(planesOf(frame), this.#region(buffers.plain), this.kernels.memory);
  }

  /**
   * One monitor's picture into `out`, of the format and size of the last frame. `lut`: baked for this format and matrix, or null.
   * `plate`: where the fill's label stands, so that a keyer keeps it; null where there is none.
   */
  make(look: MonitorLook, lut: BakedLut | null, mirror: boolean, plate: BoxPx | null, out: FramePlanes): void {
    const { picture } = this.kernels;
    let from = this.#compose(look, plate);
    const made = this.#buffers[buffers.made]!;
    if (mirror) {
      // Its own copy: plain and shown are wanted again by the next monitor, and a mirror is not made in place.
      const source = from === made ? this.#copy(made, buffers.spare) : from;
      picture.mirror(this.#kernelFormat, source, made, this.widthPx, this.heightPx);
      from = made;
    }
    if (lut || look.text !== '') {
      if (from !== made) picture.copy(this.#kernelFormat, from, made, this.widthPx, this.heightPx);
      from = made;
      if (lut) this.kernels.lut.apply(lut, made, this.widthPx, this.heightPx);
      if (look.text !== '') this.#stamp(look.text, made);
    }
    copyRegionOut(out, this.#regionOf(from), this.kernels.memory);
  }

  #compose(look: MonitorLook, plate: BoxPx | null): KernelPicture {
    const plain = this.#buffers[buffers.plain]!;
    const shown = this.#buffers[buffers.shown]!;
    const made = this.#buffers[buffers.made]!;
    const { picture, monitor } = this.kernels;
    const { widthPx: w, heightPx: h } = this;
    const format = this.#kernelFormat;
    switch (look.kind) {
      case 'programme':
      case 'pair':
        return shown;
      case 'plain':
        return plain;
      case 'wipe':
        picture.wipe(format, plain, shown, made, w, h, look.wipe01 * w);
        break;
      case 'side-by-side':
        picture.sideBySide(format, plain, shown, made, w, h);
        break;
      case 'difference':
        monitor.difference(format, plain, shown, made, w, h, look.gain);
        break;
      case 'matte':
        monitor.key(format, this.#alpha, made, w, h);
        break;
      case 'key':
        monitor.key(format, this.#alpha, made, w, h);
        for (const box of this.#concealed) this.#white(made, box);
        if (plate) this.#white(made, plate);
        break;
      case 'fill':
        monitor.fill(format, plain, shown, this.#alpha, made, w, h);
        for (const box of this.#concealed) this.#copyBox(shown, made, box);
        break;
      case 'confidence':
        picture.copy(format, shown, made, w, h);
        monitor.tint(format, this.#surenessPlane(), made, w, h, tintStrength01);
    }
    return made;
  }

  /** Once per frame, however many monitors show it. */
  #surenessPlane(): BytePlane {
    if (this.#isSureMade) return this.#sure;
    this.#isSureMade = true;
    this.#clear(this.#sure);
    for (const face of this.#faces) this.#sureness.lay(face, this.#sure, this.widthPx, this.heightPx);
    return this.#sure;
  }
  #stamp(text: string, dst: KernelPicture): void {
    this.burnIn.stamp(this.format, this.#kernelFormat, this.matrix, dst, this.widthPx, this.heightPx, text);
  }
  #white(dst: KernelPicture, box: BoxPx): void {
    const part = this.#part(dst, box);
    const isRgb = kernelPixelBytes(this.#kernelFormat) === 4;
    const [a, b, c] = isRgb ? ([255, 255, 255] as const) : ([235, 128, 128] as const);
    this.kernels.picture.fill(this.#kernelFormat, part, box.x1 - box.x0, box.y1 - box.y0, a, b, c);
  }
  #copyBox(from: KernelPicture, to: KernelPicture, box: BoxPx): void {
    const { picture } = this.kernels;
    picture.copy(this.#kernelFormat, this.#part(from, box), this.#part(to, box), box.x1 - box.x0, box.y1 - box.y0);
  }
  #part(whole: KernelPicture, box: BoxPx): KernelPicture {
    const { strideBytes } = whole;
    const at = box.y0 * strideBytes + box.x0 * kernelPixelBytes(this.#kernelFormat);
    return { luma: whole.luma + at, chroma: whole.chroma ? whole.chroma + at : 0, strideBytes };
  }
  #copy(from: KernelPicture, which: BufferIndex): KernelPicture {
    const to = this.#buffers[which]!;
    this.kernels.picture.copy(this.#kernelFormat, from, to, this.widthPx, this.heightPx);
    return to;
  }
  #clear(plane: BytePlane): void {
    this.kernels.memory.u8.fill(0, plane.ptr, plane.ptr + plane.strideBytes * this.heightPx);
  }

  #keep(frame: ReceivedFrame, which: BufferIndex): void {
    copyRegionIn(planesOf(frame), this.#region(which), this.kernels.memory);
  }
  #region(which: BufferIndex): RegionPlanes {
    return this.#regionOf(this.#buffers[which]!);
  }
  #regionOf(picture: KernelPicture): RegionPlanes {
    const { luma, chroma, strideBytes } = picture;
    const box = { x0: 0, y0: 0, x1: this.widthPx, y1: this.heightPx };
    return { ptr: luma, chromaPtr: chroma, strideBytes, box };
  }

  /** Buffers for pictures of this shape. A monitor has no alpha of its own: UYVA goes on as UYVY, PA16 as P216. */
  #fit({ shape, matrix }: ReceivedFrame): void {
    const format = opaqueFormat(shape.format);
    const { widthPx, heightPx } = shape;
    this.matrix = matrix;
    if (format === this.format && widthPx === this.widthPx && heightPx === this.heightPx) return;
    const strideBytes = naturalStrideBytes(format, widthPx);
    const bytes = pictureBytes(format, heightPx, strideBytes);
    const { memory } = this.kernels;
    const grown = bytes > this.#bytes;
    const planeBytes = widthPx * heightPx;
    if (grown || planeBytes > this.#alpha.strideBytes * this.heightPx) {
      this.#alpha = { ptr: memory.allocate(planeBytes), strideBytes: widthPx };
      this.#sure = { ptr: memory.allocate(planeBytes), strideBytes: widthPx };
    }
    this.#alpha = { ...this.#alpha, strideBytes: widthPx };
    this.#sure = { ...this.#sure, strideBytes: widthPx };
    for (let i = 0; i < 4; i++) {
      const luma = grown ? memory.allocate(bytes) : this.#buffers[i]!.luma;
      const chroma = format === 'P216' ? luma + strideBytes * heightPx : 0;
      this.#buffers[i] = { luma, chroma, strideBytes };
    }
    this.#bytes = Math.max(bytes, this.#bytes);
    this.format = format;
    this.#kernelFormat = kernelFormatOf(format);
    this.widthPx = widthPx;
    this.heightPx = heightPx;
  }
}

const opaqueFormat = (format: PixelFormat): PixelFormat =>
  format === 'UYVA' ? 'UYVY' : format === 'PA16' ? 'P216' : format;
const planesOf = ({ pixels, shape }: ReceivedFrame): FramePlanes => ({
  pixels,
  strideBytes: shape.strideBytes,
  heightPx: shape.heightPx,
  format: shape.format,
});
