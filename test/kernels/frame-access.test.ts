import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formats, naturalStrideBytes, pictureBytes, type PixelFormat } from '../../server/frame/format.js';
import { kernelFormatOf, kernelMatrices } from '../../server/kernels/formats.js';
import { FrameShrinker } from '../../server/kernels/frame-shrink.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import {
  alignBox,
  copyRegionIn,
  copyRegionOut,
  regionBytes,
  regionChromaOffset,
  regionStrideBytes,
} from '../../server/kernels/region-copy.js';
import { RegionKernel } from '../../server/kernels/region.js';
import { LumaStats } from '../../server/kernels/stats.js';
import { lumaChangeTwin, lumaGridTwin } from '../../server/kernels/twin/stats.js';
import { builds, noiseBytes, take } from './support.js';

const memory = new KernelMemory(16);
const anyPixelFormat = fc.constantFrom(...(Object.keys(formats) as PixelFormat[]));
const frameOf = (format: PixelFormat, widthPx: number, heightPx: number, gap: number, seed: number) => {
  const strideBytes = naturalStrideBytes(format, widthPx) + gap;
  return { strideBytes, pixels: noiseBytes(pictureBytes(format, heightPx, strideBytes), seed) };
};

describe('copyRegionIn and copyRegionOut', () => {
  it('bring a box of any format into kernel memory and back, writing no byte outside it', () => {
    fc.assert(
      fc.property(
        anyPixelFormat,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom(0, 8),
        fc.array(fc.integer({ min: -5, max: 50 }), { minLength: 4, maxLength: 4 }),
        fc.nat(),
        (format, w, h, gap, [x0, y0, x1, y1], seed) => {
          const widthPx = formats[format].model === 'rgb' ? w : (w + 1) & ~1;
          const { pixels, strideBytes } = frameOf(format, widthPx, h, gap, seed);
          const box = alignBox(
            format,
            { x0: Math.min(x0!, x1!), y0: Math.min(y0!, y1!), x1: Math.max(x0!, x1!), y1: Math.max(y0!, y1!) },
            widthPx,
            h,
            { x0: 0, y0: 0, x1: 0, y1: 0 },
          );
          const width = box.x1 - box.x0,
            height = box.y1 - box.y0;
          const mark = memory.mark();
          const ptr = memory.allocate(regionBytes(format, Math.max(0, width), height));
          const region = {
            ptr,
            chromaPtr: formats[format].bitDepth === 16 ? ptr + regionChromaOffset(format, box) : 0,
            strideBytes: regionStrideBytes(format, width),
            box,
          };
          copyRegionIn({ pixels, strideBytes, heightPx: h, format }, region, memory);
          const bytes = formats[format].bytesPerPixel,
            stride = regionStrideBytes(format, width);
          for (let y = 0; y < height; y++) {
            const from = (box.y0 + y) * strideBytes + box.x0 * bytes;
            expect(take(memory, ptr + y * stride, width * bytes)).toEqual(pixels.slice(from, from + width * bytes));
            if (formats[format].bitDepth === 16) {
              const chroma = strideBytes * h + from;
              expect(take(memory, ptr + regionChromaOffset(format, box) + y * stride, width * bytes)).toEqual(
                pixels.slice(chroma, chroma + width * bytes),
              );
            }
          }
          const elsewhere = pixels.map((b) => b ^ 255);
          const back = elsewhere.slice();
          copyRegionOut({ pixels: back, strideBytes, heightPx: h, format }, region, memory);
          for (let i = 0; i < back.length; i++) {
            const plane = Math.floor(i / (strideBytes * h)),
              row = Math.floor((i % (strideBytes * h)) / strideBytes),
              at = (i % strideBytes) / bytes;
            const planes = formats[format].bitDepth === 16 ? 2 : 1;
            const inside = plane < planes && row >= box.y0 && row < box.y1 && at >= box.x0 && at < box.x1;
            expect(back[i]).toBe(inside ? pixels[i] : elsewhere[i]);
          }
          memory.rewind(mark);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('rows copied by words', () => {
  it('keep every bit pattern of eight bytes, signalling NaNs too, however often and from whichever side', () => {
    const strideBytes = 64,
      heightPx = 64;
    const patterns = [
      0x7ff0000000000001n,
      0xfff0000000000001n,
      0x7ff8dead0000beefn,
      0xffffffffffffffffn,
      1n << 63n,
      1n,
    ];
    const pixels = noiseBytes(strideBytes * heightPx, 5);
    const words = new BigUint64Array(pixels.buffer);
    for (let i = 0; i < words.length; i += 2) words[i] = patterns[(i >> 1) % patterns.length]! ^ BigInt(i << 20);
    const ptr = memory.allocate(pixels.length);
    const region = { ptr, chromaPtr: 0, strideBytes, box: { x0: 0, y0: 0, x1: 32, y1: heightPx } };
    // The first rounds are interpreted, the last ones compiled.
    for (let round = 0; round < 2000; round++) {
      memory.u8.fill(0, ptr, ptr + 64);
      copyRegionIn({ pixels, strideBytes, heightPx, format: 'UYVY' }, region, memory);
      if (round % 200 !== 0) continue;
      expect(take(memory, ptr, pixels.length)).toEqual(pixels);
      const back = new Uint8Array(pixels.length);
      copyRegionOut({ pixels: back, strideBytes, heightPx, format: 'UYVY' }, region, memory);
      expect(back).toEqual(pixels);
    }
  });
});

describe('FrameShrinker', () => {
  it('gives byte for byte what the kernel gives for the whole picture in kernel memory', () => {
    fc.assert(
      fc.property(
        anyPixelFormat,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(),
        (format, w, h, dw, dh, seed) => {
          const widthPx = formats[format].model === 'rgb' ? w : (w + 1) & ~1;
          const { pixels, strideBytes } = frameOf(format, widthPx, h, 0, seed);
          const mark = memory.mark();
          const region = new RegionKernel(memory, 'release', { maxRegionPx: 64, maxSidePx: 128, maxCropPx: 8 });
          const shrinker = new FrameShrinker(memory, region, {
            format,
            widthPx,
            heightPx: h,
            dstWidthPx: dw,
            dstHeightPx: dh,
            matrix: 'bt709',
            layout: 'rgb',
          });
          shrinker.shrink(pixels, strideBytes);
          const src = memory.allocate(pixels.length),
            dst = memory.allocate(dw * dh * 3);
          memory.u8.set(pixels, src);
          region.shrinkRgb(src, kernelFormatOf(format), widthPx, h, strideBytes, dst, dw, dh, kernelMatrices.bt709);
          expect(take(memory, shrinker.ptr, shrinker.bytes)).toEqual(take(memory, dst, dw * dh * 3));
          memory.rewind(mark);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('LumaStats', () => {
  const measured = (
    build: (typeof builds)[number],
    format: PixelFormat,
    w: number,
    h: number,
    frames: Uint8Array[],
    stride: number,
  ): LumaStats => {
    const mark = memory.mark();
    const stats = new LumaStats(memory, build, 256);
    frames.forEach((pixels) => stats.measure(pixels, format, w, h, stride));
    memory.rewind(mark);
    return stats;
  };
  it('equals the sparse statistics taken slowly, in every format', () => {
    for (const format of Object.keys(formats) as PixelFormat[]) {
      const w = 64,
        h = 36;
      const first = frameOf(format, w, h, 16, 1),
        second = frameOf(format, w, h, 16, 2);
      second.pixels.forEach((b, i) => (second.pixels[i] = b >> 1));
      const [a, b] = [first, second].map((frame) =>
        lumaGridTwin(
          {
            bytes: frame.pixels,
            format: kernelFormatOf(format),
            widthPx: w,
            heightPx: h,
            strideBytes: frame.strideBytes,
            chromaOffset: 0,
          },
          1,
        ),
      );
      const change = lumaChangeTwin(a!, b!);
      for (const build of builds) {
        const stats = measured(build, format, w, h, [first.pixels, second.pixels], first.strideBytes);
        expect(stats.meanLuma).toBeCloseTo(b!.mean, 3);
        expect(stats.histogramChange01).toBeCloseTo(change.histogramChange01, 5);
        expect(stats.layoutChangeCodes).toBeCloseTo(change.layoutChangeCodes, 3);
      }
    }
  });
  it('tells a cut from a flash: both move the histogram, only the cut moves the layout', () => {
    const w = 128,
      h = 72;
    const scene = (f: (x: number, y: number) => number): Uint8Array =>
      Uint8Array.from({ length: w * h * 2 }, (_, i) => (i % 2 ? f(i % (w * 2) >> 1, Math.floor(i / (w * 2))) : 128));
    const one = scene((x, y) => 60 + (x >> 1) + (y >> 2));
    const flash = measured('release', 'UYVY', w, h, [one, one.map((b, i) => (i % 2 ? b + 60 : b))], w * 2);
    const cut = measured(
      'release',
      'UYVY',
      w,
      h,
      [one, scene((x, y) => (((x >> 5) + (y >> 5)) % 2 ? 200 : 40))],
      w * 2,
    );
    expect(flash.histogramChange01).toBeGreaterThan(0.5);
    expect(flash.layoutChangeCodes).toBeLessThan(1);
    expect(cut.histogramChange01).toBeGreaterThan(0.5);
    expect(cut.layoutChangeCodes).toBeGreaterThan(20);
  });
  it('reports no change for the first frame', () => {
    const { pixels, strideBytes } = frameOf('UYVY', 64, 36, 0, 3);
    expect(measured('release', 'UYVY', 64, 36, [pixels], strideBytes).histogramChange01).toBe(0);
  });
});
