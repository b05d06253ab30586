import { lumaWeights, type YuvMatrix } from '../../frame/format.js';
import { shrinkRowTaps, shrinkSourceRow } from '../region.js';
import { isRgbPicture, pixel8, type TwinPicture } from './picture-access.js';

/** A plane of real numbers. */
interface Plane {
  width: number;
  height: number;
  at(x: number, y: number): number;
}
const clamp = (v: number, low: number, high: number): number => Math.max(low, Math.min(high, v));

const planeOf = (width: number, height: number, value: (x: number, y: number) => number): Plane => {
  const data = new Float64Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = value(x, y);
  return { width, height, at: (x, y) => data[clamp(y, 0, height - 1) * width + clamp(x, 0, width - 1)]! };
};
const halve = (p: Plane, horizontally: boolean): Plane =>
  horizontally
    ? planeOf(
        (p.width + 1) >> 1,
        (p.height + 1) >> 1,
        (x, y) =>
          (p.at(2 * x, 2 * y) + p.at(2 * x + 1, 2 * y) + p.at(2 * x, 2 * y + 1) + p.at(2 * x + 1, 2 * y + 1)) / 4,
      )
    : planeOf(p.width, (p.height + 1) >> 1, (x, y) => (p.at(x, 2 * y) + p.at(x, 2 * y + 1)) / 2);

function bilinear(p: Plane, ix: number, iy: number): number {
  const x = clamp(ix, 0, p.width - 1),
    y = clamp(iy, 0, p.height - 1);
  const x0 = Math.floor(x),
    y0 = Math.floor(y),
    fx = x - x0,
    fy = y - y0;
  const top = p.at(x0, y0) * (1 - fx) + p.at(x0 + 1, y0) * fx;
  return top * (1 - fy) + (p.at(x0, y0 + 1) * (1 - fx) + p.at(x0 + 1, y0 + 1) * fx) * fy;
}

export const rgbOfYuv = (matrix: YuvMatrix, y: number, u: number, v: number): [number, number, number] => {
  const { kr, kb } = lumaWeights[matrix];
  const kg = 1 - kr - kb;
  const luma = ((y - 16) * 255) / 219,
    cb = ((u - 128) * 255) / 224,
    cr = ((v - 128) * 255) / 224;
  const r = luma + 2 * (1 - kr) * cr,
    b = luma + 2 * (1 - kb) * cb;
  return [r, (luma - kr * r - kb * b) / kg, b];
};

const levelOf = (m: ArrayLike<number>): number => {
  let level = 0;
  for (let step = Math.sqrt(Math.abs(m[0]! * m[4]! - m[1]! * m[3]!)); step > 1.5 && level < 5; step /= 2) level++;
  return level;
};
const halveTimes = (p: Plane, level: number): Plane => (level === 0 ? p : halveTimes(halve(p, true), level - 1));

/** In real numbers; the kernel rounds weights to 1/128 and each halving to a code. */
export function cropLumaTwin(src: TwinPicture, size: number, m: ArrayLike<number>): Float64Array {
  const level = levelOf(m),
    scale = 2 ** -level;
  const full = planeOf(src.widthPx, src.heightPx, (x, y) => {
    const [a, b, c] = pixel8(src, x, y);
    return isRgbPicture(src) ? (27 * a + 92 * b + 9 * c) / 128 : a;
  });
  const plane = halveTimes(full, level);
  return Float64Array.from({ length: size * size }, (_, i) => {
    const [px, py] = mapped(m, i, size);
    return bilinear(plane, px * scale - 0.5, py * scale - 0.5);
  });
}
const mapped = (m: ArrayLike<number>, i: number, size: number): [number, number] => {
  const x = (i % size) + 0.5,
    y = Math.floor(i / size) + 0.5;
  return [m[0]! * x + m[1]! * y + m[2]!, m[3]! * x + m[4]! * y + m[5]!];
};

export function cropRgbTwin(src: TwinPicture, size: number, m: ArrayLike<number>, matrix: YuvMatrix): Float64Array {
  const level = levelOf(m),
    scale = 2 ** -level;
  const rgb = isRgbPicture(src);
  const planes = [0, 1, 2].map((c) => {
    if (rgb || c === 0)
      return halveTimes(
        planeOf(src.widthPx, src.heightPx, (x, y) => pixel8(src, x, y)[c]!),
        level,
      );
    let plane = planeOf(src.widthPx >> 1, src.heightPx, (x, y) => pixel8(src, 2 * x, y)[c]!);
    for (let l = 0; l < level; l++) plane = halve(plane, l > 0);
    return plane;
  });
  const out = new Float64Array(size * size * 3);
  for (let i = 0; i < size * size; i++) {
    const [px, py] = mapped(m, i, size);
    // A chroma sample sits on the even luma sample of its pair.
    const more = 2 ** -Math.max(0, level - 1);
    const cx = ((px - 0.5) / 2 + 0.5) * more - 0.5;
    const values = planes.map((plane, c) => bilinear(plane, rgb || c === 0 ? px * scale - 0.5 : cx, py * scale - 0.5));
    out.set(rgb ? values : rgbOfYuv(matrix, values[0]!, values[1]!, values[2]!), i * 3);
  }
  return out;
}

export function shrinkRgbTwin(src: TwinPicture, dstWidth: number, dstHeight: number, matrix: YuvMatrix): Float64Array {
  const taps = shrinkRowTaps(src.heightPx, dstHeight),
    ratio = src.widthPx / dstWidth;
  const out = new Float64Array(dstWidth * dstHeight * 3);
  for (let j = 0; j < dstHeight; j++) {
    for (let i = 0; i < dstWidth; i++) {
      const sum = [0, 0, 0];
      for (let x = Math.floor(i * ratio); x < Math.min(src.widthPx, Math.ceil((i + 1) * ratio)); x++) {
        const share = Math.max(0, Math.min(x + 1, (i + 1) * ratio) - Math.max(x, i * ratio)) / ratio;
        for (let k = 0; k < taps; k++) {
          const pixel = pixel8(src, x, shrinkSourceRow(j, k, taps, src.heightPx, dstHeight));
          for (let c = 0; c < 3; c++) sum[c]! += (pixel[c]! * share) / taps;
        }
      }
      out.set(isRgbPicture(src) ? sum : rgbOfYuv(matrix, sum[0]!, sum[1]!, sum[2]!), (j * dstWidth + i) * 3);
    }
  }
  return out;
}
