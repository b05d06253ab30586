// Bench rows kernels.<name>: each pixel kernel at the size it has in a show, ns per pixel and ms, beside a memory.copy of the
// bytes that the kernel reads. Rounds alternate between kernel and copy, and both work on memory larger than one core's cache.
import { BlendKernel, featherScratchBytes, type BlendTarget } from '../../server/kernels/blend.js';
import { ConcealKernel } from '../../server/kernels/conceal.js';
import { type KernelFormat, kernelFormats, patchFull, patchPixelBytes } from '../../server/kernels/formats.js';
import { FrameShrinker } from '../../server/kernels/frame-shrink.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { PictureKernel } from '../../server/kernels/picture.js';
import { copyRegionIn, copyRegionOut } from '../../server/kernels/region-copy.js';
import { RegionKernel } from '../../server/kernels/region.js';
import { LumaStats } from '../../server/kernels/stats.js';
import { machineClock, type Clock } from '../../server/time/clock.js';
import { benchRow, median, type BenchRow } from './row.js';

export interface KernelBenchOptions {
  /** Only rows that start with one of these; all when empty. */
  readonly rows?: readonly string[];
  /** Alternating rounds per kernel. Default 60. */
  readonly rounds?: number;
  readonly clock?: Clock;
}

interface Case {
  readonly name: string;
  /** Pixels of the work, by which ns per pixel are counted. */
  readonly px: number;
  /** Bytes that the kernel reads: the size of the reference copy. */
  readonly bytes: number;
  run(): void;
}

const FRAME = { widthPx: 1920, heightPx: 1080 };
const FACE = { widthPx: 400, heightPx: 500 };
const CROP = 256;
/** A face crop that is turned by 11 degrees and read 1.2 px per step. */
const CROP_SCALE = 1.2;

function noiseFrame(bytes: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: bytes }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}

function cropCases(memory: KernelMemory, src: number): Case[] {
  const region = new RegionKernel(memory);
  const side = Math.ceil(CROP * CROP_SCALE * 1.25) & ~1;
  const params = memory.allocate(24) >> 2;
  const c = CROP_SCALE * Math.cos(0.2),
    s = CROP_SCALE * Math.sin(0.2);
  memory.f32.set([c, -s, 62, s, c, 2], params);
  const dst = memory.allocate(CROP * CROP * 3);
  const px = CROP * CROP;
  const { UYVY, BGRA, P216 } = kernelFormats;
  const chroma = src + side * side * 2;
  return [
    {
      name: 'cropLuma.uyvy',
      px,
      bytes: side * side * 2,
      run: () => region.cropLuma(src, UYVY, side, side, side * 2, 0, dst, CROP, params << 2),
    },
    {
      name: 'cropRgb.uyvy',
      px,
      bytes: side * side * 2,
      run: () => region.cropRgb(src, UYVY, side, side, side * 2, 0, dst, CROP, params << 2, 1),
    },
    {
      name: 'cropRgb.bgra',
      px,
      bytes: side * side * 4,
      run: () => region.cropRgb(src, BGRA, side, side, side * 4, 0, dst, CROP, params << 2, 1),
    },
    {
      name: 'cropRgb.p216',
      px,
      bytes: side * side * 4,
      run: () => region.cropRgb(src, P216, side, side, side * 2, chroma, dst, CROP, params << 2, 1),
    },
  ];
}

function shrinkCases(memory: KernelMemory): Case[] {
  const region = new RegionKernel(memory);
  const geometry = { ...FRAME, dstWidthPx: 480, dstHeightPx: 270, matrix: 'bt709', layout: 'rgb' } as const;
  const px = FRAME.widthPx * FRAME.heightPx;
  return (['UYVY', 'BGRA'] as const).map((format) => {
    const stride = FRAME.widthPx * (format === 'UYVY' ? 2 : 4);
    const frame = noiseFrame(stride * FRAME.heightPx);
    const shrinker = new FrameShrinker(memory, region, { ...geometry, format });
    return {
      name: `shrink480.${format.toLowerCase()}`,
      px,
      bytes: frame.length / 2,
      run: () => shrinker.shrink(frame, stride),
    };
  });
}

