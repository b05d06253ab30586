import { describe, expect, it } from 'vitest';
import { DisFlow, FLOW_CELL_PX } from '../../server/kernels/flow.js';
import { flowPresets, type FlowPreset } from '../../server/kernels/flow-presets.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { twinFlow } from '../../server/kernels/twin/flow.js';
import { carry, compose, crossCheck, densify, warp, type Cells } from '../../server/kernels/twin/flow-grid.js';
import { floats, load, paint, prepareAll, randomBytes, texture } from './flow-pictures.js';

// 8 is the least; then odd sides, one pixel past a vector, sides whose levels are odd, and a long thin picture.
const sizes = [
  [8, 8],
  [9, 8],
  [17, 33],
  [31, 30],
  [66, 49],
  [130, 20],
  [64, 64],
  [97, 61],
] as const;
const full: FlowPreset = flowPresets.fast;

function pairOf(kind: 'moved texture' | 'noise', width: number, height: number, seed: number) {
  if (kind === 'noise') {
    const next = randomBytes(seed);
    return [paint(width, height, next), paint(width, height, next)] as const;
  }
  const shade = texture(seed);
  return [paint(width, height, shade), paint(width, height, (x, y) => shade(x - 2.3, y + 1.4) * 1.05)] as const;
}

describe('the flow kernel equals its twin bit by bit', () => {
  for (const [width, height] of sizes) {
    for (const kind of ['moved texture', 'noise'] as const) {
      for (const name of ['ultrafast', 'fast'] as const) {
        it(`${name}, ${kind}, ${width}×${height}`, () => {
          const memory = new KernelMemory(16);
          const flow = new DisFlow(memory, { widthPx: width, heightPx: height, preset: name });
          const [from, to] = pairOf(kind, width, height, width * 7 + height);
          prepareAll(memory, flow, from, to);
          flow.run(0, 1);
          const expected = twinFlow(from, to, flowPresets[name]);
          expect([flow.columns, flow.rows]).toEqual([expected.columns, expected.rows]);
          expect(expected.flow.every(Number.isFinite)).toBe(true);
          expect(floats(memory, flow.flowPtr, flow.columns * flow.rows * 2)).toEqual(expected.flow);
        });
      }
    }
  }

  it('with two sweeps, no blur of coarse levels and three of the finest', () => {
    const memory = new KernelMemory(16);
    const preset: FlowPreset = {
      ...full,
      coarseSweeps: 2,
      finestSweeps: 2,
      coarseBlurs: 0,
      finestBlurs: 3,
      stopPx: 0.3,
    };
    const flow = new DisFlow(memory, { widthPx: 90, heightPx: 71, preset });
    const [from, to] = pairOf('moved texture', 90, 71, 5);
    prepareAll(memory, flow, from, to);
    flow.run(0, 1);
    expect(floats(memory, flow.flowPtr, flow.columns * flow.rows * 2)).toEqual(twinFlow(from, to, preset).flow);
  });

  it('and so does the confidence, to 1e-6, both runs included', () => {
    const memory = new KernelMemory(16);
    const flow = new DisFlow(memory, { widthPx: 75, heightPx: 58, preset: full });
    const [from, to] = pairOf('moved texture', 75, 58, 6);
    prepareAll(memory, flow, from, to);
    flow.runBoth(0, 1);
    const [there, back] = [twinFlow(from, to, full), twinFlow(to, from, full)];
    const cells = (grid: typeof there): Cells => ({ ...grid, channels: 2, values: grid.flow });
    expect(floats(memory, flow.backwardPtr, back.flow.length)).toEqual(back.flow);
    const expected = crossCheck(cells(there), cells(back), there.quality, FLOW_CELL_PX, 0.75);
    const got = floats(memory, flow.confidencePtr, expected.length);
    for (const [k, value] of expected.entries()) expect(Math.abs(got[k]! - value)).toBeLessThan(1e-6);
  });
});

describe('the grid kernels equal their twins', () => {
  const random = (seed: number, count: number, reach: number): Float32Array => {
    const next = randomBytes(seed);
    return Float32Array.from({ length: count }, () => ((next() * 256 + next()) / 65536 - 0.5) * 2 * reach);
  };
  for (const [width, height] of sizes) {
    it(`carry, compose, densify and warp at ${width}×${height}`, () => {
      const memory = new KernelMemory(16);
      const flow = new DisFlow(memory, { widthPx: width, heightPx: height, preset: 'ultrafast' });
      const count = flow.columns * flow.rows;
      const put = (values: Float32Array): number => {
        const ptr = memory.allocate(values.byteLength);
        memory.f32.set(values, ptr >> 2);
        return ptr;
      };
      const [a, b, c] = [random(1, count * 2, 9), random(2, count * 2, 9), random(3, count, 1)];
      const [aPtr, bPtr, cPtr, out] = [put(a), put(b), put(c), memory.allocate(width * height * 8)];
      const grid = (values: Float32Array, channels: 1 | 2): Cells => ({
        columns: flow.columns,
        rows: flow.rows,
        channels,
        values,
      });

      // Points inside, on the edge and far outside.
      const points = random(4, 42, Math.max(width, height) * 1.5);
      const scores = memory.allocate(21 * 4);
      flow.carryPoints(aPtr, cPtr, put(points), out, scores, 21);
      const carried = carry(grid(a, 2), grid(c, 1), points, FLOW_CELL_PX);
      expect([...floats(memory, out, 42)]).toEqual(carried.points);
      expect([...floats(memory, scores, 21)]).toEqual(carried.confidence);

      flow.compose(aPtr, bPtr, out);
      expect([...floats(memory, out, count * 2)]).toEqual(compose(grid(a, 2), grid(b, 2), FLOW_CELL_PX));

      flow.densify(aPtr, out);
      expect([...floats(memory, out, width * height * 2)]).toEqual(densify(grid(a, 2), width, height));

      const picture = paint(width, height, randomBytes(9));
      const { ptr, strideBytes } = load(memory, picture);
      flow.warp(ptr, strideBytes, aPtr, out, width);
      expect([...memory.u8.slice(out, out + width * height)]).toEqual(warp(picture, grid(a, 2), FLOW_CELL_PX));
    });
  }
});
