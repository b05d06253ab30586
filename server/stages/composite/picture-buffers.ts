import { pictureBytes } from '../../frame/format.js';
import { kernelFormatOf, type KernelFormat } from '../../kernels/formats.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { KernelPicture } from '../../kernels/picture.js';
import type { NdiVideoFrame } from '../../ndi/port.js';

/** Whole pictures in kernel memory, for the monitor modes that need them. Made at first use, kept for the largest size. */
export class PictureBuffers {
  readonly #ptr: number[] = [];
  #bytes = 0;
  constructor(private readonly memory: KernelMemory) {}

  /** Picture buffer `which` for frames of this shape. */
  of(frame: NdiVideoFrame, which: 0 | 1 | 2): KernelPicture {
    const bytes = pictureBytes(frame.format, frame.heightPx, frame.strideBytes);
    if (bytes > this.#bytes) {
      for (let i = 0; i < 3; i++) this.#ptr[i] = this.memory.allocate(bytes);
      this.#bytes = bytes;
    }
    const luma = this.#ptr[which]!;
    const chroma = frame.format === 'P216' || frame.format === 'PA16' ? luma + frame.strideBytes * frame.heightPx : 0;
    return { luma, chroma, strideBytes: frame.strideBytes };
  }

  take(frame: NdiVideoFrame, which: 0 | 1 | 2): KernelPicture {
    const picture = this.of(frame, which);
    const bytes = pictureBytes(frame.format, frame.heightPx, frame.strideBytes);
    this.memory.u8.set(frame.pixels.subarray(0, bytes), picture.luma);
    return picture;
  }
  /** Back into the frame: colour planes only, alpha planes stay. */
  give(frame: NdiVideoFrame, picture: KernelPicture): void {
    const planes = frame.format === 'P216' || frame.format === 'PA16' ? 2 : 1;
    const bytes = frame.strideBytes * frame.heightPx * planes;
    frame.pixels.set(this.memory.u8.subarray(picture.luma, picture.luma + bytes), 0);
  }
  kernelFormat(frame: NdiVideoFrame): KernelFormat {
    return kernelFormatOf(frame.format);
  }
}
