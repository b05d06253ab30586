import { loadKernel, type KernelMemory } from './memory.js';

/** Floats of one vertex: x, y, z, u, v, gain0, gain1, gain2, alpha01, bias0, bias1, bias2. */
export const rasterVertexFloats = 12;
/** Value of a full channel (8-bit code 255 times 256), alpha too. */
export const rasterFull = 65280;

/** Bits of `mode`, to be added up. 0 overwrites and tests and writes depth. */
export const rasterMode = {
  blend: 1,
  noDepth: 2,
  /** With blend: writes depth where alpha is at least 0.9 (hair cards, soft masks of one surface). */
  writeDepthWhereSolid: 4,
  /** Leaves out triangles that run anticlockwise on the screen. */
  cullAnticlockwise: 8,
} as const;

/** build/kernels/raster.wasm. Pointers are byte offsets in the kernel memory; contract in assembly/raster.ts. */
export interface RasterKernel {
  /** 0, or 1 for a texture outside 2…32768 px a side. Indices must be below the vertex count: not checked. */
  drawTriangles(
    vertices: number,
    indices: number,
    triangleCount: number,
    texture: number,
    offsets: number,
    target: number,
    depth: number,
    textureWidth: number,
    textureHeight: number,
    targetWidth: number,
    targetHeight: number,
    targetStride: number,
    mode: number,
  ): number;
  /** drawTriangles in mode 0 with a square texture of bytes (u8×4); depth 0: no test. 0, or 1 for a texture outside 2…1023 px. */
  drawSkin(
    vertices: number,
    indices: number,
    triangleCount: number,
    texture: number,
    offsets: number,
    target: number,
    depth: number,
    textureSize: number,
    targetWidth: number,
    targetHeight: number,
    targetStride: number,
  ): number;
  /** Brings memory near the processor, whole cache lines of 64 bytes in steps of 256; what is returned is of no use. */
  touch(from: number, bytes: number): number;
  /** Marks the 8 × 8 px tiles (u8 each) near triangles of the whole surface that face away; returns how many do. */
  markFolds(
    vertices: number,
    indices: number,
    triangleCount: number,
    tiles: number,
    targetWidth: number,
    targetHeight: number,
  ): number;
  /** Triangles with alpha that need no depth go to `plain`, those that do to `tested`; counts in the low and the high half. */
  splitLayers(
    vertices: number,
    indices: number,
    triangleCount: number,
    tiles: number,
    plain: number,
    tested: number,
    targetWidth: number,
    targetHeight: number,
  ): number;
  /** Depth becomes 1e9 in the tiles that `tested` triangles touch. */
  clearLayers(tiles: number, depth: number, targetWidth: number, targetHeight: number): number;
  /** Rounds count up to a multiple of four (KernelMemory's spare bytes take the rest). */
  fillDepth(depth: number, count: number, value: number): number;
}

export const loadRasterKernel = (memory: KernelMemory, build: 'release' | 'debug' = 'release'): RasterKernel =>
  loadKernel<RasterKernel>('raster', memory, build);
