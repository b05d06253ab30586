import type { Material } from '../cast/model.js';
import type { PersonGeometry } from './person-geometry.js';
import type { LightRig, View } from './view.js';

interface Finish {
  /** How far light wraps round the terminator, per channel: red goes farthest through skin. */
  readonly wrap: readonly [number, number, number];
  /** Strength and doublings of two highlights: exponent 2^doublings. */
  readonly soft: number;
  readonly softDoublings: number;
  readonly sharp: number;
  readonly sharpDoublings: number;
  /** Brightening at grazing angles (peach fuzz, cloth). */
  readonly sheen: number;
  readonly twoSided: boolean;
  readonly culled: boolean;
}

const plain: Finish = {
  wrap: [0.1, 0.1, 0.1],
  soft: 0,
  softDoublings: 3,
  sharp: 0,
  sharpDoublings: 5,
  sheen: 0,
  twoSided: false,
  culled: true,
};
const finishes: Readonly<Record<Material, Finish>> = {
  skin: { ...plain, wrap: [0.42, 0.22, 0.15], soft: 0.1, softDoublings: 3, sharp: 0.07, sharpDoublings: 5, sheen: 0.1 },
  mouth: { ...plain, wrap: [0.5, 0.3, 0.3], soft: 0.05 },
  eye: { ...plain, wrap: [0.35, 0.3, 0.3], sharp: 0.25, sharpDoublings: 7 },
  teeth: { ...plain, wrap: [0.4, 0.35, 0.3], sharp: 0.12 },
  tongue: { ...plain, wrap: [0.5, 0.3, 0.3], sharp: 0.1 },
  brows: { ...plain, wrap: [0.5, 0.5, 0.5], twoSided: true, culled: false },
  lashes: { ...plain, wrap: [0.5, 0.5, 0.5], twoSided: true, culled: false },
  hair: {
    ...plain,
    wrap: [0.45, 0.42, 0.4],
    soft: 0.13,
    softDoublings: 3,
    sharp: 0.05,
    sheen: 0.12,
    twoSided: true,
    culled: false,
  },
  beard: { ...plain, wrap: [0.5, 0.5, 0.5], soft: 0.06, softDoublings: 3, sheen: 0.08, twoSided: true, culled: false },
  cloth: { ...plain, wrap: [0.15, 0.15, 0.15], sheen: 0.06 },
  collar: { ...plain, wrap: [0.15, 0.15, 0.15], sheen: 0.06, culled: false },
};

const beyondPx = 64;
const turnedAway = -0.5;
/** Highlights fade where little of the light's hemisphere is seen. */
const specularFloor = 0.25;

/**
 * Light on every position as what the rasteriser takes: a gain per channel (encoded values: the square root of the linear
 * light stands in for the transfer curve) and a bias in 8-bit codes for highlights. Six floats per position.
 */
