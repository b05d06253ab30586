import type { KernelFormat } from './formats.js';
import { loadKernel, type KernelMemory } from './memory.js';

/** Floats of a vertex of drawFields: x, y (cells), veil 0…1, own 0…1, Y, Cb, Cr (legal-range codes), least shade 0…1. */
export const rimVertexFloats = 8;
/** Bytes of a cell: fields, nodes, scratch. */
export const rimFieldBytes = 32;
export const rimNodeBytes = 16;
export const rimScratchBytes = 64;
/** Of the guided filter, squared luma codes: weaker edges than 8 codes do not pull the skin's edge. */
const epsilon = 64;

/** How far beside the triangles cells know what they know. */
export const spreadCells = 3;

interface RimExports {
  clearFields(fields: number, cells: number): number;
  drawFields(
    vertices: number,
    indices: number,
    triangleCount: number,
    fields: number,
    columns: number,
    rows: number,
  ): number;
  spreadFields(fields: number, columns: number, rows: number, middleX: number, middleY: number, most: number): number;
  skinNodes(
    src: number,
    chroma: number,
    fields: number,
    nodes: number,
    sums: number,
    width: number,
    height: number,
    srcStride: number,
    format: number,
    shift: number,
    left: number,
    top: number,
    columns: number,
    rows: number,
    epsilon: number,
  ): number;
  holdToPerson(nodes: number, columns: number, rows: number, matte: number, side: number, map: number): number;
  applyRim(
    src: number,
    chroma: number,
    patch: number,
    nodes: number,
    veil: number,
    width: number,
    height: number,
    srcStride: number,
    patchStride: number,
    format: number,
    shift: number,
    left: number,
    top: number,
    columns: number,
    rows: number,
    whole: number,
  ): number;
}

/** Cells of a picture: 2^shift px a side, `columns` × `rows`, on multiples of that in the picture. */
export interface RimGrid {
  /** 3, 4 or 5. */
  shift: number;
  columns: number;
  rows: number;
}
/** A region of the plain picture in kernel memory. */
export interface RimSource {
  readonly ptr: number;
  /** P216's chroma plane, same stride; else 0. */
  readonly chromaPtr: number;
  readonly strideBytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly format: KernelFormat;
}

/** Where drawn skin ends, by the picture itself (build/kernels/rim.wasm; contracts in assembly/rim.ts). Buffers are the caller's. */
export class RimKernel {
  readonly #wasm: RimExports;
  constructor(memory: KernelMemory, build: 'release' | 'debug' = 'release') {
    this.#wasm = loadKernel<RimExports>('rim', memory, build);
  }

  /**
   * Fields of all cells anew from triangles (u16 indices, unchecked) of rimVertexFloats vertices, and of some cells beside them, away from the
   * triangles' middle (cells).
   */
  fields(
    fieldsPtr: number,
    grid: RimGrid,
    verticesPtr: number,
    indicesPtr: number,
    triangleCount: number,
    middleX: number,
    middleY: number,
  ): void {
    const { columns, rows } = grid;
    this.#wasm.clearFields(fieldsPtr, columns * rows);
    this.#wasm.drawFields(verticesPtr, indicesPtr, triangleCount, fieldsPtr, columns, rows);
    this.#wasm.spreadFields(fieldsPtr, columns, rows, middleX, middleY, spreadCells);
  }

  /** leftPx, topPx: by how much cell (0, 0) begins before the region. */
  nodes(
    src: RimSource,
    grid: RimGrid,
    leftPx: number,
    topPx: number,
    fieldsPtr: number,
    nodesPtr: number,
    scratchPtr: number,
  ): void {
    const { ptr, chromaPtr, widthPx, heightPx, strideBytes, format } = src;
    const { shift, columns, rows } = grid;
    this.#wasm.skinNodes(
      ptr,
      chromaPtr,
      fieldsPtr,
      nodesPtr,
      scratchPtr,
      widthPx,
      heightPx,
      strideBytes,
      format,
      shift,
      leftPx,
      topPx,
      columns,
      rows,
      epsilon,
    );
  }

  /** The veil of the nodes where the matte (side² bytes, 255 person) says person; mapPtr: six f32 from a cell's (column, row) to its bytes' middles. */
  holdToPerson(nodesPtr: number, { columns, rows }: RimGrid, mattePtr: number, side: number, mapPtr: number): void {
    this.#wasm.holdToPerson(nodesPtr, columns, rows, mattePtr, side, mapPtr);
  }

  /**
   * Alpha of a patch and the veil's plane (u8, rows tight) from nodes. The patch's width is a multiple of 4, and so is leftPx, by how much cell
   * (0, 0) begins before the patch. srcPtr, chromaPtr: the patch's first pixel in the plain picture. whole: the patch's alpha takes in the veil.
   */
  apply(
    format: KernelFormat,
    srcPtr: number,
    chromaPtr: number,
    srcStrideBytes: number,
    patch: { readonly ptr: number; readonly strideBytes: number; readonly widthPx: number; readonly heightPx: number },
    grid: RimGrid,
    leftPx: number,
    topPx: number,
    nodesPtr: number,
    veilPtr: number,
    whole: boolean,
  ): void {
    const { shift, columns, rows } = grid;
    this.#wasm.applyRim(
      srcPtr,
      chromaPtr,
      patch.ptr,
      nodesPtr,
      veilPtr,
      patch.widthPx,
      patch.heightPx,
      srcStrideBytes,
      patch.strideBytes,
      format,
      shift,
      leftPx,
      topPx,
      columns,
      rows,
      whole ? 1 : 0,
    );
  }
}
