import { affine } from '../../frame/geometry.js';
import { type OcclusionKernel, ownMotionFloats } from '../../kernels/occlusion.js';
import type { OcclusionGrids } from '../../kernels/occlusion-grids.js';

/** One picture of a face, as its appearance is looked at. */
export class FaceSight {
  /** Picture → region. */
  readonly shift = affine(1, 0, 0, 0, 1, 0);
  /** How the face itself moves, crop px: OwnMotion.motion. */
  motion: Float64Array = new Float64Array(ownMotionFloats);
  /** Luma of the crop, 256 × 256 in kernel memory, under face.fromCrop. */
  lumaPtr = 0;
  /** Flow from this picture to the one before. */
  backwardPtr = 0;
  frameNumber = -1;
}

/** What is known of the looks of the face in one slot. */
export interface FaceAppearance {
  readonly grids: OcclusionGrids;
  /** Pictures learned; the model says nothing below picturesToKnow. */
  learned: number;
  /** The picture that was looked at last. */
  frameNumber: number;
  /** It is the one after the picture that was looked at before it. */
  follows: boolean;
  hidden01: number;
  /** Something is believed of what is in front. */
  believes: boolean;
  /** Cells that could be compared last. */
  compared: number;
  /** Share of the face that something else moved over in the last picture. */
  straying01: number;
  /** Until this picture something may be on its way over the face. */
  cameUntilFrame: number;
  /** The light when the face was last in sight. */
  readonly sureLight: Float32Array;
  /** Until this picture nothing is masked. */
  openUntilFrame: number;
  /** The model has fitted this track once: from then on what does not fit is something else. */
  fits: boolean;
  /** Looks in a row that knew the performer where the model does not. */
  doubts: number;
  performerId: string | null;
}

export const newFaceAppearance = (kernel: OcclusionKernel): FaceAppearance => ({
  grids: kernel.newGrids(),
  learned: 0,
  frameNumber: -2,
  follows: false,
  hidden01: 0,
  believes: false,
  compared: 0,
  straying01: 0,
  cameUntilFrame: -1,
  sureLight: Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0),
  openUntilFrame: -1,
  fits: false,
  doubts: 0,
  performerId: null,
});
