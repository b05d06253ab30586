import type { Affine } from '../frame/geometry.js';
import type { KernelFormat } from './formats.js';
import { loadKernel, type KernelMemory } from './memory.js';
import type { OcclusionExports } from './occlusion-exports.js';

/** Cells per side of the small crop: one is 4 × 4 pixels of the 256 px crop. */
export const occlusionCells = 64;
export const occlusionCellCount = occlusionCells * occlusionCells;
/** Of a guided mask: slope and base, f32 per cell. */
export const occlusionMaskBytes = occlusionCellCount * 8;
/** Texels per side of a learned appearance, over the whole face texture. */
export const occlusionTexels = 32;
/** Floats of one texel: luma, R − G, B − G, variance of luma, variance of the differences, count, 0, 0. */
export const occlusionTexelFloats = 8;

/** Grids of one face. */
export interface OcclusionGrids {
  seenPtr: number;
  readonly mapPtr: number;
  readonly modelPtr: number;
  readonly lightPtr: number;
  readonly evidencePtr: number;
  readonly keptPtr: number;
  readonly maskPtr: number;
  readonly guidedPtr: number;
  /** `seen` and the mask of the picture before, and where something has come in lately. */
  beforePtr: number;
  readonly wasPtr: number;
  readonly alertPtr: number;
}

/** The face mesh as texture space knows it: u, v 0…1 per vertex, three vertices per triangle, clockwise on the screen. */
export interface OcclusionMesh {
  readonly uvs: Float32Array;
  readonly triangles: Uint16Array;
}

/** A cell over this many of its own variances may be hidden; a patch needs a fifth of its cells over the second. */
export const occlusionEvidence = { weak: 5, strong: 11, leastCells: 14, keep01: 0.3 } as const;
/**
 * What counts as something coming in: change of a cell's means against where flow says it was, codes; remembered for some pictures;
 * and the share of a hidden patch that must have come in. Measured on the stage: a face that turns by 60° a second under a side light
 * changes by 4 codes a picture, a hand's edge by 20 and more.
 */
const arrival = { lumaCodes: 12, colourCodes: 12, hold: 8, share01: 0.2 } as const;
/** Fewer cells than this in sight amid hidden ones are part of what hides the face. */
export const scrapCells = 90;
/** The evidence of what moves along with what is in front, how far from the face's own motion that begins (crop px), and how sure flow must be. */
export const company = { marked: 20, ownPx: 4, sure01: 0.5 } as const;
/** Furthest that a face is looked for beside its place. */
export const mostShiftCells = 6;
/** Of the guided mask, squared luma codes: weaker edges than 8 codes do not pull the mask's edge. */
const guideEpsilon = 64;

/** What hides a face, from the face's own learned appearance. One instance per memory; grids per face. */
export class OcclusionKernel {
  readonly wasm: OcclusionExports;
  readonly rgbPtr: number;
  readonly #uvsPtr: number;
  readonly #indicesPtr: number;
  readonly #triangles: number;
  readonly #depthPtr: number;
  readonly #scratchPtr: number;
  readonly #paramsPtr: number;
  /** What `recall` found last. */
  readonly #knownPtr: number;
  readonly #expectedPtr: number;
  readonly #scoresPtr: number;
  readonly #scores: Float32Array;
  #planePtr = 0;
  #planeBytes = 0;

