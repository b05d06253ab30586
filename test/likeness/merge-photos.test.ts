import { describe, expect, it } from 'vitest';
import { loadCanonicalFace } from '../../server/likeness/mesh/canonical.js';
import { fillHoles, mergePhotos } from '../../server/likeness/mesh/merge-photos.js';
import { skinMeshOf } from '../../server/likeness/mesh/skin-mesh.js';
import { reachSteps, skinReach, TexturePolar } from '../../server/likeness/mesh/skin-reach.js';
import { boxBlur, pushPull, undoInterpolation } from '../../server/likeness/mesh/texture-filters.js';
import { texels, textureSizePx, type Unwrapped } from '../../server/likeness/mesh/unwrap.js';

const photo = (
  colour: (x: number, y: number) => readonly number[],
  seen: (x: number, y: number) => number,
): Unwrapped => {
  const rgb = new Float32Array(texels * 3);
  const saw = new Float32Array(texels);
  for (let i = 0; i < texels; i++) {
    const x = i % textureSizePx,
      y = Math.floor(i / textureSizePx);
    rgb.set(colour(x, y), i * 3);
    saw[i] = seen(x, y);
  }
  return { rgb, seen: saw, shape: new Float32Array(0) };
};
const at = (rgb: Float32Array, x: number, y: number): number[] =>
  Array.from(rgb.slice((y * textureSizePx + x) * 3, (y * textureSizePx + x) * 3 + 3), Math.round);
const half = textureSizePx / 2;

describe('several photos become one skin', () => {
  it('each side from the photo that saw it, the second brought to the first one’s exposure', () => {
    const left = photo(
      () => [180, 140, 110],
      (x) => (x < half + 60 ? 0.9 : 0),
    );
    const right = photo(
      () => [120, 93, 73],
      (x) => (x > half - 60 ? 0.9 : 0),
    );
    const { rgb, seen } = mergePhotos([left, right]);
    expect(at(rgb, 50, half)).toEqual([180, 140, 110]);
    at(rgb, textureSizePx - 50, half).forEach((value, c) =>
      expect(Math.abs(value - [180, 140, 110][c]!)).toBeLessThan(3),
    );
    expect(seen.every((value) => value > 0)).toBe(true);
  });

  it('takes detail from the sharp photo, where both saw as well', () => {
    const stripes = (x: number): readonly number[] => (x & 2 ? [150, 150, 150] : [110, 110, 110]);
    const blurred = photo(
      () => [130, 130, 130],
      () => 0.8,
    );
    const sharp = photo(
      (x) => stripes(x),
      () => 0.8,
    );
    const { rgb } = mergePhotos([blurred, sharp]);
    expect(Math.abs(at(rgb, half, half)[0]! - at(rgb, half + 2, half)[0]!)).toBeGreaterThan(25);
  });

  it('does not blur lines of photos that do not quite fit over each other', () => {
    const lines = (off: number): Unwrapped =>
      photo(
        (x) => ((x + off) % 12 < 3 ? [90, 80, 70] : [160, 140, 120]),
        () => 0.8,
      );
    const { rgb } = mergePhotos([lines(0), lines(5)]);
    const row = Array.from({ length: 48 }, (_, x) => at(rgb, half + x, half)[0]!);
    // A mean of both would span a third less and show twice as many lines.
    expect(Math.max(...row) - Math.min(...row)).toBeGreaterThan(62);
    const begin = row.filter((value, x) => x > 0 && value < 125 && row[x - 1]! >= 125).length;
    expect(begin === 3 || begin === 4).toBe(true);
  });

  it('fills what nobody saw from the other half of the face, and the rest from round about', () => {
    const skin = mergePhotos([
      photo(
        (x) => [x < half ? 200 : 100, 120, 100],
        () => 1,
      ),
    ]);
    const keep = new Float32Array(texels).fill(1);
    const hole = (x: number, y: number): void => {
      keep[y * textureSizePx + x] = 0;
      skin.rgb.set([0, 0, 0], (y * textureSizePx + x) * 3);
    };
    for (let y = 300; y < 320; y++) for (let x = 500; x < 520; x++) hole(x, y);
    fillHoles(skin, keep);
    // Half from the mirror (200), half from round about (100).
    expect(at(skin.rgb, 510, 310)[0]).toBeGreaterThan(120);
    expect(at(skin.rgb, 510, 310)[1]).toBe(120);
  });
});

