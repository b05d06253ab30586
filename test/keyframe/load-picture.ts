import { createCanvas, loadImage } from '@napi-rs/canvas';
import type { RgbPicture } from '../../server/stages/keyframe/analysis/picture.js';

/** Decodes a picture file to packed RGB. */
export async function loadPicture(file: string): Promise<RgbPicture> {
  const image = await loadImage(file);
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const rgba = context.getImageData(0, 0, image.width, image.height).data;
  const data = new Uint8Array(image.width * image.height * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    data[to++] = rgba[from]!;
    data[to++] = rgba[from + 1]!;
    data[to++] = rgba[from + 2]!;
  }
  return { data, widthPx: image.width, heightPx: image.height };
}
