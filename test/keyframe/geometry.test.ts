import { describe, expect, it } from 'vitest';
import { affine, composeAffine, invertAffine } from '../../server/frame/geometry.js';
import { arcFaceTemplate01, fitSimilarity } from '../../server/stages/keyframe/analysis/align.js';
import { irisDepths, refinements } from '../../server/stages/keyframe/analysis/mesh-refinement.js';
import {
  cropFace,
  mapLandmarks,
  roiOfDetection,
  roiOfLandmarks,
} from '../../server/stages/keyframe/analysis/region.js';
import { Resizer } from '../../server/stages/keyframe/analysis/resize.js';
import { bytesAsTheyAre, warpPicture } from '../../server/stages/keyframe/analysis/warp.js';
import { seeded } from '../models/golden.js';

const random = seeded(3);
const plainScale = { gain: 1, bias: 0 };
const noise = (widthPx: number, heightPx: number): { data: Uint8Array; widthPx: number; heightPx: number } => ({
  data: Uint8Array.from({ length: widthPx * heightPx * 3 }, () => random() * 256),
  widthPx,
  heightPx,
});
const point = (map: Float64Array, x: number, y: number): [number, number] => [
  map[0]! * x + map[1]! * y + map[2]!,
  map[3]! * x + map[4]! * y + map[5]!,
];

describe('the square region of a face', () => {
  it('is 1.5 times the larger side of the box, centred, upright for level eyes', () => {
    const box = { x0: 100, y0: 50, x1: 180, y1: 150 };
    const roi = roiOfDetection({
      box,
      keyPoints: Float32Array.from([120, 80, 160, 80, 140, 100, 140, 120, 100, 90, 180, 90]),
    });
    expect(point(roi, 140, 100)).toEqual([128, 128]);
    point(roi, 140 - 75, 100 - 75).forEach((corner) => expect(corner).toBeCloseTo(0, 6));
  });

  it('turns so that the eyes come out level, at any roll', () => {
    for (const rollDeg of [-170, -90, -30, 15, 90, 135]) {
      const [cos, sin] = [Math.cos((rollDeg * Math.PI) / 180), Math.sin((rollDeg * Math.PI) / 180)];
      const keyPoints = Float32Array.from([
        300 - 20 * cos,
        200 - 20 * sin,
        300 + 20 * cos,
        200 + 20 * sin,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
      ]);
      const roi = roiOfDetection({ box: { x0: 250, y0: 150, x1: 350, y1: 250 }, keyPoints });
      const right = point(roi, keyPoints[0]!, keyPoints[1]!),
        left = point(roi, keyPoints[2]!, keyPoints[3]!);
      expect(Math.abs(left[1] - right[1])).toBeLessThan(1e-3);
      expect(left[0] - right[0]).toBeCloseTo((40 * 256) / 150, 3);
    }
  });

  it('of landmarks moves with them: a similarity of the frame leaves the crop alone', () => {
    const landmarks = Float32Array.from({ length: 478 * 3 }, () => random() * 200);
    landmarks.set([60, 90, 0], 33 * 3);
    landmarks.set([140, 95, 0], 263 * 3);
    const similarity = affine(0.8, -0.6, 37, 0.6, 0.8, -12);
    const before = mapLandmarks(landmarks, roiOfLandmarks(landmarks));
    const moved = mapLandmarks(landmarks, similarity);
    const after = mapLandmarks(moved, roiOfLandmarks(moved));
    before.forEach((value, i) => expect(after[i]!).toBeCloseTo(value, 2));
    const inside = before.filter((_, i) => i % 3 < 2);
    expect(Math.min(...inside)).toBeGreaterThan(256 / 6 - 0.01);
    expect(Math.max(...inside)).toBeLessThan(256 - 256 / 6 + 0.01);
  });

  it('maps landmarks there and back, depth included', () => {
    const landmarks = Float32Array.from({ length: 30 }, () => random() * 100);
    const map = affine(1.2, 0.5, 3, -0.5, 1.2, 4);
    const back = mapLandmarks(mapLandmarks(landmarks, map), invertAffine(map));
    back.forEach((value, i) => expect(value).toBeCloseTo(landmarks[i]!, 3));
  });

  it("repeats the frame's edge outside the frame", () => {
    const frame = { data: Uint8Array.from([10, 20, 30, 200, 210, 220]), widthPx: 2, heightPx: 1 };
    const crop = cropFace(frame, affine(1, 0, 127, 0, 1, 127));
    expect([...crop.subarray(0, 3)]).toEqual([10, 20, 30]);
    expect([...crop.subarray(-3)]).toEqual([200, 210, 220]);
  });
});

