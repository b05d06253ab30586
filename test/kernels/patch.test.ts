import { describe, expect, it } from 'vitest';
import { KernelMemory } from '../../server/kernels/memory.js';
import { colourMatrix, PatchKernel } from '../../server/kernels/patch.js';
import {
  addTwin,
  drawTwin,
  importTwin,
  mixTwin,
  steadyTwin,
  type TwinPicture4,
} from '../../server/kernels/twin/patch.js';
import { rgbToYuv } from '../../server/likeness/mesh/sample.js';
import { builds, noise, noiseBytes, put, worst } from './support.js';

const sides = [1, 2, 7, 8, 9, 16, 33, 65] as const;
/** A smooth patch with a soft round alpha. */
function smoothPatch(sidePx: number): TwinPicture4 {
  const data = new Float64Array(sidePx * sidePx * 4);
  for (let y = 0; y < sidePx; y++) {
    for (let x = 0; x < sidePx; x++) {
      const r = Math.hypot(x - sidePx / 2, y - sidePx / 2) / (sidePx / 2);
      const at = (y * sidePx + x) * 4;
      data[at] = Math.round(30000 + 25000 * Math.sin(x / 9));
      data[at + 1] = Math.round(30000 + 25000 * Math.cos(y / 8));
      data[at + 2] = Math.round(20000 + (20000 * (x + y)) / (2 * sidePx));
      data[at + 3] = Math.round(65280 * Math.min(1, Math.max(0, 1.6 - 2 * r)));
    }
  }
  return { data, widthPx: sidePx, heightPx: sidePx };
}
const columns = 64,
  rows = 64;
const smoothGrid = (amount: number): Float32Array =>
  Float32Array.from({ length: columns * rows * 2 }, (_, i) => {
    const cell = i >> 1;
    return amount * Math.sin((cell % columns) / 11 + (i % 2)) * Math.cos(Math.floor(cell / columns) / 13);
  });
const wordsAt = (memory: KernelMemory, ptr: number, count: number): Uint16Array =>
  memory.u16.slice(ptr >> 1, (ptr >> 1) + count);

