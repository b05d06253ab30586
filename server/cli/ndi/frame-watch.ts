import type { NdiVideoFrame } from '../../ndi/port.js';
import { isBlack } from './picture.js';
import { findPlate, type FoundPlate, type PlateCorner } from './plate.js';
import { readMark, type ReceivedMark } from './mark.js';

/** What `monitor` counts of a stream. Frames are judged one by one as they arrive; nothing of their pixels is kept. */
export interface WatchReport {
  readonly frames: number;
  readonly fps: number;
  readonly declaredFps: number;
  readonly picture: string;
  /** Now minus the sender's timestamp, between machines of one clock; null where the sender gives none. */
  readonly delayMs: { readonly p50: number; readonly p95: number; readonly max: number } | null;
  /** Pictures missing by their timecodes. */
  readonly framesLost: number;
  readonly framesOutOfOrder: number;
  readonly framesRepeated: number;
  readonly framesBlack: number;
  /** Marked as likeness, or unmarked after marked ones, without the visible label. */
  readonly framesUnlabelled: number;
  readonly framesLabelled: number;
  /** Frames by kind of the metadata mark; 'none' without one. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly steps: Readonly<Record<string, number>>;
  readonly mark: ReceivedMark | null;
  readonly plate: FoundPlate | null;
  readonly timecode: string;
}

const undefinedTime = 0x7fff_ffff_ffff_ffffn;
const delaysKept = 4096;
/** A gap in timecodes beyond this is a cut in the timecode (a camera restarted), not lost pictures. */
const mostLost = 1000;

export class FrameWatch {
  #frames = 0;
  #lost = 0;
  #outOfOrder = 0;
  #repeated = 0;
  #black = 0;
  #unlabelled = 0;
  #labelled = 0;
  #firstAtUs = 0;
  #lastAtUs = 0;
  #lastTimecode: bigint | null = null;
  #newestTimecode: bigint | null = null;
  #corner: PlateCorner = 'top-right';
  #mark: ReceivedMark | null = null;
  #plate: FoundPlate | null = null;
  #shape = '';
  #declaredFps = 0;
  readonly #delaysMs: number[] = [];
  readonly #kinds: Record<string, number> = {};
  readonly #steps: Record<string, number> = {};

  get frames(): number {
    return this.#frames;
  }

  /** `wallClockUs` is now, on the base of NDI's timestamps. */
  take(frame: NdiVideoFrame, wallClockUs: number): void {
    if (this.#frames++ === 0) this.#firstAtUs = frame.receivedAtUs;
    this.#lastAtUs = frame.receivedAtUs;
    this.#declaredFps = frame.frameRateNum / frame.frameRateDen;
    this.#shape = `${frame.widthPx}×${frame.heightPx} ${frame.format} ${frame.scan}`;
    if (frame.timestamp100ns !== undefinedTime && frame.timestamp100ns > 0n) {
      const delayMs = (wallClockUs - Number(frame.timestamp100ns / 10n)) / 1000;
      this.#delaysMs[(this.#frames - 1) % delaysKept] = delayMs;
    }
    this.#order(frame);
    if (isBlack(frame)) this.#black++;
    this.#label(frame);
  }

  #order(frame: NdiVideoFrame): void {
    const timecode = frame.timecode100ns;
    if (timecode === undefinedTime) return;
    this.#lastTimecode = timecode;
    const before = this.#newestTimecode;
    if (before !== null && timecode < before) {
      this.#outOfOrder++;
      return;
    }
    this.#newestTimecode = timecode;
    if (before === null) return;
    if (timecode === before) {
      // Two fields of one frame may share a timecode.
      if (frame.scan !== 'field-1') this.#repeated++;
      return;
    }
    const interval100ns = (10_000_000 * frame.frameRateDen) / frame.frameRateNum;
    const missing = Math.round(Number(timecode - before) / interval100ns) - 1;
    if (missing > 0 && missing <= mostLost) this.#lost += missing;
  }

  #label(frame: NdiVideoFrame): void {
    const mark = readMark(frame.hasMetadata ? frame.metadata : null);
    const wasMarked = this.#mark !== null;
    const kind = mark?.kind ?? 'none';
    this.#kinds[kind] = (this.#kinds[kind] ?? 0) + 1;
    if (mark?.step) this.#steps[mark.step] = (this.#steps[mark.step] ?? 0) + 1;
    this.#plate = findPlate(frame, this.#corner);
    if (this.#plate !== null) {
      this.#corner = this.#plate.corner;
      this.#labelled++;
    } else if (kind === 'likeness' || (kind === 'none' && wasMarked)) {
      this.#unlabelled++;
    }
    if (mark !== null) this.#mark = mark;
  }

  report(): WatchReport {
    const spanUs = this.#lastAtUs - this.#firstAtUs;
    return {
      frames: this.#frames,
      fps: spanUs > 0 ? round(((this.#frames - 1) * 1_000_000) / spanUs, 2) : 0,
      declaredFps: round(this.#declaredFps, 3),
      picture: this.#shape,
      delayMs: this.#delays(),
      framesLost: this.#lost,
      framesOutOfOrder: this.#outOfOrder,
      framesRepeated: this.#repeated,
      framesBlack: this.#black,
      framesUnlabelled: this.#unlabelled,
      framesLabelled: this.#labelled,
      kinds: { ...this.#kinds },
      steps: { ...this.#steps },
      mark: this.#mark,
      plate: this.#plate,
      timecode: timecodeText(this.#lastTimecode, this.#declaredFps),
    };
  }

  #delays(): WatchReport['delayMs'] {
    if (this.#delaysMs.length === 0) return null;
    const sorted = [...this.#delaysMs].sort((a, b) => a - b);
    const at = (share: number): number =>
      round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!, 2);
    return { p50: at(0.5), p95: at(0.95), max: at(1) };
  }
}

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

/** Hours:minutes:seconds:frames of the day, UTC. */
export function timecodeText(timecode100ns: bigint | null, fps: number): string {
  if (timecode100ns === null || !(fps > 0)) return '--:--:--:--';
  const ofDay = Number(timecode100ns % 864_000_000_000n) / 10_000_000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  // A ten-thousandth of a frame of grace: 100 ns rounding must not show the frame before.
  return [ofDay / 3600, (ofDay / 60) % 60, ofDay % 60, (ofDay % 1) * fps + 1e-4].map(two).join(':');
}
