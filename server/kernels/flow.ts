import type { FlowKernel } from './flow-kernel.js';
import * as layout from './flow-layout.js';
import { allocatePyramid, planLevels, type LevelPlan, type LevelPlanes } from './flow-plan.js';
import { flowPresets, type FlowPreset, type FlowPresetName } from './flow-presets.js';
import { loadKernel, type KernelMemory } from './memory.js';

/** `sizePx` for a square picture, or both sides; 8 px at least. */
export type FlowSize = { readonly sizePx: number } | { readonly widthPx: number; readonly heightPx: number };
export type DisFlowOptions = FlowSize & {
  readonly preset?: FlowPresetName | FlowPreset;
  /** Frames whose pyramids are kept at once. Default 2. */
  readonly slots?: number;
};

/** Side of a flow cell in full-resolution pixels. */
export const FLOW_CELL_PX = 4;
/** Forward–backward error, in pixels, at which a cell's agreement is one half where there is no motion. */
const agreementFloorPx = 0.75;

/**
 * Dense optical flow between two 8-bit luma pictures of one size in kernel memory.
 *
 * The result is a grid of `columns` × `rows` = ceil(width / 4) × ceil(height / 4) cells, row by row, each an interleaved
 * pair (u, v) of f32 in full-resolution pixels: what lies at x in the `from` picture lies at x + (u, v) in the `to`
 * picture. Cell (i, j) stands for the pixels 4i…4i+3, 4j…4j+3; its centre is (4i + 1.5, 4j + 1.5) when pixel centres are
 * whole numbers. Nothing is allocated after construction, and equal pictures give equal bytes.
 */
export class DisFlow {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly columns: number;
  readonly rows: number;
  /** Forward grid of the last run: (u, v) f32 per cell. */
  readonly flowPtr: number;
  /** Backward grid (to → from) of the last runBoth. */
  readonly backwardPtr: number;
  /** Confidence of the forward grid after the last runBoth: f32 per cell, 0 (occluded, textureless, left the picture) to 1. */
  readonly confidencePtr: number;
  readonly kernel: FlowKernel;
  readonly #preset: FlowPreset;
  readonly #memory: KernelMemory;
  readonly #plans: LevelPlan[];
  readonly #slots: LevelPlanes[][] = [];
  readonly #hasGradients: Uint8Array;
  readonly #coarsest: number;
  readonly #rowBuffer: number;
  readonly #zeros: number;
  readonly #quality: number;
  readonly #coarseQuality: number;
  readonly #startPtr: number;

