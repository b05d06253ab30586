import type { CompositedFrame, LabelledFrame } from '../../frame/frames.js';
import type { BoxPx } from '../../frame/geometry.js';
import type { LadderStep } from '../../protocol/messages.js';

/**
 * label: the visible mark in every picture that carries a likeness, the metadata mark in every picture. The only maker of
 * LabelledFrame. It has no switch: no parameter, address, key or file turns it off.
 */
export type Corner = 'top-right' | 'top-left' | 'bottom-right' | 'bottom-left';

export interface LabelFacts {
  readonly step: LadderStep;
  readonly likenessId: string | null;
  readonly consentId: string | null;
  readonly delayFrames: number;
  /** 'auto' starts top-right and gives way to a face. */
  readonly corner: Corner | 'auto';
  /** The camera's metadata, where the picture is a copy that has none of its own. */
  readonly cameraMetadata?: string | null;
}

export interface Labeller {
  /** `faces`: boxes in this picture's pixels, after mirroring; `faceCount` of them are valid. */
  label(frame: CompositedFrame, facts: LabelFacts, faces: readonly BoxPx[], faceCount: number): LabelledFrame;
}
