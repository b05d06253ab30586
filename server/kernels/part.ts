import { loadKernel, type KernelMemory } from './memory.js';

/** build/kernels/part.wasm; contracts in assembly/part.ts. */
export interface PartKernel {
  cutLook(
    src: number,
    params: number,
    raw: number,
    levelled: number,
    sizePx: number,
    widthPx: number,
    heightPx: number,
  ): number;
  /** `floats` is a multiple of 4. */
  compareLooks(look: number, others: number, scores: number, floats: number, count: number): number;
  shutEye(
    raw: number,
    out: number,
    upper: number,
    lower: number,
    widthPx: number,
    heightPx: number,
    open01: number,
  ): number;
}

export const loadPartKernel = (memory: KernelMemory, build: 'release' | 'debug' = 'release'): PartKernel =>
  loadKernel<PartKernel>('part', memory, build);
