import { createCanvas, loadImage } from '@napi-rs/canvas';
import { skinTexturePath, type BaseMesh } from './makehuman.js';
import type { Material, Picture8 } from './model.js';
import type { SkinRecipe } from './recipes.js';
import { paintSkin } from './skin-detail.js';

export async function decodePicture(path: string): Promise<Picture8> {
  const image = await loadImage(path);
  const canvas = createCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  return {
    widthPx: image.width,
    heightPx: image.height,
    rgba: new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice(),
  };
}

/** The head's island in MakeHuman's skin atlas, enlarged: the face would get 110 texels of the atlas, too few for 1080p. */
const chart = { u0: 0.625, v0: 0.17, u1: 1, v1: 0.865 } as const;
const enlargement = 3.5;
export const headChart = {
  /** Whether a point of the atlas lies in the head's island; hands come near it, so its height (dm) is asked too. */
  owns: (u: number, v: number, y: number): boolean => u > chart.u0 && v > chart.v0 && v < chart.v1 && y > 5,
  // The atlas has the face lying on its side. Upright, a row of the picture reads a row of the texture: three times as fast.
  toChart: (u: number, v: number): [number, number] => [
    (v - chart.v0) / (chart.v1 - chart.v0),
    (u - chart.u0) / (chart.u1 - chart.u0),
  ],
};

/** Catmull-Rom weights of the four neighbours. */
function cubic(t: number): [number, number, number, number] {
  return [
    ((-0.5 * t + 1) * t - 0.5) * t,
    (1.5 * t - 2.5) * t * t + 1,
    ((-1.5 * t + 2) * t + 0.5) * t,
    (0.5 * t - 0.5) * t * t,
  ];
}

/** Cuts a rectangle (texels, may be fractional) out of a picture and enlarges it with Catmull-Rom. */
export function enlarge(
  from: Picture8,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  widthPx: number,
  heightPx: number,
): Picture8 {
  const rgba = new Uint8Array(widthPx * heightPx * 4);
  const middle = new Float32Array(widthPx * from.heightPx * 4);
  const hold = (value: number, size: number): number => Math.min(Math.max(value, 0), size - 1);
  for (let x = 0; x < widthPx; x++) {
    const at = x0 + ((x + 0.5) * (x1 - x0)) / widthPx - 0.5,
      whole = Math.floor(at),
      w = cubic(at - whole);
    for (let y = 0; y < from.heightPx; y++) {
      for (let c = 0; c < 4; c++) {
        let sum = 0;
        for (let k = 0; k < 4; k++)
          sum += w[k]! * from.rgba[(y * from.widthPx + hold(whole + k - 1, from.widthPx)) * 4 + c]!;
        middle[(y * widthPx + x) * 4 + c] = sum;
      }
    }
  }
  for (let y = 0; y < heightPx; y++) {
    const at = y0 + ((y + 0.5) * (y1 - y0)) / heightPx - 0.5,
      whole = Math.floor(at),
      w = cubic(at - whole);
    for (let i = 0; i < widthPx * 4; i++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += w[k]! * middle[hold(whole + k - 1, from.heightPx) * widthPx * 4 + i]!;
      rgba[y * widthPx * 4 + i] = Math.max(0, Math.min(255, Math.round(sum)));
    }
  }
  return { widthPx, heightPx, rgba };
}

function transposed(picture: Picture8): Picture8 {
  const { widthPx, heightPx, rgba } = picture,
    out = new Uint8Array(rgba.length);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++)
      for (let c = 0; c < 4; c++) out[(x * heightPx + y) * 4 + c] = rgba[(y * widthPx + x) * 4 + c]!;
  }
  return { widthPx: heightPx, heightPx: widthPx, rgba: out };
}

export function tinted(picture: Picture8, tint: readonly [number, number, number]): Picture8 {
  const rgba = picture.rgba.slice();
  for (let i = 0; i < rgba.length; i += 4)
    for (let c = 0; c < 3; c++) rgba[i + c] = Math.min(255, Math.round(rgba[i + c]! * tint[c]!));
  return { ...picture, rgba };
}

/** The head's own texture with painted detail, and the atlas for the rest. */
export async function skinPictures(recipe: SkinRecipe, base: BaseMesh): Promise<{ head: Picture8; body: Picture8 }> {
  const atlas = tinted(await decodePicture(skinTexturePath(recipe.folder, recipe.file)), recipe.tint);
  const w = atlas.widthPx,
    h = atlas.heightPx;
  const head = enlarge(
    atlas,
    chart.u0 * w,
    chart.v0 * h,
    chart.u1 * w,
    chart.v1 * h,
    Math.round((chart.u1 - chart.u0) * w * enlargement),
    Math.round((chart.v1 - chart.v0) * h * enlargement),
  );
  return { head: paintSkin(transposed(head), recipe, base), body: atlas };
}

/** Wet and dark: the atlas paints the inside of the mouth a flat red. */
export const mouthPicture = (body: Picture8): Picture8 => tinted(body, [0.62, 0.42, 0.42]);

export const eyePicture = (path: string): Promise<Picture8> => decodePicture(path);

/** A proxy's texture; colours spread into transparent texels, or bilinear edges would show the colour behind the cut. */
export async function proxyPicture(
  path: string | null,
  tint: readonly [number, number, number],
  material: Material,
): Promise<Picture8> {
  if (path === null)
    return { widthPx: 2, heightPx: 2, rgba: Uint8Array.from({ length: 16 }, (_, i) => (i % 4 === 3 ? 255 : 128)) };
  const picture = tinted(await decodePicture(path), tint);
  if (material === 'cloth' || material === 'teeth' || material === 'tongue') return picture;
  return material === 'lashes' ? thinned(bleed(picture)) : bleed(picture);
}

/** Lashes are drawn larger than they are: half transparent, they look as thin as they should. */
function thinned(picture: Picture8): Picture8 {
  const rgba = picture.rgba.slice();
  for (let i = 3; i < rgba.length; i += 4) rgba[i] = Math.round(rgba[i]! * 0.55);
  return { ...picture, rgba };
}

function bleed(picture: Picture8): Picture8 {
  const { widthPx, heightPx } = picture;
  const rgba = picture.rgba.slice();
  let mean = [0, 0, 0],
    weight = 0;
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3]!;
    weight += alpha;
    for (let c = 0; c < 3; c++) mean[c]! += rgba[i + c]! * alpha;
  }
  mean = mean.map((value) => value / Math.max(weight, 1));
  for (let i = 0; i < widthPx * heightPx * 4; i += 4) {
    const share = Math.min(1, rgba[i + 3]! / 96);
    for (let c = 0; c < 3; c++) rgba[i + c] = Math.round(mean[c]! + (rgba[i + c]! - mean[c]!) * share);
  }
  return { widthPx, heightPx, rgba };
}
