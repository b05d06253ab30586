import * as layout from './flow-layout.js';
import type { KernelMemory } from './memory.js';
import type { FlowPreset } from './flow-presets.js';

/** The three planes of one pyramid level of one frame: byte offsets of pixel (0, 0). */
export interface LevelPlanes {
  image: number;
  gx: number;
  gy: number;
}

/** Sizes of one pyramid level and where its search works. Grids have cells of 2×2 level pixels. */
export interface LevelPlan {
  readonly level: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly strideBytes: number;
  readonly patchColumns: number;
  readonly patchRows: number;
  readonly gridColumns: number;
  readonly gridRows: number;
  readonly sums: number;
  readonly sumsStrideBytes: number;
  readonly sumsPlaneBytes: number;
  /** Sums after an odd and an even number of blurs (three planes). */
  readonly blurred: number;
  readonly spareSums: number;
  /** The level's result: interleaved (u, v). */
  readonly grid: number;
  /** Level plan block, see flow-layout.ts. */
  readonly block: number;
}

const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;

/** Last level whose short side still has the preset's pixels, and at least the finest one. */
export function coarsestLevel(widthPx: number, heightPx: number, preset: FlowPreset): number {
  let level: number = preset.finestLevel;
  while (Math.min(widthPx, heightPx) >> (level + 1) >= preset.coarsestShortSidePx) level++;
  return level;
}

/** Every level from 1 to the coarsest, as [level] (entry 0 is unused); all memory a search needs is reserved here. */
export function planLevels(memory: KernelMemory, widthPx: number, heightPx: number, preset: FlowPreset): LevelPlan[] {
  const plans: LevelPlan[] = [];
  const coarsest = coarsestLevel(widthPx, heightPx, preset);
  const scratch = memory.allocate(layout.SCRATCH_BYTES);
  for (let level = 1; level <= coarsest; level++) {
    plans[level] = planLevel(memory, widthPx, heightPx, level);
  }
  for (let level = preset.finestLevel; level <= coarsest; level++) {
    const above = plans[level + 1];
    writeBlock(memory, plans[level]!, above, preset, scratch);
  }
  return plans;
}

function planLevel(memory: KernelMemory, fullWidthPx: number, fullHeightPx: number, level: number): LevelPlan {
  const widthPx = Math.ceil(fullWidthPx / 2 ** level);
  const heightPx = Math.ceil(fullHeightPx / 2 ** level);
  const patches = (side: number): number => Math.max(0, Math.ceil((side - layout.PATCH_PX) / layout.PATCH_STEP_PX)) + 1;
  const patchColumns = patches(widthPx);
  const patchRows = patches(heightPx);
  const gridColumns = Math.ceil(widthPx / 2);
  const gridRows = Math.ceil(heightPx / 2);
  const sumsStrideBytes = roundUp((2 * patchColumns + 2) * 4, 16);
  const sumsPlaneBytes = sumsStrideBytes * (2 * patchRows + 2);
  return {
    level,
    widthPx,
    heightPx,
    patchColumns,
    patchRows,
    gridColumns,
    gridRows,
    sumsStrideBytes,
    sumsPlaneBytes,
    strideBytes: roundUp((widthPx + 2 * layout.PAD_PX) * 2, 16),
    sums: memory.allocate(sumsPlaneBytes * 4),
    blurred: memory.allocate(sumsPlaneBytes * 3),
    spareSums: memory.allocate(sumsPlaneBytes * 3),
    grid: memory.allocate(gridColumns * gridRows * 8),
    block: memory.allocate(layout.PLAN_BYTES),
  };
}

function writeBlock(
  memory: KernelMemory,
  plan: LevelPlan,
  above: LevelPlan | undefined,
  preset: FlowPreset,
  scratch: number,
): void {
  const finest = plan.level === preset.finestLevel;
  const setInt = (field: number, value: number): void => {
    memory.i32[(plan.block + field) >> 2] = value;
  };
  const setFloat = (field: number, value: number): void => {
    memory.f32[(plan.block + field) >> 2] = value;
  };
  setInt(layout.PLAN_STRIDE_BYTES, plan.strideBytes);
  setInt(layout.PLAN_WIDTH_PX, plan.widthPx);
  setInt(layout.PLAN_HEIGHT_PX, plan.heightPx);
  setInt(layout.PLAN_PATCH_COLUMNS, plan.patchColumns);
  setInt(layout.PLAN_PATCH_ROWS, plan.patchRows);
  // The coarser level's cells are 4 pixels of this level wide. Without one the search starts from no motion.
  setInt(layout.PLAN_START_GRID, above?.grid ?? 0);
  setInt(layout.PLAN_START_COLUMNS, above?.gridColumns ?? Math.ceil(plan.gridColumns / 2));
  setInt(layout.PLAN_START_ROWS, above?.gridRows ?? Math.ceil(plan.gridRows / 2));
  setInt(layout.PLAN_SUMS, plan.sums);
  setInt(layout.PLAN_SUMS_STRIDE_BYTES, plan.sumsStrideBytes);
  setInt(layout.PLAN_SUMS_PLANE_BYTES, plan.sumsPlaneBytes);
  setInt(layout.PLAN_PATCH_FLOW, memory.allocate(plan.patchColumns * plan.patchRows * 8));
  setInt(layout.PLAN_MAX_STEPS, finest ? preset.finestSteps : preset.coarseSteps);
  setInt(layout.PLAN_SWEEPS, finest ? preset.finestSweeps : preset.coarseSweeps);
  setInt(layout.PLAN_CHECKERBOARD, Number(finest && preset.finestPatches === 'checkerboard'));
  setFloat(layout.PLAN_SCALE, 2 ** plan.level);
  setFloat(layout.PLAN_STOP_SQUARED, preset.stopPx * preset.stopPx);
  setFloat(layout.PLAN_RIDGE, preset.ridge);
  setInt(layout.PLAN_SCRATCH, scratch);
}

/** Memory for one frame's pyramid. */
export function allocatePyramid(memory: KernelMemory, plans: readonly LevelPlan[]): LevelPlanes[] {
  const planes: LevelPlanes[] = [];
  for (let level = 1; level < plans.length; level++) {
    const plan = plans[level]!;
    const bytes = plan.strideBytes * (plan.heightPx + 2 * layout.PAD_PX);
    const origin = plan.strideBytes * layout.PAD_PX + layout.PAD_PX * 2;
    planes[level] = {
      image: memory.allocate(bytes) + origin,
      gx: memory.allocate(bytes) + origin,
      gy: memory.allocate(bytes) + origin,
    };
  }
  return planes;
}
