import type { KernelFormat } from './formats.js';
import { loadKernel, type KernelMemory } from './memory.js';
import type { OcclusionExports } from './occlusion-exports.js';
import type { OcclusionGrids, OcclusionMesh } from './occlusion-grids.js';

/** Cells per side of the small crop: one is 4 × 4 pixels of the 256 px crop. */
export const occlusionCells = 64;
export const occlusionCellCount = occlusionCells * occlusionCells;
/** Of a guided mask: slope and base, f32 per cell. */
export const occlusionMaskBytes = occlusionCellCount * 8;
/** Texels per side of a learned appearance, over the whole face texture. */
export const occlusionTexels = 32;
/** Rows of a model: the face's, and what lies round it. */
const modelRows = 48;
export const occlusionModelTexels = occlusionTexels * modelRows;
/** Floats of one texel: luma, R − G, B − G, variance of luma, variance of the differences, count, 0, 0. */
export const occlusionTexelFloats = 8;

/** From this much evidence on a cell does not look like the face. */
export const unlikeEvidence = 5;
/**
 * What is in front holds at least so many cells of the face, of which this share came in; fewer cells in sight amid it than `scrapCells` are part of it, but for
 * `gapCells` and more that are clearly the face, while it moves slower beside the face than `gapSpeedPx` (crop px a picture: who runs past has skin, too, and no gaps in it); beside
 * the face, what is believed more than `beside` and hangs together with it, so many cells far. `hold`: pictures for which a cell is known to have come in.
 */
export const inFront = {
  leastCells: 14,
  arrived01: 0.2,
  scrapCells: 40,
  gapCells: 8,
  gapSpeedPx: 10,
  beside: 0.5,
  reach: 12,
  hold: 16,
} as const;
/** Floats of a face's own motion: see assembly/_occlusion-stray.ts. */
export const ownMotionFloats = 11;
/** Furthest that a face is looked for beside its place. */
export const mostShiftCells = 6;
/** Of the guided mask, squared luma codes: weaker edges than 8 codes do not pull the mask's edge. */
const guideEpsilon = 64;