describe.each(builds)('patch kernel, %s build', (build) => {
  it.each(['bt601', 'bt709', 'bt2020', 'rgb'] as const)(
    'brings RGBA into %s as the twin does, at both depths',
    (model) => {
      const memory = new KernelMemory(16);
      const kernel = new PatchKernel(memory, build);
      for (const sidePx of sides) {
        for (const depth of [8, 16] as const) {
          const bytes = noiseBytes(sidePx * sidePx * 4, sidePx);
          const rgba = depth === 8 ? bytes : Uint16Array.from(bytes, (byte) => byte * 256);
          const dst = { ptr: memory.allocate(sidePx * sidePx * 8), sidePx };
          kernel.import(put(memory, rgba), dst, depth, model);
          const out = wordsAt(memory, dst.ptr, sidePx * sidePx * 4);
          expect(worst(out, importTwin(rgba, depth, colourMatrix(model)))).toBeLessThanOrEqual(1);
        }
      }
    },
  );

  it('uses the same colours as the mesh engine', () => {
    const yuv = new Float32Array(3);
    for (const model of ['bt601', 'bt709', 'bt2020'] as const) {
      rgbToYuv(200, 90, 30, model, yuv, 0);
      const out = importTwin([200, 90, 30, 255], 8, colourMatrix(model));
      for (let k = 0; k < 3; k++) expect(out[k]! / 256).toBeCloseTo(yuv[k]!, 2);
    }
  });

  it('draws through map and alignments as the twin does, also two patches in one place', () => {
    const memory = new KernelMemory(32);
    const kernel = new PatchKernel(memory, build);
    const patch = smoothPatch(96);
    const stored = { ptr: put(memory, Uint16Array.from(patch.data)), sidePx: 96 };
    for (const [widthPx, heightPx] of [
      [1, 1],
      [7, 5],
      [8, 8],
      [33, 17],
      [200, 150],
    ] as const) {
      const strideBytes = widthPx * 8 + 24;
      const ptr = memory.allocate(strideBytes * heightPx);
      memory.u8.fill(0, ptr, ptr + strideBytes * heightPx);
      const target: TwinPicture4 = { data: new Float64Array(widthPx * heightPx * 4), widthPx, heightPx };
      for (const [turn, weight] of [
        [0.1, 180],
        [-0.2, 76],
      ] as const) {
        const grid = smoothGrid(6 * turn);
        // A face of 120 px has 1.4 crop px to a pixel.
        const s = Math.min(180 / widthPx, 1.4);
        const toCrop = Float64Array.of(
          s * Math.cos(turn),
          -s * Math.sin(turn),
          45,
          s * Math.sin(turn),
          s * Math.cos(turn),
          35,
        );
        const toPatch = Float64Array.of(0.5, 0.05, -14, -0.05, 0.5, -10);
        kernel.draw(
          stored,
          { ptr: put(memory, grid), columns, rows },
          toCrop,
          toPatch,
          { ptr, strideBytes, widthPx, heightPx },
          weight,
        );
        drawTwin(target, { patch, grid, columns, rows, toCrop, toPatch, weight });
      }
      for (let y = 0; y < heightPx; y++) {
        const row = wordsAt(memory, ptr + y * strideBytes, widthPx * 4);
        // Colours where hardly any alpha stands are anyone's. A code is 256; positions are interpolated between every eighth pixel.
        for (let x = 0; x < widthPx; x++) {
          const at = (y * widthPx + x) * 4;
          expect(Math.abs(row[x * 4 + 3]! - target.data[at + 3]!)).toBeLessThan(768);
          if (target.data[at + 3]! < 4096) continue;
          for (let k = 0; k < 3; k++) expect(Math.abs(row[x * 4 + k]! - target.data[at + k]!)).toBeLessThan(512);
        }
        const gap = memory.u8.slice(ptr + y * strideBytes + widthPx * 8, ptr + (y + 1) * strideBytes);
        expect(gap.every((byte) => byte === 0)).toBe(true);
      }
    }
  });

  it('adds patches in place exactly by the rule, and weights that sum to one give the mean', () => {
    const memory = new KernelMemory(16);
    const kernel = new PatchKernel(memory, build);
    const next = noise(3);
    for (const widthPx of sides) {
      const heightPx = 3;
      const make = (): Uint16Array =>
        Uint16Array.from({ length: widthPx * heightPx * 4 }, () => Math.floor(next() * 65281));
      const a = make(),
        b = make();
      const ptr = memory.allocate(widthPx * heightPx * 8);
      memory.u8.fill(0, ptr, ptr + widthPx * heightPx * 8);
      const target: TwinPicture4 = { data: new Float64Array(a.length), widthPx, heightPx };
      for (const [data, weight] of [
        [a, 100],
        [b, 156],
      ] as const) {
        kernel.add(put(memory, data), widthPx * 8, { ptr, strideBytes: widthPx * 8, widthPx, heightPx }, weight);
        for (let at = 0; at < data.length; at += 4) addTwin(target, at, Array.from(data.slice(at, at + 4)), weight);
      }
      expect(worst(wordsAt(memory, ptr, a.length), target.data)).toBeLessThanOrEqual(1);
    }
  });

  it('paints colours and leaves alpha', () => {
    const memory = new KernelMemory(4);
    const kernel = new PatchKernel(memory, build);
    const ptr = put(
      memory,
      Uint16Array.from({ length: 5 * 4 }, (_, i) => i * 1000),
    );
    kernel.paint({ ptr, strideBytes: 40, widthPx: 5, heightPx: 1 }, 235, 128, 100);
    expect(Array.from(wordsAt(memory, ptr, 8))).toEqual([
      235 * 256,
      128 * 256,
      25600,
      3000,
      235 * 256,
      128 * 256,
      25600,
      7000,
    ]);
  });

  it('lets the whole face’s motion stand in where flow is unsure', () => {
    const memory = new KernelMemory(4);
    const kernel = new PatchKernel(memory, build);
    for (const [w, h] of [
      [1, 1],
      [3, 2],
      [64, 64],
    ] as const) {
      const next = noise(w);
      const flow = Float32Array.from({ length: w * h * 2 }, () => next() * 20 - 10);
      const confidence = Float32Array.from({ length: w * h }, () => next());
      const motion = Float64Array.of(1.02, 0.03, -4, -0.03, 1.02, 2);
      const out = { ptr: memory.allocate(w * h * 8), columns: w, rows: h };
      kernel.steady(put(memory, flow), put(memory, confidence), motion, out, 0.2, 0.6);
      const found = memory.f32.slice(out.ptr >> 2, (out.ptr >> 2) + w * h * 2);
      expect(worst(found, steadyTwin(flow, confidence, motion, w, h, 0.2, 0.6))).toBeLessThan(1e-3);
    }
  });

  it('mixes maps by confidence and adds shares of one to another, as the twin does and in place', () => {
    const memory = new KernelMemory(4);
    const kernel = new PatchKernel(memory, build);
    for (const [w, h] of [
      [1, 1],
      [3, 2],
      [64, 64],
    ] as const) {
      const next = noise(w + 7);
      const [base, other] = [0, 1].map(() => Float32Array.from({ length: w * h * 2 }, () => next() * 20 - 10)) as [
        Float32Array,
        Float32Array,
      ];
      const confidence = Float32Array.from({ length: w * h }, () => next());
      const map = { ptr: put(memory, base), columns: w, rows: h };
      const read = (): Float32Array => memory.f32.slice(map.ptr >> 2, (map.ptr >> 2) + w * h * 2);
      const otherPtr = put(memory, other);
      kernel.mix(map.ptr, otherPtr, put(memory, confidence), map, 0.2, 0.6);
      const mixed = mixTwin(base, other, confidence, 0.2, 0.6);
      expect(worst(read(), mixed)).toBeLessThan(1e-4);
      kernel.addMap(map, otherPtr, 0.25);
      expect(
        worst(
          read(),
          mixed.map((value, i) => value + other[i]! / 4),
        ),
      ).toBeLessThan(1e-4);
    }
  });
});
