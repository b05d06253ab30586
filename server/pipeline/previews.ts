import jpegTurbo from '@julusian/jpeg-turbo';
import type { ReceivedFrame } from '../frame/frames.js';
import { FrameShrinker } from '../kernels/frame-shrink.js';
import type { KernelMemory } from '../kernels/memory.js';
import type { RegionKernel } from '../kernels/region.js';
import type { PreviewSide } from '../protocol/binary.js';

// CommonJS without named exports that Node could see.
const { compress, FORMAT_RGBX, SAMP_420 } = jpegTurbo;
const jpegQuality = 78;

export interface PreviewWish {
  readonly want: readonly PreviewSide[];
  readonly maxFps: number;
  readonly widthPx: number;
  readonly meshes: boolean;
}
export const noPreviews: PreviewWish = { want: [], maxFps: 1, widthPx: 640, meshes: false };

/**
 * Small pictures for the page. The picture is shrunk on the lane's thread (0.3–0.6 ms, only on frames that somebody looks
 * at), the JPEG is encoded in the thread pool. While an encode is under way the next picture is skipped and counted.
 */
export class Previews {
  wish: PreviewWish = noPreviews;
  skipped = 0;
  /** Pictures come this many times as seldom as wished (LoadShedding). */
  stretch = 1;
  /** Pictures that were due by the wish, and given up for the frame rate. */
  givenUp = 0;
  #shrinker: FrameShrinker | null = null;
  #made = '';
  #widthPx = 0;
  #heightPx = 0;
  readonly #busy = { input: false, output: false };
  readonly #givenUpAtUs = { input: -Infinity, output: -Infinity };
  readonly #lastAtUs = { input: -Infinity, output: -Infinity };

  constructor(
    private readonly memory: KernelMemory,
    private readonly region: RegionKernel,
    private readonly deliver: (
      which: PreviewSide,
      frame: { frameNumber: number; captureAtUs: number; timecode100ns: bigint },
      jpeg: Uint8Array,
    ) => void,
  ) {}

  /** Takes this picture for `which` where it is wanted and due. `timecode100ns`: of this picture, which may have been handed over. */
  offer(which: PreviewSide, frame: ReceivedFrame, timecode100ns: bigint): void {
    const { wish } = this;
    if (!wish.want.includes(which)) return;
    const sinceLastUs = frame.captureAtUs - this.#lastAtUs[which];
    const dueUs = (1_000_000 / wish.maxFps) * 0.9;
    if (sinceLastUs < dueUs) return;
    if (sinceLastUs < dueUs * this.stretch) {
      this.#giveUp(which, frame.captureAtUs, dueUs);
      return;
    }
    if (this.#busy[which]) {
      this.skipped++;
      return;
    }
    this.#lastAtUs[which] = frame.captureAtUs;
    this.#fit(frame, wish.widthPx);
    const ptr = this.#shrinker!.shrink(frame.pixels, frame.shape.strideBytes);
    // The encoder reads on another thread: it gets its own copy.
    const raw = Buffer.from(this.memory.u8.subarray(ptr, ptr + this.#widthPx * this.#heightPx * 4));
    const { frameNumber, captureAtUs } = frame;
    this.#busy[which] = true;
    compress(raw, {
      format: FORMAT_RGBX,
      width: this.#widthPx,
      height: this.#heightPx,
      subsampling: SAMP_420,
      quality: jpegQuality,
    })
      .then((jpeg) => this.deliver(which, { frameNumber, captureAtUs, timecode100ns }, jpeg))
      .catch(() => this.skipped++)
      .finally(() => {
        this.#busy[which] = false;
      });
  }

  /** Counts each wish that falls due once. */
  #giveUp(which: PreviewSide, atUs: number, everyUs: number): void {
    if (atUs - this.#givenUpAtUs[which] < everyUs) return;
    this.#givenUpAtUs[which] = atUs;
    this.givenUp++;
  }

  #fit(frame: ReceivedFrame, wantedWidthPx: number): void {
    const { shape } = frame;
    const widthPx = Math.max(16, Math.min(wantedWidthPx, shape.widthPx) & ~1);
    const heightPx =
      Math.max(16, Math.round(widthPx / shape.pictureAspectRatio) & ~1) ||
      Math.round((widthPx * shape.heightPx) / shape.widthPx);
    const key = `${shape.format} ${shape.widthPx}×${shape.heightPx} ${widthPx} ${frame.matrix}`;
    if (key === this.#made) return;
    this.#made = key;
    this.#widthPx = widthPx;
    this.#heightPx = Math.min(heightPx, shape.heightPx);
    this.#shrinker = new FrameShrinker(this.memory, this.region, {
      format: shape.format,
      widthPx: shape.widthPx,
      heightPx: shape.heightPx,
      dstWidthPx: widthPx,
      dstHeightPx: this.#heightPx,
      matrix: frame.matrix,
      layout: 'rgbx',
    });
  }
}
