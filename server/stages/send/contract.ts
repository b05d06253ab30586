import type { LabelledFrame } from '../../frame/frames.js';
import type { NdiAudioFrame } from '../../ndi/port.js';
import type { DurationUs, InstantUs } from '../../time/time.js';

/**
 * send: pictures and sound out over NDI, in order, at a constant delay after capture; then the received buffer goes back.
 * Takes LabelledFrame only. When late: sends at once, counts it, and raises `onLate`; never reorders, never drops a picture.
 */
export interface SendEvents {
  /** A frame left: its capture to send time, and how late it was against the declared delay (negative: early by so much). */
  onSent(captureToSendUs: DurationUs, slackUs: DurationUs, frame: LabelledFrame): void;
}
export interface SendStageContract {
  put(frame: LabelledFrame, delayUs: DurationUs): void;
  putAudio(frame: NdiAudioFrame, captureAtUs: InstantUs, delayUs: DurationUs): void;
}
