import { invertAffine, type Affine } from '../../server/frame/geometry.js';
import type { DetectedFace } from '../../server/stages/keyframe/analysis/face-detector.js';
import type { FaceMesher } from '../../server/stages/keyframe/analysis/face-mesher.js';
import type { RgbPicture } from '../../server/stages/keyframe/analysis/picture.js';
import {
  cropFace,
  mapLandmarks,
  roiOfDetection,
  roiOfLandmarks,
} from '../../server/stages/keyframe/analysis/region.js';

export interface MeshedFace {
  readonly frameToCrop: Affine;
  readonly crop: Uint8ClampedArray;
  /** 478 × (x, y, z) in crop pixels. */
  readonly landmarks: Float32Array;
  readonly presence01: number;
}

/** Mesh of a face just found: twice, because the detector's region is rough. */
export async function meshFace(picture: RgbPicture, face: DetectedFace, mesher: FaceMesher): Promise<MeshedFace> {
  const rough = roiOfDetection(face);
  const first = await mesher.landmarks(cropFace(picture, rough));
  const frameToCrop = roiOfLandmarks(mapLandmarks(first.landmarks, invertAffine(rough)));
  const crop = cropFace(picture, frameToCrop);
  return { frameToCrop, crop, ...(await mesher.landmarks(crop)) };
}
