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
}
export const loadVertexKernel = (memory: KernelMemory, build: 'release' | 'debug' = 'release'): VertexKernel =>
  loadKernel<VertexKernel>('vertex', memory, build);
