import { type PixelFormat, yuvMatrixOf } from '../frame/format.js';
import { layRows, paintRows } from '../frame/paint.js';
import type { NdiPort, NdiVideoFrame, VideoFrameShape } from '../ndi/port.js';
import { drawSlate } from '../stages/label/glyphs.js';
import type { SourceState } from '../stages/receive/contract.js';
import type { Clock } from '../time/clock.js';
import { frameIntervalUs } from '../time/time.js';

type OwnFrame = ReturnType<NdiPort['createVideoFrame']>;

/** How long after the start a camera may take to appear before the slate goes out: libndi needs about this to connect. */
const patienceMs = 1500;

/**
 * A picture for when there is none: keeps the camera's last size, rate and running timecode. Two buffers, because libndi
 * holds the one that was sent last.
 */
export class Slate {
  #shape: VideoFrameShape = { widthPx: 1920, heightPx: 1080, format: 'UYVY', frameRateNum: 25, frameRateDen: 1 };
  #frames: [OwnFrame, OwnFrame] | null = null;
  #paintedFor = '';
  #turn: 0 | 1 = 0;
  #timer: NodeJS.Timeout | null = null;
  #nextAtUs = 0;
  #startedAtUs = 0;
  #state: () => SourceState = () => 'absent';
  /** 100 ns; goes on from the camera's last. */
  #timecode = 0n;
  #timecodeAtUs = 0;

  constructor(
    private readonly ndi: NdiPort,
    private readonly clock: Clock,
    private readonly sourceName: string,
    private readonly send: (video: NdiVideoFrame) => void,
  ) {}

  start(state: () => SourceState): void {
    this.#state = state;
    this.#startedAtUs = this.clock.nowUs();
    this.#nextAtUs = this.#startedAtUs;
    this.#tick();
  }

  /** Remembers the camera's shape and time. Called for every picture: only fields are copied. */
  follow(video: NdiVideoFrame): void {
    const shape = this.#shape as { -readonly [K in keyof VideoFrameShape]: VideoFrameShape[K] };
    shape.widthPx = video.widthPx;
    shape.heightPx = video.heightPx;
    shape.format = slateFormat(video.format);
    shape.frameRateNum = video.frameRateNum;
    shape.frameRateDen = video.frameRateDen;
    shape.pictureAspectRatio = video.pictureAspectRatio;
    this.#timecode = video.timecode100ns;
    this.#timecodeAtUs = this.clock.nowUs();
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    const now = this.clock.nowUs();
    const intervalUs = frameIntervalUs(this.#shape.frameRateNum, this.#shape.frameRateDen);
    const state = this.#state();
    const waiting = state === 'absent' && now - this.#startedAtUs < patienceMs * 1000;
    if (state !== 'receiving' && !waiting) this.#sendOne(now);
    // Late by whole intervals: skip them, never send twice to catch up.
    this.#nextAtUs += intervalUs;
    if (this.#nextAtUs < now) this.#nextAtUs = now + intervalUs;
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, (this.#nextAtUs - now) / 1000));
  }

  #sendOne(now: number): void {
    this.#paint();
    const frame = this.#frames![this.#turn];
    this.#turn = this.#turn === 0 ? 1 : 0;
    if (this.#timecodeAtUs === 0) {
      this.#timecode = BigInt(this.clock.wallClockUs()) * 10n;
      this.#timecodeAtUs = now;
    }
    frame.timecode100ns = this.#timecode + BigInt(Math.round(now - this.#timecodeAtUs)) * 10n;
    this.send(frame);
  }

  #paint(): void {
    const { widthPx, heightPx, format, frameRateNum, frameRateDen } = this.#shape;
    const key = `${widthPx} ${heightPx} ${format} ${frameRateNum}/${frameRateDen}`;
    if (key === this.#paintedFor) return;
    this.#paintedFor = key;
    const bitmap = drawSlate(widthPx & ~1, heightPx, { title: 'NO CAMERA', detail: this.sourceName });
    const rows = paintRows(bitmap.rgba, widthPx & ~1, heightPx, format, yuvMatrixOf(widthPx, heightPx, null));
    this.#frames = [this.ndi.createVideoFrame({ ...this.#shape }), this.ndi.createVideoFrame({ ...this.#shape })];
    for (const frame of this.#frames) layRows(rows, frame.pixels, frame.strideBytes, heightPx, format, 0, 0);
  }
}

/** Alpha planes are not painted: a slate is opaque. */
const slateFormat = (format: PixelFormat): PixelFormat =>
  format === 'UYVA' ? 'UYVY' : format === 'PA16' ? 'P216' : format;
