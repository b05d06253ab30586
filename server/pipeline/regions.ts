import { cropSizePx, type FaceTrack } from '../frame/face-track.js';
import type { RegionView } from '../frame/region-view.js';
import { kernelFormatOf } from '../kernels/formats.js';
import type { KernelMemory } from '../kernels/memory.js';
import { alignBox, copyRegionIn, regionBytes, regionChromaOffset, regionStrideBytes } from '../kernels/region-copy.js';
import type { PicturePlanes } from './kept-picture.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Largest region side. A face that needs more is cropped to it, centred. */
const maxSidePx = 2000;
/** The face-aligned square grown by this: the concealing ellipse and a fast move fit. */
const grow = 1.2;
/** Regions begin and end on a multiple of this: 16 bytes of 4:2:2, 32 of RGB. */
const wholePx = 8;

class RegionSet {
  readonly views: readonly Mutable<RegionView>[];
  /** Reserved for each. */
  readonly bytes: number[];
  constructor(faceSlots: number) {
    this.views = Array.from({ length: faceSlots }, () => ({
      ptr: 0,
      chromaPtr: 0,
      strideBytes: 0,
      widthPx: 0,
      heightPx: 0,
      box: { x0: 0, y0: 0, x1: 0, y1: 0 },
      format: 0 as const,
    }));
    this.bytes = new Array<number>(faceSlots).fill(0);
  }
}

/** One region of the picture in kernel memory per face slot; and, where a picture waits for the next one, one of that picture. */
export class FaceRegions {
  readonly #sets: readonly [RegionSet, RegionSet];
  #set: 0 | 1 = 0;
  constructor(
    private readonly memory: KernelMemory,
    faceSlots: number,
  ) {
    this.#sets = [new RegionSet(faceSlots), new RegionSet(faceSlots)];
  }

  /** What was copied in so far is left alone until the next call. */
  turn(): void {
    this.#set = this.#set === 0 ? 1 : 0;
  }

  /** Copies the region round a face into kernel memory. Null where hardly any of it is in the picture. */
  copyIn(face: FaceTrack, frame: PicturePlanes): RegionView | null {
    return this.#copyIn(face, frame, this.#sets[this.#set]);
  }
  /** The same among the regions of the picture before the turn. */
  copyInHeld(face: FaceTrack, frame: PicturePlanes): RegionView | null {
    return this.#copyIn(face, frame, this.#sets[this.#set === 0 ? 1 : 0]);
  }
  view(face: FaceTrack): RegionView {
    return this.#sets[this.#set].views[face.faceId]!;
  }

  #copyIn(face: FaceTrack, frame: PicturePlanes, set: RegionSet): RegionView | null {
    const view = set.views[face.faceId]!;
    this.#bound(face, frame, view);
    const { box } = view;
    view.widthPx = box.x1 - box.x0;
    view.heightPx = box.y1 - box.y0;
    if (view.widthPx < 16 || view.heightPx < 16) return null;
    const bytes = regionBytes(frame.format, view.widthPx, view.heightPx);
    if (bytes > set.bytes[face.faceId]!) {
      // Grows by half, so that an approaching face does not take new memory every frame.
      set.bytes[face.faceId] = Math.ceil(bytes * 1.5);
      view.ptr = this.memory.allocate(set.bytes[face.faceId]!);
    }
    view.format = kernelFormatOf(frame.format);
    view.strideBytes = regionStrideBytes(frame.format, view.widthPx);
    const chroma = regionChromaOffset(frame.format, box);
    view.chromaPtr = chroma > 0 ? view.ptr + chroma : 0;
    copyRegionIn(frame, view, this.memory);
    return view;
  }
  /** The box of the face-aligned square (1.5 × the face, rotated), moved on by the face's velocity and grown a little. */
  #bound(face: FaceTrack, frame: PicturePlanes, view: Mutable<RegionView>): void {
    const m = face.fromCrop;
    const cx = m[0]! * (cropSizePx / 2) + m[1]! * (cropSizePx / 2) + m[2]! + face.velocityX;
    const cy = m[3]! * (cropSizePx / 2) + m[4]! * (cropSizePx / 2) + m[5]! + face.velocityY;
    const half = Math.min(maxSidePx / 2, ((Math.abs(m[0]!) + Math.abs(m[1]!)) * cropSizePx * grow) / 2);
    // Whole words of kernel memory and of libndi's rows: see copyRows.
    view.box.x0 = Math.floor((cx - half) / wholePx) * wholePx;
    view.box.y0 = cy - half;
    view.box.x1 = Math.ceil((cx + half) / wholePx) * wholePx;
    view.box.y1 = cy + half;
    alignBox(frame.format, view.box, frame.widthPx, frame.heightPx, view.box);
  }
}
