import { loadKernel, type KernelMemory } from './memory.js';

/** build/kernels/vertex.wasm; contracts in assembly/vertex.ts. */
export interface VertexKernel {
  /** `rounds` is even. */
  smoothTrusted(
    values: number,
    scratch: number,
    starts: number,
    indices: number,
    count: number,
    rounds: number,
  ): number;
  /** `fitted` 0: no outliers. `sums`: harmonicSumFloats. */
  harmonicSums(
    normals: number,
    values: number,
    cb: number,
    cr: number,
    weights: number,
    fitted: number,
    spread: number,
    sums: number,
    count: number,
  ): number;
}
/** Floats of what harmonicSums writes. */
export const harmonicSumFloats = 108;

export const loadVertexKernel = (memory: KernelMemory, build: 'release' | 'debug' = 'release'): VertexKernel =>
  loadKernel<VertexKernel>('vertex', memory, build);
