import { describe, expect, it } from 'vitest';
import { DisFlow, FLOW_CELL_PX } from '../../server/kernels/flow.js';
import type { FlowPresetName } from '../../server/kernels/flow-presets.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { floats, load, paint, prepareAll, randomBytes, texture } from './flow-pictures.js';

const presets: readonly FlowPresetName[] = ['fastest', 'ultrafast', 'fast'];
const make = (sizePx: number, preset: FlowPresetName): { memory: KernelMemory; flow: DisFlow } => {
  const memory = new KernelMemory(32);
  return { memory, flow: new DisFlow(memory, { sizePx, preset }) };
};

/** Mean and worst end-point error over the cells at least `marginPx` inside the picture. */
function errors(
  memory: KernelMemory,
  flow: DisFlow,
  gridPtr: number,
  marginPx: number,
  truth: (x: number, y: number) => [number, number],
) {
  const grid = floats(memory, gridPtr, flow.columns * flow.rows * 2);
  const all: number[] = [];
  for (let j = 0; j < flow.rows; j++) {
    for (let i = 0; i < flow.columns; i++) {
      const [x, y] = [i * FLOW_CELL_PX + 1.5, j * FLOW_CELL_PX + 1.5];
      if (Math.min(x, y, flow.widthPx - x, flow.heightPx - y) < marginPx) continue;
      const [u, v] = truth(x, y);
      const at = 2 * (j * flow.columns + i);
      all.push(Math.hypot(grid[at]! - u, grid[at + 1]! - v));
    }
  }
  return { mean: all.reduce((sum, e) => sum + e, 0) / all.length, worst: Math.max(...all) };
}