  constructor(
    private readonly memory: KernelMemory,
    mesh: OcclusionMesh,
    build: 'release' | 'debug' = 'release',
  ) {
    this.wasm = loadKernel<OcclusionExports>('occlusion', memory, build);
    this.#uvsPtr = memory.allocate(mesh.uvs.length * 4);
    memory.f32.set(mesh.uvs, this.#uvsPtr >> 2);
    this.#indicesPtr = memory.allocate(mesh.triangles.length * 2);
    memory.u16.set(mesh.triangles, this.#indicesPtr >> 1);
    this.#triangles = mesh.triangles.length / 3;
    this.rgbPtr = memory.allocate(occlusionCellCount * 3);
    this.#depthPtr = memory.allocate(occlusionCellCount * 4);
    this.#scratchPtr = memory.allocate(occlusionCellCount * 12);
    this.#paramsPtr = memory.allocate(64);
    this.#knownPtr = memory.allocate(occlusionCellCount * 32);
    this.#expectedPtr = memory.allocate(occlusionCellCount * 20);
    const scores = (2 * mostShiftCells + 1) ** 2;
    this.#scoresPtr = memory.allocate(scores * 4);
    this.#scores = memory.f32.subarray(this.#scoresPtr >> 2, (this.#scoresPtr >> 2) + scores);
  }

  newModel(): number {
    return this.memory.allocate(occlusionTexels * occlusionTexels * occlusionTexelFloats * 4);
  }
  newGrids(): OcclusionGrids {
    const { memory } = this;
    return {
      seenPtr: memory.allocate(occlusionCellCount * 16),
      mapPtr: memory.allocate(occlusionCellCount * 8),
      modelPtr: this.newModel(),
      lightPtr: memory.allocate(32),
      evidencePtr: memory.allocate(occlusionCellCount * 4),
      keptPtr: memory.allocate(occlusionCellCount * 4),
      maskPtr: memory.allocate(occlusionCellCount),
      guidedPtr: memory.allocate(occlusionMaskBytes),
      beforePtr: memory.allocate(occlusionCellCount * 16),
      wasPtr: memory.allocate(occlusionCellCount),
      alertPtr: memory.allocate(occlusionCellCount),
    };
  }

  /** Takes in the crop: `lumaPtr` 256 × 256 u8, and `rgbPtr` (64 × 64 × 3 u8) as the caller has filled it. */
  gather(grids: OcclusionGrids, lumaPtr: number): void {
    this.wasm.gather(lumaPtr, this.rgbPtr, grids.seenPtr);
  }
  /** `pointsPtr`: x, y, z of every vertex, crop pixels. */
  place(grids: OcclusionGrids, pointsPtr: number): void {
    this.wasm.place(pointsPtr, this.#uvsPtr, this.#indicesPtr, this.#triangles, grids.mapPtr, this.#depthPtr);
  }
  /** Cells that could be compared. */
  compare(grids: OcclusionGrids): number {
    return this.compareAt(grids, grids);
  }
  /** The same where `placed` has the face: its map is read, its evidence written. */
  compareAt({ seenPtr, modelPtr, lightPtr }: OcclusionGrids, placed: OcclusionGrids): number {
    this.wasm.recall(placed.mapPtr, modelPtr, this.#knownPtr);
    return this.wasm.compare(seenPtr, this.#knownPtr, lightPtr, placed.evidencePtr);
  }
  /** Right after `compare`: finds the light anew and compares again. */
  relight({ seenPtr, lightPtr, evidencePtr }: OcclusionGrids): number {
    this.wasm.fitLight(seenPtr, this.#knownPtr, lightPtr, evidencePtr, this.#scratchPtr);
    return this.wasm.compare(seenPtr, this.#knownPtr, lightPtr, evidencePtr);
  }
  learn({ seenPtr, mapPtr, modelPtr, lightPtr, maskPtr }: OcclusionGrids, memoryFrames: number): void {
    this.wasm.learn(seenPtr, mapPtr, modelPtr, lightPtr, maskPtr, memoryFrames);
  }
  /**
   * Score of the face moved by −radius … radius cells, rows of dy; the array is reused. Every `step`th cell counts.
   */
  shiftScores({ seenPtr, mapPtr, modelPtr, lightPtr }: OcclusionGrids, radius: number, step: number): Float32Array {
    if (radius > mostShiftCells) throw new RangeError(`Shifts of at most ${mostShiftCells} cells, not ${radius}`);
    this.wasm.recall(mapPtr, modelPtr, this.#knownPtr);
    this.wasm.predict(this.#knownPtr, lightPtr, this.#expectedPtr);
    this.wasm.shiftScores(seenPtr, this.#expectedPtr, this.#scoresPtr, radius, step, occlusionEvidence.weak);
    return this.#scores;
  }
  /** A new picture is about to be taken in: what is held becomes the one before, and `gather` must follow. */
  turn(grids: OcclusionGrids): void {
    const { seenPtr, beforePtr, maskPtr, wasPtr } = grids;
    grids.beforePtr = seenPtr;
    grids.seenPtr = beforePtr;
    this.memory.u8.copyWithin(wasPtr, maskPtr, maskPtr + occlusionCellCount);
  }
  /** `backwardPtr`: flow from this picture to the one before, (u, v) f32 per cell, crop pixels. Cells of the face in which something is new. */
  disturb({ seenPtr, beforePtr, mapPtr, alertPtr }: OcclusionGrids, backwardPtr: number): number {
    const { hold, lumaCodes, colourCodes } = arrival;
    return this.wasm.disturb(seenPtr, beforePtr, backwardPtr, mapPtr, alertPtr, hold, lumaCodes, colourCodes);
  }
  /** Hidden cells of the face. */
  segment({ evidencePtr, mapPtr, keptPtr, maskPtr, wasPtr, alertPtr }: OcclusionGrids): number {
    const { weak, strong, leastCells, keep01 } = occlusionEvidence;
    return this.wasm.segment(
      evidencePtr,
      mapPtr,
      keptPtr,
      maskPtr,
      this.#scratchPtr,
      weak,
      strong,
      leastCells,
      keep01,
      wasPtr,
      alertPtr,
      arrival.share01,
      scrapCells,
    );
  }
  /**
   * Before `segment`: what moves as that which is in front moves is part of it. Flow grids of `disturb`'s pictures; `confidencePtr` is that of the
   * flow to this picture; `motion`: where the face itself says that a crop pixel of this picture was in the last. Cells that were marked.
   */
  moveWith(
    { mapPtr, evidencePtr, alertPtr }: OcclusionGrids,
    backwardPtr: number,
    confidencePtr: number,
    motion: Affine,
  ): number {
    this.memory.f32.set(motion, this.#paramsPtr >> 2);
    const { strong } = occlusionEvidence;
    const { marked, ownPx, sure01 } = company;
    return this.wasm.moveWith(
      backwardPtr,
      confidencePtr,
      mapPtr,
      this.#paramsPtr,
      evidencePtr,
      alertPtr,
      arrival.hold,
      strong,
      marked,
      ownPx,
      sure01,
    );
  }
  guide({ seenPtr, maskPtr, guidedPtr }: OcclusionGrids): void {
    this.wasm.guide(seenPtr, maskPtr, guidedPtr, this.#scratchPtr, guideEpsilon);
  }

  /**
   * The guided mask as a u8 plane over a patch of the plain picture, 255 visible; rows `widthPx` apart, valid until the next call.
   * `toCrop`: picture → crop; the patch's first pixel lies at (x0, y0) of the picture, at `srcPtr` in kernel memory.
   */
  plane(
    format: KernelFormat,
    guidedPtr: number,
    srcPtr: number,
    srcStrideBytes: number,
    patch: { readonly x0: number; readonly y0: number; readonly widthPx: number; readonly heightPx: number },
    toCrop: ArrayLike<number>,
  ): number {
    const { x0, y0, widthPx, heightPx } = patch;
    const bytes = widthPx * heightPx;
    if (bytes > this.#planeBytes) {
      // Grows by half: an approaching face does not take new memory every frame.
      this.#planeBytes = Math.ceil(bytes * 1.5);
      this.#planePtr = this.memory.allocate(this.#planeBytes);
    }
    const { f32 } = this.memory;
    const at = this.#paramsPtr >> 2;
    f32[at] = toCrop[0]!;
    f32[at + 1] = toCrop[1]!;
    f32[at + 2] = toCrop[0]! * x0 + toCrop[1]! * y0 + toCrop[2]!;
    f32[at + 3] = toCrop[3]!;
    f32[at + 4] = toCrop[4]!;
    f32[at + 5] = toCrop[3]! * x0 + toCrop[4]! * y0 + toCrop[5]!;
    this.wasm.plane(
      srcPtr,
      guidedPtr,
      this.#paramsPtr,
      this.#planePtr,
      this.#scratchPtr,
      widthPx,
      heightPx,
      srcStrideBytes,
      widthPx,
      format,
    );
    return this.#planePtr;
  }
}