describe('where skin ends', () => {
  const polar = new TexturePolar(skinMeshOf(loadCanonicalFace()));
  const skinColour = [190, 140, 115],
    hair = [70, 60, 55];
  const steps = Array.from({ length: reachSteps }, (_, step) => step);
  const reachOf = (hairFrom: number): Float32Array => {
    const { rgb, seen } = photo(
      (x, y) => {
        const u = (x + 0.5) / textureSizePx - 0.5,
          v = (y + 0.5) / textureSizePx - 0.5;
        const step = (((Math.atan2(v, u) + Math.PI) / (2 * Math.PI)) * reachSteps) % reachSteps;
        return v < 0 && Math.hypot(u, v) > polar.radius(step, hairFrom) ? hair : skinColour;
      },
      () => 1,
    );
    return skinReach(rgb, seen, polar);
  };

  it('is the hairline above, and the outermost ring where skin goes on', () => {
    const reach = reachOf(0.5);
    const up = steps.filter((step) => step > 30 && step < 98),
      down = steps.filter((step) => step > 140 && step < 244);
    for (const step of up) expect(reach[step]).toBeCloseTo(0.5, 1);
    for (const step of down) expect(reach[step]).toBeGreaterThan(0.9);
  });

  it('is inside the oval where hair hangs over it', () => {
    const reach = reachOf(-0.1);
    expect(reach[64]).toBeLessThan(0.02);
  });
});

describe('texture filters', () => {
  it('a box blur of a constant is the constant, of a step a ramp', () => {
    const flat = new Float32Array(64).fill(7),
      out = new Float32Array(64);
    boxBlur(flat, 8, 2, out);
    expect([...out]).toEqual([...flat]);
    const step = Float32Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 0 : 10));
    boxBlur(step, 8, 1, out);
    expect(Array.from(out.slice(0, 8), (value) => Math.round(value * 10) / 10)).toEqual([
      0, 0, 0, 3.3, 6.7, 10, 10, 10,
    ]);
  });

  it('giving back what interpolation takes leaves flat skin, and no wave stronger than it was once two have taken theirs', () => {
    const side = 64;
    const between = (values: Float32Array): Float32Array =>
      values.map((value, k) => (value + values[Math.min(values.length - 3 + (k % 3), k + 3)]!) / 2);
    for (const period of [2, 4, 8, 16]) {
      const wave = Float32Array.from(
        { length: side * side * 3 },
        (_, k) => 100 + 20 * Math.cos((2 * Math.PI * (Math.floor(k / 3) % side)) / period),
      );
      undoInterpolation(wave, side, 0.5);
      // Half-way between texels linear interpolation takes most; on them it takes nothing: the mean of both, twice.
      const row = wave.slice(0, side * 3);
      const swing = (values: Float32Array): number =>
        Math.max(...values.slice(48, 144)) - Math.min(...values.slice(48, 144));
      const kept = (swing(row) + 2 * swing(between(row)) + swing(between(between(row)))) / 4;
      expect(kept / 40).toBeLessThan(1.05);
      expect(kept / 40).toBeGreaterThan(period === 2 ? 0.3 : 0.8);
    }
    const flat = new Float32Array(side * side * 3).fill(77);
    undoInterpolation(flat, side, 0.5);
    expect(flat.every((value) => Math.abs(value - 77) < 1e-3)).toBe(true);
  });

  it('push-pull keeps what has weight and reaches everywhere', () => {
    const side = 33;
    const rgb = new Float32Array(side * side * 3),
      weight = new Float32Array(side * side);
    rgb.set([9, 8, 7], 0);
    weight[0] = 1;
    pushPull(rgb, weight, side);
    for (let i = 0; i < side * side; i++)
      expect(Array.from(rgb.slice(i * 3, i * 3 + 3), Math.round)).toEqual([9, 8, 7]);
  });
});
