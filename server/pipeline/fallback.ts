import type { FaceTrack } from '../frame/face-track.js';
import type { LadderStep } from '../protocol/messages.js';
import { type DurationUs, fromMs, type InstantUs, since } from '../time/time.js';

/**
 * The ladder of promise 3, per face: likeness → hold (the propagated likeness) → conceal (softened beyond recognition), and
 * plain only where the operator chose it. A face that nobody has recognised yet has its own step.
 */
export interface FallbackSettings {
  readonly maxHoldUs: DurationUs;
  readonly ladder: 'hold-conceal' | 'hold-plain' | 'conceal';
  readonly unacquired: 'conceal' | 'plain';
  readonly minConfidence01: number;
  /** The time one keyframe interval takes; a keyframe older than four of them (at least 400 ms) is stale. */
  readonly keyframeIntervalUs: DurationUs;
}
/** A performer who is known to be there and of whom less than this looks as learned is hidden, not held. */
const leastVisible01 = 0.45;
/** Of a face with less in sight than this nothing is drawn (propagate/appearance.ts). */
const leastDrawn01 = 0.3;
const leastFreshUs = fromMs(400);

export class FallbackLadder {
  /** Newest instant at which each slot's likeness was sure. */
  readonly #goodAtUs: Float64Array;
  constructor(faceSlots: number) {
    this.#goodAtUs = new Float64Array(faceSlots);
  }

  /** A new track in this slot. */
  reset(faceId: number): void {
    this.#goodAtUs[faceId] = 0;
  }

  decide(face: FaceTrack, nowUs: InstantUs, settings: FallbackSettings, castWaiting: boolean): LadderStep {
    if (face.recognition === 'stranger') return 'idle';
    if (face.recognition === 'unknown' || face.keyframeFrame < 0) {
      // Where every cast performer is already on screen, an unknown face can be nobody's.
      return face.recognition === 'unknown' && !castWaiting ? 'idle' : 'unacquired';
    }
    const freshUs = Math.max(leastFreshUs, 4 * settings.keyframeIntervalUs);
    const stale = since(nowUs, face.keyframeAtUs) > freshUs;
    const sure = !stale && face.presence01 >= 0.5 && face.confidence01 >= settings.minConfidence01;
    if (sure) {
      this.#goodAtUs[face.faceId] = nowUs;
      return 'likeness';
    }
    if (settings.ladder === 'conceal' || (face.unlikeItself && face.visible01 < leastVisible01)) return 'conceal';
    // Somebody stands before all of it: nothing is drawn, and there is nothing to conceal but whoever that is.
    if (face.maskPtr !== 0 && face.visible01 < leastDrawn01) return 'hold';
    const heldUs = nowUs - this.#goodAtUs[face.faceId];
    if (heldUs <= settings.maxHoldUs) return 'hold';
    return settings.ladder === 'hold-plain' ? 'plain' : 'conceal';
  }

  /** How long a cast face has not been sure; 0 while it is. */
  unsureUs(face: FaceTrack, nowUs: InstantUs): DurationUs {
    return Math.max(0, nowUs - this.#goodAtUs[face.faceId]) as DurationUs;
  }
}

/** What the compositor does for a step. */
export function actionOf(
  step: LadderStep,
  unacquired: FallbackSettings['unacquired'],
  canDraw: boolean,
): 'likeness' | 'conceal' | 'none' {
  switch (step) {
    case 'likeness':
    case 'hold':
      // A likeness that may not be shown (no consent, not loaded) never shows the performer instead.
      return canDraw ? 'likeness' : 'conceal';
    case 'conceal':
      return 'conceal';
    case 'unacquired':
      return unacquired === 'plain' ? 'none' : 'conceal';
    case 'plain':
    case 'idle':
    case 'bypass':
    case 'slate':
      return 'none';
  }
}