  constructor(memory: KernelMemory, options: DisFlowOptions) {
    this.widthPx = 'sizePx' in options ? options.sizePx : options.widthPx;
    this.heightPx = 'sizePx' in options ? options.sizePx : options.heightPx;
    if (!(this.widthPx >= 8 && this.heightPx >= 8)) {
      throw new RangeError(`Flow needs at least 8×8 px, got ${this.widthPx}×${this.heightPx}`);
    }
    const preset = options.preset ?? 'ultrafast';
    this.#preset = typeof preset === 'string' ? flowPresets[preset] : preset;
    this.#memory = memory;
    this.kernel = loadKernel<FlowKernel>('flow', memory);
    this.columns = Math.ceil(this.widthPx / FLOW_CELL_PX);
    this.rows = Math.ceil(this.heightPx / FLOW_CELL_PX);
    this.#plans = planLevels(memory, this.widthPx, this.heightPx, this.#preset);
    this.#coarsest = this.#plans.length - 1;
    for (let slot = 0; slot < (options.slots ?? 2); slot++) this.#slots.push(allocatePyramid(memory, this.#plans));
    this.#hasGradients = new Uint8Array(this.#slots.length);
    const cells = this.columns * this.rows;
    this.flowPtr = memory.allocate(cells * 8);
    this.backwardPtr = memory.allocate(cells * 8);
    this.confidencePtr = memory.allocate(cells * 4);
    this.#quality = memory.allocate(cells * 4);
    this.#coarseQuality = memory.allocate(cells * 4);
    this.#startPtr = memory.allocate(cells * 8);
    this.#rowBuffer = memory.allocate((this.columns + 4) * 8);
    const rowOfSums = this.#plans[1]!.sumsStrideBytes;
    this.#zeros = memory.allocate(rowOfSums);
    memory.u8.fill(0, this.#zeros, this.#zeros + rowOfSums);
  }

  /** Builds the pyramid of a picture (8-bit luma, widthPx × heightPx at lumaPtr) into a slot. The picture is free afterwards. */
  prepare(slot: number, lumaPtr: number, strideBytes: number): void {
    const planes = this.#slot(slot);
    const { kernel } = this;
    for (let level = 1; level <= this.#coarsest; level++) {
      const plan = this.#plans[level]!;
      const { image } = planes[level]!;
      if (level === 1) {
        kernel.halveLuma(lumaPtr, image, this.widthPx, this.heightPx, strideBytes, plan.strideBytes);
      } else {
        const finer = this.#plans[level - 1]!;
        kernel.halveLevel(
          planes[level - 1]!.image,
          image,
          finer.widthPx,
          finer.heightPx,
          finer.strideBytes,
          plan.strideBytes,
        );
      }
      kernel.padLevel(image, plan.widthPx, plan.heightPx, plan.strideBytes);
    }
    this.#hasGradients[slot] = 0;
  }

  /** Only the picture that a flow starts from needs gradients, so they wait for the first flow from it. */
  #needGradients(slot: number): void {
    if (this.#hasGradients[slot]) return;
    const planes = this.#slots[slot]!;
    for (let level = this.#preset.finestLevel; level <= this.#coarsest; level++) {
      const plan = this.#plans[level]!;
      const { image, gx, gy } = planes[level]!;
      const columns = (plan.patchColumns + 1) * layout.PATCH_STEP_PX;
      const rows = (plan.patchRows + 1) * layout.PATCH_STEP_PX;
      this.kernel.sobelLevel(image, gx, gy, columns, rows, plan.strideBytes);
    }
    this.#hasGradients[slot] = 1;
  }

  /**
   * Flow from one prepared slot to another, to flowPtr. `initialPtr`: a grid like the result's (for instance the last
   * flow) that starts the coarsest level; 0 starts from no motion.
   */
  run(fromSlot: number, toSlot: number, initialPtr = 0): void {
    this.#search(fromSlot, toSlot, initialPtr, this.flowPtr, 0);
  }

  /** Flow both ways, to flowPtr and backwardPtr, and the forward flow's confidence to confidencePtr. */
  runBoth(fromSlot: number, toSlot: number, initialPtr = 0): void {
    const { kernel, columns, rows } = this;
    this.#search(fromSlot, toSlot, initialPtr, this.flowPtr, this.#quality);
    this.#search(toSlot, fromSlot, 0, this.backwardPtr, 0);
    kernel.crossCheck(
      this.flowPtr,
      this.backwardPtr,
      this.#quality,
      this.confidencePtr,
      columns,
      rows,
      FLOW_CELL_PX,
      agreementFloorPx,
    );
  }

  #search(fromSlot: number, toSlot: number, initialPtr: number, gridPtr: number, qualityPtr: number): void {
    const { kernel } = this;
    const finest = this.#preset.finestLevel;
    const from = this.#slot(fromSlot);
    const to = this.#slot(toSlot);
    this.#needGradients(fromSlot);
    this.#startFrom(initialPtr);
    for (let level = this.#coarsest; level >= finest; level--) {
      const plan = this.#plans[level]!;
      this.#bind(plan, from[level]!, to[level]!);
      const last = level === finest;
      this.#memory.i32[(plan.block + layout.PLAN_WITH_QUALITY) >> 2] = Number(last && qualityPtr !== 0);
      kernel.searchLevel(plan.block);
      let sums = plan.sums;
      for (let k = last ? this.#preset.finestBlurs : this.#preset.coarseBlurs; k > 0; k--) {
        const blurred = sums === plan.blurred ? plan.spareSums : plan.blurred;
        kernel.blurSums(sums, blurred, plan.sumsStrideBytes, plan.sumsPlaneBytes, this.#zeros);
        sums = blurred;
      }
      // With finest level 1 the last grid has the result's cells already.
      const grid = last && finest === 1 ? gridPtr : plan.grid;
      kernel.normaliseFlow(sums, plan.sumsStrideBytes, plan.sumsPlaneBytes, grid, plan.gridColumns, plan.gridRows);
    }
    if (finest === 2) kernel.doubleGrid(this.#plans[2]!.grid, gridPtr, this.columns, this.rows);
    if (qualityPtr) this.#scoreQuality(this.#plans[finest]!, qualityPtr);
  }

  /** Texture × match of the finest level's patches, on the result's grid. */
  #scoreQuality(plan: LevelPlan, qualityPtr: number): void {
    const target = plan.level === 1 ? qualityPtr : this.#coarseQuality;
    this.kernel.normaliseQuality(
      plan.sums,
      plan.sumsStrideBytes,
      plan.sumsPlaneBytes,
      target,
      plan.gridColumns,
      plan.gridRows,
    );
    if (plan.level === 2) this.kernel.doubleScalar(this.#coarseQuality, qualityPtr, this.columns, this.rows);
  }

  #slot(slot: number): LevelPlanes[] {
    const planes = this.#slots[slot];
    if (!planes) throw new RangeError(`Flow has slots 0 to ${this.#slots.length - 1}, not ${slot}`);
    return planes;
  }

  #startFrom(initialPtr: number): void {
    const plan = this.#plans[this.#coarsest]!;
    // Result cells are 4 px; the coarsest level starts from cells of 4 · 2^level px.
    if (initialPtr) this.kernel.shrinkGrid(initialPtr, this.#startPtr, this.columns, this.rows, 2 ** this.#coarsest);
    this.#memory.i32[(plan.block + layout.PLAN_START_GRID) >> 2] = initialPtr ? this.#startPtr : 0;
  }

  #bind(plan: LevelPlan, from: LevelPlanes, to: LevelPlanes): void {
    const { i32 } = this.#memory;
    i32[(plan.block + layout.PLAN_FROM_IMAGE) >> 2] = from.image;
    i32[(plan.block + layout.PLAN_FROM_GX) >> 2] = from.gx;
    i32[(plan.block + layout.PLAN_FROM_GY) >> 2] = from.gy;
    i32[(plan.block + layout.PLAN_TO_IMAGE) >> 2] = to.image;
  }

