import { createCanvas } from '@napi-rs/canvas';
import type { BoxPx } from '../../server/frame/geometry.js';
import { faceOval } from '../../server/likeness/mesh/canonical.js';
import { softened } from './part.js';

/**
 * The outline of the face as a mask over `box`, 0…255 a pixel: scaled by `scale` about its middle, its edge softened over about
 * `edgePx` to both sides. `landmarks` are 478 × (x, y, z) in picture px.
 */
export function ovalAlpha(landmarks: Float32Array, box: BoxPx, scale: number, edgePx: number): Uint8Array {
  const size = { widthPx: box.x1 - box.x0, heightPx: box.y1 - box.y0 };
  const points = faceOval.map((i) => [landmarks[i * 3]!, landmarks[i * 3 + 1]!] as const);
  const middle = [0, 1].map((k) => points.reduce((sum, point) => sum + point[k]!, 0) / points.length);
  const canvas = createCanvas(size.widthPx, size.heightPx);
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.beginPath();
  for (const [x, y] of points)
    context.lineTo(middle[0]! + (x - middle[0]!) * scale - box.x0, middle[1]! + (y - middle[1]!) * scale - box.y0);
  context.fill();
  const { data } = context.getImageData(0, 0, size.widthPx, size.heightPx);
  const hard = Uint8Array.from({ length: size.widthPx * size.heightPx }, (_, i) => data[i * 4 + 3]!);
  return edgePx < 1 ? hard : Uint8Array.from(softened(hard, size, Math.round(edgePx)));
}
