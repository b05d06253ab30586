import { patchFull } from '../formats.js';
import { component88, componentOffsets, isRgbPicture, storeComponent88, type TwinPicture } from './picture-access.js';

/** u16×4 interleaved, 8.8; strideValues counts u16. */
export interface TwinPatch {
  readonly data: Uint16Array;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly strideValues: number;
}

/** In real numbers: the kernel is within 1 code (8-bit) or 8 codes (16-bit) of it. */
export function overTwin(
  patch: TwinPatch,
  dst: TwinPicture,
  mix: number,
  occlusion: Uint8Array | null,
  occlusionStride: number,
): void {
  const { widthPx: width, heightPx: height } = patch;
  const alphaAt = (x: number, y: number): number =>
    (Math.min(patchFull, patch.data[y * patch.strideValues + x * 4 + 3]!) / patchFull) *
    (Math.max(0, Math.min(256, mix)) / 256) *
    (occlusion ? occlusion[y * occlusionStride + x]! / 255 : 1);
  const patchAt = (x: number, y: number, c: number): number => patch.data[y * patch.strideValues + x * 4 + c]!;
  const step = isRgbPicture(dst) ? 1 : 2;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += step) {
      for (let c = 0; c < 3; c++) {
        if (step === 2 && c > 0) {
          const offset = componentOffsets(dst, x, y)[c]!;
          const under = component88(dst, offset);
          const change = (k: number): number => (patchAt(x + k, y, c) - under) * alphaAt(x + k, y);
          if (alphaAt(x, y) + alphaAt(x + 1, y) > 0) storeComponent88(dst, offset, under + (change(0) + change(1)) / 2);
          continue;
        }
        for (let k = 0; k < step; k++) {
          const offset = componentOffsets(dst, x + k, y)[c]!;
          const under = component88(dst, offset);
          if (alphaAt(x + k, y) > 0)
            storeComponent88(dst, offset, under + (patchAt(x + k, y, c) - under) * alphaAt(x + k, y));
        }
      }
    }
  }
}

/** Exact. */
export function selfCopyTwin(src: TwinPicture, patch: TwinPatch): void {
  for (let y = 0; y < src.heightPx; y++) {
    for (let x = 0; x < src.widthPx; x++) {
      const at = y * patch.strideValues + x * 4;
      componentOffsets(src, x, y).forEach((offset, c) => (patch.data[at + c] = component88(src, offset)));
      patch.data[at + 3] = patchFull;
    }
  }
}

/** One box pass over a line of samples, zero outside, rounded to nearest. */
function box(line: number[], radius: number): number[] {
  return line.map((_, i) => {
    let sum = 0;
    for (let k = i - radius; k <= i + radius; k++) sum += line[k] ?? 0;
    return Math.floor(sum / (2 * radius + 1) + 0.5);
  });
}
/** Within 1 of the kernel (it multiplies by a reciprocal). */
export function featherAlphaTwin(patch: TwinPatch, radius: number, mode: 'plain' | 'inward'): void {
  if (radius <= 0) return;
  const { widthPx: width, heightPx: height } = patch;
  const at = (x: number, y: number): number => y * patch.strideValues + x * 4 + 3;
  const columns = Array.from({ length: width }, (_, x) => {
    const line = Array.from({ length: height }, (_, y) => patch.data[at(x, y)]!);
    return box(box(line, radius), radius);
  });
  for (let y = 0; y < height; y++) {
    const line = box(
      box(
        columns.map((column) => column[y]!),
        radius,
      ),
      radius,
    );
    line.forEach((blurred, x) => {
      const before = patch.data[at(x, y)]!;
      patch.data[at(x, y)] = mode === 'inward' ? Math.min(before, Math.max(0, 2 * blurred - patchFull)) : blurred;
    });
  }
}
