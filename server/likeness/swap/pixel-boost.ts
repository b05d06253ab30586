import { newPicture, type FloatPicture } from '../neural/picture.js';

/**
 * A picture of n·S pixels a side as n² pictures of S: sub-picture (j, i) holds every n-th pixel from row j, column i. In order of
 * rows, then columns.
 */
export function splitPhases(picture: FloatPicture, n: number): FloatPicture[] {
  const side = picture.widthPx / n;
  return Array.from({ length: n * n }, (_, phase) => {
    const part = newPicture(side, side, 3);
    eachPixel(side, n, phase, (small, large) => {
      for (let k = 0; k < 3; k++) part.data[small * 3 + k] = picture.data[large * 3 + k]!;
    });
    return part;
  });
}

/** Back again; of pictures or of masks. */
export function joinPhases(parts: readonly FloatPicture[], n: number): FloatPicture {
  const { widthPx: side, channels } = parts[0]!;
  const picture = newPicture(side * n, side * n, channels);
  parts.forEach((part, phase) =>
    eachPixel(side, n, phase, (small, large) => {
      for (let k = 0; k < channels; k++) picture.data[large * channels + k] = part.data[small * channels + k]!;
    }),
  );
  return picture;
}

function eachPixel(side: number, n: number, phase: number, visit: (small: number, large: number) => void): void {
  const j = Math.floor(phase / n),
    i = phase % n;
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) visit(y * side + x, (y * n + j) * side * n + x * n + i);
}
