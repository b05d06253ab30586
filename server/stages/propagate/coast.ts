import { type FaceTrack, landmarkCount } from '../../frame/face-track.js';
import { type Affine, affine, composeAffine, invertAffine } from '../../frame/geometry.js';
import { mapPoints } from '../../frame/similarity.js';

/** Per picture, of the velocity of a face that is covered: half gone after five. */
const coastingDecay = 0.87;
const map = affine(1, 0, 0, 0, 1, 0);

/**
 * Moves a face that cannot be seen as it went, slower and slower. `toCropBefore`: picture → crop of the picture before, where its carried
 * landmarks lie; face.toCrop is this picture's.
 */
export function coast(face: FaceTrack, toCropBefore: Affine): void {
  const { toCrop } = face;
  // Picture position of the crop's content: last alignment, moved by the velocity that this picture's crop was given.
  composeAffine(toCrop, invertAffine(toCropBefore, map), map);
  map[2]! += toCrop[0]! * face.velocityX + toCrop[1]! * face.velocityY;
  map[5]! += toCrop[3]! * face.velocityX + toCrop[4]! * face.velocityY;
  mapPoints(map, face.carried, face.carried, landmarkCount);
  face.velocityX *= coastingDecay;
  face.velocityY *= coastingDecay;
  face.confidence01 = 0;
  face.rimConfidence01 = 0;
}