function blendCases(memory: KernelMemory, dst: number): Case[] {
  const blend = new BlendKernel(memory);
  const { widthPx: w, heightPx: h } = FACE;
  const patchStride = w * patchPixelBytes;
  const patch = memory.allocate(patchStride * h);
  for (let i = 0; i < w * h; i++) {
    // An oval as a face has it: about a fifth of the patch is transparent.
    const d = Math.hypot(((i % w) - w / 2) / (w / 2), (Math.floor(i / w) - h / 2) / (h / 2));
    memory.u16.set(
      [40000, 30000, 36000, d > 1 ? 0 : Math.min(patchFull, Math.round((1 - d) * 5 * patchFull))],
      (patch >> 1) + i * 4,
    );
  }
  const occlusion = memory.allocate(w * h);
  memory.u8.fill(200, occlusion, occlusion + w * h);
  const scratch = memory.allocate(featherScratchBytes(w, h));
  const copy = memory.allocate(patchStride * h);
  const px = w * h,
    bytes = px * 10;
  const laid = { ptr: patch, strideBytes: patchStride, widthPx: w, heightPx: h };
  const target = (format: KernelFormat, pixelBytes: number): BlendTarget => ({
    format,
    ptr: dst,
    chromaPtr: format === kernelFormats.P216 ? dst + px * 2 : 0,
    strideBytes: w * pixelBytes,
  });
  return [
    {
      name: 'overUyvy',
      px,
      bytes,
      run: () => blend.over(target(kernelFormats.UYVY, 2), laid, 256),
    },
    {
      name: 'overUyvy.occluded',
      px,
      bytes: px * 11,
      run: () => blend.over(target(kernelFormats.UYVY, 2), laid, 200, { ptr: occlusion, strideBytes: w }),
    },
    {
      name: 'overBgra',
      px,
      bytes: px * 12,
      run: () => blend.over(target(kernelFormats.BGRA, 4), laid, 256),
    },
    {
      name: 'overP216',
      px,
      bytes: px * 12,
      run: () => blend.over(target(kernelFormats.P216, 2), laid, 256),
    },
    {
      name: 'selfCopy.uyvy',
      px,
      bytes: px * 2,
      run: () => blend.selfCopy(kernelFormats.UYVY, dst, 0, w * 2, copy, patchStride, w, h),
    },
    {
      name: 'featherAlpha',
      px,
      bytes: px * 8,
      run: () => blend.featherAlpha(copy, w, h, patchStride, 12, scratch, 'inward'),
    },
  ];
}

function concealCases(memory: KernelMemory, dst: number): Case[] {
  const conceal = new ConcealKernel(memory);
  const { widthPx: w, heightPx: h } = FACE;
  const ellipse = memory.allocate(24);
  memory.f32.set([w / 2, h / 2, w / 2, h / 2, 1, 0], ellipse >> 2);
  const wide = FRAME.widthPx * FRAME.heightPx;
  return [
    {
      name: 'soften.uyvy',
      px: w * h,
      bytes: w * h * 2,
      run: () => conceal.soften(kernelFormats.UYVY, dst, 0, w * 2, w, h, ellipse, 6),
    },
    {
      name: 'softenAll.uyvy',
      px: wide,
      bytes: wide * 2,
      run: () => conceal.softenAll(kernelFormats.UYVY, dst, 0, FRAME.widthPx * 2, FRAME.widthPx, FRAME.heightPx, 8),
    },
  ];
}

