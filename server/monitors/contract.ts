import type { PictureKind } from '../frame/frames.js';
import type { MonitorKind } from './params.js';

/**
 * monitors: further outputs of a lane, made from copies after the programme has left. Takes what composite lets it look at
 * (PictureTap), gives pictures for label and send. A monitor whose time is not there is left out and counted.
 */
export interface MonitorLook {
  readonly kind: MonitorKind;
  readonly wipe01: number;
  readonly gain: number;
  /** Burnt in at the bottom; '' for nothing. */
  readonly text: string;
}

/** What a monitor's picture is to label and metadata. On bypass everything shows the camera, and is marked so. */
export function pictureKindOf(kind: MonitorKind, bypass: boolean): PictureKind {
  if (kind === 'matte' || kind === 'key') return 'matte';
  if (kind === 'plain') return 'plain';
  return bypass ? 'bypass' : 'likeness';
}
