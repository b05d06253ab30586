import { lumaWeights, type YuvMatrix } from '../frame/format.js';
import { loadKernel, type KernelMemory } from './memory.js';

/** build/kernels/stage.wasm: the simulated stage's picture. Contracts in assembly/stage.ts. */
export interface StageKernel {
  layOver(
    source: number,
    coefficients: number,
    target: number,
    width: number,
    height: number,
    sourceStride: number,
    targetStride: number,
  ): number;
  packRgba(
    source: number,
    coefficients: number,
    target: number,
    width: number,
    height: number,
    sourceStride: number,
    targetStride: number,
  ): number;
  blurLines(
    picture: number,
    scratch: number,
    count: number,
    lines: number,
    step: number,
    lineStride: number,
    radius: number,
  ): number;
  addGrain(picture: number, width: number, height: number, stride: number, seed: number, amplitude: number): number;
}

export const loadStageKernel = (memory: KernelMemory, build: 'release' | 'debug' = 'release'): StageKernel =>
  loadKernel<StageKernel>('stage', memory, build);

/** layOver's twelve weights: legal-range YUV from full-range RGB. */
export function layOverCoefficients(matrix: YuvMatrix): Int16Array {
  const { kr, kb } = lumaWeights[matrix],
    kg = 1 - kr - kb;
  const unit = 16384,
    y = (219 / 255) * unit,
    c = (224 / 255) * unit;
  const forCb = [-kr / (2 * (1 - kb)), -kg / (2 * (1 - kb)), 0.5],
    forCr = [0.5, -kg / (2 * (1 - kr)), -kb / (2 * (1 - kr))];
  const offset = (code: number): number => (code / 255) * unit;
  return Int16Array.from(
    [
      kr * y,
      kg * y,
      kb * y,
      offset(16),
      ...forCb.map((w) => w * c),
      offset(128),
      ...forCr.map((w) => w * c),
      offset(128),
    ].map(Math.round),
  );
}