function pictureCases(memory: KernelMemory, a: number, b: number): Case[] {
  const picture = new PictureKernel(memory);
  const { widthPx: w, heightPx: h } = FRAME;
  const of = (luma: number, strideBytes = w * 2) => ({ luma, chroma: 0, strideBytes });
  const px = w * h,
    bytes = px * 2;
  const { UYVY, BGRA } = kernelFormats;
  const out = of(memory.allocate(px * 4)),
    out32 = of(out.luma, w * 4),
    a32 = of(a, w * 4),
    pa = of(a),
    pb = of(b);
  return [
    { name: 'mirror.uyvy', px, bytes, run: () => picture.mirror(UYVY, pa, out, w, h) },
    { name: 'mirror.bgra', px, bytes: px * 4, run: () => picture.mirror(BGRA, a32, out32, w, h) },
    { name: 'sideBySide.uyvy', px, bytes: bytes * 2, run: () => picture.sideBySide(UYVY, pa, pb, out, w, h) },
    { name: 'wipe.uyvy', px, bytes, run: () => picture.wipe(UYVY, pa, pb, out, w, h, 960) },
    { name: 'matte.uyvy', px, bytes: px, run: () => picture.matteUyvy(a, w, out, w, h) },
    { name: 'blackout.uyvy', px, bytes, run: () => picture.blackout(UYVY, out, w, h) },
  ];
}

function frameCases(memory: KernelMemory, ptr: number): Case[] {
  const stats = new LumaStats(memory);
  const stride = FRAME.widthPx * 2;
  const frame = noiseFrame(stride * FRAME.heightPx);
  const box = { x0: 700, y0: 200, x1: 700 + FACE.widthPx, y1: 200 + FACE.heightPx };
  const planes = { pixels: frame, strideBytes: stride, heightPx: FRAME.heightPx, format: 'UYVY' } as const;
  const region = { ptr, chromaPtr: 0, strideBytes: FACE.widthPx * 2, box };
  const px = FACE.widthPx * FACE.heightPx;
  return [
    {
      name: 'copyRegionIn.uyvy',
      px,
      bytes: px * 2,
      run: () => copyRegionIn(planes, region, memory),
    },
    {
      name: 'copyRegionOut.uyvy',
      px,
      bytes: px * 2,
      run: () => copyRegionOut(planes, region, memory),
    },
    {
      name: 'lumaStats.uyvy',
      px: FRAME.widthPx * FRAME.heightPx,
      bytes: stride * 36,
      run: () => stats.measure(frame, 'UYVY', FRAME.widthPx, FRAME.heightPx, stride),
    },
  ];
}

/** ns per pixel and ms of each kernel at a show's sizes; the reference is a memory.copy of the bytes it reads. */
export function kernelRows(options: KernelBenchOptions = {}): BenchRow[] {
  const clock = options.clock ?? machineClock;
  const rounds = options.rounds ?? 60;
  const wanted = (name: string): boolean =>
    !options.rows?.length || options.rows.some((row) => `kernels.${name}`.startsWith(row));
  const memory = new KernelMemory(256);
  const bytes = FRAME.widthPx * FRAME.heightPx * 4;
  const [a, b] = [memory.allocate(bytes), memory.allocate(bytes)];
  memory.u8.set(noiseFrame(bytes), a);
  memory.u8.set(noiseFrame(bytes), b);
  const cases = [
    ...cropCases(memory, a),
    ...shrinkCases(memory),
    ...blendCases(memory, b),
    ...concealCases(memory, b),
    ...pictureCases(memory, a, b),
    ...frameCases(memory, b),
  ].filter(({ name }) => wanted(name));
  return cases.flatMap((work) => timed(work, memory, b, a, rounds, clock));
}

function timed(work: Case, memory: KernelMemory, dst: number, src: number, rounds: number, clock: Clock): BenchRow[] {
  const spanMs = (run: () => void): number => {
    const startedUs = clock.nowUs();
    // Several runs per reading make the clock's resolution harmless.
    for (let n = 0; n < 4; n++) run();
    return (clock.nowUs() - startedUs) / 4000;
  };
  const copy = (): void => void memory.u8.copyWithin(dst, src, src + work.bytes);
  // V8 compiles a kernel in two tiers; the second must be in before the first figure.
  for (let n = 0; n < 40; n++) work.run();
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(spanMs(() => work.run()));
    theirs.push(spanMs(copy));
  }
  const perPx = 1e6 / work.px;
  const row = `kernels.${work.name}`;
  return [
    benchRow(row, 'ms', median(ours), 'ms', median(theirs), rounds),
    benchRow(row, 'nsPerPx', median(ours) * perPx, 'ns', median(theirs) * perPx, rounds),
  ];
}
