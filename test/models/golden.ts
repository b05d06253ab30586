import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelManifest } from '../../models/manifest.js';
import { projectRoot } from '../../server/paths.js';
import { affine } from '../../server/frame/geometry.js';
import { byteScaleOf } from '../../server/stages/keyframe/analysis/picture.js';
import { warpPicture } from '../../server/stages/keyframe/analysis/warp.js';
import { loadPicture } from '../keyframe/load-picture.js';

export const goldenRoot = join(projectRoot, 'test/golden/models');

/** An input that anyone can make again: smooth seeded noise, or the largest face of a photograph that a package ships. */
export type GoldenInput =
  | { readonly kind: 'noise'; readonly seed: number }
  | {
      readonly kind: 'photograph';
      readonly file: string;
      readonly x: number;
      readonly y: number;
      readonly sidePx: number;
    };

export interface GoldenTensor {
  readonly name: string;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Pairs of (index, value), evenly spread. */
  readonly samples: readonly (readonly [number, number])[];
}

export interface Golden {
  readonly model: string;
  /** Who computed the outputs. */
  readonly reference: string;
  readonly cases: readonly { readonly input: GoldenInput; readonly outputs: readonly GoldenTensor[] }[];
}

export const goldenInputs: readonly GoldenInput[] = [
  { kind: 'noise', seed: 20260101 },
  { kind: 'photograph', file: '@vladmandic/face-api/demo/sample1.jpg', x: 374, y: 363, sidePx: 280 },
];

const sampleCount = 96;

export function describeTensor(name: string, data: ArrayLike<number>): GoldenTensor {
  const step = Math.max(Math.floor(data.length / sampleCount), 1);
  const values = Array.from(data);
  return {
    name,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    min: values.reduce((low, value) => Math.min(low, value), Infinity),
    max: values.reduce((high, value) => Math.max(high, value), -Infinity),
    samples: values.flatMap((value, i) => (i % step === 0 ? [[i, value] as const] : [])),
  };
}

/** Writes the input tensor that a golden describes, in the model's own range. */
export async function fillGoldenInput(input: GoldenInput, manifest: ModelManifest): Promise<Float32Array> {
  const { shape, range = [0, 1] } = manifest.inputs[0]!;
  const heightPx = shape[1]!,
    widthPx = shape[2]!;
  const out = new Float32Array(widthPx * heightPx * 3);
  if (input.kind === 'photograph') {
    const picture = await loadPicture(join(projectRoot, 'node_modules', input.file));
    const zoom = input.sidePx / heightPx;
    warpPicture(picture, affine(zoom, 0, input.x, 0, zoom, input.y), {
      out,
      widthPx,
      heightPx,
      scale: byteScaleOf(range),
    });
    return out;
  }
  const random = seeded(input.seed);
  const waves = Array.from({ length: 8 }, () => ({
    u: random() * 0.3,
    v: random() * 0.3,
    phase: random() * 6,
    colour: Math.floor(random() * 3),
  }));
  for (let i = 0; i < out.length; i++) {
    const x = Math.floor(i / 3) % widthPx,
      y = Math.floor(i / 3 / widthPx);
    let level = 0.5 + (random() - 0.5) * 0.1;
    for (const wave of waves) if (wave.colour !== i % 3) level += 0.06 * Math.sin(wave.u * x + wave.v * y + wave.phase);
    out[i] = range[0] + (range[1] - range[0]) * Math.min(Math.max(level, 0), 1);
  }
  return out;
}

/** Mulberry32: a small generator that is the same everywhere. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export const readGolden = (model: string): Golden =>
  JSON.parse(readFileSync(join(goldenRoot, `${model}.json`), 'utf8')) as Golden;
