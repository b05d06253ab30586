import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KernelMemory } from '../../server/kernels/memory.js';
import { loadRasterKernel, rasterMode, rasterVertexFloats } from '../../server/kernels/raster.js';
import { drawTrianglesTwin, type RasterPicture } from '../../server/kernels/twin/raster.js';
import { builds, noise, noiseBytes } from './support.js';

const memory = new KernelMemory(32);
const kernels = { release: loadRasterKernel(memory), debug: loadRasterKernel(memory, 'debug') };
const textureSize = 16;
const legalYuv = Float32Array.of(16, 128, 128, 0);

/** Less than half of a triangle's side in the largest sheet: its border never crosses itself, as a face's does not. */
const borderStrayPx = 12;
/** A sheet of side × side vertices over the target, its corners moved by up to `stray` px; folds over itself where that is much. */
function sheet(side: number, widthPx: number, heightPx: number, strayPx: number, seed: number) {
  const next = noise(seed);
  const vertices = new Float32Array(side * side * rasterVertexFloats);
  for (let i = 0; i < side * side; i++) {
    const column = i % side,
      row = Math.floor(i / side);
    const isBorder = column === 0 || row === 0 || column === side - 1 || row === side - 1;
    const stray = isBorder ? Math.min(strayPx, borderStrayPx) : strayPx;
    const x = ((column + 0.1) / (side - 0.8)) * widthPx + (next() - 0.5) * stray;
    const y = ((row + 0.1) / (side - 0.8)) * heightPx + (next() - 0.5) * stray;
    const light = () => 0.5 + next();
    const uv = () => next() * textureSize;
    const values = [x, y, next() * 100, uv(), uv(), light(), light(), light(), next(), next() * 40, 0, next() * -40];
    vertices.set(values, i * rasterVertexFloats);
  }
  const triangles: number[] = [];
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const a = row * side + column;
      // Anticlockwise seen from outside, as the face's.
      triangles.push(a, a + side, a + 1, a + 1, a + side, a + side + 1);
    }
  }
  return { vertices, triangles: Uint16Array.from(triangles) };
}

function put(data: Float32Array | Uint16Array | Uint8Array): number {
  const at = memory.allocate(data.byteLength);
  memory.u8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
  return at;
}
// Neighbours differ by up to 40 codes: one step of the sampler, 1/128 of a texel, is then less than half a code.
const texture = noiseBytes(textureSize * textureSize * 4, 7).map((value) => 100 + (value * 40) / 255);
/** 8.8; the second is what 16 bits round away: 1/32 of a code. */
const [halfCode, rounded] = [128, 8];
const textureTwin: RasterPicture = {
  data: Uint16Array.from(texture, (value) => value * 256),
  widthPx: textureSize,
  heightPx: textureSize,
  strideValues: textureSize * 4,
};

describe.each(builds)('the %s kernel of the skin', (build) => {
  const kernel = kernels[build];

  it('draws what its twin draws, with and without depth, at any size', () => {
    const job = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.integer(), fc.boolean());
    fc.assert(
      fc.property(job, ([widthPx, heightPx, seed, tests]) => {
        const mark = memory.mark();
        const { vertices, triangles } = sheet(4, widthPx, heightPx, 12, seed);
        const count = widthPx * heightPx;
        const depthTwin = new Float32Array(count).fill(50);
        const empty = { widthPx, heightPx, strideValues: widthPx * 4 };
        const twin: RasterPicture = { ...empty, data: new Uint16Array(count * 4).fill(7) };
        const mode = tests ? 0 : rasterMode.noDepth;
        drawTrianglesTwin(vertices, triangles, textureTwin, [16, 128, 128], twin, depthTwin, mode);
        const target = put(new Uint16Array(count * 4).fill(7));
        const depth = put(new Float32Array(count).fill(50));
        const pointers = [put(vertices), put(triangles), triangles.length / 3, put(texture), put(legalYuv)] as const;
        const sizes = [textureSize, widthPx, heightPx, widthPx * 8] as const;
        expect(kernel.drawSkin(...pointers, target, tests ? depth : 0, ...sizes)).toBe(0);
        const unlike = new Set<number>();
        let most = 0;
        for (let i = 0; i < count * 4; i++) {
          // Rounding of depths decides now and then which of two that are alike is nearer.
          if (tests && Math.abs(memory.f32[(depth >> 2) + (i >> 2)]! - depthTwin[i >> 2]!) > 1e-3) continue;
          const off = Math.abs(memory.u16[(target >> 1) + i]! - twin.data[i]!);
          if (off > halfCode + rounded) unlike.add(i >> 2);
          if (!tests) most = Math.max(most, off);
        }
        // One pixel: where two surfaces cross just there, whose depths are alike and whose colours are not; or, once in thirty thousand pictures, where
        // u and v both lie on the border between two steps of the sampler and are rounded apart, which is two steps and no more.
        expect(unlike.size).toBeLessThanOrEqual(1);
        expect(most).toBeLessThanOrEqual(2 * halfCode + rounded);
        memory.rewind(mark);
      }),
      // The example: both roundings at once, 163 of 256ths of a code.
      { numRuns: build === 'release' ? 300 : 60, examples: [[[21, 19, -57462499, false]]] },
    );
  });

  it('refuses a texture without neighbours, and draws nothing of a triangle of NaN or without area', () => {
    const vertices = put(new Float32Array(3 * rasterVertexFloats).fill(Number.NaN));
    const target = put(new Uint16Array(64 * 4));
    const draw = (size: number) =>
      kernel.drawSkin(
        vertices,
        put(Uint16Array.of(0, 1, 2, 0, 0, 1)),
        2,
        put(texture),
        put(legalYuv),
        target,
        0,
        size,
        8,
        8,
        64,
      );
    expect(draw(1)).toBe(1);
    expect(draw(textureSize)).toBe(0);
    expect(memory.u16.subarray(target >> 1, (target >> 1) + 256).every((value) => value === 0)).toBe(true);
  });
});