describe.each(presets)('flow, preset %s', (preset) => {
  it('gives exact zero between a picture and itself, and none of it on plain grey', () => {
    const { memory, flow } = make(256, preset);
    const next = randomBytes(3);
    for (const picture of [paint(256, 256, next), paint(256, 256, texture(4)), paint(256, 256, () => 90)]) {
      prepareAll(memory, flow, picture, picture);
      flow.run(0, 1);
      expect(floats(memory, flow.flowPtr, 64 * 64 * 2).every((value) => value === 0)).toBe(true);
    }
  });

  it('recovers a translation, whole or fractional, small or large', () => {
    const { memory, flow } = make(256, preset);
    const shade = texture(11);
    for (const [u, v] of [
      [0.4, -0.3],
      [3, 2],
      [-7.5, 4.25],
      [18, -13],
    ] as const) {
      prepareAll(
        memory,
        flow,
        paint(256, 256, shade),
        paint(256, 256, (x, y) => shade(x - u, y - v)),
      );
      flow.run(0, 1);
      const { mean, worst } = errors(memory, flow, flow.flowPtr, 40, () => [u, v]);
      expect(mean, `mean error of (${u}, ${v})`).toBeLessThan(0.12);
      expect(worst, `worst error of (${u}, ${v})`).toBeLessThan(0.6);
    }
  });

  it('recovers a rotation with zoom about the centre', () => {
    const { memory, flow } = make(256, preset);
    const shade = texture(12);
    const [cos, sin] = [Math.cos(0.05) * 1.03, Math.sin(0.05) * 1.03];
    const inverse = 1 / (cos * cos + sin * sin);
    const moved = (x: number, y: number): number => {
      const [dx, dy] = [x - 127.5, y - 127.5];
      return shade(127.5 + (cos * dx + sin * dy) * inverse, 127.5 + (cos * dy - sin * dx) * inverse);
    };
    prepareAll(memory, flow, paint(256, 256, shade), paint(256, 256, moved));
    flow.run(0, 1);
    const truth = (x: number, y: number): [number, number] => {
      const [dx, dy] = [x - 127.5, y - 127.5];
      return [cos * dx - sin * dy - dx, sin * dx + cos * dy - dy];
    };
    // The blurred 8 px cells of `fastest` bend a motion that is not the same everywhere.
    expect(errors(memory, flow, flow.flowPtr, 24, truth).mean).toBeLessThan(preset === 'fastest' ? 0.35 : 0.25);
  });

  it('follows motion under a light that changes', () => {
    const { memory, flow } = make(256, preset);
    const shade = texture(13);
    prepareAll(
      memory,
      flow,
      paint(256, 256, (x, y) => shade(x, y) * 0.7),
      paint(256, 256, (x, y) => shade(x - 4, y - 2) * 0.7 + 25),
    );
    flow.run(0, 1);
    expect(errors(memory, flow, flow.flowPtr, 32, () => [4, 2]).mean).toBeLessThan(0.15);
  });

  it('has a backward flow that undoes the forward flow', () => {
    const { memory, flow } = make(256, preset);
    const shade = texture(14);
    prepareAll(
      memory,
      flow,
      paint(256, 256, shade),
      paint(256, 256, (x, y) => shade(x - 5, y + 3)),
    );
    flow.runBoth(0, 1);
    expect(errors(memory, flow, flow.backwardPtr, 32, () => [-5, 3]).mean).toBeLessThan(0.12);
    const round = memory.allocate(flow.gridBytes);
    flow.compose(flow.flowPtr, flow.backwardPtr, round);
    expect(errors(memory, flow, round, 32, () => [0, 0]).mean).toBeLessThan(0.15);
  });

  it('trusts what moves together, not what a square covers, not what has no texture', () => {
    const { memory, flow } = make(256, preset);
    const [wall, square] = [texture(15), texture(16)];
    const inSquare = (x: number, y: number): boolean => x >= 96 && x < 160 && y >= 96 && y < 160;
    const blank = (x: number, y: number): boolean => x < 64 && y > 190;
    const from = paint(256, 256, (x, y) => (blank(x, y) ? 100 : wall(x, y)));
    const to = paint(256, 256, (x, y) => (blank(x, y) ? 100 : inSquare(x, y) ? square(x, y) : wall(x, y)));
    prepareAll(memory, flow, from, to);
    flow.runBoth(0, 1);
    const confidence = floats(memory, flow.confidencePtr, 64 * 64);
    const meanOf = (left: number, top: number, right: number, bottom: number): number => {
      let sum = 0;
      for (let j = top; j < bottom; j++) for (let i = left; i < right; i++) sum += confidence[j * 64 + i]!;
      return sum / ((right - left) * (bottom - top));
    };
    expect(confidence.every((value) => value >= 0 && value <= 1)).toBe(true);
    const open = meanOf(4, 4, 60, 18);
    expect(open).toBeGreaterThan(0.6);
    expect(meanOf(26, 26, 38, 38)).toBeLessThan(open * 0.35);
    expect(meanOf(1, 56, 8, 63)).toBeLessThan(0.05);
  });

  it('gives equal bytes for equal pictures, whatever ran before, in either slot', () => {
    const { memory, flow } = make(128, preset);
    const shade = texture(17);
    const [a, b] = [paint(128, 128, shade), paint(128, 128, (x, y) => shade(x + 1.7, y - 2.2))];
    const noise = paint(128, 128, randomBytes(18));
    const result = (): Uint8Array => memory.u8.slice(flow.flowPtr, flow.flowPtr + flow.gridBytes);
    prepareAll(memory, flow, a, b);
    flow.runBoth(0, 1);
    const first = result();
    prepareAll(memory, flow, noise, a);
    flow.runBoth(0, 1);
    expect(result()).not.toEqual(first);
    prepareAll(memory, flow, b, a);
    flow.runBoth(1, 0);
    expect(result()).toEqual(first);
  });

  it('starts from a given flow where the motion is beyond its own reach', () => {
    const { memory, flow } = make(256, preset);
    const shade = texture(19);
    prepareAll(
      memory,
      flow,
      paint(256, 256, shade),
      paint(256, 256, (x, y) => shade(x - 60, y)),
    );
    const initial = memory.allocate(flow.gridBytes);
    for (let cell = 0; cell < 64 * 64; cell++) memory.f32.set([58, 0], (initial >> 2) + 2 * cell);
    flow.run(0, 1, initial);
    expect(errors(memory, flow, flow.flowPtr, 80, () => [60, 0]).mean).toBeLessThan(0.2);
  });

  it('warps the second picture onto the first', () => {
    const { memory, flow } = make(256, preset);
    const shade = texture(20);
    const [from, to] = [paint(256, 256, shade), paint(256, 256, (x, y) => shade(x - 6, y - 4))];
    prepareAll(memory, flow, from, to);
    flow.run(0, 1);
    const { ptr, strideBytes } = load(memory, to);
    const out = memory.allocate(256 * 256);
    flow.warp(ptr, strideBytes, flow.flowPtr, out, 256);
    let difference = 0;
    for (let y = 32; y < 224; y++) {
      for (let x = 32; x < 224; x++) difference += Math.abs(memory.u8[out + y * 256 + x]! - from.values[y * 256 + x]!);
    }
    expect(difference / 192 ** 2).toBeLessThan(2);
  });
});

describe('flow memory', () => {
  it('writes nothing outside its own blocks', () => {
    const memory = new KernelMemory(16);
    const fence = (): number => {
      const ptr = memory.allocate(4096);
      memory.u8.fill(0x5a, ptr, ptr + 4096);
      return ptr;
    };
    const before = fence();
    const flow = new DisFlow(memory, { widthPx: 101, heightPx: 67, preset: 'fast' });
    const after = fence();
    prepareAll(memory, flow, paint(101, 67, randomBytes(1)), paint(101, 67, randomBytes(2)));
    flow.runBoth(0, 1);
    for (const ptr of [before, after]) {
      expect(memory.u8.slice(ptr, ptr + 4096).every((value) => value === 0x5a)).toBe(true);
    }
  });

  it('refuses a picture smaller than a patch and a slot that does not exist', () => {
    const memory = new KernelMemory(16);
    expect(() => new DisFlow(memory, { widthPx: 7, heightPx: 40 })).toThrow(RangeError);
    const flow = new DisFlow(memory, { sizePx: 16 });
    expect(() => flow.prepare(2, 65536, 16)).toThrow(RangeError);
  });
});
