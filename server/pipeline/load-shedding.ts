import type { DurationUs } from '../time/time.js';

/** A picture that is ready later than this part of its interval after its capture leaves the next one too little room. */
const lateShare01 = 0.75;
/** Pictures that are looked at together, and how many of them late make a level. */
const windowFrames = 25;
const lateToShed = 8;
/** Pictures in time before one level is given back, and how many of them a late one undoes: single stutters do not keep a lane down for good. */
const calmFrames = 100;
const undoneByLate = 10;

interface Level {
  /** Keyframe intervals are this many times as long. */
  readonly keyframeStretch: number;
  /** Previews come this many times as seldom. Never none: about one a second costs a thousandth of the lane, and a desk without pictures is blind. */
  readonly previewStretch: number;
  /** One of so many pictures is made for monitors. */
  readonly monitorStretch: number;
}
const levels: readonly Level[] = [
  { keyframeStretch: 1, previewStretch: 1, monitorStretch: 1 },
  { keyframeStretch: 2, previewStretch: 4, monitorStretch: 2 },
  { keyframeStretch: 4, previewStretch: 8, monitorStretch: 5 },
  { keyframeStretch: 8, previewStretch: 16, monitorStretch: 25 },
];

/**
 * What a lane gives up when the machine cannot keep up, in this order: previews, monitors' rate and keyframe rate first, and never the frame rate by
 * choice. One level is taken at a time and given back at a time; all of it is counted.
 */
export class LoadShedding {
  /** 0: nothing is given up. */
  level = 0;
  /** Pictures that were ready too late, since the start. */
  lateFrames = 0;
  /** Times a level was taken. */
  sheds = 0;
  #inWindow = 0;
  #lateInWindow = 0;
  #calm = 0;

  get keyframeStretch(): number {
    return levels[this.level]!.keyframeStretch;
  }
  get previewStretch(): number {
    return levels[this.level]!.previewStretch;
  }

  get monitorStretch(): number {
    return levels[this.level]!.monitorStretch;
  }

  /** A picture was ready so long after its capture. Returns whether the level changed. */
  ready(afterCaptureUs: number, intervalUs: DurationUs): boolean {
    const late = afterCaptureUs > lateShare01 * intervalUs;
    if (late) {
      this.lateFrames++;
      this.#lateInWindow++;
      this.#calm = Math.max(0, this.#calm - undoneByLate);
    } else this.#calm++;
    if (this.#lateInWindow >= lateToShed && this.level < levels.length - 1) return this.#to(this.level + 1);
    if (this.#calm >= calmFrames && this.level > 0) return this.#to(this.level - 1);
    if (++this.#inWindow >= windowFrames) {
      this.#inWindow = 0;
      this.#lateInWindow = 0;
    }
    return false;
  }

  #to(level: number): boolean {
    if (level > this.level) this.sheds++;
    this.level = level;
    this.#inWindow = 0;
    this.#lateInWindow = 0;
    this.#calm = 0;
    return true;
  }
}