export function shade(geometry: PersonGeometry, rig: LightRig, view: View, out: Float32Array): void {
  const { model, world, normals, screen } = geometry,
    r = geometry.headRotation;
  const lights = [rig.key, rig.fill, rig.rim].map((light) => {
    const d = light.direction;
    // Baked visibility lives in head space: the light is turned back by the head's rotation.
    const head = [
      r[0]! * d[0] + r[3]! * d[1] + r[6]! * d[2],
      r[1]! * d[0] + r[4]! * d[1] + r[7]! * d[2],
      r[2]! * d[0] + r[5]! * d[1] + r[8]! * d[2],
    ];
    return { d, head, rgb: light.rgb };
  });
  const eyeZ = view.distanceDm,
    eyeX = view.centreXDm,
    eyeY = view.centreYDm;
  for (const part of model.parts) {
    const finish = finishes[part.material];
    const [wr, wg, wb] = finish.wrap,
      visibility = model.visibility,
      headWeight = model.headWeight;
    for (let v = part.firstPosition; v < part.endPosition; v++) {
      const i = v * 3,
        height = screen[i + 1]!;
      // Far above or below the picture: nothing near it is drawn.
      if (height < -beyondPx || height > view.heightPx + beyondPx) continue;
      let nx = normals[i]!,
        ny = normals[i + 1]!,
        nz = normals[i + 2]!;
      let vx = eyeX - world[i]!,
        vy = eyeY - world[i + 1]!,
        vz = eyeZ - world[i + 2]!;
      const away = 1 / Math.sqrt(vx * vx + vy * vy + vz * vz);
      vx *= away;
      vy *= away;
      vz *= away;
      let facing = nx * vx + ny * vy + nz * vz;
      if (finish.twoSided && facing < 0) {
        nx = -nx;
        ny = -ny;
        nz = -nz;
        facing = -facing;
      }
      const c0 = visibility[v * 4]!,
        c1 = visibility[v * 4 + 1]!,
        c2 = visibility[v * 4 + 2]!,
        c3 = visibility[v * 4 + 3]!;
      const w = headWeight[v]!;
      const open = clamp01(c0 + 0.67 * (c1 * nx + c2 * ny + c3 * nz));
      const sky = 0.5 + 0.5 * ny;
      const occlusion = open * open * 0.6 + open * 0.4;
      let red = occlusion * (rig.ambientBottom[0] + (rig.ambientTop[0] - rig.ambientBottom[0]) * sky);
      let green = occlusion * (rig.ambientBottom[1] + (rig.ambientTop[1] - rig.ambientBottom[1]) * sky);
      let blue = occlusion * (rig.ambientBottom[2] + (rig.ambientTop[2] - rig.ambientBottom[2]) * sky);
      let sr = 0,
        sg = 0,
        sb = 0;
      const rimLight = (1 - Math.max(0, facing)) ** 3;
      // Corners turned well away belong to triangles that are mostly culled: the sky's light will do.
      const lightCount = finish.culled && facing < turnedAway ? 0 : 3;
      for (let l = 0; l < lightCount; l++) {
        const { d, head, rgb } = lights[l]!;
        const dx = d[0] + (head[0]! - d[0]) * w,
          dy = d[1] + (head[1]! - d[1]) * w,
          dz = d[2] + (head[2]! - d[2]) * w;
        let seen = clamp01(c0 + c1 * dx + c2 * dy + c3 * dz);
        seen = seen * seen * (3 - 2 * seen);
        const lambert = nx * d[0] + ny * d[1] + nz * d[2];
        const lr = Math.max(0, (lambert + wr) / (1 + wr)),
          lg = Math.max(0, (lambert + wg) / (1 + wg)),
          lb = Math.max(0, (lambert + wb) / (1 + wb));
        // Shadows on skin stay warm: red light leaks in from the lit side.
        red += rgb[0] * lr * (seen + (1 - seen) * wr * 0.25);
        green += rgb[1] * lg * seen;
        blue += rgb[2] * lb * seen;
        let hx = d[0] + vx,
          hy = d[1] + vy,
          hz = d[2] + vz;
        const half = 1 / Math.sqrt(hx * hx + hy * hy + hz * hz);
        hx *= half;
        hy *= half;
        hz *= half;
        const align = Math.max(0, nx * hx + ny * hy + nz * hz);
        const shine =
          (finish.soft * power(align, finish.softDoublings) + finish.sharp * power(align, finish.sharpDoublings)) *
            (specularFloor + (1 - specularFloor) * seen) *
            (lambert > 0 ? 1 : 0) +
          finish.sheen * rimLight * Math.max(0, lambert + 0.3) * seen;
        sr += rgb[0] * shine;
        sg += rgb[1] * shine;
        sb += rgb[2] * shine;
      }
      const o = v * 6;
      out[o] = Math.sqrt(red);
      out[o + 1] = Math.sqrt(green);
      out[o + 2] = Math.sqrt(blue);
      out[o + 3] = 255 * sr;
      out[o + 4] = 255 * sg;
      out[o + 5] = 255 * sb;
    }
  }
}

const clamp01 = (value: number): number => (value < 0 ? 0 : value > 1 ? 1 : value);
function power(base: number, doublings: number): number {
  let value = base;
  for (let k = 0; k < doublings; k++) value *= value;
  return value;
}