  /**
   * Moves points (x, y pairs of f32, full-resolution pixels, pixel centres at whole numbers) with a grid; outPtr may be
   * pointsPtr. With confidencePtr and outConfidencePtr, each point's confidence (f32) is sampled too; 0 skips it.
   */
  carryPoints(
    gridPtr: number,
    confidencePtr: number,
    pointsPtr: number,
    outPtr: number,
    outConfidencePtr: number,
    count: number,
  ): void {
    this.kernel.carryPoints(
      gridPtr,
      confidencePtr,
      pointsPtr,
      outPtr,
      outConfidencePtr,
      count,
      this.columns,
      this.rows,
      FLOW_CELL_PX,
    );
  }

  /** out(x) = mapAB(x) + mapBC(x + mapAB(x)): the grid A→C. outPtr may be mapABPtr, not mapBCPtr. */
  compose(mapABPtr: number, mapBCPtr: number, outPtr: number): void {
    this.kernel.composeGrid(mapABPtr, mapBCPtr, outPtr, this.columns, this.rows, FLOW_CELL_PX);
  }

  /** Grid → (u, v) of every pixel: widthPx × heightPx pairs of f32 at outPtr, bilinear between cell centres. */
  densify(gridPtr: number, outPtr: number): void {
    this.kernel.upsampleGrid(gridPtr, outPtr, this.widthPx, this.heightPx, this.columns, this.rows, this.#rowBuffer);
  }

  /** out(x) = luma(x + map(x)), bilinear: with a flow A→B and the picture B it shows B in A's place. */
  warp(lumaPtr: number, strideBytes: number, gridPtr: number, outPtr: number, outStrideBytes: number): void {
    const { widthPx, heightPx, columns, rows } = this;
    this.kernel.warpLuma(
      lumaPtr,
      gridPtr,
      outPtr,
      widthPx,
      heightPx,
      strideBytes,
      outStrideBytes,
      columns,
      rows,
      FLOW_CELL_PX,
    );
  }

  /** Bytes of one grid, for callers who keep their own (a ring of flows for catch-up). */
  get gridBytes(): number {
    return this.columns * this.rows * 8;
  }
}
