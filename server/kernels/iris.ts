import { loadKernel, type KernelMemory } from './memory.js';

/** build/kernels/iris.wasm; contract in assembly/iris.ts. */
export interface IrisKernel {
  tintIris(
    patch: number,
    strideBytes: number,
    widthPx: number,
    heightPx: number,
    rgb: number,
    x: number,
    y: number,
    radiusPx: number,
    irisLuma: number,
    lumaGain: number,
    cbPerLuma: number,
    crPerLuma: number,
  ): number;
}
export const loadIrisKernel = (memory: KernelMemory, build: 'release' | 'debug' = 'release'): IrisKernel =>
  loadKernel<IrisKernel>('iris', memory, build);
