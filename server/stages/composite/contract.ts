import type { CompositedFrame, ReceivedFrame } from '../../frame/frames.js';
import type { BoxPx } from '../../frame/geometry.js';
import type { FaceTrack } from '../../frame/face-track.js';
import type { RegionView } from '../../frame/region-view.js';
import type { LikenessEngine, Look, PatchView } from '../../likeness/port.js';

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
  /** Lets monitors look at the picture while it is made; null: nobody watches one. */
  readonly tap?: PictureTap | null;
}

/**
 * What monitors are shown of a picture: the camera's, what was done to it, and the likeness alone, whatever mode the programme is in.
 * None of it may change the frame but `restore`.
 */
export interface PictureTap {
  plain(frame: ReceivedFrame): void;
  /** A patch was laid on. `occlusionPtr`: plane of what is in front, as wide as the patch; 0: nothing. `mix`: 0 … 256. */
  laid(face: FaceTrack, region: RegionView, patch: PatchView, occlusionPtr: number, mix: number): void;
  /** This part of the picture may be softened. */
  concealed(box: BoxPx): void;
  /** Everything is drawn; nothing is paired, mirrored or labelled. */
  drawn(frame: ReceivedFrame): void;
  /** Gives the frame the camera's pixels back: the programme shows something else. */
  restore(frame: ReceivedFrame): void;
}
export interface Compositor {
  composite(
    frame: ReceivedFrame,
    work: readonly FaceWork[],
    workCount: number,
    settings: CompositeSettings,
  ): CompositedFrame;
}
