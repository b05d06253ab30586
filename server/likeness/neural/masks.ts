import { invertAffine, type Affine } from '../../frame/geometry.js';
import { gaussian } from './blur.js';
import { facePoints68 } from './points68.js';
import { newPicture, resize, type FloatPicture } from './picture.js';
import { modelContracts, type OccluderContract } from './roles.js';
import { imageNetNormalisation, runRoled, toMask, toTensor, type RoledSession } from './tensors.js';

/** Parts of the side that the box mask leaves out at top, right, bottom, left, before its soft edge. */
export interface BoxMaskOptions {
  readonly blur01: number;
  readonly padding01: readonly [number, number, number, number];
}
export const defaultBoxMask: BoxMaskOptions = { blur01: 0.3, padding01: [0, 0, 0, 0] };

/** Ones with a soft border of zeros, so that no crop's edge is ever seen. */
export function boxMask(sidePx: number, { blur01, padding01 }: BoxMaskOptions = defaultBoxMask): FloatPicture {
  const blurPx = Math.floor(sidePx * 0.5 * blur01);
  const least = Math.max(Math.floor(blurPx / 2), 1);
  const [top, right, bottom, left] = padding01.map((part) => Math.max(least, Math.floor(sidePx * part))) as [
    number,
    number,
    number,
    number,
  ];
  const out = newPicture(sidePx, sidePx, 1);
  for (let y = top; y < sidePx - bottom; y++) out.data.fill(1, y * sidePx + left, (y + 1) * sidePx - right);
  return blurPx > 0 ? gaussian(out, blurPx * 0.25) : out;
}

/** Parts of the crop's side over which a patch fades where its template reaches beyond the crop. */
const cropFade01 = 0.06;

/**
 * One inside the crop that the camera's picture was cut to, nothing beyond: a turned face's template reaches past it, where there was
 * no picture to work on and there will be none to draw on.
 */
export function withinCrop(sidePx: number, toPatch: Affine, cropPx: number): FloatPicture {
  const [a, b, tx, c, d, ty] = invertAffine(toPatch) as unknown as [number, number, number, number, number, number];
  const mask = newPicture(sidePx, sidePx, 1);
  for (let y = 0; y < sidePx; y++) {
    for (let x = 0; x < sidePx; x++) {
      const u = a * (x + 0.5) + b * (y + 0.5) + tx,
        v = c * (x + 0.5) + d * (y + 0.5) + ty;
      const inside = Math.min(u, v, cropPx - u, cropPx - v) / (cropPx * cropFade01);
      mask.data[y * sidePx + x] = Math.min(Math.max(inside, 0), 1);
    }
  }
  return mask;
}

/** Softens a hard mask and draws its edge inwards again: blurred by 5 px, then the upper half of it stretched. */
export function softEdge(mask: FloatPicture): FloatPicture {
  const soft = gaussian(mask, 5);
  for (let i = 0; i < soft.data.length; i++) soft.data[i] = (Math.min(Math.max(soft.data[i]!, 0.5), 1) - 0.5) * 2;
  return soft;
}

/** Least of all masks, in place of the first. */
export function leastOf(first: FloatPicture, ...others: readonly FloatPicture[]): FloatPicture {
  for (const other of others) {
    for (let i = 0; i < first.data.length; i++) first.data[i] = Math.min(first.data[i]!, other.data[i]!);
  }
  return first;
}

/** Where nothing lies in front of the face, by a network that was given the camera's crop. */
export async function occlusionMask(
  occluder: RoledSession & { contract: OccluderContract },
  crop: FloatPicture,
): Promise<FloatPicture> {
  const answer = await runRoled(occluder, { picture: toTensor(resize(crop, 256), occluder.contract) });
  const tensor = answer['mask']!;
  if (occluder.contract.answer === 'logits') {
    for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = tensor.data[i]! > 0 ? 1 : 0;
  }
  return softEdge(resize(toMask(tensor), crop.widthPx));
}

/** BiSeNet's numbers of what belongs to a face; hair, neck, ears, cloth and background do not. */
export const faceRegions = {
  skin: 1,
  leftBrow: 2,
  rightBrow: 3,
  leftEye: 4,
  rightEye: 5,
  glasses: 6,
  nose: 10,
  mouth: 11,
  upperLip: 12,
  lowerLip: 13,
} as const;
export type FaceRegion = keyof typeof faceRegions;

/** Where the swapped crop shows the named parts of a face. */
export async function regionMask(
  parser: RoledSession,
  crop: FloatPicture,
  regions: readonly FaceRegion[],
): Promise<FloatPicture> {
  const [, classes, side] = modelContracts.bisenet.outputs[0]!.shape as unknown as [1, number, number];
  const layout = { layout: 'NCHW', order: 'RGB' } as const;
  const answer = await runRoled(parser, { picture: toTensor(resize(crop, side), layout, imageNetNormalisation) });
  const { data } = answer['regions']!;
  const wanted = new Set<number>(regions.map((region) => faceRegions[region]));
  const mask = newPicture(side, side, 1);
  for (let i = 0; i < mask.data.length; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (data[k * side * side + i]! > data[best * side * side + i]!) best = k;
    mask.data[i] = wanted.has(best) ? 1 : 0;
  }
  return softEdge(resize(mask, crop.widthPx));
}

/** Points of the 68-point set round the whole face, the upper face, the lower face and the mouth. */
const areas = {
  face: Array.from({ length: 68 }, (_, i) => i),
  upper: [0, 1, 2, 31, 32, 33, 34, 35, 14, 15, 16, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17],
  lower: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 35, 34, 33, 32, 31],
  mouth: [48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67],
} as const;
export type FaceArea = keyof typeof areas;

/** The hulls of parts of the face in a crop of this side; `toCrop` brings the landmarks there. */
export function areaMask(
  landmarks: Float32Array,
  toCrop: Affine,
  sidePx: number,
  wanted: readonly FaceArea[],
): FloatPicture {
  const mask = newPicture(sidePx, sidePx, 1);
  const all = facePoints68(landmarks, toCrop);
  for (const area of wanted)
    fillHull(
      mask,
      areas[area].map((i) => [all[i * 2]!, all[i * 2 + 1]!] as const),
    );
  return softEdge(mask);
}

type Point = readonly [number, number];
const turn = (a: Point, b: Point, c: Point): number => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
/** Andrew's monotone chain, counter-clockwise. */
function hullOf(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (ordered: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const point of ordered) {
      while (chain.length >= 2 && turn(chain[chain.length - 2]!, chain[chain.length - 1]!, point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}
function fillHull(mask: FloatPicture, points: readonly Point[]): void {
  const hull = hullOf(points);
  for (let y = 0; y < mask.heightPx; y++) {
    for (let x = 0; x < mask.widthPx; x++) {
      const at: Point = [x + 0.5, y + 0.5];
      if (hull.every((corner, i) => turn(corner, hull[(i + 1) % hull.length]!, at) >= 0))
        mask.data[y * mask.widthPx + x] = 1;
    }
  }
}
