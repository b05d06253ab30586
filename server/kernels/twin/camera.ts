/** What assembly/camera.ts does, one pixel at a time. */
import { isRgbPicture, pixel8, type TwinPicture } from './picture-access.js';

const luma = (p: TwinPicture, x: number, y: number): number => {
  const [a, b, c] = pixel8(p, x, y);
  return isRgbPicture(p) ? (a + 2 * b + c) / 4 : a;
};

export interface TwinEnergy {
  near: number;
  far: number;
  noise: number;
  count: number;
}
export function boxEnergyTwin(p: TwinPicture, x0: number, y0: number, x1: number, y1: number): TwinEnergy {
  const sums: TwinEnergy = { near: 0, far: 0, noise: 0, count: 0 };
  for (let y = y0; y < y1; y += 2) {
    for (let x = x0; x < x1; x += 2) {
      const at = (dx: number, dy: number): number => luma(p, x + dx, y + dy);
      sums.near += (at(1, 0) - at(0, 0)) ** 2;
      sums.far += (at(4, 0) - at(0, 0)) ** 2;
      const cross = at(0, -1) + at(0, 1) + at(-1, 0) + at(1, 0);
      const corners = at(-1, -1) + at(1, -1) + at(-1, 1) + at(1, 1);
      sums.noise += Math.abs(4 * at(0, 0) - 2 * cross + corners);
      sums.count++;
    }
  }
  return sums;
}

const code = (value: number): number => Math.floor(Math.min(65280, Math.max(0, value + 0.5)));

export function addGrainTwin(
  patch: Uint16Array,
  widthPx: number,
  tile: Int16Array,
  phaseX: number,
  phaseY: number,
  amplitude: readonly number[],
): void {
  const before = patch.slice();
  for (let i = 0; i < patch.length; i++) {
    const x = Math.floor(i / 4) % widthPx,
      y = Math.floor(i / 4 / widthPx);
    // Two pixels side by side are done together.
    const first = (y * widthPx + (x & ~1)) * 4 + 3;
    if (before[first] === 0 && ((x | 1) >= widthPx || before[first + 4] === 0)) continue;
    const noise = tile[(((y + phaseY) & 127) * 128 + ((x + phaseX) & 127)) * 4 + (i % 4)]!;
    patch[i] = code(patch[i]! + noise * amplitude[i % 4]!);
  }
}

/** patch: width × height × 4, straight alpha; changed in place. */
export function blurPatchTwin(patch: Uint16Array, widthPx: number, heightPx: number, radiusPx: number): void {
  if (radiusPx < 1) return;
  for (const [dx, dy] of [
    [1, 0],
    [0, 1],
  ] as const) {
    const before = patch.slice();
    for (let y = 0; y < heightPx; y++) {
      for (let x = 0; x < widthPx; x++) {
        const sum = [0, 0, 0, 0];
        for (let k = -radiusPx; k <= radiusPx; k++) {
          const px = Math.min(widthPx - 1, Math.max(0, x + k * dx)),
            py = Math.min(heightPx - 1, Math.max(0, y + k * dy));
          const at = (py * widthPx + px) * 4;
          const alpha = before[at + 3]! / 65280;
          for (let c = 0; c < 3; c++) sum[c]! += before[at + c]! * alpha;
          sum[3]! += alpha;
        }
        const at = (y * widthPx + x) * 4;
        for (let c = 0; c < 3; c++) patch[at + c] = code(sum[c]! / Math.max(sum[3]!, 1e-6));
        patch[at + 3] = code((sum[3]! / (radiusPx * 2 + 1)) * 65280);
      }
    }
  }
}
