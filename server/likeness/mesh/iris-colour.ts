import { surfaceCount } from '../../frame/face-track.js';
import type { Photo } from './unwrap.js';

/** Shares of the iris's radius: outside the pupil, inside the limbus. */
const from = 0.5;
const to = 0.82;

/**
 * Mean RGB (0…255) of both irises in the lower half, which lids seldom cover; the brighter and darker quarters, highlight and
 * lash, are left out. Zeros where the photo has no iris of at least three pixels' radius.
 */
export function irisColour({ rgb, widthPx, heightPx, landmarks }: Photo): Float32Array {
  const samples: [number, number, number][] = [];
  for (const iris of [surfaceCount, surfaceCount + 5]) {
    const x = landmarks[iris * 3]!,
      y = landmarks[iris * 3 + 1]!;
    const across = (point: number): number =>
      Math.hypot(landmarks[(iris + point) * 3]! - x, landmarks[(iris + point) * 3 + 1]! - y);
    const radius = (across(1) + across(3)) / 2;
    if (!(radius >= 3)) continue;
    for (let angle = -0.1; angle < Math.PI + 0.1; angle += 0.12) {
      for (let share = from; share <= to; share += 0.08) {
        const px = Math.floor(x + Math.cos(angle) * radius * share),
          py = Math.floor(y + Math.sin(angle) * radius * share);
        if (px < 0 || py < 0 || px >= widthPx || py >= heightPx) continue;
        const at = (py * widthPx + px) * 3;
        samples.push([rgb[at]!, rgb[at + 1]!, rgb[at + 2]!]);
      }
    }
  }
  samples.sort((a, b) => a[0] + a[1] + a[2] - b[0] - b[1] - b[2]);
  const middle = samples.slice(samples.length >> 2, samples.length - (samples.length >> 2));
  const sum = new Float32Array(3);
  for (const sample of middle) for (let c = 0; c < 3; c++) sum[c]! += sample[c]! / middle.length;
  return sum;
}
