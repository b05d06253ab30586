/** What a search spends at each level of the pyramid. */
export interface FlowPreset {
  /** Finest level searched: 1 is half, 2 a quarter of the full resolution. */
  readonly finestLevel: 1 | 2;
  /** The coarsest level is the last one whose short side still has this many pixels. */
  readonly coarsestShortSidePx: number;
  /** Patches searched at the finest level: all, or every second one (each cell then lies under two patches, not four). */
  readonly finestPatches: 'all' | 'checkerboard';
  /** Most descent steps per patch, at the finest level and at all coarser ones. */
  readonly finestSteps: number;
  readonly coarseSteps: number;
  /** A step shorter than this ends the descent, in pixels of the level. */
  readonly stopPx: number;
  /**
   * Sweeps in which a patch also tries what its neighbours found, at the coarser levels and at the finest: 0 none, 1 those
   * to the left and above, 2 in a second sweep also those to the right and below. A checkerboard allows none.
   */
  readonly coarseSweeps: 0 | 1 | 2;
  readonly finestSweeps: 0 | 1 | 2;
  /**
   * 3×3 sums over the weighted cells after the coarser levels, and after the finest: cells that match badly (occluded, at
   * an edge of motion) take over what their neighbours know.
   */
  readonly coarseBlurs: number;
  readonly finestBlurs: number;
  /** Added to the diagonal of each patch Hessian (gradient units squared): a still, flat patch does not run away. */
  readonly ridge: number;
}

export type FlowPresetName = 'fastest' | 'ultrafast' | 'fast';

/** Times and errors beside OpenCV's presets: docs/performance/flow.md. */
export const flowPresets: Readonly<Record<FlowPresetName, FlowPreset>> = {
  fastest: {
    finestLevel: 2,
    coarsestShortSidePx: 16,
    finestPatches: 'all',
    finestSteps: 3,
    coarseSteps: 8,
    stopPx: 0.05,
    coarseSweeps: 1,
    finestSweeps: 0,
    coarseBlurs: 2,
    finestBlurs: 1,
    ridge: 65536,
  },
  ultrafast: {
    finestLevel: 1,
    coarsestShortSidePx: 16,
    finestPatches: 'checkerboard',
    finestSteps: 2,
    coarseSteps: 8,
    stopPx: 0.05,
    coarseSweeps: 1,
    finestSweeps: 0,
    coarseBlurs: 2,
    finestBlurs: 2,
    ridge: 65536,
  },
  fast: {
    finestLevel: 1,
    coarsestShortSidePx: 16,
    finestPatches: 'all',
    finestSteps: 6,
    coarseSteps: 8,
    stopPx: 0.02,
    coarseSweeps: 1,
    finestSweeps: 1,
    coarseBlurs: 2,
    finestBlurs: 2,
    ridge: 65536,
  },
};
