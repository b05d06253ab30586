import type { CompositedFrame, ReceivedFrame } from '../../frame/frames.js';
import type { BoxPx } from '../../frame/geometry.js';
import type { FaceTrack } from '../../frame/face-track.js';
import type { RegionView } from '../../frame/region-view.js';
import type { LikenessEngine, Look } from '../../likeness/port.js';

/**
 * composite: rewrites the face regions in the picture's own buffer, by what the fallback ladder says of each face.
 * Takes: the received frame, each face's region in kernel memory, its likeness engine. Gives: CompositedFrame.
 * Pixels outside face regions are not touched in programme mode.
 */
export type FaceAction = 'likeness' | 'conceal' | 'none';

export interface FaceWork {
  face: FaceTrack;
  region: RegionView;
  action: FaceAction;
  engine: LikenessEngine | null;
}
export type OutputMode = 'likeness' | 'plain' | 'side-by-side' | 'wipe' | 'matte';
export interface CompositeSettings {
  readonly mode: OutputMode;
  readonly mirror: boolean;
  readonly wipe01: number;
  readonly bypass: boolean;
  /** Softens the whole picture: nobody has looked yet who is in it. */
  readonly concealAll: boolean;
  /** Softens this part of the picture: somebody may be coming in there. */
  readonly concealBox: BoxPx | null;
  readonly look: Look;
}
export interface Compositor {
  composite(
    frame: ReceivedFrame,
    work: readonly FaceWork[],
    workCount: number,
    settings: CompositeSettings,
  ): CompositedFrame;
}
