import { hash01, smoothNoise1, smoothNoise2 } from '../noise.js';
import type { Picture8 } from './model.js';

const widthPx = 1024;
const heightPx = 540;

const mix = (a: readonly number[], b: readonly number[], t: number): number[] =>
  a.map((value, c) => value + (b[c]! - value) * t);
const clamp01 = (value: number): number => Math.min(1, Math.max(0, value));

const fbm = (x: number, y: number, seed: number): number =>
  smoothNoise2(x, y, seed) * 0.5 +
  smoothNoise2(x * 2.1, y * 2.1, seed + 1) * 0.27 +
  smoothNoise2(x * 4.3, y * 4.3, seed + 2) * 0.14;

/** Lights of a town out of focus: centre, radius, colour. */
const lights = Array.from({ length: 46 }, (_, i) => ({
  x: hash01(i, 1, 90) * widthPx,
  y: heightPx * (0.63 + 0.3 * hash01(i, 2, 90) ** 1.4),
  radius: 7 + 15 * hash01(i, 3, 90),
  strength: 0.12 + 0.3 * hash01(i, 4, 90),
  rgb: [
    [255, 190, 110],
    [255, 150, 90],
    [170, 205, 255],
    [255, 225, 190],
  ][Math.floor(hash01(i, 5, 90) * 3.99)]!,
}));

/** The content of the LED wall: a valley at dusk, out of focus as a camera on the actor sees it. */
export function paintWall(): Picture8 {
  const rgba = new Uint8Array(widthPx * heightPx * 4);
  const ridges = [
    { height: 0.6, rough: 0.1, rate: 2.2, rgb: [74, 82, 108] },
    { height: 0.68, rough: 0.09, rate: 3.1, rgb: [46, 54, 76] },
    { height: 0.78, rough: 0.07, rate: 4.4, rgb: [25, 31, 46] },
  ];
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const u = x / widthPx,
        v = y / heightPx;
      let colour =
        v < 0.45
          ? mix([38, 62, 104], [126, 124, 148], v / 0.45)
          : mix([126, 124, 148], [232, 164, 112], clamp01((v - 0.45) / 0.2));
      const glow = Math.exp(-(((u - 0.68) / 0.22) ** 2) - ((v - 0.6) / 0.16) ** 2);
      colour = mix(colour, [255, 208, 150], 0.75 * glow);
      const cloud = clamp01(0.15 + fbm(u * 5, v * 13, 91) * 1.5) * clamp01(1.2 - Math.abs(v - 0.34) * 3);
      colour = mix(colour, [198, 150, 146], 0.5 * cloud);
      for (const { height, rough, rate, rgb } of ridges) {
        const edge =
          height +
          rough * (smoothNoise1(u * rate, 92 + rate * 10) * 0.7 + smoothNoise1(u * rate * 3, 93 + rate * 10) * 0.3);
        // Soft over some pixels: the wall is behind the plane of focus.
        colour = mix(colour, mix(rgb, [90, 76, 84], 0.35 * glow), clamp01((v - edge) * 70 + 0.5));
      }
      for (const light of lights) {
        const distance = Math.hypot(x - light.x, y - light.y);
        if (distance > light.radius + 2) continue;
        const disc = clamp01((light.radius - distance) / 2.5) * (0.75 + 0.25 * clamp01(distance / light.radius));
        colour = colour.map((value, c) => value + light.rgb[c]! * light.strength * disc);
      }
      for (let c = 0; c < 3; c++)
        rgba[(y * widthPx + x) * 4 + c] = Math.round(255 * clamp01((colour[c]! / 255) * 0.72));
      rgba[(y * widthPx + x) * 4 + 3] = 255;
    }
  }
  return { widthPx, heightPx, rgba };
}
