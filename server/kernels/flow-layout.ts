// The memory map that the flow kernel, its host and its twin share. Plain numbers only: AssemblyScript compiles this
// file too. A level plan is a block of 32-bit fields, one per pyramid level, written by the host when it is made.

/** Side of a patch and distance between patches, in pixels of the level that is searched. */
export const PATCH_PX = 8;
export const PATCH_STEP_PX = 4;
/** Replicated border on every side of a pyramid level, in pixels, so that a displaced patch never leaves the plane. */
export const PAD_PX = 16;
// Levels hold luma × 16, so that a bilinear sample keeps four fractional bits; gradients hold grey levels per pixel × 32: their
// products fit 32 bits over a whole patch.

export const PLAN_FROM_IMAGE = 0;
export const PLAN_FROM_GX = 4;
export const PLAN_FROM_GY = 8;
export const PLAN_TO_IMAGE = 12;
export const PLAN_STRIDE_BYTES = 16;
export const PLAN_WIDTH_PX = 20;
export const PLAN_HEIGHT_PX = 24;
export const PLAN_PATCH_COLUMNS = 28;
export const PLAN_PATCH_ROWS = 32;
/** Interleaved (u, v) grid that starts the search: cells of 4 level pixels; 0 starts from no motion. */
export const PLAN_START_GRID = 36;
export const PLAN_START_COLUMNS = 40;
export const PLAN_START_ROWS = 44;
/** Four planes (Σwu, Σwv, Σw, Σwq) of f32 on cells of 2 level pixels. */
export const PLAN_SUMS = 48;
export const PLAN_SUMS_STRIDE_BYTES = 52;
export const PLAN_SUMS_PLANE_BYTES = 56;
/** Found flow of each patch, (u, v) in level pixels, read by its right and lower neighbours. */
export const PLAN_PATCH_FLOW = 60;
export const PLAN_MAX_STEPS = 64;
/** Sweeps in which patches try what their neighbours found: 0 (one sweep, none tried), 1 left and above, 2 also right and below. */
export const PLAN_SWEEPS = 68;
/** f32: full-resolution pixels per level pixel. */
export const PLAN_SCALE = 72;
/** f32: a step shorter than this (level pixels, squared) ends the descent. */
export const PLAN_STOP_SQUARED = 76;
/** f32: added to the diagonal of the patch Hessian. */
export const PLAN_RIDGE = 80;
export const PLAN_SCRATCH = 84;
/** i32: whether the fourth sum (texture, for the confidence) is wanted. */
export const PLAN_WITH_QUALITY = 88;
/** i32: 1 searches every second patch, as on a checkerboard, and the corners. Only without sweeps. */
export const PLAN_CHECKERBOARD = 92;
export const PLAN_BYTES = 96;

/** Scratch of one search: 8 rows of (template, gx, gy), then two buffers of 8 residual rows. */
export const SCRATCH_TEMPLATE = 0;
export const SCRATCH_RESIDUAL = 384;
export const RESIDUAL_BYTES = 128;
export const SCRATCH_BYTES = 640;