/** What hides a face, from the face's own learned appearance. One instance per memory; grids per face. */
export class OcclusionKernel {
  readonly wasm: OcclusionExports;
  readonly rgbPtr: number;
  /** How much of the jaw's motion each vertex shares, 0…1. */
  readonly jaw01: Float32Array;
  readonly #uvsPtr: number;
  readonly #indicesPtr: number;
  readonly #triangles: number;
  readonly #faceTriangles: number;
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
    const { uvs } = mesh;
    this.jaw01 = Float32Array.from({ length: uvs.length / 2 }, (_, i) => this.wasm.jaw01(uvs[i * 2]!, uvs[i * 2 + 1]!));
    this.#uvsPtr = memory.allocate(mesh.uvs.length * 4);
    memory.f32.set(mesh.uvs, this.#uvsPtr >> 2);
    this.#indicesPtr = memory.allocate(mesh.triangles.length * 2);
    memory.u16.set(mesh.triangles, this.#indicesPtr >> 1);
    this.#triangles = mesh.triangles.length / 3;
    this.#faceTriangles = mesh.faceTriangles ?? this.#triangles;
    this.rgbPtr = memory.allocate(occlusionCellCount * 3);
    this.#scratchPtr = memory.allocate(occlusionCellCount * 12);
    this.#paramsPtr = memory.allocate(64);
    this.#knownPtr = memory.allocate(occlusionCellCount * 32);
    this.#expectedPtr = memory.allocate(occlusionCellCount * 20);
    const scores = (2 * mostShiftCells + 1) ** 2;
    this.#scoresPtr = memory.allocate(scores * 4);
    this.#scores = memory.f32.subarray(this.#scoresPtr >> 2, (this.#scoresPtr >> 2) + scores);
  }

  newModel(): number {
    return this.memory.allocate(occlusionModelTexels * occlusionTexelFloats * 4);
  }
  newGrids(): OcclusionGrids {
    const { memory } = this;
    return {
      seenPtr: memory.allocate(occlusionCellCount * 16),
      mapPtr: memory.allocate(occlusionCellCount * 8),
      modelPtr: this.newModel(),
      lightPtr: memory.allocate(32),
      evidencePtr: memory.allocate(occlusionCellCount * 4),
      maskPtr: memory.allocate(occlusionCellCount),
      guidedPtr: memory.allocate(occlusionMaskBytes),
      depthPtr: memory.allocate(occlusionCellCount * 4),
      strayPtr: memory.allocate(occlusionCellCount * 8),
      marksPtr: memory.allocate(occlusionCellCount),
      beliefPtr: memory.allocate(occlusionCellCount * 4),
      alertPtr: memory.allocate(occlusionCellCount),
      beforePtr: memory.allocate(occlusionCellCount * 16),
      beliefBeforePtr: memory.allocate(occlusionCellCount * 4),
      alertBeforePtr: memory.allocate(occlusionCellCount),
      wasPtr: memory.allocate(occlusionCellCount),
    };
  }

  /** Takes in the crop: `lumaPtr` 256 × 256 u8, and `rgbPtr` (64 × 64 × 3 u8) as the caller has filled it. */
  gather(grids: OcclusionGrids, lumaPtr: number): void {
    this.wasm.gather(lumaPtr, this.rgbPtr, grids.seenPtr);
  }
  /** `pointsPtr`: x, y, z of every vertex, crop pixels. */
  place(grids: OcclusionGrids, pointsPtr: number): void {
    const { mapPtr, depthPtr } = grids;
    const face = this.#faceTriangles;
    this.wasm.place(pointsPtr, this.#uvsPtr, this.#indicesPtr, this.#triangles, face, mapPtr, depthPtr);
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
  /** After the last `compare` or `relight` of a picture: what lies round the face as well. */
  compareBeside({ seenPtr, mapPtr, modelPtr, lightPtr, evidencePtr }: OcclusionGrids): void {
    this.wasm.compareBeside(seenPtr, mapPtr, modelPtr, lightPtr, evidencePtr, this.#scratchPtr);
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
    this.wasm.shiftScores(seenPtr, this.#expectedPtr, this.#scoresPtr, radius, step, unlikeEvidence);
    return this.#scores;
  }
  /** A new picture is about to be taken in: what is held becomes the one before, and `gather` must follow. */
  turn(grids: OcclusionGrids): void {
    const { seenPtr, beforePtr, beliefPtr, beliefBeforePtr, alertPtr, alertBeforePtr, maskPtr, wasPtr } = grids;
    grids.beforePtr = seenPtr;
    grids.seenPtr = beforePtr;
    grids.beliefBeforePtr = beliefPtr;
    grids.beliefPtr = beliefBeforePtr;
    grids.alertBeforePtr = alertPtr;
    grids.alertPtr = alertBeforePtr;
    this.memory.u8.copyWithin(wasPtr, maskPtr, maskPtr + occlusionCellCount);
  }
  /** Nothing came in, and nothing is believed to be in front. */
  believeNothing({ beliefPtr, beliefBeforePtr, alertPtr, alertBeforePtr }: OcclusionGrids): void {
    const { u8 } = this.memory;
    u8.fill(0, beliefPtr, beliefPtr + occlusionCellCount * 4);
    u8.fill(0, beliefBeforePtr, beliefBeforePtr + occlusionCellCount * 4);
    u8.fill(0, alertPtr, alertPtr + occlusionCellCount);
    u8.fill(0, alertBeforePtr, alertBeforePtr + occlusionCellCount);
  }
  /**
   * Cells of the face over which something else moves than the face. `backwardPtr`: flow from this picture to the one before, (u, v) f32 per cell, crop
   * pixels; `own`: how the face itself moves (ownMotionFloats).
   */
  stray(
    { seenPtr, beforePtr, mapPtr, depthPtr, strayPtr, marksPtr }: OcclusionGrids,
    backwardPtr: number,
    own: ArrayLike<number>,
  ): number {
    this.memory.f32.set(own, this.#paramsPtr >> 2);
    return this.wasm.stray(
      seenPtr,
      beforePtr,
      backwardPtr,
      mapPtr,
      depthPtr,
      this.#paramsPtr,
      strayPtr,
      marksPtr,
      this.#scratchPtr,
    );
  }
  /** After `stray` and `compare`: what each cell shows, and from it the mask. Hidden cells of the face. */
  segment(grids: OcclusionGrids, backwardPtr: number): number {
    const { seenPtr, beforePtr, mapPtr, strayPtr, marksPtr, evidencePtr, maskPtr, wasPtr } = grids;
    const { beliefPtr, beliefBeforePtr, alertPtr, alertBeforePtr } = grids;
    const { leastCells, arrived01, scrapCells: scraps, beside, reach, hold } = inFront;
    const speedPx16 = this.wasm.believe(
      seenPtr,
      beforePtr,
      backwardPtr,
      mapPtr,
      strayPtr,
      marksPtr,
      evidencePtr,
      beliefPtr,
      beliefBeforePtr,
      alertPtr,
      alertBeforePtr,
      wasPtr,
      hold,
      this.#scratchPtr,
    );
    return this.wasm.segment(
      beliefPtr,
      mapPtr,
      maskPtr,
      this.#scratchPtr,
      leastCells,
      alertPtr,
      arrived01,
      scraps,
      speedPx16 < 16 * inFront.gapSpeedPx ? inFront.gapCells : scraps,
      beside,
      reach,
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
