import type { BaseMesh } from './makehuman.js';
import type { Picture8 } from './model.js';
import type { SkinRecipe } from './recipes.js';
import { headChart } from './textures.js';
import { smoothNoise2, hash01 } from '../noise.js';

/** Where each texel of the head's texture lies on the unshaped head (dm), NaN outside the island. */
function positionMap(picture: Picture8, base: BaseMesh): Float32Array {
  const { widthPx, heightPx } = picture;
  const map = new Float32Array(widthPx * heightPx * 3).fill(NaN);
  for (let t = 0; t < base.triangleMaterial.length; t++) {
    if (base.triangleMaterial[t] !== 0) continue;
    const corner = [0, 1, 2].map((k) => {
      const uv = base.cornerUv[t * 3 + k]! * 2,
        v = base.cornerVertex[t * 3 + k]! * 3;
      const [x, y] = headChart.toChart(base.uvs[uv]!, base.uvs[uv + 1]!);
      return { x: x * widthPx, y: y * heightPx, p: base.positions.subarray(v, v + 3) };
    });
    const [a, b, c] = corner as [(typeof corner)[0], (typeof corner)[0], (typeof corner)[0]];
    if (a.p[1]! < 5 || a.x < -9) continue;
    const area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    const x0 = Math.max(0, Math.floor(Math.min(a.x, b.x, c.x)) - 1),
      x1 = Math.min(widthPx - 1, Math.ceil(Math.max(a.x, b.x, c.x)) + 1);
    const y0 = Math.max(0, Math.floor(Math.min(a.y, b.y, c.y)) - 1),
      y1 = Math.min(heightPx - 1, Math.ceil(Math.max(a.y, b.y, c.y)) + 1);
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        const px = x + 0.5 - a.x,
          py = y + 0.5 - a.y;
        const wb = (px * (c.y - a.y) - py * (c.x - a.x)) / area,
          wc = (py * (b.x - a.x) - px * (b.y - a.y)) / area;
        if (wb < -0.05 || wc < -0.05 || wb + wc > 1.05) continue;
        for (let k = 0; k < 3; k++)
          map[(y * widthPx + x) * 3 + k] = a.p[k]! + wb * (b.p[k]! - a.p[k]!) + wc * (c.p[k]! - a.p[k]!);
      }
    }
  }
  return map;
}

const bump = (value: number, centre: number, width: number): number => Math.exp(-(((value - centre) / width) ** 2));
const ramp = (value: number, from: number, to: number): number => {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
};

/** Light and dark of one wrinkle across its line: a shadowed groove with a lit lower lip. */
const groove = (offset: number, width: number): number =>
  -bump(offset, 0, width) + 0.55 * bump(offset, -1.6 * width, width);

/** Wrinkles of a weathered face in the coordinates of MakeHuman's head (eyes near y 7.28, x ±0.31). */
function wrinkles(x: number, y: number, z: number): number {
  const side = Math.abs(x),
    wobble = 0.035 * smoothNoise2(x * 2.2, y * 3, 71);
  let sum = 0;
  // Forehead: four long lines, broken by noise.
  for (let line = 0; line < 4; line++) {
    const height = 7.62 + line * 0.105 - 0.09 * side * side;
    const strength =
      (0.75 + 0.5 * smoothNoise2(x * 2.5, line * 7.3, 72)) * ramp(0.72 - side, 0, 0.25) * ramp(z, 1, 1.2);
    sum += strength * groove(y - height - wobble, 0.012);
  }
  // Frown lines between the brows, crow's feet, bags under the eyes.
  sum += 0.8 * bump(y, 7.47, 0.1) * ramp(z, 1.2, 1.3) * groove(side - 0.075 - wobble * 0.5, 0.014);
  for (let ray = -2; ray <= 2; ray++) {
    const along = side - 0.52;
    if (along > 0 && along < 0.22)
      sum +=
        0.6 *
        ramp(0.22 - along, 0, 0.12) *
        ramp(along, 0, 0.03) *
        groove(y - 7.28 - ray * (0.025 + along * 0.32) - wobble * 0.4, 0.009);
  }
  for (const drop of [0.13, 0.185]) {
    const arc = 7.27 - drop + 0.7 * (side - 0.31) ** 2;
    sum += 0.6 * bump(side, 0.31, 0.14) * ramp(z, 1.1, 1.2) * groove(y - arc - wobble * 0.3, 0.011);
  }
  return sum;
}

/**
 * Paints what 512 texels for a whole body cannot hold: pores, mottling, freckles, wrinkles and stubble, placed on the head's
 * surface so that they do not follow the seams. Deterministic.
 */
export function paintSkin(picture: Picture8, recipe: SkinRecipe, base: BaseMesh): Picture8 {
  const { widthPx, heightPx } = picture;
  const rgba = picture.rgba.slice(),
    map = positionMap(picture, base);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = y * widthPx + x,
        px = map[at * 3]!,
        py = map[at * 3 + 1]!,
        pz = map[at * 3 + 2]!;
      if (Number.isNaN(px)) continue;
      const pores =
        0.5 * smoothNoise2(x / 1.7, y / 1.7, 11) +
        0.35 * smoothNoise2(x / 3.3, y / 3.3, 12) +
        0.3 * (hash01(x, y, 13) - 0.5);
      const mottle = smoothNoise2(x / 23, y / 23, 14) + 0.6 * smoothNoise2(x / 9, y / 9, 15);
      const freckle = freckleAt(x, y) * bump(py, 7.08, 0.28) * ramp(pz, 1, 1.25);
      const beardZone =
        ramp(7.0 - py, 0, 0.12) *
        ramp(pz, 0.55, 0.75) *
        ramp(py, 6.35, 6.5) *
        (1 - bump(px, 0, 0.17) * bump(py, 6.83, 0.07));
      const stubble = ramp(hash01(x >> 1, y >> 1, 16), 0.55, 1) * beardZone;
      const line = wrinkles(px, py, pz);
      const light =
        1 + 0.085 * recipe.pores01 * pores + 0.025 * recipe.mottle01 * mottle + 0.16 * recipe.wrinkles01 * line;
      const red = 1 + 0.018 * recipe.mottle01 * smoothNoise2(x / 31, y / 31, 17);
      const dark = 1 - 0.28 * recipe.freckles01 * freckle - 0.3 * recipe.stubble01 * stubble;
      const gain = [light * red * (1 - (1 - dark) * 0.7), light * dark, (light / red) * (1 - (1 - dark) * 1.15)];
      for (let c = 0; c < 3; c++)
        rgba[at * 4 + c] = Math.max(0, Math.min(255, Math.round(rgba[at * 4 + c]! * gain[c]!)));
      rgba[at * 4 + 3] = 255;
    }
  }
  return { widthPx, heightPx, rgba };
}

/** 0…1: a soft spot in some cells of a jittered grid. */
function freckleAt(x: number, y: number): number {
  const cell = 11;
  const cx = Math.floor(x / cell),
    cy = Math.floor(y / cell);
  let most = 0;
  for (let j = -1; j <= 1; j++) {
    for (let i = -1; i <= 1; i++) {
      const gx = cx + i,
        gy = cy + j;
      if (hash01(gx, gy, 21) < 0.45) continue;
      const dx = x - (gx + hash01(gx, gy, 22)) * cell,
        dy = y - (gy + hash01(gx, gy, 23)) * cell;
      most = Math.max(
        most,
        (0.4 + 0.6 * hash01(gx, gy, 24)) * Math.exp(-(dx * dx + dy * dy) / (1.5 + 3 * hash01(gx, gy, 25))),
      );
    }
  }
  return most;
}