describe('the five-point fit', () => {
  it('recovers a similarity exactly', () => {
    const map = affine(1.5, -0.7, 20, 0.7, 1.5, -5);
    const moved = new Float64Array(10);
    for (let i = 0; i < 5; i++) moved.set(point(map, arcFaceTemplate01[i * 2]!, arcFaceTemplate01[i * 2 + 1]!), i * 2);
    const fitted = fitSimilarity(moved, arcFaceTemplate01);
    composeAffine(fitted, map).forEach((value, i) => expect(value).toBeCloseTo([1, 0, 0, 0, 1, 0][i]!, 9));
  });

  it('is the best one: any small change fits noisy points worse', () => {
    const from = Float64Array.from({ length: 10 }, () => random() * 100),
      to = Float64Array.from({ length: 10 }, () => random() * 100);
    const error = (map: Float64Array): number => {
      let sum = 0;
      for (let i = 0; i < 10; i += 2) {
        const [x, y] = point(map, from[i]!, from[i + 1]!);
        sum += (x - to[i]!) ** 2 + (y - to[i + 1]!) ** 2;
      }
      return sum;
    };
    const [a, , tx, c, , ty] = fitSimilarity(from, to) as unknown as [number, number, number, number, number, number];
    const best = error(affine(a, -c, tx, c, a, ty));
    for (const [da, dc, dx, dy] of [
      [0.01, 0, 0, 0],
      [-0.01, 0, 0, 0],
      [0, 0.01, 0, 0],
      [0, -0.01, 0, 0],
      [0, 0, 0.5, 0],
      [0, 0, 0, -0.5],
    ] as const) {
      expect(error(affine(a + da, -c - dc, tx + dx, c + dc, a + da, ty + dy))).toBeGreaterThan(best);
    }
  });
});

describe('sampling', () => {
  it('copies under the identity and under a whole-pixel shift', () => {
    const source = noise(7, 5);
    const out = new Uint8ClampedArray(7 * 5 * 3);
    warpPicture(source, affine(1, 0, 0, 0, 1, 0), { out, widthPx: 7, heightPx: 5, scale: bytesAsTheyAre });
    expect([...out]).toEqual([...source.data]);
    warpPicture(source, affine(1, 0, 1, 0, 1, 2), { out, widthPx: 7, heightPx: 5, scale: bytesAsTheyAre });
    expect(out[0]).toBe(source.data[(2 * 7 + 1) * 3]);
  });

  it('averages when it shrinks', () => {
    const source = {
      data: Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => ((Math.floor(i / 3) + Math.floor(i / 24)) % 2) * 200),
      widthPx: 8,
      heightPx: 8,
    };
    const out = new Float32Array(2 * 2 * 3);
    warpPicture(source, affine(4, 0, 0, 0, 4, 0), { out, widthPx: 2, heightPx: 2, scale: plainScale });
    out.forEach((value) => expect(Math.abs(value - 100)).toBeLessThan(15));
  });

  it.each([
    [256, 256, 192, 192],
    [640, 360, 256, 144],
    [1, 1, 4, 4],
    [3, 5, 256, 256],
    [17, 9, 3, 2],
  ])(
    'resizing %i×%i to %i×%i keeps flat pictures flat and straight ramps straight',
    (fromWidth, fromHeight, toWidth, toHeight) => {
      const resizer = new Resizer(fromWidth, fromHeight, toWidth, toHeight);
      const out = new Float32Array(toWidth * toHeight * 3);
      const flat = new Uint8Array(fromWidth * fromHeight * 3).fill(77);
      resizer.run({ data: flat, widthPx: fromWidth, heightPx: fromHeight }, out, { gain: 2 / 255, bias: -1 });
      out.forEach((value) => expect(value).toBeCloseTo((77 * 2) / 255 - 1, 4));
      const ramp = Uint8Array.from({ length: flat.length }, (_, i) =>
        Math.round(((Math.floor(i / 3) % fromWidth) / fromWidth) * 255),
      );
      resizer.run({ data: ramp, widthPx: fromWidth, heightPx: fromHeight }, out, plainScale);
      const step = fromWidth / toWidth;
      const border = Math.ceil(Math.max(1 / step, 1)) + 1;
      for (let x = border; x < toWidth - border; x++) {
        const wanted = (((x + 0.5) * step - 0.5) / fromWidth) * 255;
        expect(Math.abs(out[x * 3]! - wanted)).toBeLessThan(0.75);
      }
    },
  );
});

describe('the refinement tables', () => {
  it('name each landmark once, and only irises beyond the mesh', () => {
    const all = refinements.flatMap(({ landmarks }) => landmarks);
    expect(all.length).toBe(80 + 71 + 71 + 5 + 5);
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((landmark) => landmark >= 468).sort((a, b) => a - b)).toEqual([
      468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
    ]);
    for (const { contour } of irisDepths) expect(contour.length).toBe(16);
  });
});