describe('layers of a surface that lies over itself', () => {
  const kernel = kernels.release;

  it('drawn apart, give the picture that depth gives where it is tested everywhere', () => {
    const [widthPx, heightPx] = [150, 121];
    const stray = fc.constantFrom(0, 4, 16, 40);
    let apart = 0,
      folded = 0;
    fc.assert(
      fc.property(fc.integer(), stray, (seed, strayPx) => {
        const mark = memory.mark();
        const { vertices, triangles } = sheet(9, widthPx, heightPx, strayPx, seed);
        // Depth as a surface has it: continuous, so that neighbours meet.
        const vertexPtr = put(vertices),
          list = put(triangles),
          all = triangles.length / 3;
        const [tiles, plain, tested] = [put(new Uint8Array(400)), put(triangles), put(triangles)];
        const [texturePtr, offsets] = [put(texture), put(legalYuv)];
        const draw = (indices: number, count: number, target: number, depth: number): number =>
          kernel.drawSkin(
            vertexPtr,
            indices,
            count,
            texturePtr,
            offsets,
            target,
            depth,
            textureSize,
            widthPx,
            heightPx,
            widthPx * 8,
          );
        const whole = put(new Uint16Array(widthPx * heightPx * 4));
        const wholeDepth = put(new Float32Array(widthPx * heightPx).fill(1e9));
        draw(list, all, whole, wholeDepth);
        const parts = put(new Uint16Array(widthPx * heightPx * 4));
        const partsDepth = put(new Float32Array(widthPx * heightPx).fill(-1));
        folded += kernel.markFolds(vertexPtr, list, all, tiles, widthPx, heightPx) > 0 ? 1 : 0;
        const counts = kernel.splitLayers(vertexPtr, list, all, tiles, plain, tested, widthPx, heightPx);
        kernel.clearLayers(tiles, partsDepth, widthPx, heightPx);
        apart += counts & 0xffff;
        draw(plain, counts & 0xffff, parts, 0);
        draw(tested, counts >>> 16, parts, partsDepth);
        const pixels = (at: number) => Buffer.from(memory.u8.slice(at, at + widthPx * heightPx * 8));
        expect(pixels(parts).equals(pixels(whole))).toBe(true);
        memory.rewind(mark);
      }),
      { numRuns: 200 },
    );
    // Both kinds came up, or nothing was shown.
    expect(apart).toBeGreaterThan(2000);
    expect(folded).toBeGreaterThan(20);
  });

  it('leaves out what has no alpha at any corner', () => {
    const { vertices, triangles } = sheet(3, 40, 40, 0, 1);
    for (let i = 0; i < 6; i++) vertices[i * rasterVertexFloats + 8] = 0;
    const lists = [put(triangles), put(triangles)] as const;
    const tiles = put(new Uint8Array(64));
    kernel.markFolds(put(vertices), put(triangles), 8, tiles, 40, 40);
    expect(kernel.splitLayers(put(vertices), put(triangles), 8, tiles, ...lists, 40, 40)).toBe(4);
  });
});
