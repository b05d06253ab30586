import { createCanvas, loadImage } from '@napi-rs/canvas';
import { invertAffine } from '../../frame/geometry.js';
import type { FaceDetector } from '../../stages/keyframe/analysis/face-detector.js';
import type { FaceMesher } from '../../stages/keyframe/analysis/face-mesher.js';
import { cropFace, mapLandmarks, roiOfDetection, roiOfLandmarks } from '../../stages/keyframe/analysis/region.js';
import type { DecodedPhoto, FoundFace, MeasuredFace, PhotoFaces } from './build.js';

/** The real decoder and models behind `buildLikeness`. The caller owns and closes the models. */
export const photoFaces = (detector: FaceDetector, mesher: FaceMesher): PhotoFaces => ({
  decode: decodePhoto,
  find: ({ rgb, widthPx, heightPx }) => detector.detect(rgb, widthPx, heightPx),
  measure: (photo, face) => measureFace(mesher, photo, face),
});

/** Larger photos gain nothing: the texture of a likeness is at most 2048 wide. */
const longestSidePx = 4096;

/** JPEG or PNG to upright RGB. Transparent parts become mid-grey. Throws what the decoder says. */
export async function decodePhoto(bytes: Uint8Array): Promise<DecodedPhoto> {
  const image = await loadImage(Buffer.from(bytes));
  const scale = Math.min(1, longestSidePx / Math.max(image.width, image.height));
  const widthPx = Math.max(1, Math.round(image.width * scale));
  const heightPx = Math.max(1, Math.round(image.height * scale));
  const canvas = createCanvas(widthPx, heightPx);
  const context = canvas.getContext('2d');
  context.fillStyle = '#808080';
  context.fillRect(0, 0, widthPx, heightPx);
  context.drawImage(image, 0, 0, widthPx, heightPx);
  const rgba = context.getImageData(0, 0, widthPx, heightPx).data;
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return { rgb, widthPx, heightPx };
}

/** RGB to PNG. */
export function encodePhoto(rgb: Uint8Array, widthPx: number, heightPx: number): Uint8Array {
  const canvas = createCanvas(widthPx, heightPx);
  const context = canvas.getContext('2d');
  const image = context.createImageData(widthPx, heightPx);
  for (let i = 0; i < widthPx * heightPx; i++) {
    for (let k = 0; k < 3; k++) image.data[i * 4 + k] = rgb[i * 3 + k]!;
    image.data[i * 4 + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas.toBuffer('image/png');
}

/** Twice: the region of the first landmarks is steadier than the detector's, and a package is measured once for ever. */
async function measureFace(mesher: FaceMesher, photo: DecodedPhoto, face: FoundFace): Promise<MeasuredFace> {
  const picture = { data: photo.rgb, widthPx: photo.widthPx, heightPx: photo.heightPx };
  const rough = roiOfDetection(face);
  const first = await mesher.landmarks(cropFace(picture, rough));
  const steady = roiOfLandmarks(mapLandmarks(first.landmarks, invertAffine(rough)));
  const second = await mesher.landmarks(cropFace(picture, steady));
  return { landmarksPx: mapLandmarks(second.landmarks, invertAffine(steady)), confidence01: second.presence01 };
}
