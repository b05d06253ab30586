import { loadKernel, type KernelMemory } from './memory.js';

/** Side of the grain tile, pixels; four i16 each. */
export const grainTileSidePx = 128;

/** build/kernels/camera.wasm; contracts in assembly/camera.ts. */
export interface CameraKernel {
  boxEnergy(
    src: number,
    strideBytes: number,
    format: number,
    x0: number,
    y0: number,
    x1: number,
    y1: number,
    out: number,
  ): number;
  addGrain(
    patch: number,
    strideBytes: number,
    widthPx: number,
    heightPx: number,
    tile: number,
    phaseX: number,
    phaseY: number,
    amplitude: number,
  ): number;
  blurPatch(
    patch: number,
    scratch: number,
    strideBytes: number,
    widthPx: number,
    heightPx: number,
    radiusPx: number,
  ): number;
}
export const loadCameraKernel = (memory: KernelMemory, build: 'release' | 'debug' = 'release'): CameraKernel =>
  loadKernel<CameraKernel>('camera', memory, build);
