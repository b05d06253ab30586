import type { Affine } from './geometry.js';

/** A neural patch of one face, carried from the picture it was made of to this one. */
export interface CarriedPatch {
  /** side × side u16×4 8.8 in the picture's colour model, kernel memory. */
  readonly ptr: number;
  readonly sidePx: number;
  /** The keyframe's crop px → patch px. */
  readonly toPatch: Affine;
  /** Composed backward map, this picture's crop px → the keyframe's: cells of 4 crop px, (u, v) f32. */
  readonly map: { readonly ptr: number; readonly columns: number; readonly rows: number };
  /** The engine that made it. */
  readonly engineKey: string;
  /** Pictures since the one it was made of. */
  readonly ageFrames: number;
}

/** What there is to be drawn of a face: the newest patch, the one before it by the same engine, and how far the first has faded in. */
export interface CarriedPatches {
  readonly current: CarriedPatch | null;
  readonly previous: CarriedPatch | null;
  /** The newest one of the engine that was asked before: drawn while it gives way, whatever the current engine makes meanwhile. */
  readonly leaving: CarriedPatch | null;
  /** Share of the current one, 0…1. */
  readonly fade01: number;
}
