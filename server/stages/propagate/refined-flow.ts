import type { KernelMemory } from '../../kernels/memory.js';

/** Cells of a grid: 64 × 64 of 4 crop px. */
export const gridColumns = 64;
const cells = gridColumns * gridColumns;

/** Where a flow network says that one picture's face went in another, in kernel memory: used while it is at hand, then overwritten. */
export class RefinedFlow {
  /** (u, v) f32 a cell, crop px of the earlier picture → the later one; and back. */
  readonly forwardPtr: number;
  readonly backwardPtr: number;
  /** f32 a cell, 0…1, of the grid before. */
  readonly forwardConfidencePtr: number;
  readonly backwardConfidencePtr: number;

  constructor(private readonly memory: KernelMemory) {
    this.forwardPtr = memory.allocate(cells * 8);
    this.forwardConfidencePtr = memory.allocate(cells * 4);
    this.backwardPtr = memory.allocate(cells * 8);
    this.backwardConfidencePtr = memory.allocate(cells * 4);
  }

  /** Forward, its confidence, backward, its confidence, as f32; false where they are of another size. */
  take(bytes: Uint8Array, columns: number): boolean {
    if (columns !== gridColumns || bytes.length !== cells * 24) return false;
    const { u8 } = this.memory;
    u8.set(bytes.subarray(0, cells * 8), this.forwardPtr);
    u8.set(bytes.subarray(cells * 8, cells * 12), this.forwardConfidencePtr);
    u8.set(bytes.subarray(cells * 12, cells * 20), this.backwardPtr);
    u8.set(bytes.subarray(cells * 20), this.backwardConfidencePtr);
    return true;
  }
}

/** What the points of an earlier picture were, and where the better flow that starts from them is. */
export interface RefinedPoints {
  readonly fromFrame: number;
  readonly toFrame: number;
  /** 478 × (x, y, z), crop px of the earlier picture. */
  readonly points: Float32Array;
  readonly flow: RefinedFlow;
}
