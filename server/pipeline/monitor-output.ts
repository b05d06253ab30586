import { asComposited, type LabelledFrame, type PictureKind, type ReceivedFrame } from '../frame/frames.js';
import type { BoxPx } from '../frame/geometry.js';
import type { NdiPort, NdiVideoFrame, Scan, Tally } from '../ndi/port.js';
import type { Labeller, LabelFacts } from '../stages/label/contract.js';
import type { SendStage } from '../stages/send/stage.js';
import type { DurationUs } from '../time/time.js';

type OwnFrame = ReturnType<NdiPort['createVideoFrame']>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The encode is measured first after so many pictures, when caches are warm, and then once in so many. */
const firstMeasuredAfter = 25;
const measuredEvery = 500;
/** What an encode is taken for before the first was measured: more than a 1080p picture needs. */
const supposedEncodeMs = 12;

/** Pictures of one size and format, in memory that is sent again and again. */
interface Slot {
  readonly video: OwnFrame;
  readonly frame: Mutable<ReceivedFrame>;
  /** libndi, or the delay line, has it. */
  isOut: boolean;
}
export interface OutputParts {
  /** A label of its own for each output: where it stands depends on what was shown there before. */
  readonly openLabel: () => Labeller;
  /** `onSent` is to be called for each picture that leaves: then the one before it is libndi's no more. */
  readonly openSend: (outputName: string, onSent: (frame: LabelledFrame) => void) => SendStage;
  readonly createFrame: NdiPort['createVideoFrame'];
}

/** One NDI output beside the programme: its sender with its delay line, its label, its pictures. */
export class MonitorOutput {
  readonly send: SendStage;
  readonly label: Labeller;
  #slots: Slot[] = [];
  /** Of a size that is no more, still in the delay line or with libndi. */
  #retired: Slot[] = [];
  #shape = '';
  #last: LabelledFrame | null = null;
  #untilMeasured = firstMeasuredAfter;

  constructor(
    private readonly parts: OutputParts,
    readonly outputName: string,
  ) {
    this.label = parts.openLabel();
    this.send = parts.openSend(outputName, (frame) => this.#sent(frame));
  }

  /** What libndi's encode of one picture takes; null before it was measured. */
  get encodeMs(): number | null {
    return this.send.encodeMs;
  }
  get tally(): Tally {
    return this.send.tally();
  }

  /** A picture to fill, shaped as `of`, in the monitor's format. `frame.pixels` is writable until `put`. */
  take(of: ReceivedFrame, format: NdiVideoFrame['format'], scan: Scan): Mutable<ReceivedFrame> {
    const { widthPx, heightPx, frameRateNum, frameRateDen, pictureAspectRatio } = of.shape;
    const shape = `${widthPx}×${heightPx} ${format} ${frameRateNum}/${frameRateDen} ${pictureAspectRatio} ${scan}`;
    if (shape !== this.#shape) {
      this.#retire();
      this.#shape = shape;
    }
    let slot = this.#slots.find(({ isOut }) => !isOut);
    if (!slot) {
      const video = this.parts.createFrame({
        ...{ widthPx, heightPx, format, frameRateNum, frameRateDen, pictureAspectRatio, scan },
      });
      const { strideBytes } = video;
      slot = { video, frame: { ...of, video, shape: { ...of.shape, format, strideBytes } }, isOut: false };
      this.#slots.push(slot);
    }
    const { frame, video } = slot;
    frame.frameNumber = of.frameNumber;
    frame.captureAtUs = of.captureAtUs;
    frame.matrix = of.matrix;
    frame.pixels = video.pixels;
    return frame;
  }

  /** A plain or matte output says so in its name. Bypass does not change it: receivers must not lose what they watch. */
  showsKind(kind: PictureKind): void {
    this.send.useName(kind === 'plain' ? ' PLAIN' : kind === 'matte' ? ' MATTE' : '');
  }

  /** Labels the filled picture and sends it when it is due. `spareUs`: time there is to wait for an encode, now and then. */
  put(
    frame: ReceivedFrame,
    kind: PictureKind,
    facts: LabelFacts,
    faces: readonly BoxPx[],
    faceCount: number,
    delayUs: DurationUs,
    spareUs: DurationUs,
  ): void {
    if (--this.#untilMeasured <= 0 && delayUs === 0 && spareUs > 1500 * (this.encodeMs ?? supposedEncodeMs)) {
      this.#untilMeasured = measuredEvery;
      this.send.measureEncode();
    }
    const slot = this.#slots.find((each) => each.frame === frame);
    if (slot) slot.isOut = true;
    const labelled = this.label.label(asComposited(frame, kind), facts, faces, faceCount);
    this.send.put(labelled, delayUs);
  }
  close(): void {
    this.send.close();
    for (const { video } of [...this.#slots, ...this.#retired]) video.free();
  }

  #sent(frame: LabelledFrame): void {
    const last = this.#last;
    this.#last = frame;
    if (last === frame) return;
    const before = this.#slots.find((slot) => slot.frame === last);
    if (before) before.isOut = false;
    const retired = this.#retired.findIndex((slot) => slot.frame === last);
    if (retired >= 0) this.#retired.splice(retired, 1)[0]!.video.free();
  }
  #retire(): void {
    for (const slot of this.#slots) {
      if (slot.isOut) this.#retired.push(slot);
      else slot.video.free();
    }
    this.#slots = [];
  }
}
