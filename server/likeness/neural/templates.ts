import type { Affine } from '../../frame/geometry.js';
import { fitSimilarity, fivePointsOfMesh, type FivePoints } from '../../stages/keyframe/analysis/align.js';

/**
 * Where a network wants the five points (image-left eye, image-right eye, nose tip, mouth corners), in parts of its crop's side.
 * The figures are the networks' published alignment (ArcFace, FFHQ, MTCNN, DeepFaceLab).
 */
const points = {
  'arcface-112-v1': [
    0.35473214, 0.45658929, 0.64526786, 0.45658929, 0.5, 0.61154464, 0.37913393, 0.776875, 0.62086607, 0.776875,
  ],
  'arcface-112-v2': [
    0.34191607, 0.46157411, 0.65653393, 0.45983393, 0.500225, 0.64050536, 0.37097589, 0.82469196, 0.63151696,
    0.82325089,
  ],
  'arcface-128': [
    0.36167656, 0.40387734, 0.63696719, 0.40235469, 0.50019687, 0.56044219, 0.38710391, 0.72160547, 0.61507734,
    0.72034453,
  ],
  'dfl-whole-face': [
    0.35342266, 0.39285716, 0.62797622, 0.39285716, 0.48660713, 0.5401786, 0.38839287, 0.68750011, 0.59821427,
    0.68750011,
  ],
  'ffhq-512': [
    0.37691676, 0.46864664, 0.62285697, 0.46912813, 0.50123859, 0.61331904, 0.39308822, 0.725411, 0.61150205,
    0.72490465,
  ],
  'mtcnn-512': [
    0.36562865, 0.46733799, 0.63305391, 0.46585885, 0.50019127, 0.61942959, 0.39032951, 0.77598822, 0.61178945,
    0.77476328,
  ],
} as const satisfies Record<string, readonly number[]>;

export type TemplateName = keyof typeof points;
export const templates: Readonly<Record<TemplateName, readonly number[]>> = points;

/** OpenCV, in which these networks were trained, puts pixel centres on whole numbers; here the picture's corner is 0. */
const halfPixel = 0.5;

/**
 * Crop pixels → pixels of the network's input of this side: the similarity that brings the face's five points nearest to the
 * template in the least squares sense.
 */
export function alignFive(five: FivePoints, template: TemplateName, sidePx: number): Affine {
  const target = Float64Array.from(points[template], (part) => part * sidePx + halfPixel);
  return fitSimilarity(five, target);
}

/** The same from 478 mesh landmarks (x, y, z in crop pixels). */
export const alignMesh = (landmarks: Float32Array, template: TemplateName, sidePx: number): Affine =>
  alignFive(fivePointsOfMesh(landmarks), template, sidePx);
